/**
 * Runs tasks together as long as their weights stay within a capacity, in the order they were asked for. A task that is heavier runs alone.
 */
export class Semaphore {
  private readonly capacity: number;
  private readonly waiting: { readonly weight: number; readonly start: () => void }[] = [];
  private taken = 0;

  constructor(capacity: number) {
    this.capacity = capacity;
  }

  async run<T>(weight: number, task: () => Promise<T>): Promise<T> {
    const share = Math.min(weight, this.capacity);
    await new Promise<void>((start) => {
      this.waiting.push({ weight: share, start });
      this.next();
    });
    try {
      return await task();
    } finally {
      this.taken -= share;
      this.next();
    }
  }

  private next(): void {
    for (let first = this.waiting[0]; first !== undefined && this.taken + first.weight <= this.capacity; first = this.waiting[0]) {
      this.waiting.shift();
      this.taken += first.weight;
      first.start();
    }
  }
}
