import { WhittleError } from '../../base/errors';
import type { Kernel } from '../types';

const FILES = import.meta.glob<string>('../../../shaders/**/*.wgsl', { query: '?raw', import: 'default', eager: true });

/** The WGSL of a kernel: its files one after another (see shaders/README.md). */
export function sourceOf({ name, source }: Kernel): string {
  return source
    .map((file) => {
      const text = FILES[`../../../shaders/${file}.wgsl`];
      if (text === undefined) throw new WhittleError('internal', `The kernel ${name} is made of shaders/${file}.wgsl, which is no file.`);
      return text;
    })
    .join('');
}
