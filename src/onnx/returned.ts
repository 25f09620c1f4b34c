import { subgraphsOf } from './nodes';
import { operatorOf } from './operators/table';
import type { Value, ValueIndex } from './values';

/**
 * The constants that an output of the model follows from, and from nothing else: whatever is done to a network, such an output may not
 * change. Between branches that all give constants the data may choose.
 */
export function returnedConstants(index: ValueIndex): ReadonlySet<Value> {
  const [main] = index.scopes;
  const scopeOf = new Map(index.scopes.map((scope) => [scope.graph, scope]));
  const sources = (value: Value): (Value | undefined)[] | null => {
    const { producer, scope } = value;
    if (!producer || operatorOf(producer)?.random === true) return null;
    const bodies = subgraphsOf(producer);
    if (bodies.length === 0) return producer.input.filter((name) => name !== '').map((name) => index.find(scope, name));
    if (operatorOf(producer)?.control !== 'branches') return null;
    const position = producer.output.indexOf(value.name);
    return bodies.map((body) => index.find(scopeOf.get(body) ?? scope, body.output[position]?.name ?? ''));
  };
  const found = new Set<Value>();
  for (const { name } of main?.graph.output ?? []) {
    const seen = new Set<Value>();
    const todo = main ? [index.find(main, name)] : [];
    let fixed = true;
    for (const value of todo) {
      if (!value || seen.has(value)) continue;
      seen.add(value);
      if (value.constant || value.producer?.opType === 'Constant') continue;
      const next = sources(value);
      // An input ends the search: the output depends on the data.
      if (next === null || next.length === 0 || next.includes(undefined)) fixed = false;
      if (!fixed) break;
      todo.push(...(next ?? []));
    }
    if (fixed) for (const value of seen) if (value.constant) found.add(value);
  }
  return found;
}
