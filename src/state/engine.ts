/** The one engine of the page, made when it is first needed: a visitor who only looks loads no worker. */
import type { Engine } from '../engine/client';
import { useDocument } from './document';

let engine: Promise<Engine> | null = null;

export function theEngine(): Promise<Engine> {
  engine ??= start();
  return engine;
}

async function start(): Promise<Engine> {
  const { createEngine } = await import('../engine/client');
  const made = createEngine();
  made.onDeviceLost((reason) => useDocument.setState({ lostReason: reason, check: null }));
  return made;
}
