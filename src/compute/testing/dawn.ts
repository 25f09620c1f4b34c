/**
 * A WebGPU device in Node, from Dawn over a software Vulkan driver (SwiftShader, which every full Chromium carries). Where there is
 * none the run fails unless WHITTLE_ALLOW_NO_GPU=1 (makers.ts).
 */
import { existsSync } from 'node:fs';
import { constants } from 'node:os';
import { dirname, join } from 'node:path';
import { SLOW_ON_SWIFTSHADER } from '../../../scripts/chromium-flags.mjs';
import { dawnDevice as openDawn } from '../node/dawn';
import type { DeviceGrant } from '../webgpu/device';

const ICD = 'vk_swiftshader_icd.json';
/** Where Linux distributions keep the driver beside their Chromium. */
const FOLDERS = ['/usr/lib/chromium', '/usr/lib/chromium-browser', '/opt/google/chrome', '/usr/lib64/chromium-browser'];

/** Keeps a library in the process after it was closed (dlfcn.h). */
const RTLD_NODELETE = 0x1000;

/** Loads the Vulkan loader that Chromium carries beside its driver, so that Dawn finds it by name where the system has none. */
function keepLoader(driver: string): void {
  const loader = join(dirname(driver), 'libvulkan.so.1');
  if (process.platform !== 'linux' || !existsSync(loader)) return;
  try {
    process.dlopen({ exports: {} }, loader, constants.dlopen.RTLD_NOW | RTLD_NODELETE);
  } catch {
    // It is no Node module, which Node says and closes it; the flag keeps it loaded.
  }
}

/** Null, with a line that says why, where this machine has no WebGPU for Node. */
export async function dawnDevice(): Promise<DeviceGrant | null> {
  const driver = FOLDERS.map((folder) => `${folder}/${ICD}`).find((path) => existsSync(path));
  if (!process.env['VK_ICD_FILENAMES'] && driver) process.env['VK_ICD_FILENAMES'] = driver;
  if (process.env['VK_ICD_FILENAMES']) keepLoader(process.env['VK_ICD_FILENAMES']);
  try {
    return await openDawn(true, [SLOW_ON_SWIFTSHADER.replace(/^--/, '')]);
  } catch (error) {
    console.log(`GPU tests skipped: ${error instanceof Error ? error.message : String(error)}`);
    return null;
  }
}
