/** The engine's worker: receives the page's calls and runs each as a job. Nothing throws across. */
import { expose } from 'comlink';
import { holdLock } from '../../base/worker-lock';
import { JOBS } from '../protocol/jobs';
import type { EngineApi } from '../protocol/index';
import { Jobs } from './jobs';
import { Studio } from './studio';
import { TABLE } from './table';
import { pageArtifacts } from './page-artifacts';

const studio = new Studio(pageArtifacts());
const jobs = new Jobs();

const api: EngineApi = {
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

expose(api);
