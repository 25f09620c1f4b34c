import { holdLock } from '../../base/worker-lock';
import { JOBS } from '../protocol/jobs';
import type { EngineApi } from '../protocol/index';
import { Jobs } from './jobs';
import type { Studio } from './studio';
import { TABLE } from './table';

/** The engine's calls on a studio: each runs as a job, and none throws. */
export function createApi(studio: Studio): EngineApi {
  const jobs = new Jobs();
  return {
    holdLock,
    async ping() {},
    async run(jobId, name, args, listener) {
      // A job that needs what is open ends when its device is lost or another model is opened.
      const ends = JOBS[name].needs === 'opened' ? [(await studio.devices.current()).lost, studio.modelReplaced] : [];
      return jobs.run(jobId, listener, (job) => TABLE[name](studio, job, ...args), ends);
    },
    async cancel(jobId) {
      jobs.cancel(jobId);
    },
    async clearData() {
      studio.setSamples({ data: null, calibration: 0 });
      studio.sources.forget();
    },
    async stats() {
      return { sessionsCreated: studio.devices.sessionsCreated, deviceLosses: studio.devices.losses };
    },
    async watchDevice(listener) {
      studio.devices.onLost = listener;
    },
    loseDevice: () => studio.devices.lose(),
  };
}
