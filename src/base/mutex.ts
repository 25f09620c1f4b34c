/** Runs tasks one after another in the order they were asked for; a task that fails does not stop the next. */
export class Mutex {
  private tail: Promise<unknown> = Promise.resolve();

  run<T>(task: () => Promise<T>): Promise<T> {
    const result = this.tail.then(task, task);
    this.tail = result.then(ignore, ignore);
    return result;
  }
}

function ignore(): void {}
