import { fileURLToPath } from 'node:url';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vitest/config';

// Cross-origin isolation gives onnxruntime's WASM backend its threads and the page a precise clock.
const isolation = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
};

export default defineConfig({
  base: './',
  plugins: [react()],
  server: { headers: isolation },
  preview: { headers: isolation },
  worker: { format: 'es' },
  optimizeDeps: { exclude: ['onnxruntime-web'] },
  build: { target: 'es2023' },
  // The first import of onnxruntime's wasm takes seconds on a busy machine.
  test: {
    include: ['src/**/*.test.ts', 'src/**/*.test.tsx', 'fuzz/*.test.ts'],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // The package's web build fetches its wasm, which Node cannot do from a file.
    alias: { 'brotli-wasm': fileURLToPath(new URL('node_modules/brotli-wasm/index.node.js', import.meta.url)) },
  },
});
