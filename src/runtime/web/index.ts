/** Sessions of onnxruntime-web: on a WebGPU device where there is one, and on WASM. In a worker and in plain Node. */
import { WhittleError } from '../../base/errors';
import { PROVIDERS } from '../providers';
import { createGuard, createSessions, givenBytes, type Maker } from '../sessions';
import type { Runtime } from '../types';
import { collectConsole, withTap } from './console';
import { loadOrt, wasmThreads } from './ort';

/** onnxruntime is one module with one state, so its guard and its hang are shared by all runtimes, e.g. after a lost device. */
const guard = createGuard();

/** @param device the WebGPU device that sessions share with the compute room, or null: only WASM sessions can be made then. */
export function createWebRuntime({ device }: { device: GPUDevice | null }): Runtime {
  const maker: Maker = {
    providers: device === null ? ['wasm'] : ['webgpu', 'wasm'],
    threads: wasmThreads(device !== null),
    device,
    guard,
    load: () => loadOrt(device !== null),
    execution({ ep, layout }) {
      const { ort: name, gpu } = PROVIDERS[ep];
      if (!gpu) return name;
      if (device) return { name, device, preferredLayout: layout };
      throw new WhittleError('runtime-failed', 'This browser offers no WebGPU device.', 'Run the model on WASM instead.');
    },
    given: givenBytes,
    making: withTap,
    recorder: () => ({
      options: { enableProfiling: true },
      end: (session) => Promise.resolve(collectConsole(() => session.endProfiling())),
    }),
  };
  return createSessions(maker);
}
