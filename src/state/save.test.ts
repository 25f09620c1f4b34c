import { resolveObjectURL } from 'node:buffer';
import { expect, test, vi } from 'vitest';
import { saveFile } from './save';
import { catchDownloads } from './testing/downloads';

test('a file is handed out under a name that systems take, and let go of once the browser has it', async () => {
  vi.useFakeTimers();
  const downloads = catchDownloads();
  saveFile('../net:1.onnx', new Blob(['bytes']));
  const saved = await downloads[0];
  expect(saved).toMatchObject({ name: '_net_1.onnx', text: 'bytes' });
  expect(resolveObjectURL(saved?.url ?? '')).toBeDefined();
  vi.runAllTimers();
  expect(resolveObjectURL(saved?.url ?? '')).toBeUndefined();
});
