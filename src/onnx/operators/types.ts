/** What is known of an operator. A record speaks for one operator, or for several that are alike in all that it says. */
import type { NodeProto, TensorProto } from 'onnx-buf';
import type { Axis } from '../axes';
import type { Geometry } from './geometry';

export type Shape = readonly number[];
export type Axes = readonly number[];

export interface Operator {
  /** Names, separated by spaces. */
  readonly types: string;
  /** Operator sets that have it under these names; the standard one where nothing is said. */
  readonly domains?: readonly Domain[];

  /** The inputs that it reads as weights. */
  readonly weights?: Readonly<Record<number, WeightPort>> | ((node: NodeProto, input: number) => WeightPort);
  /** The inputs that it reads as other trained values than weights. */
  readonly parameters?: Readonly<Record<number, ParameterPort>> | ((node: NodeProto, input: number, shape: Shape) => ParameterPort | null);
  /** Its further inputs are integers, scales or values per channel by its own definition: they stay as they are without remark. */
  readonly unremarked?: boolean;
  /** Why a constant of this shape cannot be this input, in words; null where it can. `constant` gives the node's other constants. */
  readonly misfit?: (shape: Shape, input: number, node: NodeProto, constant: (input: number) => TensorProto | undefined) => string | null;
  /** Multiply-accumulates with one weight, as torch profilers and papers count them; nothing where a shape is not known. */
  readonly macs?: (counted: Counted) => number | null | undefined;
  /** It multiplies its first input with a weight and adds a bias. */
  readonly product?: Product;

  /** Shapes of its outputs, as far as they follow. */
  readonly shape?: (known: Known) => readonly (Shape | null)[];
  /** The integers of its output, where it is part of shape arithmetic. Rank 0 and 1 are not told apart. */
  readonly integers?: (known: Known) => Shape | null;
  /** It only moves elements. */
  readonly moves?: Moves;

  /** Each element of its output as a function of the inputs' elements at its place. */
  readonly pointwise?: Pointwise;
  /** Channels that come in multiplied by s > 0 go out multiplied by s. */
  readonly homogeneous?: Homogeneous;
  /** What it makes of its first input is its sum with the other. */
  readonly adds?: boolean;
  /** It gives the least of its inputs. */
  readonly least?: boolean;
  /** It does not matter which of its inputs is which. */
  readonly commutative?: boolean;
  /**
   * It cuts off what lies below zero, or what lies beyond its bounds: inputs 1 and 2 from operator set 11 on, attributes "min" and "max"
   * before.
   */
  readonly clips?: 'below zero' | 'beyond bounds';
  /** It keeps the order of elements in another shape. */
  readonly regroups?: boolean;
  /** The input that gives the sizes of its output's axes; for a Reshape 0 and -1 among them. */
  readonly sizes?: number;
  /** It takes a run of its first input along some axes. */
  readonly cutsOut?: boolean;
  /** What its mean and variance are taken over: those of training, given as constants for each channel, or one sample's last axes. */
  readonly normalizes?: 'batches' | 'last axes';
  /**
   * What becomes of channels. 'aligned': each element is computed from those at its place, of all inputs. 'kept': channels of the first
   * input go through, each by itself, beside constants of one value a channel. 'mixed': the same, but what comes out of one depends on
   * others. 'planes': as 'kept', and what lies at one place of axis 1 depends on all of it. 'groups': as 'mixed', among the runs of axis 1
   * that the attribute "num_groups" counts.
   */
  readonly channels?: 'aligned' | 'kept' | 'mixed' | 'planes' | 'groups';
  /** Its output is the mean of each channel of [N, C, ...]. */
  readonly averages?: boolean;

  /**
   * The attribute that gives the type of its first output, and what holds without it (an ONNX data type); 'first input': that one's type.
   */
  readonly typeAttribute?: { readonly name: string; readonly usual?: number | 'first input' };
  /** The type of its first output where its form fixes it; null where it does not. */
  readonly typed?: (node: NodeProto, given: (input: number) => boolean) => number | null;
  /**
   * What it does with sequences and optionals. 'unwraps' and 'wraps' the first input; 'unwraps optionals', or hands on what is none;
   * 'inserts' the second input into the first; 'drops' elements of it; 'makes' an empty one of a type; 'maps' to what a body gives.
   */
  readonly sequence?: 'unwraps' | 'unwraps optionals' | 'wraps' | 'inserts' | 'drops' | 'makes' | 'maps';
  /** How it runs the graphs that it holds, which are part of the network. */
  readonly control?: 'branches' | 'loop' | 'scan';
  /**
   * Which of its nodes cannot stay as they are when a model moves on to an operator set, by the set that changed them (ONNX changelog, sets
   * 8 to 13).
   */
  readonly changed?: Readonly<Record<number, (node: NodeProto) => boolean>>;
  /** Withdrawn with an operator set, it goes on in the same form under another name. */
  readonly renamed?: { readonly since: number; readonly name: string };

  /** What it is in integer inference. */
  readonly integer?: Integer;
  /**
   * What becomes of its weights where ranges are those of the moment: an integer product, rows of codes, or codes that are decoded at load.
   */
  readonly dynamic?: 'product' | 'rows' | 'stored';
  /** Runtimes have this form in float32 only, though its definition admits float16. */
  readonly lacksHalf?: (node: NodeProto) => boolean;
  /** It rounds its first input to integers. */
  readonly rounds?: boolean;
  /** It gives other values in every run. */
  readonly random?: boolean;
  /** The operator of one input and output that a probe puts in its place: in inference it does the same, and has a kernel. */
  readonly inference?: string;
}

