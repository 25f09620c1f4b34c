/** What the worker holds: the device, the open model on it, and the data. Replaced whole or not at all. */
import { WhittleError } from '../../base/errors';
import type { Job } from '../../base/job';
import { SourceKeeper } from '../../data/index';
import type { Dataset } from '../../data/types';
import type { Exported } from '../protocol/index';
import type { UserSamples } from './calibrate';
import { Devices } from './device';
import type { Document } from './document';
import { Workbench } from './workbench';
import type { Host } from './host';

export class Studio {
  readonly host: Host;
  readonly devices: Devices;
  /** The files behind the data, open: an edited card reads them anew without looking through them again. */
  readonly sources = new SourceKeeper();
  private samples: UserSamples = { data: null, calibration: 0 };
  private doc: Document | null = null;
  private bench: Workbench | null = null;
  private replaced = new AbortController();
  /** The last export, so that measuring and downloading the same recipe make one file. */
  private lastExport: { readonly key: string; readonly exported: Exported } | null = null;

  constructor(host: Host) {
    this.host = host;
    this.devices = new Devices(host.acquire);
  }

  /** Fires when another model takes the place of the open one: jobs on it end. */
  get modelReplaced(): AbortSignal {
    return this.replaced.signal;
  }

  get data(): Dataset | null {
    return this.samples.data;
  }

  /** Takes other samples, or none. A file that was written may have learned from those before. */
  setSamples(samples: UserSamples): void {
    this.samples = samples;
    this.lastExport = null;
  }

  async setDocument(doc: Document): Promise<void> {
    const old = this.bench;
    this.replaced.abort(new WhittleError('aborted', 'Another model was opened.'));
    this.replaced = new AbortController();
    this.doc = doc;
    this.bench = null;
    this.lastExport = null;
    await old?.destroy();
  }

  /** Frees what is open. */
  async close(): Promise<void> {
    const old = this.bench;
    this.replaced.abort(new WhittleError('aborted', 'The engine was closed.'));
    this.samples = { data: null, calibration: 0 };
    this.sources.forget();
    this.doc = null;
    this.bench = null;
    this.lastExport = null;
    await old?.destroy();
  }

  /** The open model on the present device. Throws `bad-model` where none is open. */
  async workbench(): Promise<Workbench> {
    const platform = await this.devices.current();
    const { doc } = this;
    if (!doc) throw new WhittleError('bad-model', 'No model is open.', 'Open an ONNX file first.');
    if (this.bench?.platform === platform && this.bench.doc === doc) return this.bench;
    // What was on a lost device is gone with it; only its records are dropped here.
    void this.bench?.destroy().catch(() => {});
    this.bench = new Workbench(doc, platform, () => this.samples, this.host.keeper);
    return this.bench;
  }

  /** The exported file of a recipe (`key` is its text), made unless it is the one made last. */
  async exported(key: string, make: () => Promise<Exported>, job: Job): Promise<Exported> {
    const { doc, samples } = this;
    if (this.lastExport?.key === key) return this.lastExport.exported;
    const exported = await make();
    job.signal.throwIfAborted();
    if (this.doc === doc && this.samples === samples) this.lastExport = { key, exported };
    return exported;
  }
}
