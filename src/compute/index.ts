export * from './types';
export { createCpuCompute } from './cpu';
