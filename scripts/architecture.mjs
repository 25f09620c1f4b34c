/**
 * Checks the import table of the house (docs/architecture.md) and looks for circles. Every import counts: of values and of types, static,
 * dynamic and re-exported. A room may import itself and the rooms listed for it; tests beside the code any room.
 */
import { parseSync } from '@swc/core';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join, posix } from 'node:path';
import { fileURLToPath } from 'node:url';

const HOUSE = fileURLToPath(new URL('..', import.meta.url));
/** What each room of src may import besides itself, as the document's table says. */
const ROOMS = Object.fromEntries(
  [...readFileSync(join(HOUSE, 'docs/architecture.md'), 'utf8').matchAll(/^\| `src\/(.+)\/` \|.*\| (.+) \|$/gm)].map(([, room, may]) => [
    room,
    may === 'nothing' ? [] : may.split(', '),
  ]),
);
const TESTS = /\.test\.tsx?$|\/testing\//;
/** The main thread may use pure parts of these rooms: metas, options and the recipe's own form, never what computes. */
const PAGE = /^src\/(ui|state|main)/;
const COMPUTES =
  /^src\/(compute|runtime|onnx|measure|engine\/worker)\/|^src\/passes\/.*\/apply|^src\/passes\/registry|^src\/recipe\/(run|export)/;

/** What has a device: other rooms get a compute, and import its interface and operations. */
const MAKERS = /^src\/compute\/(index|cpu|webgpu\/|threads\/|node\/|web\/)/;

/** Builds of onnxruntime, and who alone imports each. The types that they share are the runtime's. */
const RUNTIMES = {
  'onnxruntime-web': 'src/runtime/web',
  'onnxruntime-node': 'src/runtime/node',
  'onnxruntime-common': 'src/runtime',
};

const roomOf = (path) => Object.keys(ROOMS).find((room) => path.startsWith(`src/${room}/`));

/** What is wrong with one import, or null. `to` is a path from the root, or a package's name. */
function broken(from, to) {
  if (TESTS.test(from)) return null;
  const room = roomOf(from);
  if (to.startsWith('src/')) {
    const allowed = room === undefined ? null : [room, ...ROOMS[room]];
    const worker = room === 'engine/client' && to === 'src/engine/worker/worker.ts';
    if (allowed && !worker && !allowed.some((name) => to.startsWith(`src/${name}/`)))
      return `src/${room} may import ${ROOMS[room].join(', ') || 'nothing'}`;
    if (MAKERS.test(to) && !['compute', 'engine/worker', 'engine/node'].includes(room)) return 'only the engine makes a compute';
    if (PAGE.test(from) && COMPUTES.test(to)) return 'the page imports nothing that computes';
  } else if (to.startsWith('onnxruntime-')) {
    const folder = RUNTIMES[to.split('/')[0]];
    if (!from.startsWith(`${folder}/`)) return `only ${folder} imports it`;
  }
  return null;
}

/** Every module that a source names, in whatever form. */
function importsOf(path, source) {
  const names = [];
  const visit = (node) => {
    if (node === null || typeof node !== 'object') return;
    if (Array.isArray(node)) return node.forEach(visit);
    if (/^(Import|ExportNamed|ExportAll)Declaration$/.test(node.type) && node.source) names.push(node.source.value);
    else if (node.type === 'TsImportType') names.push(node.argument.value);
    else if (node.type === 'CallExpression' && node.callee.type === 'Import' && node.arguments[0]?.expression.type === 'StringLiteral')
      names.push(node.arguments[0].expression.value);
    Object.values(node).forEach(visit);
  };
  visit(parseSync(source, { syntax: 'typescript', tsx: path.endsWith('.tsx'), target: 'es2022' }).body);
  return names;
}

/**
 * A path from the root for a relative import, else the package's name. Throws where no file is there: an edge that is lost hides a breach.
 */
function resolve(root, from, name) {
  if (!name.startsWith('.')) return name;
  const bare = posix.join(posix.dirname(from), name.replace(/\?.*$/, ''));
  const found = ['', '.ts', '.tsx', '/index.ts']
    .map((end) => bare + end)
    .find((path) => existsSync(join(root, path)) && statSync(join(root, path)).isFile());
  if (found === undefined) throw new Error(`${from} imports "${name}", which is no file`);
  return found;
}

/** One circle for each file at which a walk along the imports comes back to where it is. */
function circles(graph) {
  const done = new Set();
  const trail = [];
  const found = [];
  const walk = (path) => {
    const at = trail.indexOf(path);
    if (at !== -1) return void found.push([...trail.slice(at), path].join(' -> '));
    if (done.has(path)) return;
    trail.push(path);
    for (const to of graph.get(path) ?? []) walk(to);
    trail.pop();
    done.add(path);
  };
  for (const path of graph.keys()) walk(path);
  return found;
}

/** Entries of the table that no import needs, and names in it that are no rooms. */
function idle(graph) {
  const used = new Set();
  for (const [from, all] of graph) if (!TESTS.test(from)) for (const to of all) used.add(`${roomOf(from)} ${roomOf(to)}`);
  return Object.entries(ROOMS).flatMap(([room, may]) =>
    may.filter((name) => !used.has(`${room} ${name}`)).map((name) => `docs/architecture.md: src/${room} does not import ${name}`),
  );
}

/** Breaches of the table and circles below `root`/src, and how much was looked at. */
export function check(root) {
  const paths = readdirSync(join(root, 'src'), { recursive: true })
    .map((path) => `src/${path.replaceAll('\\', '/')}`)
    .filter((path) => /(?<!\.d)\.tsx?$/.test(path));
  const graph = new Map(
    paths.map((path) => [path, importsOf(path, readFileSync(join(root, path), 'utf8')).map((name) => resolve(root, path, name))]),
  );
  const breaches = [...graph].flatMap(([from, all]) =>
    all.flatMap((to) => {
      const why = broken(from, to);
      return why === null ? [] : [`${from} imports ${to}: ${why}`];
    }),
  );
  const homeless = paths.filter((path) => roomOf(path) === undefined && posix.dirname(path) !== 'src');
  return {
    problems: [
      ...homeless.map((path) => `${path} is in no room of docs/architecture.md`),
      ...breaches,
      ...circles(graph).map((circle) => `circle: ${circle}`),
    ],
    idle: idle(graph),
    files: graph.size,
    imports: [...graph.values()].flat().length,
  };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { problems: breaches, idle: unused, files, imports } = check(HOUSE);
  const problems = [...breaches, ...unused];
  for (const problem of problems) console.error(problem);
  console.log(
    `${files} files, ${imports} imports: ${problems.length === 0 ? 'the table is kept, without circles.' : `${problems.length} problems.`}`,
  );
  process.exitCode = problems.length > 0 ? 1 : 0;
}
