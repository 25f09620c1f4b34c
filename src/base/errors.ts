/**
 * Every failure a person can cause or see. `message` says what is wrong and with which value; `remedy` says what to do.
 * `code` is stable, so that a worker can hand an error to the page and tests can name one.
 */
export type ErrorCode =
  | 'aborted'
  | 'bad-card'
  | 'bad-data'
  | 'bad-model'
  | 'bad-recipe'
  | 'device-lost'
  | 'engine-stopped'
  | 'export-failed'
  | 'external-data-missing'
  | 'gpu-validation'
  | 'internal'
  | 'non-finite-weights'
  | 'not-installed'
  | 'not-onnx'
  | 'out-of-memory'
  | 'runtime-failed'
  | 'runtime-hung'
  | 'shader-compile'
  | 'too-large'
  | 'unsupported-opset';

export interface PlainError {
  readonly code: ErrorCode;
  readonly message: string;
  readonly remedy: string;
}

export class WhittleError extends Error implements PlainError {
  override readonly name = 'WhittleError';
  readonly code: ErrorCode;
  readonly remedy: string;

  constructor(code: ErrorCode, message: string, remedy = '', options?: ErrorOptions) {
    super(message, options);
    this.code = code;
    this.remedy = remedy;
  }
}

/** Whether the failure is the caller's (bad file, bad recipe, a part that is not installed): exit code 2 on the command line, not 1. */
export function isInputError(error: PlainError): boolean {
  return INPUT_ERRORS.has(error.code);
}

const INPUT_ERRORS: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'bad-card',
  'bad-data',
  'bad-model',
  'bad-recipe',
  'external-data-missing',
  'non-finite-weights',
  'not-installed',
  'not-onnx',
  'too-large',
  'unsupported-opset',
]);

/** The plain form of anything thrown, fit for postMessage. */
export function toPlainError(thrown: unknown): PlainError {
  if (thrown instanceof WhittleError) return { code: thrown.code, message: thrown.message, remedy: thrown.remedy };
  if (thrown instanceof Error && thrown.name === 'AbortError') return { code: 'aborted', message: 'Stopped.', remedy: '' };
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  return { code: 'internal', message, remedy: 'This is a fault of Whittle. Copy the details and report it.' };
}

/** The error on the other side of the border: comlink carries plain objects alone. Causes do not cross. */
export function fromPlainError(error: PlainError): WhittleError {
  return new WhittleError(error.code, error.message, error.remedy);
}
