import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { bundledFiles, noticesText, packageFolder, readNotice } from './third-party-notices.ts';

describe('the package of a module', () => {
  test.each([
    ['/app/node_modules/react/index.js', '/app/node_modules/react'],
    ['/app/node_modules/@scope/name/dist/a.js?worker&url', '/app/node_modules/@scope/name'],
    ['/app/node_modules/outer/node_modules/inner/lib/b.js', '/app/node_modules/outer/node_modules/inner'],
    ['node_modules/@scope/fonts/files/latin.woff2', 'node_modules/@scope/fonts'],
    ['\0/app/node_modules/react/index.js?commonjs-proxy', '/app/node_modules/react'],
    ['C:\\app\\node_modules\\react\\index.js', 'C:/app/node_modules/react'],
    ['/app/src/main.tsx', null],
    ['\0vite/preload-helper.js', null],
  ])('%j is %j', (module, folder) => expect(packageFolder(module)).toBe(folder));
});

test('a bundle holds the modules that are written and the files that assets are made of, not what was shaken off', () => {
  const chunk = { type: 'chunk', modules: { '/a/kept.js': { renderedLength: 12 }, '/a/shaken.js': { renderedLength: 0 } } } as const;
  const asset = { type: 'asset', originalFileNames: ['node_modules/fonts/latin.woff2'] } as const;
  expect(bundledFiles({ 'a.js': chunk, 'latin.woff2': asset })).toEqual(['/a/kept.js', 'node_modules/fonts/latin.woff2']);
});

describe('the notice of a package', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'whittle-notices-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));
  const manifest = (fields: object): void =>
    writeFileSync(join(folder, 'package.json'), JSON.stringify({ name: 'p', version: '1.2.3', ...fields }));

  test('is its licence and notice files, whatever else it has', () => {
    manifest({ license: 'MIT' });
    for (const [file, text] of [
      ['LICENSE.md', 'the licence'],
      ['NOTICE', 'the notice'],
      ['license.js', 'code'],
      ['README.md', 'words'],
    ] as const)
      writeFileSync(join(folder, file), text);
    mkdirSync(join(folder, 'licenses'));
    expect(readNotice(folder)).toEqual({ name: 'p', version: '1.2.3', licence: 'MIT', text: 'the licence\n\nthe notice' });
  });

  test('is the standard text of each licence it names, with its author, where it ships none', () => {
    manifest({ license: '(MIT AND BSD-3-Clause)', author: { name: 'A. Author' } });
    const { text } = readNotice(folder);
    expect(text).toMatch(/^Copyright \(c\) A\. Author\n/);
    expect(text).toContain('Permission is hereby granted, free of charge');
    expect(text).toContain('Redistributions in binary form must reproduce');
  });

  test('a licence without a text here, or none at all, ends the build', () => {
    manifest({ license: 'WTFPL' });
    expect(() => readNotice(folder)).toThrow('p is under WTFPL and ships no licence text');
    manifest({});
    expect(() => readNotice(folder)).toThrow('p 1.2.3 names no licence');
  });
});

const notice = (name: string) => ({ name, version: '1.0.0', licence: 'MIT', text: `text of ${name}` });

test('the file names every package and sample, packages in order, and says its encoding', () => {
  const text = noticesText([notice('zeta'), notice('alpha')], [{ name: 'Digits', licence: 'CC BY-SA 3.0', source: 'MNIST' }]);
  expect(text.charCodeAt(0)).toBe(0xfeff);
  expect(text).toContain('- Digits. CC BY-SA 3.0. MNIST');
  expect(text).toContain('- alpha 1.0.0, MIT\n- zeta 1.0.0, MIT');
  expect(text.indexOf('text of alpha')).toBeLessThan(text.indexOf('text of zeta'));
});