/** Inputs that are left away are undefined. */
export interface Pointwise {
  readonly value: (node: NodeProto, inputs: readonly (number | undefined)[]) => number;
  /** How many of its inputs it computes with, where others only steer it. */
  readonly reads?: number;
}

export interface Homogeneous {
  /** It is the identity on values >= 0 only. */
  readonly activates?: boolean;
  /** It works over positions: channels have to lie on axis 1. */
  readonly pools?: boolean;
  /** Why f(x - c) = f(x) - c does not hold for this node; null where it does. */
  readonly fixed?: (node: NodeProto) => string | null;
}

/** As ONNX Runtime's CPU provider and its QDQ fusions have it. */
export interface Integer {
  /**
   * 'product': reads one activation (input 0) as integers, and a weight. 'rescaling': computes new values, so that output and inputs each
   * have a scale of their own. 'sharing': only moves or chooses values, so that the codes of its input serve its output. 'clipping':
   * quantizing after it does its work, for values below the range become its lowest code. 'normalizing': gives scores.
   */
  readonly as: 'product' | 'rescaling' | 'sharing' | 'clipping' | 'normalizing';
  /** All its inputs are activations, not only the first (the others are shapes, axes and limits). */
  readonly joins?: boolean;
  /** Without a quantized output it runs in float: it has no kernel from integers to float. */
  readonly needsOutput?: boolean;
}

/**
 * '' is the standard operator set, com.microsoft ONNX Runtime's own, as its optimizer leaves it in saved models; ai.onnx.ml is of classical
 * learning.
 */
export type Domain = '' | 'com.microsoft' | 'ai.onnx.ml';

/** How a node reads one of its inputs as a weight. */
export interface WeightPort {
  /** The axes that together are the output channel, for the weight's shape as the node sees it; null: not a weight after all. */
  readonly outputs: (shape: Shape, node: NodeProto) => Axes | null;
  /** Tells apart two weights of one node. */
  readonly suffix: string;
  /** Where its output and input channels lie, or in words why the node's inputs are not seen as columns that it multiplies. */
  readonly geometry?: (shape: Shape, node: NodeProto) => Geometry | string;
  /** Nodes that lay the node's first input out as those columns: [samples, groups, columns, places]. Null where the form is not covered. */
  readonly columns?: (lay: ColumnLayer, columns: Columns, from: string) => string | null;
}

/**
 * What a trained constant does: a weight is multiplied with activations, a bias added to the product, a norm's scale and shift follow its
 * division by the mean and variance that training saw.
 */
export type Role = 'weight' | 'bias' | 'scale' | 'shift' | 'mean' | 'variance' | 'slope' | 'peephole';

/** How a node reads one of its inputs as a parameter that is no weight. */
export interface ParameterPort {
  readonly role: Exclude<Role, 'weight'>;
  /** The axes that together are its channels, for its shape as the node sees it. */
  readonly channels: (shape: Shape) => Axes;
  /** Training observes it and learns it by no gradient. */
  readonly observed?: boolean;
}

/** What `columns` is asked for: matrices of so many columns in so many groups, for a weight of this shape. */
export interface Columns {
  readonly node: NodeProto;
  readonly shape: Shape;
  readonly groups: number;
  readonly columns: number;
}

/** Adds nodes; each gives the name of what it makes. */
export interface ColumnLayer {
  reshape(from: string, dims: readonly number[]): string;
  /** The last two of four axes change places. */
  transposed(from: string): string;
  /** Kernel places as a convolution sees them; null where its pads are not known before a run. */
  patches(columns: Columns, from: string): string | null;
}

/** What makes a layer of a product with a weight (input 1). */
export interface Product {
  /** Channels lie on axis 1 of [N, C, ...] ('planes') or on the last axis ('columns'), before and after it. */
  readonly layout: 'planes' | 'columns';
  /** The input that is its bias; null where only an Add behind it can be one. */
  readonly bias: number | null;
  /** Both inputs may be stacks of matrices that the model computes: [..., M, K] times [..., K, N]. */
  readonly stacks?: true;
  /** Whether it reads its first input transposed: channels are then its rows. */
  readonly turned?: (node: NodeProto) => boolean;
  /** Attributes that multiply the product and its bias. */
  readonly factors?: { readonly product: string; readonly bias: string };
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

/** How an operator moves elements. */
export interface Moves {
  /** The axes of an output whose input has these, in terms of the same stored tensor; null where they are not known. */
  readonly axes: (site: MoveSite, axes: readonly Axis[]) => readonly Axis[] | null;
  /** Every input is moved, not only the first. */
  readonly joins?: boolean;
  /** Its output has every element where its input has it. */
  readonly stays?: boolean;
  /** Every output holds some, not only the first. */
  readonly splits?: boolean;
}

/** A node that moves elements, with what is asked of it. */
export interface MoveSite {
  readonly node: NodeProto;
  /** The constant integers of an input; null where it is none. */
  list(input: number): number[] | null;
  /** Whether what the node makes is the same in every run. */
  isDerived(): boolean;
  /** The shape of what the node makes, as far as it is known. */
  made(): Shape | null;
  /** @throws WhittleError 'bad-model' where elements of one shape cannot be given the other. */
  refuseUnless(shape: Shape, before: Shape): void;
}
