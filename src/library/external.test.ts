import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { externalFiles } from './external';
import { WhittleError } from '../base/errors';
import { externalModel } from './testing/external-model';

let root = '';
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'whittle-external-'));
});
afterEach(() => rmSync(root, { recursive: true }));

function put(path: string, bytes: Uint8Array | string = 'data'): string {
  const whole = join(root, path);
  mkdirSync(dirname(whole), { recursive: true });
  writeFileSync(whole, bytes);
  return whole;
}

test('files of any name, where the model says: one name in two folders too', () => {
  const [a, b] = [put('m/enc/w.bin'), put('m/dec/w.bin')];
  put('m/w.bin');
  expect(externalFiles(put('m/net.onnx', externalModel('enc/w.bin', './dec/w.bin')))).toEqual([
    { path: a, name: 'enc/w.bin' },
    { path: b, name: './dec/w.bin' },
  ]);
});

test('one file by two spellings is one, a Windows path means its folders, and a model without such data has none', () => {
  put('m/sub/w.bin');
  expect(externalFiles(put('m/net.onnx', externalModel('sub\\w.bin', 'sub//w.bin')))).toEqual([
    { path: join(root, 'm/sub/w.bin'), name: 'sub\\w.bin' },
  ]);
  expect(externalFiles(put('m/plain.onnx', externalModel()))).toEqual([]);
  expect(externalFiles(put('m/none.onnx', 'not a model'))).toEqual([]);
});

test.each(['../w.bin', '/etc/hostname', 'sub/../../w.bin', 'C:\\w.bin', '..\\w.bin'])(
  '"%s" leaves the folder: refused by name',
  (location) => {
    put('w.bin');
    put('m/sub/x');
    const model = put('m/net.onnx', externalModel(location));
    expect(() => externalFiles(model)).toThrow(WhittleError);
    expect(() => externalFiles(model)).toThrow(`"${location}", which is outside`);
  },
);

test('a link out of the folder is refused, of a file as of a folder', () => {
  put('elsewhere/w.bin');
  mkdirSync(join(root, 'm'));
  symlinkSync(join(root, 'elsewhere/w.bin'), join(root, 'm/w.bin'));
  symlinkSync(join(root, 'elsewhere'), join(root, 'm/sub'));
  for (const location of ['w.bin', 'sub/w.bin'])
    expect(() => externalFiles(put('m/net.onnx', externalModel(location)))).toThrow(`"${location}", which is outside`);
});

test('a model that is a link, as in a download cache: its data lie beside it or beside what it links to', () => {
  const model = put('blobs/0a1b', externalModel('net.onnx_data'));
  put('blobs/2c3d');
  mkdirSync(join(root, 'snapshot'));
  symlinkSync(model, join(root, 'snapshot/net.onnx'));
  symlinkSync(join(root, 'blobs/2c3d'), join(root, 'snapshot/net.onnx_data'));
  expect(externalFiles(join(root, 'snapshot/net.onnx'))).toEqual([{ path: join(root, 'snapshot/net.onnx_data'), name: 'net.onnx_data' }]);
  const beside = put('blobs/net.onnx_data');
  rmSync(join(root, 'snapshot/net.onnx_data'));
  expect(externalFiles(join(root, 'snapshot/net.onnx'))).toEqual([{ path: beside, name: 'net.onnx_data' }]);
});

test('what is missing or a folder is told with its path', () => {
  mkdirSync(join(root, 'm/dir'), { recursive: true });
  expect(() => externalFiles(put('m/net.onnx', externalModel('w.bin')))).toThrow(`${join(root, 'm/w.bin')} does not exist`);
  expect(() => externalFiles(put('m/net.onnx', externalModel('dir')))).toThrow(/dir is no file/);
});
