import type { PlainError } from '../base/errors';

/** What a dropped file is when it is not an ONNX model. */
export interface Foreign {
  readonly format: string;
  /** Ends a sentence that starts with the file's name: "is a TensorFlow Lite model." */
  readonly message: string;
  readonly remedy: string;
}

interface Signature extends Foreign {
  readonly matches: (bytes: Uint8Array, head: string) => boolean;
}

const HEAD_BYTES = 1024;
const ZIP_SCAN_BYTES = 1 << 16;

/** In order: the first that matches wins. `head` is the first KiB as Latin-1, so that any byte is one character. */
const SIGNATURES: readonly Signature[] = [
  {
    format: 'empty',
    message: 'is empty (0 bytes).',
    remedy: 'Download or export the file again.',
    matches: (bytes) => bytes.length === 0,
  },
  {
    format: 'git-lfs',
    message: 'is a Git LFS pointer, a few lines of text that stand for the real file.',
    remedy: 'Run "git lfs pull" in the repository, or use the download button of the model page, and drop the real file.',
    matches: (_, head) => head.startsWith('version https://git-lfs.github.com/'),
  },
  {
    format: 'html',
    message: 'is a web page (HTML), not a model.',
    remedy: 'The download saved a page instead of the file. Use the raw or download link of the model.',
    matches: (_, head) => /^(?:\u00EF\u00BB\u00BF)?\s*(?:<!--[^>]*-->\s*)?<(?:!doctype html|html|head|body)\b/i.test(head),
  },
  {
    format: 'gguf',
    message: 'is a GGUF file (llama.cpp).',
    remedy: 'Take the ONNX export of the same model, or export the original checkpoint with Hugging Face Optimum.',
    matches: (_, head) => head.startsWith('GGUF'),
  },
  {
    format: 'tflite',
    message: 'is a TensorFlow Lite model.',
    remedy: 'Convert it with tf2onnx: python -m tf2onnx.convert --tflite model.tflite --output model.onnx',
    matches: (_, head) => head.slice(4, 8) === 'TFL3',
  },
  {
    format: 'ort',
    message: 'is an ONNX Runtime ORT-format model, already compiled for one runtime.',
    remedy: 'Drop the .onnx file that it was made from.',
    matches: (_, head) => head.slice(4, 8) === 'ORTM',
  },
  {
    format: 'keras-hdf5',
    message: 'is an HDF5 file, the form of Keras .h5 models.',
    remedy: 'Load it in Keras and convert it with tf2onnx: python -m tf2onnx.convert --keras model.h5 --output model.onnx',
    matches: (_, head) => head.startsWith('\u0089HDF\r\n\u001A\n'),
  },
  {
    format: 'pytorch',
    message: 'is a PyTorch checkpoint.',
    remedy: 'Load it in Python and export it: torch.onnx.export(model, example_input, "model.onnx")',
    matches: (bytes, head) => (isZip(head) && zipNames(bytes).includes('data.pkl')) || head.startsWith('\u0080\u0002\u008A\nl\u00FC'),
  },
  {
    format: 'keras-zip',
    message: 'is a Keras 3 model (.keras).',
    remedy: 'Load it in Keras and export it: model.export("model.onnx", format="onnx")',
    matches: (bytes, head) => isZip(head) && zipNames(bytes).includes('model.weights.h5'),
  },
  {
    format: 'zip',
    message: 'is a zip archive.',
    remedy: 'Unpack it and drop the .onnx file inside (with its data files, if it has any).',
    matches: (_, head) => isZip(head),
  },
  {
    format: 'gzip',
    message: 'is a gzip archive.',
    remedy: 'Unpack it and drop the .onnx file inside.',
    matches: (_, head) => head.startsWith('\u001F\u008B'),
  },
  {
    format: 'safetensors',
    message: 'is a safetensors file: weights only, without the network that uses them.',
    remedy: 'Take the ONNX export of the same model, or export the checkpoint with Hugging Face Optimum.',
    matches: isSafetensors,
  },
  {
    format: 'numpy',
    message: 'is a NumPy array.',
    remedy: 'Drop an .onnx model here; arrays belong to the data of an evaluation.',
    matches: (_, head) => head.startsWith('\u0093NUMPY'),
  },
  {
    format: 'image',
    message: 'is an image.',
    remedy: 'Drop an .onnx model here; images belong to the data of an evaluation.',
    matches: (_, head) => head.startsWith('\u0089PNG') || head.startsWith('\u00FF\u00D8\u00FF') || /^RIFF.{4}WEBP/s.test(head),
  },
  {
    format: 'text',
    message: 'is a text file.',
    remedy: 'Drop the .onnx file itself.',
    // Control characters other than white space do not occur in text, in any encoding that is a superset of ASCII.
    // oxlint-disable-next-line no-control-regex
    matches: (_, head) => !/[\u0000-\u0008\u000E-\u001A\u001C-\u001F\u007F]/.test(head),
  },
];

