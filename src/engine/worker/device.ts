/** The device that everything runs on: WebGPU, or the CPU with the reason why. A lost device is asked for again. */
import { createCpuCompute, createGpuCompute, requestDevice, type GpuCompute } from '../../compute/index';
import { toPlainError, WhittleError } from '../../base/errors';
import { createWebRuntime } from '../../runtime/web/index';
import type { Runtime } from '../../runtime/types';
import type { Platform } from './platform';

export class Devices {
  private platform: Promise<Platform> | null = null;
  private lossCount = 0;
  private runtimes: Runtime[] = [];
  /** Called after each loss with its reason. */
  onLost: (reason: string) => void = () => {};

  /** The present platform. After a loss a new device is asked for; where none is given, the CPU takes over. */
  current(): Promise<Platform> {
    this.platform ??= this.acquire();
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

  private async acquire(): Promise<Platform> {
    const lost = new AbortController();
    let gpu: GpuCompute | null = null;
    let fallbackReason: string | null = null;
    try {
      gpu = await createGpuCompute(await requestDevice());
    } catch (error) {
      fallbackReason = toPlainError(error).message;
    }
    const runtime = createWebRuntime({ device: gpu?.device ?? null });
    this.runtimes.push(runtime);
    void gpu?.lost.then((reason) => {
      this.lossCount += 1;
      this.platform = null;
      lost.abort(new WhittleError('device-lost', `The GPU device was lost: ${reason}`, 'Try again: a new device is asked for.'));
      this.onLost(reason);
    });
    return { compute: gpu ?? createCpuCompute(), gpu, runtime, fallbackReason, lost: lost.signal };
  }
}
