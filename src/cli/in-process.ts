/** The studio of this process: the same actions as the page's, on an engine without a browser. */
import { openAsBlob, readdirSync, statSync } from 'node:fs';
import { basename, join, relative } from 'node:path';
import { WhittleError } from '../base/errors';
import { createNodeEngine, type Engine } from '../engine/node/index';
import { automation } from '../state/automation';
import { makeEngineBy } from '../state/engine';
import { useResults } from '../state/results';
import type { Studio } from './studio';

/** One studio a process: the stores behind the actions are its only state. */
export function studioHere(): Studio {
  makeEngineBy(() => Promise.resolve<Engine>(createNodeEngine()));
  return {
    ...automation,
    open: async (files) =>
      automation.open(
        await Promise.all(files.map(({ path }) => fileAt(path))),
        files.map(({ name }) => name),
      ),
    async addSamples({ name, card, path, isFolder }, split) {
      const paths = isFolder ? filesIn(path) : [path];
      const files = await Promise.all(
        paths.map(async (each) => fileAt(each, isFolder ? join(basename(path), relative(path, each)) : null)),
      );
      return automation.addData(name, card, files, split);
    },
    async save(to) {
      const { exported } = useResults.getState();
      if (exported === null) throw new WhittleError('export-failed', 'No file was written.', 'Run the recipe again.');
      await to(exported.blob);
    },
  };
}

/** A file of the disk, read when it is needed. @param inFolder its path within the folder that was given. */
async function fileAt(path: string, inFolder: string | null = null): Promise<File> {
  const file = new File([await openAsBlob(path)], basename(path));
  return inFolder === null ? file : Object.defineProperty(file, 'webkitRelativePath', { value: inFolder });
}

/** As a browser lists a chosen folder: every file below it. */
function filesIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => join(folder, name))
    .filter((path) => statSync(path).isFile());
}