function isZip(head: string): boolean {
  return head.startsWith('PK\u0003\u0004') || head.startsWith('PK\u0005\u0006');
}

/** The start and end of an archive as text: entry names stand in both places uncompressed. */
function zipNames(bytes: Uint8Array): string {
  return latin1(bytes.subarray(0, ZIP_SCAN_BYTES)) + latin1(bytes.subarray(-ZIP_SCAN_BYTES));
}

function isSafetensors(bytes: Uint8Array, head: string): boolean {
  if (bytes.length < 10 || head[8] !== '{') return false;
  const headerBytes = new DataView(bytes.buffer, bytes.byteOffset, 8).getBigUint64(0, true);
  return headerBytes > 1n && headerBytes < 1n << 30n && /^\{\s*("|\})/.test(head.slice(8));
}

function latin1(bytes: Uint8Array): string {
  return new TextDecoder('latin1').decode(bytes);
}

/** Recognises a file that is not ONNX by its content; null where nothing is known that speaks against ONNX. */
export function sniff(bytes: Uint8Array): Foreign | null {
  // TextDecoder's latin1 is windows-1252, which moves 0x80-0x9F; signatures want the bytes as they are.
  const head = String.fromCodePoint(...bytes.subarray(0, HEAD_BYTES));
  const match = SIGNATURES.find((signature) => signature.matches(bytes, head));
  return match ? { format: match.format, message: match.message, remedy: match.remedy } : null;
}

/** Fields of ModelProto by number, with their wire types (0 varint, 2 length-delimited). */
const MODEL_FIELDS: ReadonlyMap<number, number> = new Map([
  [1, 0],
  [2, 2],
  [3, 2],
  [4, 2],
  [5, 0],
  [6, 2],
  [7, 2],
  [8, 2],
  [14, 2],
  [20, 2],
  [25, 2],
  [26, 2],
]);

export type Outline =
  { readonly kind: 'model' } | { readonly kind: 'foreign' } | { readonly kind: 'truncated'; readonly expectedBytes: number };

/**
 * Walks the outermost protobuf fields only, which is quick for any size. A file that has fields of ModelProto but ends inside
 * one is a truncated model; `expectedBytes` is the least size the file must have had.
 */
export function outline(bytes: Uint8Array): Outline {
  let at = 0;
  let fields = 0;
  const varint = (): number => {
    let value = 0;
    for (let shift = 0; shift < 64; shift += 7) {
      const byte = bytes[at++];
      if (byte === undefined) return Number.NaN;
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) break;
    }
    return value;
  };
  while (at < bytes.length) {
    const tag = varint();
    if (Number.isNaN(tag)) break;
    if (MODEL_FIELDS.get(Math.floor(tag / 8)) !== tag % 8) return { kind: 'foreign' };
    const value = varint();
    if (tag % 8 === 2) at += value;
    fields++;
    if (!(at <= bytes.length))
      return fields > 1 ? { kind: 'truncated', expectedBytes: Number.isNaN(at) ? bytes.length + 1 : at } : { kind: 'foreign' };
  }
  return { kind: 'model' };
}

/** The error for a file that is not ONNX, in the words of the table. */
export function foreignError(name: string, foreign: Foreign): PlainError {
  return { code: 'not-onnx', message: `"${name}" ${foreign.message}`, remedy: foreign.remedy };
}

/** For bytes that match no entry of the table and are no protobuf of a model either. */
export const UNKNOWN_BINARY: Foreign = {
  format: 'binary',
  message: 'is not an ONNX model: its bytes are of no format that is known here.',
  remedy: 'Drop an .onnx file. Models of other frameworks must be exported to ONNX first.',
};
