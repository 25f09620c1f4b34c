export { createEngine } from './engine';
export type { Engine } from './types';
