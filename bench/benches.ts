import type { Bench } from './harness/bench';

/** Every bench by its name; loaded when it is run or listed. */
export const BENCHES: Readonly<Record<string, () => Promise<Bench>>> = {
  accuracy: async () => (await import('./accuracy/run')).bench,
  'accuracy-mixed': async () => (await import('./accuracy/mixed')).bench,
  'accuracy-time': async () => (await import('./accuracy/time')).bench,
  data: async () => (await import('./data/run')).bench,
  fits: async () => (await import('./fits/run')).bench,
  forms: async () => (await import('./forms/run')).bench,
  judges: async () => (await import('./judges/run')).bench,
  large: async () => (await import('./large/run')).bench,
  'large-native': async () => (await import('./large/native')).bench,
  'matmul-stack': async () => (await import('./matmul-stack/run')).bench,
  moves: async () => (await import('./moves/run')).bench,
  peers: async () => (await import('./peers/run')).bench,
  'same-file': async () => (await import('./same-file/run')).bench,
  sensitivity: async () => (await import('./sensitivity/run')).bench,
  start: async () => (await import('./start/run')).bench,
  'static-int8': async () => (await import('./static-int8/run')).bench,
};
