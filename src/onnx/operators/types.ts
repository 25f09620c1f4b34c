/** What is known of an operator. A record speaks for one operator, or for several that are alike in all that it says. */
import type { NodeProto, TensorProto } from 'onnx-buf';

export type Shape = readonly number[];
export type Axes = readonly number[];

/** How a node reads one of its inputs as a weight. */
export interface WeightPort {
  /** The axes that together are the output channel, for the weight's shape as the node sees it; null: not a weight after all. */
  readonly outputs: (shape: Shape, node: NodeProto) => Axes | null;
  /** Tells apart two weights of one node. */
  readonly suffix: string;
}

/** Where multiply-accumulates of one weight are counted: shapes as far as they are known, with batch 1. */
export interface Counted {
  readonly node: NodeProto;
  /** The input that is the weight, and its shape as the node sees it. */
  readonly input: number;
  readonly shape: Shape;
  readonly inputs: readonly (Shape | null)[];
  readonly output: Shape | null;
}

/** What is known about a node when its outputs' shapes are wanted. */
export interface Known {
  readonly node: NodeProto;
  readonly shapes: readonly (Shape | null)[];
  /** Contents of small integer inputs. */
  readonly numbers: readonly (Shape | null)[];
  /** Output shapes of the graphs it holds. */
  readonly branches: readonly (readonly (Shape | null)[])[];
}

export interface Operator {
  /** Names, separated by spaces. */
  readonly types: string;
  /** Operator sets that have it under these names; the standard one where nothing is said. */
  readonly domains?: readonly Domain[];
  /** The inputs that it reads as weights. */
  readonly weights?: Readonly<Record<number, WeightPort>> | ((node: NodeProto, input: number) => WeightPort);
  /** Its further inputs are biases, norms, scales or values per channel by its own definition: they are kept in float without remark. */
  readonly parameters?: boolean;
  /** Why a constant of this shape cannot be this input, in words; null where it can. `constant` gives the node's other constants. */
  readonly misfit?: (shape: Shape, input: number, node: NodeProto, constant: (input: number) => TensorProto | undefined) => string | null;
  /** Multiply-accumulates with one weight, as torch profilers and papers count them; nothing where a shape is not known. */
  readonly macs?: (counted: Counted) => number | null | undefined;
  /** Shapes of its outputs, as far as they follow. */
  readonly shape?: (known: Known) => readonly (Shape | null)[];
  /** The integers of its output, where it is part of shape arithmetic. Rank 0 and 1 are not told apart. */
  readonly integers?: (known: Known) => Shape | null;
}

/** '' is the standard operator set; the other is ONNX Runtime's own, as its optimizer leaves it in saved models. */
export type Domain = '' | 'com.microsoft';
