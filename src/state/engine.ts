/** The one engine of the page, made when it is first needed: a visitor who only looks loads no worker. */
import { toPlainError, WhittleError } from '../base/errors';
import type { Engine } from '../engine/client';
import { useDocument } from './document';

type Make = () => Promise<Engine>;

let make: Make = async () => (await import('../engine/client')).createEngine();
let engine: Promise<Engine> | null = null;

/** Throws `engine-stopped`, which is shown, where its code does not load; the next call tries again. */
export function theEngine(): Promise<Engine> {
  engine ??= start();
  return engine;
}

/** Puts another engine in place of the one made so far, which is left as it is: for tests. */
export function makeEngineBy(other: Make): void {
  make = other;
  engine = null;
}

async function start(): Promise<Engine> {
  try {
    const made = await make();
    // It loads now, whatever was said of it before.
    useDocument.setState(({ error }) => (error?.error.code === 'engine-stopped' ? { error: null } : {}));
    made.onDeviceLost((reason) => useDocument.setState({ lostReason: reason, check: null }));
    return made;
  } catch (thrown) {
    engine = null;
    const error = new WhittleError(
      'engine-stopped',
      `The engine did not load: ${toPlainError(thrown).message}`,
      'Check the connection and try again, or load the page anew.',
      { cause: thrown },
    );
    useDocument.setState({ error: { where: 'run', error } });
    throw error;
  }
}
