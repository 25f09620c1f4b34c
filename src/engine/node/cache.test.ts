import { expect, test } from 'vitest';
import { cacheFolder } from './cache';

test.each([
  ['linux', {}, '/home/a/.cache/whittle'],
  ['linux', { XDG_CACHE_HOME: '/var/c' }, '/var/c/whittle'],
  ['linux', { XDG_CACHE_HOME: '' }, '/home/a/.cache/whittle'],
  ['darwin', { XDG_CACHE_HOME: '/var/c' }, '/home/a/Library/Caches/whittle'],
  ['linux', { WHITTLE_CACHE: '/tmp/w', XDG_CACHE_HOME: '/var/c' }, '/tmp/w'],
  ['linux', { WHITTLE_CACHE: '' }, null],
])('%s %j', (platform, variables, folder) => {
  expect(cacheFolder(platform, variables, '/home/a')).toBe(folder);
});
