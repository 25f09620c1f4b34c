/** Samples that are left out: counted, the first few named with the reason. */
export class Problems {
  count = 0;
  readonly first: string[] = [];

  /** Takes over what was found before. */
  take(others: Problems): void {
    this.addMany(others.count, (k) => others.first[k] ?? '');
  }

  add(problem: string): void {
    this.addMany(1, () => problem);
  }

  /** `count` problems of one kind, in words by their number. */
  addMany(count: number, describe: (k: number) => string): void {
    for (let k = 0; k < count && this.first.length < NAMED; k++) this.first.push(describe(k));
    this.count += count;
  }
}

const NAMED = 10;
