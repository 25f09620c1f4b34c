import type { ModelProto, ValueInfoProto } from 'onnx-buf';
import { typeOf } from './shapes';

/** What a program that feeds and reads a model sees of it. */
interface Signature {
  readonly inputs: ReadonlyMap<string, string>;
  readonly outputs: ReadonlyMap<string, string>;
}

/**
 * Inputs and outputs that a program of the first model would miss in the second, or find with another type, in sentences. Before IR version
 * 4 initializers had to be listed as inputs; those nobody feeds.
 * @param halves whether float32 may have become float16, as a recipe can ask for.
 */
export function signatureChanges(before: ModelProto, after: ModelProto, halves: boolean): string[] {
  const [a, b] = [signatureOf(before), signatureOf(after)];
  return [...changes('input', a.inputs, b.inputs, halves), ...changes('output', a.outputs, b.outputs, halves)];
}

function signatureOf({ graph, irVersion }: ModelProto): Signature {
  const constants = new Set(irVersion < 4n ? graph?.initializer.map((tensor) => tensor.name) : []);
  return { inputs: typed((graph?.input ?? []).filter((value) => !constants.has(value.name))), outputs: typed(graph?.output ?? []) };
}

function typed(values: readonly ValueInfoProto[]): Map<string, string> {
  return new Map(values.map((value) => [value.name, typeOf(value)]));
}

function changes(
  kind: 'input' | 'output',
  before: ReadonlyMap<string, string>,
  after: ReadonlyMap<string, string>,
  halves: boolean,
): string[] {
  return [...before].flatMap(([name, type]) => {
    const now = after.get(name);
    if (now === undefined) return [`The ${kind} "${name}" is missing.`];
    const asked = halves && type === 'float32' && now === 'float16';
    return now === type || asked ? [] : [`The ${kind} "${name}" was ${type} and is ${now}.`];
  });
}
