/**
 * Writes third-party-notices.txt into the build: every npm package of which the bundler took something (scripts of the page and of its
 * workers, WebAssembly, fonts), with its licence's text, and the sample models.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Plugin } from 'vite';
import { standardText } from './licences/standard.ts';

/** What a package's notice says. */
export interface Notice {
  readonly name: string;
  readonly version: string;
  /** SPDX expression, as its package.json gives it. */
  readonly licence: string;
  readonly text: string;
}

interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly license?: string;
  readonly author?: string | { readonly name: string };
}

/** The part of rolldown's output that says where it came from. */
type Output =
  | { readonly type: 'asset'; readonly originalFileNames: readonly string[] }
  | { readonly type: 'chunk'; readonly modules: Readonly<Record<string, { readonly renderedLength: number }>> };

interface Sample {
  readonly name: string;
  readonly licence: string;
  readonly source: string;
  /** File within node_modules, for samples that a package brings. */
  readonly npm?: string;
}

/** The folder of the package that a module is from, or null for modules of Whittle and of the bundler. */
export function packageFolder(module: string): string | null {
  // Greedy: of nested packages the innermost.
  const [, folder] = /^\0?(.*node_modules\/(?:@[^/]+\/)?[^/?]+)\//.exec(module.replaceAll('\\', '/')) ?? [];
  return folder ?? null;
}

/** Modules and files that a bundle holds code or bytes of: what was shaken off is not among them. */
export function bundledFiles(bundle: Readonly<Record<string, Output>>): string[] {
  return Object.values(bundle).flatMap((output) =>
    output.type === 'asset'
      ? output.originalFileNames
      : Object.entries(output.modules).flatMap(([id, { renderedLength }]) => (renderedLength > 0 ? [id] : [])),
  );
}

/** Reads a package's notice: the licence and notice files it ships, or the standard text of the licence it names. */
export function readNotice(folder: string): Notice {
  const { name, version, license, author }: Manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  if (!license) throw new Error(`${name} ${version} names no licence in its package.json: it cannot be part of the build.`);
  const files = readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isFile() && /^(licen[cs]es?|copying|notice|third.?party.?notices?)\b(?!.*\.[cm]?[jt]s$)/i.test(entry.name))
    .map((entry) => readFileSync(join(folder, entry.name), 'utf8').trim());
  const by = (typeof author === 'string' ? author : author?.name) ?? `the authors of ${name}`;
  return { name, version, licence: license, text: files.length > 0 ? files.join('\n\n') : standardText(name, license, by) };
}

const RULE = `\n\n${'-'.repeat(80)}\n\n`;

/** The whole file. It starts with a byte order mark, since many hosts send text without its encoding. */
export function noticesText(notices: readonly Notice[], samples: readonly Sample[]): string {
  const sorted = notices.toSorted((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : a.version < b.version ? -1 : 1));
  const held = samples.length === 0 ? 'the packages' : 'the packages and the sample models';
  const head = [
    'Third-party notices of Whittle',
    `Whittle is under Apache-2.0. This build of it holds ${held} below, each under its own licence.`,
    ...(samples.length === 0
      ? []
      : [['Sample models:', ...samples.map(({ name, licence, source }) => `- ${name}. ${licence}. ${source}`)].join('\n')]),
    ['Packages:', ...sorted.map(({ name, version, licence }) => `- ${name} ${version}, ${licence}`)].join('\n'),
  ].join('\n\n');
  return `\uFEFF${[head, ...sorted.map(({ name, version, licence, text }) => `${name} ${version}\n${licence}\n\n${text}`)].join(RULE)}\n`;
}

/** For a build without a page: of its packages alone. */
export function packageNotices(root: string): Plugin {
  return {
    name: 'whittle-third-party-notices-of-packages',
    generateBundle(_options, bundle) {
      const folders = new Set(bundledFiles(bundle).flatMap((file) => packageFolder(file) ?? []));
      const notices = [...folders].map((folder) => readNotice(resolve(root, folder)));
      this.emitFile({ type: 'asset', fileName: 'third-party-notices.txt', source: noticesText(notices, []) });
    },
  };
}

/** Plugins for the page and for its workers, which are bundled apart and before it. */
export function thirdPartyNotices(): { readonly page: Plugin; readonly workers: Plugin } {
  const folders = new Set<string>();
  let root = '';
  const collect = (files: readonly string[]): void => {
    for (const file of files) {
      const folder = packageFolder(file);
      if (folder !== null) folders.add(resolve(root, folder));
    }
  };
  return {
    workers: {
      name: 'whittle-third-party-notices-of-workers',
      generateBundle: (_options, bundle) => collect(bundledFiles(bundle)),
    },
    page: {
      name: 'whittle-third-party-notices',
      configResolved(config) {
        root = config.root;
      },
      generateBundle(_options, bundle) {
        const samples: readonly Sample[] = JSON.parse(readFileSync(join(root, 'public/samples/index.json'), 'utf8'));
        collect([...bundledFiles(bundle), ...samples.flatMap(({ npm }) => (npm === undefined ? [] : [`node_modules/${npm}`]))]);
        this.emitFile({ type: 'asset', fileName: 'third-party-notices.txt', source: noticesText([...folders].map(readNotice), samples) });
      },
    },
  };
}
