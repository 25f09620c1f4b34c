import { subgraphsOf } from '../../onnx/nodes';
import { operatorOf } from '../../onnx/operators/table';
import type { Value, ValueIndex } from '../../onnx/values';

type Origin = 'constant' | 'shape' | null;

/**
 * Whether a value is worked out from constants alone, or from constants and shapes; null where data goes in. What random makers
 * and graphs inside nodes give counts as data, and so does a tensor filled to a shape.
 */
export function createOrigins(index: ValueIndex): (value: Value) => Origin {
  const known = new Map<Value, Origin>();
  const answer = (value: Value): Origin => {
    const kept = known.get(value);
    if (kept !== undefined) return kept;
    known.set(value, null);
    const result = work(value);
    known.set(value, result);
    return result;
  };
  const work = ({ producer, constant, scope }: Value): Origin => {
    if (constant !== null || producer?.opType === 'Constant') return 'constant';
    if (!producer || operatorOf(producer)?.random === true || subgraphsOf(producer).length > 0) return null;
    if (producer.opType === 'Shape' || producer.opType === 'Size') return 'shape';
    const origins = producer.input.flatMap((name) => {
      const input = index.find(scope, name);
      return input ? [answer(input)] : [];
    });
    if (origins.length === 0 || origins.includes(null)) return null;
    if (!origins.includes('shape')) return 'constant';
    return producer.opType === 'ConstantOfShape' ? null : 'shape';
  };
  return answer;
}
