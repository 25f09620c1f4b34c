/** Sentences of the truth meter about where operators run. */
import { agreeing, counted } from '../base/plural';
import { PROVIDERS } from '../runtime/providers';
import type { Placement } from '../runtime/types';
import type { Sentence, TruthInput } from './truth-types';

/** Operators of quantized activations: none has a kernel in the WebGPU backend, so that each costs a copy to the CPU and one back. */
const ACTIVATION_OPS: readonly string[] = [
  'QuantizeLinear',
  'DynamicQuantizeLinear',
  'QLinearConv',
  'QLinearMatMul',
  'ConvInteger',
  'MatMulInteger',
];

/**
 * Whether quantized activations suit the provider, from where the nodes of this file really ran if that was profiled. Nothing where it has
 * none and the provider computes on integers.
 */
export function placementSentences(input: TruthInput): Sentence[] {
  const { ep, ops, recipe, placement, measured } = input;
  const quantized = recipe.quantizedActivations || ACTIVATION_OPS.some((op) => (ops[op] ?? 0) > 0);
  if (PROVIDERS[ep].integers) {
    const text = `Quantized activations suit ${PROVIDERS[ep].name}, which has integer kernels for uint8 activations and int8 weights.`;
    if (!quantized) return [];
    return [
      measured === null ? { level: 'unknown', text: `${text} Whether they are faster is not measured here.` } : { level: 'smaller', text },
    ];
  }
  if (placement === null) {
    const wrong =
      'Quantized activations are the wrong form for WebGPU: QuantizeLinear runs ' +
      'on the CPU there, with a copy each way. They suit WASM and native runtimes.';
    return [
      ...(quantized ? [{ level: 'warning', text: wrong } as const] : []),
      { level: 'unknown', text: 'Where each operator runs: not measured yet.' },
    ];
  }
  return placedSentences(placement, quantized);
}

function placedSentences({ operators, copies, gpuNodes, cpuNodes }: Placement, quantized: boolean): Sentence[] {
  const paid = copies.toHost + copies.fromHost;
  if (paid === 0) {
    const small = cpuNodes === 0 ? '' : ` ${cpuNodes} on the CPU ${agreeing(cpuNodes, 'costs', 'cost')} no copy.`;
    return [{ level: 'same', text: `${counted(gpuNodes, 'node')} ran on the GPU, with no copies to the CPU in between.${small}` }];
  }
  const onCpu = operators.filter((o) => o.provider === 'CPU');
  const names = onCpu.map((o) => (o.count === 1 ? o.op : `${o.op} (${o.count})`)).join(', ');
  const copied = `with ${counted(paid, 'copy', 'copies')} between GPU and CPU in every run`;
  if (quantized && onCpu.some((o) => ACTIVATION_OPS.includes(o.op))) {
    return [
      {
        level: 'warning',
        text:
          'Quantized activations are the wrong form for WebGPU: ' +
          `${names} ran on the CPU, ${copied}. They suit WASM and native runtimes.`,
      },
    ];
  }
  return [{ level: 'warning', text: `${names || 'Parts of the model'} ran on the CPU, ${copied}.` }];
}
