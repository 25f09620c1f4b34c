import type { NodeProto, TypeProto } from 'onnx-buf';
import { linkBodies } from './body-types';
import { intAttribute } from './nodes';
import { operatorOf } from './operators/table';
import { DataType } from './tensor';
import { profileOf, slotAt } from './operators/type-profiles';
import type { Value, ValueIndex } from './values';

/** Element types of a model's values. */
export interface ElementTypes {
  /** ONNX data type of a tensor; null where neither the file nor the operators tell, and for sequences and optionals. */
  typeOf(value: Value): number | null;
  /** Whether it is a sequence or an optional. */
  isWrapped(value: Value): boolean;
  /** Stands for all values that must have the type of this one. */
  classOf(value: Value): object;
}

/** Values of one type: `type` where it is a tensor, `element` where it is a sequence or optional. */
interface TypeClass {
  parent: TypeClass | null;
  type: number | null;
  element: TypeClass | null;
}

/** Of indexes that are still in use. */
const KNOWN = new WeakMap<ValueIndex, ElementTypes>();

/**
 * Types as the file declares them or its data has them, else by the operators' rules in both directions: what an operator makes, and what
 * its other inputs say of one (ONNX operator specification).
 */
export function indexTypes(index: ValueIndex): ElementTypes {
  const known = KNOWN.get(index);
  if (known) return known;
  const inference = new Inference(index);
  inference.declare();
  for (const scope of index.scopes) {
    for (const node of scope.graph.node) {
      const value = (name: string): Value | undefined => (name === '' ? undefined : index.find(scope, name));
      const inputs = node.input.map(value);
      const outputs = node.output.map(value);
      inference.visit(node, inputs, outputs, index.opset);
    }
  }
  linkBodies(index, (a, b) => inference.join(a, b));
  KNOWN.set(index, inference);
  return inference;
}

class Inference implements ElementTypes {
  private readonly index: ValueIndex;
  private readonly classes = new Map<Value, TypeClass>();
  /** Types that hold where nothing else is known: they come last. */
  private readonly made: (readonly [TypeClass, number])[] = [];

  constructor(index: ValueIndex) {
    this.index = index;
  }

  typeOf(value: Value): number | null {
    this.settle();
    const { type, element } = root(this.classFor(value));
    // A Loop may take an optional and give what was in it: what such a class holds is not told.
    return element === null ? type : null;
  }

  isWrapped(value: Value): boolean {
    const { type, element } = root(this.classFor(value));
    return element !== null && type === null;
  }

  classOf(value: Value): object {
    return root(this.classFor(value));
  }

  /** Data first, then declarations: data cannot be wrong. */
  declare(): void {
    for (const { graph } of this.index.scopes) {
      const values = new Map(this.index.valuesOf(graph).map((value) => [value.name, value]));
      for (const value of values.values()) set(this.classFor(value), (value.constant ?? value.fallback)?.dataType ?? DataType.UNDEFINED);
      for (const { name, type } of [...graph.input, ...graph.output, ...graph.valueInfo]) {
        const value = values.get(name);
        if (value) this.assume(this.classFor(value), type);
      }
    }
  }

  join(a: Value | undefined, b: Value | undefined): void {
    if (a && b) unite(this.classFor(a), this.classFor(b));
  }

  visit(node: NodeProto, inputs: readonly (Value | undefined)[], outputs: readonly (Value | undefined)[], opset: number): void {
    const profile = profileOf(node, opset);
    if (!profile) return;
    const letters = new Map<string, Value>();
    const slots = [
      ...inputs.map((value, at) => [value, slotAt(profile.inputs, at)] as const),
      ...outputs.map((value, at) => [value, slotAt(profile.outputs, at)] as const),
    ];
    for (const [value, slot] of slots) {
      if (!value || slot === '-') continue;
      if (slot <= '9') this.made.push([this.classFor(value), Number(slot)]);
      else {
        this.join(letters.get(slot), value);
        letters.set(slot, value);
      }
    }
    const [output] = outputs;
    const type = output && attributeType(node, inputs);
    if (output && type) set(this.classFor(output), type);
    if (type === null && operatorOf(node)?.typeAttribute?.usual === 'first input') this.join(inputs[0], output);
    this.sequences(node, inputs, outputs);
  }

  private sequences(node: NodeProto, [first, second]: readonly (Value | undefined)[], [output]: readonly (Value | undefined)[]): void {
    if (!output) return;
    const elementOf = (value: Value): TypeClass => elementFor(this.classFor(value));
    switch (operatorOf(node)?.sequence) {
      case 'unwraps':
        if (first) unite(this.classFor(output), elementOf(first));
        return;
      case 'wraps':
        if (first) unite(elementOf(output), this.classFor(first));
        else elementOf(output);
        return;
      case 'inserts':
        if (second) unite(elementOf(output), this.classFor(second));
        this.join(first, output);
        return;
      case 'drops':
        elementOf(output);
        this.join(first, output);
        return;
      case 'makes':
        set(elementOf(output), intAttribute(node, 'dtype', DataType.FLOAT));
        return;
      case 'maps':
        elementOf(output);
        return;
      case 'unwraps optionals':
        if (first && this.isWrapped(first)) unite(this.classFor(output), elementOf(first));
        return;
      default:
    }
  }

  private assume(found: TypeClass, type: TypeProto | undefined): void {
    const value = type?.value;
    if (value?.case === 'tensorType') set(found, value.value.elemType);
    else if (value?.case === 'sequenceType' || value?.case === 'optionalType') this.assume(elementFor(found), value.value.elemType);
  }

  /** What the definition of an operator fixes counts where the file says nothing else. */
  private settle(): void {
    for (const [found, type] of this.made.splice(0)) set(found, type);
  }

  private classFor(value: Value): TypeClass {
    const known = this.classes.get(value);
    if (known) return known;
    const made: TypeClass = { parent: null, type: null, element: null };
    this.classes.set(value, made);
    return made;
  }
}

function root(found: TypeClass): TypeClass {
  let top = found;
  while (top.parent) top = top.parent;
  // Chains of many thousand nodes are walked once.
  for (let at = found; at.parent && at.parent !== top;) [at, at.parent] = [at.parent, top];
  return top;
}

function set(found: TypeClass, type: number): void {
  if (type !== DataType.UNDEFINED) root(found).type ??= type;
}

function elementFor(found: TypeClass): TypeClass {
  const top = root(found);
  top.element ??= { parent: null, type: null, element: null };
  return top.element;
}

function unite(one: TypeClass, other: TypeClass): void {
  const [a, b] = [root(one), root(other)];
  if (a === b) return;
  b.parent = a;
  a.type ??= b.type;
  if (a.element && b.element) unite(a.element, b.element);
  else a.element ??= b.element;
}

/** The type that attributes give a node's first output; null where they do not. */
function attributeType(node: NodeProto, inputs: readonly (Value | undefined)[]): number | null {
  const operator = operatorOf(node);
  const { name, usual } = operator?.typeAttribute ?? {};
  const named = name === undefined ? null : intAttribute(node, name, DataType.UNDEFINED) || null;
  return named ?? (typeof usual === 'number' ? usual : (operator?.typed?.(node, (input) => inputs[input] !== undefined) ?? null));
}
