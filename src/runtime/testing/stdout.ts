import fs from 'node:fs';

/**
 * In Node, Emscripten prints to file descriptor 1 instead of the console it uses in a browser. This sends its lines through
 * `console.log`, where the runtime collects them as it does in a browser. Returns the function that undoes it.
 */
export function forwardStdout(): () => void {
  const real = fs.writeSync;
  const forward = (fd: number, ...rest: unknown[]): number => {
    const [text] = rest;
    if (fd !== 1 || typeof text !== 'string') return Reflect.apply(real, fs, [fd, ...rest]);
    console.log(text.replace(/\n$/, ''));
    return text.length;
  };
  Reflect.set(fs, 'writeSync', forward);
  return () => void Reflect.set(fs, 'writeSync', real);
}
