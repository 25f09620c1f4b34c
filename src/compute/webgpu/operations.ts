import type { Kernel, Operation } from '../types';

const MODULES = import.meta.glob<Readonly<Record<string, unknown>>>(['../operations/*.ts', '!../operations/*.test.ts'], { eager: true });

/** An operation of whatever arguments. */
export type AnyOperation = Pick<Operation<never, unknown>, 'kernels' | 'compiled' | 'task'>;

/** Every operation of src/compute/operations/. */
export const OPERATIONS: readonly AnyOperation[] = Object.values(MODULES).flatMap((module) => Object.values(module).filter(isOperation));

function isOperation(value: unknown): value is AnyOperation {
  return typeof value === 'object' && value !== null && 'kernels' in value && 'cpu' in value && 'gpu' in value;
}

/** The kernels that are compiled with the device. */
export function earlyKernels(): Kernel[] {
  return OPERATIONS.flatMap(({ kernels, compiled }) => (compiled === 'at-start' ? kernels : []));
}
