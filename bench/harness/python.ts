/** Peers and judges in Python, each in a virtual environment of its own under bench/.venv, made when it is first asked for. */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './machine';

/**
 * The Python of a bench's environment, with exactly what its `requirements.txt` names. Throws where it cannot be made: python3 with venv is
 * needed, and a package index.
 * @param bench its folder.
 */
export function pythonOf(bench: string): string {
  const wanted = join(ROOT, 'bench', bench, 'requirements.txt');
  const folder = join(ROOT, 'bench/.venv', bench);
  const python = join(folder, process.platform === 'win32' ? 'Scripts/python.exe' : 'bin/python');
  const made = join(folder, 'requirements.txt');
  const text = readFileSync(wanted, 'utf8');
  if (existsSync(made) && readFileSync(made, 'utf8') === text) return python;
  console.log(`Making the virtual environment of bench/${bench}`);
  done('python3', '-m', 'venv', '--clear', folder);
  done(python, '-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '-r', wanted);
  writeFileSync(made, text);
  return python;
}

function done(command: string, ...args: string[]): void {
  const { status, error } = spawnSync(command, args, { stdio: 'inherit' });
  if (status !== 0) throw new Error(`${command} ${args.join(' ')} failed${error ? `: ${error.message}` : ''}`);
}
