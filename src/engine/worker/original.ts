/** The file that was opened, as a session of its own bytes: what every score starts from, whatever a recipe does before its weights. */
import { BudgetCache } from '../../base/budget-cache';
import { BeforeOutputs } from '../../measure/before';
import type { Side } from '../../measure/evaluate';
import type { Session, SessionOptions } from '../../runtime/types';
import { fit } from './feeds';

/** Log probabilities kept for sensitivity scans: 4,000 samples of 1,000 classes. */
const LOG_BYTES = 32 * 2 ** 20;

/** The opened file with what it answered on these data: outputs and log probabilities by sample. */
export class Original {
  readonly session: OpenedSession;
  readonly data: object | null;
  readonly known = new BeforeOutputs();
  readonly logs = new BudgetCache<Float64Array>(LOG_BYTES);

  constructor(session: OpenedSession, data: object | null) {
    this.session = session;
    this.data = data;
  }
}

/** Made on the first run: outputs that are known already need no session. */
export class OpenedSession {
  readonly options: SessionOptions;
  private readonly load: (options: SessionOptions) => Promise<Session>;
  private session: Promise<Session> | null = null;
  private users = 0;
  private closing = false;

  /** @param load makes the session; it is not stopped by a job that ends, since the next one needs it too. */
  constructor(options: SessionOptions, load: (options: SessionOptions) => Promise<Session>) {
    this.options = options;
    this.load = load;
  }

  /** Ready to run; throws what making a session throws. */
  async open(): Promise<Session> {
    this.session ??= this.load(this.options);
    try {
      return await this.session;
    } catch (error) {
      this.session = null;
      throw error;
    }
  }

  readonly run: Side = async (feeds, signal) => {
    const session = await this.open();
    return session.run(fit(feeds, session.inputs), signal);
  };

  /** Keeps the session open until the returned function is called, also when another takes its place meanwhile. */
  hold(): () => void {
    this.users += 1;
    let held = true;
    return () => {
      if (!held) return;
      held = false;
      this.users -= 1;
      void this.closeUnused().catch(() => {});
    };
  }

  async close(): Promise<void> {
    this.closing = true;
    await this.closeUnused();
  }

  private async closeUnused(): Promise<void> {
    if (!this.closing || this.users > 0) return;
    const session = this.session;
    this.session = null;
    await (await session)?.release();
  }
}
