/** Sessions of onnxruntime-node: its native kernels on the cores of this machine, in Node alone. */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { WhittleError } from '../../base/errors';
import { loaded, StoredBytes } from '../../base/stored-bytes';
import { PROVIDERS } from '../providers';
import { createGuard, createSessions, givenBytes, type Given, type Maker, type Recorder } from '../sessions';
import type { ModelFiles, Runtime } from '../types';

/** A run holds the thread up whatever else is asked for, so the guard of all runtimes costs nothing. */
const guard = createGuard();

/** Throws nothing: `not-installed` comes with the first session where onnxruntime-node, an optional part of the install, is not there. */
export function createNodeRuntime(): Runtime {
  const maker: Maker = {
    providers: ['native'],
    threads: availableParallelism(),
    device: null,
    guard,
    load,
    execution({ ep }) {
      const { ort, name } = PROVIDERS[ep];
      if (ep === 'native') return ort;
      throw new WhittleError(
        'runtime-failed',
        `There is no ${name} in this runtime.`,
        `Run the model on ${PROVIDERS.native.name} instead.`,
      );
    },
    given,
    making: (work) => work(),
    recorder,
  };
  return createSessions(maker);
}

/**
 * A file that is all of a model is read by the runtime itself, which then holds it once and not twice. Weights in files are named by their
 * places under the outermost folder, and read from there; where some lie in memory all are brought there: the runtime looks in one place.
 */
function given({ bytes, external }: ModelFiles): Given {
  const loose = external.every((each) => isFound(bytes, each)) ? [] : external;
  const { externalData } = givenBytes({ bytes: new Uint8Array(), external: loose });
  if (bytes instanceof StoredBytes && bytes.isWhole) {
    bytes.readInto(new Uint8Array(1));
    return { file: bytes.file.path, externalData, folder: null };
  }
  const [folder = null] = external.flatMap((each) =>
    each.bytes instanceof StoredBytes && !loose.includes(each) ? [each.bytes.file.root] : [],
  );
  return { file: loaded(bytes), externalData, folder };
}

/** Whether the runtime finds external data by their location: in the folder of a model's file, else in the outermost. */
function isFound(model: ModelFiles['bytes'], { path, bytes }: ModelFiles['external'][number]): boolean {
  if (!(bytes instanceof StoredBytes && bytes.isWhole)) return false;
  return model instanceof StoredBytes && model.isWhole
    ? resolve(dirname(model.file.path), path) === bytes.file.path
    : path === bytes.file.location;
}

async function load(): ReturnType<Maker['load']> {
  try {
    return await import('onnxruntime-node');
  } catch (cause) {
    throw new WhittleError(
      'not-installed',
      'onnxruntime-node, which runs models here, is not installed.',
      'Run: npm install onnxruntime-node',
      { cause },
    );
  }
}

/** The native runtime writes what it records to a file of its own naming: the only one in a folder made for it. */
function recorder(): Recorder {
  const folder = mkdtempSync(join(tmpdir(), 'whittle-profile-'));
  return {
    options: { enableProfiling: true, profileFilePrefix: join(folder, 'profile') },
    end: async (session) => {
      try {
        session.endProfiling();
        return readdirSync(folder)
          .map((name) => readFileSync(join(folder, name), 'utf8'))
          .join('');
      } finally {
        rmSync(folder, { recursive: true, force: true });
      }
    },
  };
}
