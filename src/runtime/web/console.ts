/**
 * onnxruntime's wasm gives its profile to nobody but the console: Emscripten takes hold of `console.log` while it starts, and prints
 * through that from then on. So the tap is in place whenever a session is created (the first of which starts the wasm), and what is
 * printed goes on to the real console unless somebody collects it.
 */
type Log = typeof console.log;

/** The lines being collected; null outside `collectConsole`. */
let collected: string[] | null = null;

/** Runs `work` with the tap in place of `console.log`, which is put back whatever happens. */
export async function withTap<T>(work: () => Promise<T>): Promise<T> {
  const real = console.log;
  console.log = tapOver(real);
  try {
    return await work();
  } finally {
    console.log = real;
  }
}

/** Runs `work`, which must not wait, and gives the text it printed instead of printing it, whether the printer has hold of a tap or not. */
export function collectConsole(work: () => void): string {
  const real = console.log;
  const lines: string[] = [];
  collected = lines;
  console.log = tapOver(real);
  try {
    work();
  } finally {
    console.log = real;
    collected = null;
  }
  return lines.join('\n');
}

function tapOver(real: Log): Log {
  return (...args: unknown[]) => {
    if (collected) collected.push(args.map(String).join(' '));
    else real.apply(console, args);
  };
}
