import { expect, test } from 'vitest';
import { safeFileName } from './file-name';

test.each([
  ['net-int8.onnx', 'net-int8.onnx'],
  ['größe 3 (a).onnx', 'größe 3 (a).onnx'],
  ['../../etc/pass\\wd', '_.._etc_pass_wd'],
  ['a\u0000b\nc\u202exnno.onnx', 'a_b_c_xnno.onnx'],
  ['CON.onnx', 'CON_.onnx'],
  ['lpt1', 'lpt1_'],
  ['console.onnx', 'console.onnx'],
  ['...', 'file'],
  ['', 'file'],
  [`${'x'.repeat(300)}.onnx`, `${'x'.repeat(195)}.onnx`],
])('%j', (given, wanted) => expect(safeFileName(given)).toBe(wanted));
