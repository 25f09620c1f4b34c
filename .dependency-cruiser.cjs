/** The import table of the house: a room may import only itself and the rooms listed for it. */
const rooms = {
  base: [],
  onnx: ['base'],
  compute: ['base'],
  passes: ['base', 'onnx', 'compute'],
  recipe: ['base', 'onnx', 'passes', 'compute'],
  runtime: ['base', 'compute'],
  data: ['base'],
  measure: ['base', 'onnx', 'compute', 'runtime', 'data'],
};
module.exports = { forbidden: [], options: { parser: 'swc', doNotFollow: { path: 'node_modules' } } };
