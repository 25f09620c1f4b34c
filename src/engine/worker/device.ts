/** The device that everything runs on. A lost one is asked for again. */
import { WhittleError } from '../../base/errors';
import type { Runtime } from '../../runtime/types';
import type { Host } from './host';
import type { Platform } from './platform';

export class Devices {
  private platform: Promise<Platform> | null = null;
  private lossCount = 0;
  private runtimes: Runtime[] = [];
  private readonly acquire: Host['acquire'];
  /** Called after each loss with its reason. */
  onLost: (reason: string) => void = () => {};

  constructor(acquire: Host['acquire']) {
    this.acquire = acquire;
  }

  /** The present platform. After a loss a new device is asked for; where none is given, the CPU takes over. */
  current(): Promise<Platform> {
    this.platform ??= this.make();
    return this.platform;
  }

  get losses(): number {
    return this.lossCount;
  }

  get sessionsCreated(): number {
    return this.runtimes.reduce((n, r) => n + r.sessionsCreated, 0);
  }

  /** Drops the device on purpose, as a driver reset would, and waits until the loss is known. */
  async lose(): Promise<void> {
    const { gpu } = await this.current();
    if (!gpu) return;
    gpu.device.destroy();
    await gpu.lost;
  }

  private async make(): Promise<Platform> {
    const lost = new AbortController();
    const platform = await this.acquire();
    this.runtimes.push(platform.runtime);
    void platform.gpu?.lost.then((reason) => {
      this.lossCount += 1;
      this.platform = null;
      lost.abort(new WhittleError('device-lost', `The GPU device was lost: ${reason}`, 'Try again: a new device is asked for.'));
      this.onLost(reason);
    });
    return { ...platform, lost: lost.signal };
  }
}
