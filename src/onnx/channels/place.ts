import type { NodeProto } from 'onnx-buf';
import type { Scope } from '../graph';
import type { MoveSite, Shape } from '../operators/types';
import type { ShapeIndex } from '../shapes';
import { DataType, readInts } from '../tensor';
import type { Value, ValueIndex } from '../values';

const INTEGERS: ReadonlySet<number> = new Set([DataType.INT32, DataType.INT64]);

/** A node where it stands, with what it reads and makes. */
export class Place implements MoveSite {
  readonly node: NodeProto;
  readonly scope: Scope;
  /** As many as the node names; undefined where one is not given. */
  readonly inputs: readonly (Value | undefined)[];
  readonly outputs: readonly (Value | undefined)[];
  private readonly shapes: ShapeIndex;

  constructor(index: ValueIndex, shapes: ShapeIndex, scope: Scope, node: NodeProto) {
    const find = (name: string): Value | undefined => (name === '' ? undefined : index.find(scope, name));
    this.node = node;
    this.scope = scope;
    this.shapes = shapes;
    this.inputs = node.input.map(find);
    this.outputs = node.output.map(find);
  }

  /** The node and its graph. */
  get here(): { readonly node: NodeProto; readonly scope: Scope } {
    return { node: this.node, scope: this.scope };
  }

  /** The first output. */
  get output(): Value | undefined {
    return this.outputs[0];
  }

  /** Whether only the first output is read by anybody. */
  get isSingle(): boolean {
    return this.outputs.slice(1).every((value) => value === undefined || (value.uses.length === 0 && !value.isOutput));
  }

  shape(input: number): Shape | null {
    return this.shapes.find(this.scope, this.node.input[input] ?? '');
  }

  made(output = 0): Shape | null {
    return this.shapes.find(this.scope, this.node.output[output] ?? '');
  }

  list(input: number): number[] | null {
    const constant = this.inputs[input]?.constant;
    return constant && INTEGERS.has(constant.dataType) ? readInts(constant) : null;
  }

  isDerived(): boolean {
    return false;
  }

  /** Shapes of activations are those of one inference with open sizes taken as 1: what does not fit them may fit others. */
  refuseUnless(): void {}
}
