import type { GraphProto, NodeProto } from 'onnx-buf';
import type { Scope } from '../../onnx/graph';
import type { Value, ValueIndex } from '../../onnx/values';
import { operatorOf } from '../../onnx/operators/table';
import { productOf } from '../../onnx/operators/weights';

/** Values with one scale and zero point. */
export interface ScaleGroup {
  /** Each gets a QuantizeLinear and a DequantizeLinear. */
  readonly values: readonly Value[];
  /** Those of them that are computed anew, not chosen or moved from others of the group: their values decide the range. */
  readonly sources: readonly Value[];
}

export interface Placement {
  readonly groups: readonly ScaleGroup[];
  /** Float constants that quantized Adds and Muls read, with those readers: kept as codes with a scale of their own. */
  readonly constants: ReadonlyMap<Value, ReadonlySet<NodeProto>>;
  /** What layers give that stay float. */
  readonly floats: ReadonlySet<Value>;
}

/**
 * Decides which activations of the main graph become integers, as onnxruntime's QDQ fusions want it: what the given nodes read; what
 * they give, after a Relu, a Clip or a MatMul's bias; what lies between them where all operators on the way compute on integers. A
 * graph's outputs stay float, and so do the scores that only move, or pass a Softmax, to get there.
 * @param weighted The nodes whose weights become integers.
 * @param plain Nodes that are to compute in float, whatever lies round them.
 */
export function placeQuantizers(index: ValueIndex, weighted: ReadonlySet<NodeProto>, plain: ReadonlySet<NodeProto>): Placement {
  const [main] = index.scopes;
  return main ? new Placer(index, main, weighted, plain).place() : { groups: [], constants: new Map(), floats: new Set() };
}

class Placer {
  private readonly index: ValueIndex;
  private readonly main: Scope;
  private readonly graph: GraphProto;
  private readonly weighted: ReadonlySet<NodeProto>;
  private readonly plain: ReadonlySet<NodeProto>;
  /** Values that integer kernels of weighted nodes read, if need be through others. */
  private readonly needed = new Set<Value>();
  /** Values that some node computes with: not mere scores on their way out. */
  private readonly inner = new Set<Value>();
  /** Quantized values with their group's first value (union-find). */
  private readonly parents = new Map<Value, Value>();
  private readonly moved = new Set<Value>();
  private readonly constants = new Map<Value, Set<NodeProto>>();
  private readonly floats = new Set<Value>();

  constructor(index: ValueIndex, main: Scope, weighted: ReadonlySet<NodeProto>, plain: ReadonlySet<NodeProto>) {
    this.index = index;
    this.main = main;
    this.graph = main.graph;
    this.weighted = weighted;
    this.plain = plain;
  }

  place(): Placement {
    this.lookBack();
    for (const node of this.graph.node) if (this.weighted.has(node)) this.quantize(this.inputs(node)[0]);
    for (const node of this.graph.node) this.visit(node);
    const groups = new Map<Value, Value[]>();
    for (const value of this.parents.keys()) {
      const root = this.rootOf(value);
      groups.set(root, [...(groups.get(root) ?? []), value]);
    }
    return {
      groups: [...groups.values()].map((values) => ({ values, sources: values.filter((value) => !this.moved.has(value)) })),
      constants: this.constants,
      floats: this.floats,
    };
  }

  /** Fills `needed` and `inner`, from the outputs to the inputs. */
  private lookBack(): void {
    for (const value of this.index.valuesOf(this.graph)) if (value.uses.some((use) => use.scope !== this.main)) this.inner.add(value);
    for (const node of this.graph.node.toReversed()) {
      const output = this.output(node);
      const inputs = this.inputs(node);
      if (this.weighted.has(node) && inputs[0]) this.needed.add(inputs[0]);
      const as = operatorOf(node)?.integer?.as;
      const passes = !this.plain.has(node) && (as === 'rescaling' || as === 'sharing' || as === 'clipping');
      if (passes && output && this.needed.has(output)) for (const input of inputs) this.needed.add(input);
      const ends = as === 'sharing' || as === 'normalizing';
      if (!ends || (output && this.inner.has(output))) for (const input of inputs) this.inner.add(input);
    }
  }

  private visit(node: NodeProto): void {
    const inputs = this.inputs(node);
    const output = this.output(node);
    if (!output || this.plain.has(node)) return;
    const integer = operatorOf(node)?.integer;
    if (this.weighted.has(node)) {
      const end = this.endOf(node, output);
      if (this.needed.has(end) || (integer?.needsOutput === true && this.inner.has(end))) this.quantize(end, !end.isOutput);
      return;
    }
    if (integer?.as === 'product') this.floats.add(this.endOf(node, output));
    const activations = inputs.filter((value) => !value.constant);
    if (activations.length === 0 || !activations.every((value) => this.parents.has(value))) return;
    if (integer?.as === 'rescaling') {
      const end = this.endOf(node, output);
      if (!this.needed.has(end) || end.isOutput) return;
      this.quantize(end);
      for (const value of inputs) if (value.constant) this.constants.set(value, (this.constants.get(value) ?? new Set()).add(node));
    } else if (integer?.as === 'sharing' && this.needed.has(output) && !output.isOutput && activations.length === inputs.length) {
      this.share(node, inputs, output);
    } else if (integer?.as === 'clipping' && this.needed.has(output)) {
      this.quantize(output, !output.isOutput);
    }
  }

  /** Inputs that others read too keep a scale of their own, lest one range spread over the whole network (dense blocks). */
  private share(node: NodeProto, inputs: readonly Value[], output: Value): void {
    const joined = operatorOf(node)?.integer?.joins === true ? inputs.filter((value) => value.uses.length === 1) : inputs;
    this.quantize(output);
    for (const input of joined) this.parents.set(this.rootOf(output), this.rootOf(input));
    if (joined.length === inputs.length) this.moved.add(output);
  }

  private quantize(value: Value | undefined, when = true): void {
    if (value && when && !value.constant && !this.parents.has(value)) this.parents.set(value, value);
  }

  private rootOf(value: Value): Value {
    const parent = this.parents.get(value) ?? value;
    return parent === value ? value : this.rootOf(parent);
  }

  /** Where a node's result is complete: behind the bias of a MatMul and a Relu or Clip, if nobody else reads what lies before. */
  private endOf(node: NodeProto, output: Value): Value {
    let end = output;
    let mayAdd = productOf(node)?.bias === null;
    for (;;) {
      const [use] = end.uses;
      const next = use && use.scope === this.main ? this.output(use.node) : undefined;
      if (!use || !next || end.uses.length > 1 || end.isOutput) return end;
      const operator = operatorOf(use.node);
      if (operator?.integer?.as === 'clipping' && use.input === 0) return next;
      if (!mayAdd || operator?.adds !== true || !this.inputs(use.node).some((value) => value.constant)) return end;
      mayAdd = false;
      end = next;
    }
  }

  /** The activations (and constants in their place) that a node reads. */
  private inputs(node: NodeProto): Value[] {
    const names = operatorOf(node)?.integer?.joins === true ? node.input : node.input.slice(0, 1);
    return names.flatMap((name) => this.index.find(this.main, name) ?? []);
  }

  private output(node: NodeProto): Value | undefined {
    return this.index.find(this.main, node.output[0] ?? '');
  }
}
