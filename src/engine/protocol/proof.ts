/** What is known of a written file before it is handed out: the opened bytes and the written ones, really loaded and run. */

/** Inputs that both files were run on. */
export interface InputsUsed {
  readonly count: number;
  /** What they are where they are made up, in words with their scale; null where they are the user's samples. */
  readonly madeUp: string | null;
}

/** Two sides' outputs on the same inputs. */
export interface OutputDifference {
  /** Infinity where an output is missing, or is finite on one side only. */
  readonly maxAbs: number;
  /** The largest over the range of its output. */
  readonly relative: number;
  /** null where they are equal. */
  readonly sqnrDb: number | null;
}

/** A comparison that must come out equal within the runtime's rounding. */
export interface SameCheck extends OutputDifference {
  readonly ok: boolean;
}

export interface Proof {
  /** Whether the file was loaded by the runtime, and run beside the opened one. */
  readonly loaded: boolean;
  readonly ran: boolean;
  /** False where the opened file was seen not to run here: nothing that takes a run can be measured. */
  readonly runnable: boolean;
  /** Why the files were not run, as half a sentence; null where they were. */
  readonly reason: string | null;
  readonly inputs: InputsUsed | null;
  /** Outputs of the opened file against the written one's. */
  readonly difference: OutputDifference | null;
  /** Outputs that hold NaN or infinity, by name: values of that kind on each side. */
  readonly nonFinite: readonly { readonly output: string; readonly before: number; readonly after: number }[];
  /** The file's outputs against those that the studio computes with the recipe's weights; null where that was not compared. */
  readonly studio: SameCheck | null;
  /**
   * The opened file against the graph after the passes that lose nothing by definition; null where there are none, or it was not compared.
   */
  readonly lossless: SameCheck | null;
  /** What must not be, in sentences; empty where the file may be handed out. */
  readonly faults: readonly string[];
}
