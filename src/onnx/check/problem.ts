import type { NodeProto } from 'onnx-buf';
import { WhittleError } from '../../base/errors';
import { readableText } from '../text';

export const RE_EXPORT = 'The file is damaged or was cut short. Download or export it again.';

/** `bad-model`; @param what a sentence that names the node or tensor and its value. */
export function badModel(what: string, remedy = RE_EXPORT): WhittleError {
  return new WhittleError('bad-model', what, remedy);
}

/** A node as an error names it: by its name, else by the first value that it makes. */
export function nodeLabel(node: NodeProto): string {
  const made = node.output.find((name) => name !== '');
  const label = node.name === '' ? made && `that makes ${quoted(made)}` : quoted(node.name);
  return ['Node', label, `(${shortened(node.opType)})`].filter(Boolean).join(' ');
}

/** A name from the file as messages show it: in quotes, and cut where it is long. */
export function quoted(name: string): string {
  return `"${shortened(name)}"`;
}

/** Names of damaged files may be megabytes of anything. */
function shortened(name: string): string {
  const text = readableText(name);
  return text.length > 120 ? `${text.slice(0, 120)}…` : text;
}
