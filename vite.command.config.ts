/**
 * Bundles the command and the library for Node into dist-node/: what the command starts with is small, and heavy parts (engine, runtime,
 * pictures, browser) are chunks that are loaded when they are needed.
 */
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';
import { engineVersion } from './scripts/engine-version.ts';
import { packageNotices } from './scripts/third-party-notices.ts';

const root = fileURLToPath(new URL('.', import.meta.url));

/** Files of the bundle that are loaded by name. A worker thread's is named here and started by `startThread` (src/base/node/thread.ts). */
const ENTRIES = { whittle: 'src/cli/main.ts', index: 'src/library/index.ts', 'compute-thread': 'src/compute/node/thread.ts' };

/** Native code, and tools of a checkout: taken from node_modules when first needed, where they are installed. */
const EXTERNAL = ['onnxruntime-node', 'sharp', 'webgpu', 'playwright', 'vite'];

export default defineConfig({
  root,
  publicDir: false,
  plugins: [packageNotices(root)],
  define: { ENGINE_VERSION: JSON.stringify(engineVersion(root)) },
  ssr: { noExternal: true, external: EXTERNAL },
  build: {
    ssr: true,
    outDir: 'dist-node',
    target: 'node20',
    // All in one folder, so that an entry is found beside whichever chunk asks for it.
    rolldownOptions: { input: ENTRIES, output: { entryFileNames: '[name].js', chunkFileNames: '[name]-[hash].js' } },
  },
});
