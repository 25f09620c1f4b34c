import type { ModelProto } from 'onnx-buf';
import type { PlainError } from '../base/errors';
import { fromPlainError, WhittleError } from '../base/errors';
import { StoredBytes } from '../base/stored-bytes';
import { checkModel } from './check/model';
import { decodeModel } from './decode';
import { resolveExternal } from './external';
import { baseName } from './external-paths';
import { fillFrom, hollowOf } from './hollow';
import { foreignError, outline, sniff, UNKNOWN_BINARY } from './sniff';
import type { NamedBytes, ReadModel } from './types';
import { MAX_BYTES } from './write';

/**
 * Reads the one ONNX model among the dropped files; the others may be its external data. Tensor bytes are views into files that are in
 * memory, so these must not be changed while the model is in use; of a file on the disk nothing large is read.
 * @throws WhittleError 'not-onnx' (with what the file is instead), 'bad-model' (cut short, damaged, two models, data that does
 *   not fit a tensor's shape), 'unsupported-opset', 'external-data-missing'.
 */
export function readModel(files: readonly NamedBytes[]): ReadModel {
  const { file, proto } = pickModel(files);
  const external = resolveExternal(
    proto,
    file.name,
    files.filter((other) => other !== file),
  );
  const name = baseName(file.name);
  checkModel(proto, name);
  const used = [...new Set(external.values())].reduce((sum, { bytes }) => sum + bytes.length, 0);
  const source = { bytes: file.bytes, external: [...external].map(([path, { bytes }]) => ({ path, bytes })) };
  return { proto, name, bytes: file.bytes.length + used, source };
}

interface Picked {
  readonly file: NamedBytes;
  readonly proto: ModelProto;
}

/** Files called .onnx go first: external data of several gigabytes is then never decoded as a model. */
function pickModel(files: readonly NamedBytes[]): Picked {
  const named = files.filter((file) => /\.onnx$/i.test(file.name));
  const problems: PlainError[] = [];
  for (const candidates of [named, files.filter((file) => !named.includes(file))]) {
    const models: Picked[] = [];
    for (const file of candidates) {
      const result = decode(file);
      if ('code' in result) problems.push(result);
      else models.push({ file, proto: result });
    }
    const [first, second] = models;
    if (first && second) {
      throw new WhittleError(
        'bad-model',
        `Two models were dropped: "${first.file.name}" and "${second.file.name}".`,
        'Drop one model at a time.',
      );
    }
    if (first) return first;
  }
  const [problem] = problems;
  throw problem ? fromPlainError(problem) : new WhittleError('not-onnx', 'No file was dropped.', 'Drop an .onnx file.');
}

function decode({ name, bytes: given }: NamedBytes): ModelProto | PlainError {
  const file = baseName(name);
  if (given.length > MAX_BYTES) {
    return {
      code: 'too-large',
      message: `"${file}" has ${given.length} bytes; an ONNX file holds at most ${MAX_BYTES}.`,
      remedy: 'Export the model with its weights in a file beside it (external data).',
    };
  }
  const bytes = given instanceof StoredBytes ? hollowOf(given) : given;
  const shape = outline(bytes);
  if (bytes.length === 0 || shape.kind !== 'model') {
    // The first bytes of another format may happen to read as fields of a model that then breaks off.
    const foreign = sniff(bytes) ?? (shape.kind === 'foreign' ? UNKNOWN_BINARY : null);
    if (foreign) return foreignError(file, foreign);
  }
  if (shape.kind === 'truncated') {
    return {
      code: 'bad-model',
      message: `"${file}" is cut short: it has ${bytes.length} bytes of at least ${shape.expectedBytes}.`,
      remedy: 'Download or copy the file again.',
    };
  }
  try {
    const proto = decodeModel(bytes);
    if (given instanceof StoredBytes) fillFrom(given, proto);
    return proto;
  } catch (cause) {
    const detail = cause instanceof Error ? cause.message : String(cause);
    if (detail.includes('recursion depth')) {
      return {
        code: 'bad-model',
        message: `"${file}" nests graphs in graphs deeper than ONNX readers follow (some 33).`,
        remedy: 'Export the model with fewer nested branches and loops.',
      };
    }
    return {
      code: 'bad-model',
      message: `"${file}" looks like an ONNX model but is damaged (${detail}).`,
      remedy: 'Download or export the file again.',
    };
  }
}
