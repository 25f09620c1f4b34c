/** Licence texts for packages that name a licence in their package.json and ship none. */
import { readFileSync } from 'node:fs';

/** Texts by SPDX id. The Apache licence is the one that Whittle itself is under. */
const TEXTS: ReadonlyMap<string, URL> = new Map([
  ['Apache-2.0', new URL('../../LICENSE', import.meta.url)],
  ['BSD-3-Clause', new URL('BSD-3-Clause.txt', import.meta.url)],
  ['ISC', new URL('ISC.txt', import.meta.url)],
  ['MIT', new URL('MIT.txt', import.meta.url)],
]);

/** Who holds the rights, where the package's own files say it and its package.json does not. */
const HOLDERS: ReadonlyMap<string, string> = new Map([
  [
    '@bufbuild/protobuf',
    'Copyright 2021-2026 Buf Technologies, Inc.\nCopyright 2008 Google Inc. ' +
      '(reading and writing of variable-length integers, under BSD-3-Clause)',
  ],
  [
    'onnxruntime-web',
    'Copyright (c) Microsoft Corporation. All rights reserved.\n' +
      'Works within ONNX Runtime: https://github.com/microsoft/onnxruntime/blob/main/ThirdPartyNotices.txt',
  ],
]);

/** The standard text for a package: its holder, then each licence that its SPDX expression names. Throws where one is not known here. */
export function standardText(name: string, licence: string, author: string): string {
  const ids = licence.split(/[()\s]+/).filter((word) => word !== '' && word !== 'AND' && word !== 'OR');
  const texts = ids.map((id) => {
    const file = TEXTS.get(id);
    if (!file) throw new Error(`${name} is under ${id} and ships no licence text: add the text to scripts/licences.`);
    return readFileSync(file, 'utf8').trim();
  });
  return [HOLDERS.get(name) ?? `Copyright (c) ${author}`, ...texts].join('\n\n');
}
