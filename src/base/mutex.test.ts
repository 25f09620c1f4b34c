import { expect, test } from 'vitest';
import { Mutex } from './mutex';

test('tasks do not overlap and keep their order', async () => {
  const mutex = new Mutex();
  const log: string[] = [];
  const task = (name: string) => async () => {
    log.push(`${name}+`);
    await Promise.resolve();
    await Promise.resolve();
    log.push(`${name}-`);
    return name;
  };
  expect(await Promise.all([mutex.run(task('a')), mutex.run(task('b')), mutex.run(task('c'))])).toEqual(['a', 'b', 'c']);
  expect(log).toEqual(['a+', 'a-', 'b+', 'b-', 'c+', 'c-']);
});

test('a failure reaches its caller only', async () => {
  const mutex = new Mutex();
  const bad = mutex.run(() => Promise.reject(new Error('boom')));
  const good = mutex.run(() => Promise.resolve(7));
  await expect(bad).rejects.toThrow('boom');
  expect(await good).toBe(7);
});
