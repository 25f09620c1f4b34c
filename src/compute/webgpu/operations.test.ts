import { readdirSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { MATMUL_KERNELS } from '../operations/shared/matmul';
import { HALF_KERNEL } from '../operations/time-matmul';
import { OPERATIONS } from './operations';
import { sourceOf } from './shaders';

const shaders = new URL('../../../shaders/', import.meta.url);
/** Of all operations, and those that the benchmark chooses by the device. */
const KERNELS = [...OPERATIONS.flatMap(({ kernels }) => kernels), ...Object.values(MATMUL_KERNELS), HALF_KERNEL];

it('finds every operation by its file, and every file of a kernel by its name', () => {
  const files = readdirSync(new URL('../operations/', import.meta.url)).filter(
    (name) => name.endsWith('.ts') && !name.endsWith('.test.ts'),
  );
  expect(OPERATIONS.length).toBeGreaterThanOrEqual(files.length);
  for (const kernel of KERNELS) expect(sourceOf(kernel)).toContain('fn main(');
  expect(() => sourceOf({ name: 'none', source: ['none'] })).toThrow('shaders/none.wgsl');
});

it('every shader is part of a kernel, and every kernel has its row in shaders/README.md', () => {
  const used = new Set(KERNELS.flatMap(({ source }) => source));
  const files = readdirSync(shaders, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.wgsl'))
    .map((name) => name.replace('.wgsl', ''));
  expect(files.filter((file) => !used.has(file))).toEqual([]);
  const rows = readFileSync(new URL('README.md', shaders), 'utf8');
  for (const { source } of KERNELS) expect(rows).toContain(`| \`${source.at(-1)}\` |`);
});
