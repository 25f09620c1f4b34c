/** What a crew and its threads say to each other. */
import type { PlainError } from '../../base/errors';

export type ToThread =
  | { readonly kind: 'do'; readonly piece: number; readonly task: string; readonly part: unknown }
  /** The piece is no longer wanted. */
  | { readonly kind: 'stop'; readonly piece: number };

export type FromThread =
  /** Its code is loaded. */
  | { readonly kind: 'ready' }
  | { readonly kind: 'progress'; readonly piece: number; readonly done: number }
  | { readonly kind: 'done'; readonly piece: number; readonly result: unknown }
  | { readonly kind: 'failed'; readonly piece: number; readonly error: PlainError };

/** A thread as its crew has it. */
export interface Thread {
  post(message: ToThread): void;
  /** Whether the process must go on for its sake: while it has work. */
  hold(busy: boolean): void;
  end(): void;
}

/** Starts a thread. `gone` is told once, whatever ended it but `end`. */
export type StartThread = (on: { readonly message: (message: FromThread) => void; readonly gone: (reason: string) => void }) => Thread;
