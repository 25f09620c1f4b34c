/** Arrays by index within a budget of bytes: what does not fit is not kept and is made again when it is needed. */
export class BudgetCache<T extends { readonly byteLength: number; slice(): T }> {
  private readonly kept = new Map<number, T>();
  private readonly budget: number;
  private bytes = 0;

  constructor(budgetBytes: number) {
    this.budget = budgetBytes;
  }

  get(index: number): T | undefined {
    return this.kept.get(index);
  }

  /** Copies `values` in, unless the index is there already or the budget is used up. */
  add(index: number, values: T): void {
    if (this.kept.has(index) || this.bytes + values.byteLength > this.budget) return;
    this.kept.set(index, values.slice());
    this.bytes += values.byteLength;
  }
}
