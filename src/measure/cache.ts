/** Vectors by index within a budget of bytes: what does not fit is not kept and is made again when it is needed. */
export class VectorCache {
  private readonly kept = new Map<number, Float32Array>();
  private readonly budget: number;
  private bytes = 0;

  constructor(budgetBytes: number) {
    this.budget = budgetBytes;
  }

  get(index: number): Float32Array | undefined {
    return this.kept.get(index);
  }

  /** Copies `vector` in, unless the index is there already or the budget is used up. */
  add(index: number, vector: Float32Array): void {
    if (this.kept.has(index) || this.bytes + vector.byteLength > this.budget) return;
    this.kept.set(index, vector.slice());
    this.bytes += vector.byteLength;
  }
}
