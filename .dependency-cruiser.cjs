/**
 * The import table of the house (docs/architecture.md): a room may import itself and the rooms listed for it. Tests beside the code may
 * import any room's testing helpers too.
 */
const ROOMS = {
  base: [],
  onnx: ['base'],
  compute: ['base'],
  passes: ['base', 'onnx', 'compute'],
  recipe: ['base', 'onnx', 'passes', 'compute'],
  runtime: ['base', 'compute'],
  data: ['base'],
  measure: ['base', 'onnx', 'compute', 'runtime', 'data'],
  'engine/protocol': ['base', 'onnx', 'compute', 'recipe', 'runtime', 'data', 'passes'],
  'engine/worker': ['base', 'onnx', 'compute', 'passes', 'recipe', 'runtime', 'data', 'measure', 'engine/protocol'],
  'engine/client': ['base', 'engine/protocol'],
  report: ['base', 'recipe', 'passes', 'data', 'engine/protocol'],
  state: ['base', 'recipe', 'passes', 'data', 'report', 'engine/client', 'engine/protocol'],
  ui: ['base', 'state', 'recipe', 'passes', 'engine/protocol', 'data'],
  cli: ['base', 'onnx', 'recipe', 'passes', 'data', 'report', 'state', 'engine/protocol'],
};

const TESTS = '\\.test\\.tsx?$|/testing/';

const table = Object.entries(ROOMS).map(([room, allowed]) => ({
  name: `${room}-imports`,
  severity: 'error',
  comment: `src/${room} may import ${allowed.join(', ') || 'nothing'}`,
  from: { path: `^src/${room}/`, pathNot: TESTS },
  to: { path: '^src/', pathNot: [`^src/(${[room, ...allowed].join('|')})/`, ...(room === 'engine/client' ? ['^src/engine/worker/worker\\.ts$'] : [])] },
}));

module.exports = {
  forbidden: [
    ...table,
    { name: 'no-circles', severity: 'error', from: {}, to: { circular: true } },
    { name: 'onnxruntime-in-runtime-only', severity: 'error', from: { path: '^src/', pathNot: ['^src/runtime/', TESTS] }, to: { path: 'onnxruntime-web' } },
    {
      // The main thread may use pure parts of these rooms: metas, options and the recipe's own form, never what computes.
      name: 'page-imports-no-compute',
      severity: 'error',
      from: { path: '^src/(ui|state|main)' , pathNot: TESTS },
      to: { path: '^src/(compute|runtime|onnx|measure|engine/worker)/|^src/passes/.*/apply|^src/passes/registry|^src/recipe/(run|export)' },
    },
  ],
  options: { parser: 'swc', doNotFollow: { path: 'node_modules' }, tsPreCompilationDeps: true, moduleSystems: ['es6'] },
};
