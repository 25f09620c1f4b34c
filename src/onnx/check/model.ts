import type { ModelProto } from 'onnx-buf';
import { WhittleError } from '../../base/errors';
import { allTensorsOf, scopesOf } from '../graph';
import { isOnnx, opsetOf } from '../nodes';
import { shapeOf } from '../tensor';
import { checkGraphs } from './graphs';
import { badModel, quoted, RE_EXPORT } from './problem';
import { shapeText, tensorProblem } from './tensors';

const MIN_OPSET = 7;
const MAX_OPSET = 25;

/**
 * Checks that a decoded message is a model that this studio can work with: the rules of ONNX on which everything behind this line relies.
 * @throws WhittleError 'bad-model' where parts are missing, values are made twice or read before they are made, an attribute is not of its
 *   type or a tensor's data does not fit its shape (node, attribute or tensor are named); 'unsupported-opset' outside 7..25.
 */
export function checkModel(proto: ModelProto, name: string): void {
  const fail = (what: string): never => {
    throw badModel(`${quoted(name)} ${what}.`, RE_EXPORT);
  };
  const { graph } = proto;
  if (!graph) return fail('has no graph');
  if (graph.node.length === 0) fail('has a graph without nodes');
  if (graph.output.length === 0) fail('has a graph without outputs');
  if (proto.irVersion < 1n) fail('does not say which version of ONNX it is in');
  checkOpsets(proto, name, fail);
  for (const tensor of allTensorsOf(proto)) {
    const problem = tensorProblem(tensor);
    if (problem !== null) throw badModel(`Tensor ${quoted(tensor.name)} ${shapeText(shapeOf(tensor))} ${problem}.`, RE_EXPORT);
  }
  checkGraphs(proto);
}

function checkOpsets(proto: ModelProto, name: string, fail: (what: string) => never): void {
  const versions = new Map<string, bigint>();
  for (const { domain, version } of proto.opsetImport) {
    const key = isOnnx(domain) ? '' : domain;
    const other = versions.get(key);
    if (other !== undefined && other !== version)
      fail(`imports two versions of the operator set ${quoted(key === '' ? 'ai.onnx' : domain)}, ${other} and ${version}`);
    versions.set(key, version);
  }
  const opset = opsetOf(proto);
  if (opset === 0) {
    // Trees and other models of ai.onnx.ml alone need none.
    if (scopesOf(proto).some(({ graph }) => graph.node.some((node) => isOnnx(node.domain))))
      fail('does not say which ONNX operator set it uses');
    return;
  }
  if (opset < MIN_OPSET || opset > MAX_OPSET) {
    throw new WhittleError(
      'unsupported-opset',
      `"${name}" uses ONNX operator set ${opset}; ${MIN_OPSET} to ${MAX_OPSET} are supported.`,
      opset < MIN_OPSET
        ? 'Convert it with onnx.version_converter, or export it again at a later opset.'
        : 'Export it again at an earlier opset.',
    );
  }
}
