import { fileURLToPath } from 'node:url';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vitest/config';
import { contentPolicyPlugin, HARDENING, ISOLATION } from './scripts/content-policy.ts';
import { engineVersion } from './scripts/engine-version.ts';
import { thirdPartyNotices } from './scripts/third-party-notices.ts';

const root = fileURLToPath(new URL('.', import.meta.url));
const notices = thirdPartyNotices();

export default defineConfig(({ command }) => ({
  base: './',
  plugins: [react(), contentPolicyPlugin(), notices.page],
  // While the sources may change under the page, nothing tells results of one state from another's.
  define: { ENGINE_VERSION: JSON.stringify(command === 'build' ? engineVersion(root) : null) },
  resolve: { alias: { 'react-style-singleton': fileURLToPath(new URL('src/ui/parts/constructed-style.ts', import.meta.url)) } },
  server: { headers: ISOLATION },
  preview: { headers: { ...ISOLATION, ...HARDENING } },
  worker: { format: 'es', plugins: () => [notices.workers] },
  optimizeDeps: { exclude: ['onnxruntime-web'] },
  // Files within scripts and style sheets would need more of the content policy.
  build: { target: 'es2023', assetsInlineLimit: 0 },
  // The first import of onnxruntime's wasm takes seconds on a busy machine.
  test: {
    include: ['src/**/*.test.ts', 'src/**/*.test.tsx', 'scripts/**/*.test.ts', 'fuzz/*.test.ts', 'bench/**/*.test.ts'],
    // Vitest leaves one core to itself, which on a machine of two is half of it.
    maxWorkers: '100%',
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // The package's web build fetches its wasm, which Node cannot do from a file.
    alias: { 'brotli-wasm': fileURLToPath(new URL('node_modules/brotli-wasm/index.node.js', import.meta.url)) },
  },
}));
