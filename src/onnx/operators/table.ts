/** Looks an operator up by domain and type. */
import type { NodeProto } from 'onnx-buf';
import { isOnnx } from '../nodes';
import { FAMILIES } from './families';
import type { Operator } from './types';

const TABLE = new Map<string, Operator>();

for (const operator of FAMILIES.flat()) {
  for (const domain of operator.domains ?? ['']) {
    for (const type of operator.types.split(' ')) {
      const key = keyOf(domain, type);
      if (TABLE.has(key)) throw new Error(`two records for operator ${key}`);
      TABLE.set(key, operator);
    }
  }
}

function keyOf(domain: string, type: string): string {
  return `${isOnnx(domain) ? '' : domain}:${type}`;
}

/** The record of a node's operator; undefined where nothing is known of it. */
export function operatorOf({ domain, opType }: Pick<NodeProto, 'domain' | 'opType'>): Operator | undefined {
  return TABLE.get(keyOf(domain, opType));
}
