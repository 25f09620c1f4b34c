/**
 * Finds a full Chromium (headless-shell has no WebGPU), installing one where none is found, and the Vulkan loader that the shader tests in
 * Node need. Prints what it found; exports it for the other scripts.
 */
import { execFileSync } from 'node:child_process';
import { accessSync, constants, existsSync, readdirSync, realpathSync, statSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'microsoft-edge'];
/** Where installers put browsers outside PATH. */
const PLACES = [
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
  'C:\\Program Files (x86)\\Microsoft\\Edge\\Application\\msedge.exe',
];

function isExecutable(path) {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

/** Path of a full Chromium, or null. CHROMIUM_PATH wins. */
export function findChromium() {
  const named = process.env.CHROMIUM_PATH;
  if (named) {
    if (isExecutable(named)) return named;
    throw new Error(`CHROMIUM_PATH names ${named}, which is no program.`);
  }
  const inPath = (process.env.PATH ?? '').split(delimiter).flatMap((folder) => NAMES.map((name) => join(folder, name)));
  return [...inPath, ...PLACES, chromium.executablePath()].find(isExecutable) ?? null;
}

/** The SwiftShader driver that every full Chromium carries beside its program, or null. */
export function findSwiftShader(chromiumPath) {
  const folders = [
    dirname(chromiumPath),
    dirname(realpathSync(chromiumPath)),
    '/usr/lib/chromium',
    '/usr/lib/chromium-browser',
    '/opt/google/chrome',
  ];
  const icd = folders.map((folder) => join(folder, 'vk_swiftshader_icd.json')).find((path) => existsSync(path));
  return icd ?? null;
}

/** Chromium carries a loader beside its driver, which the tests load (src/compute/testing/dawn.ts); else the system has one. */
function hasVulkanLoader(driver) {
  if (process.platform !== 'linux') return true;
  const folders = [
    ...(driver ? [dirname(driver)] : []),
    '/usr/lib',
    '/usr/lib64',
    '/lib',
    ...['x86_64', 'aarch64'].map((arch) => `/usr/lib/${arch}-linux-gnu`),
  ];
  return folders.some((folder) => existsSync(folder) && readdirSync(folder).some((name) => name.startsWith('libvulkan.so.1')));
}

function attempt(command, args) {
  console.log(`> ${command} ${args.join(' ')}`);
  try {
    execFileSync(command, args, { stdio: 'inherit' });
    return true;
  } catch {
    return false;
  }
}

function aptInstall(...packages) {
  return (
    existsSync('/usr/bin/apt-get') &&
    process.getuid?.() === 0 &&
    attempt('apt-get', ['update']) &&
    attempt('apt-get', ['install', '-y', ...packages])
  );
}

/** Finds or installs all that the browser and shader tests need. Throws with the remedy where it cannot. */
export function ensureBrowser() {
  if (!findChromium() && !attempt('npx', ['playwright', 'install', 'chromium', '--no-shell'])) aptInstall('chromium', 'libvulkan1');
  const path = findChromium();
  if (!path) throw new Error('No Chromium was found or could be installed. Install Chrome or Chromium, or name one in CHROMIUM_PATH.');
  const swiftShader = findSwiftShader(path);
  if (!hasVulkanLoader(swiftShader) && !aptInstall('libvulkan1'))
    console.log('The Vulkan loader is missing (Debian: libvulkan1); shader tests in Node need it.');
  return { path, swiftShader };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { path, swiftShader } = ensureBrowser();
  console.log(`Chromium: ${path}\nVulkan driver: ${swiftShader ?? "the system's own"}`);
}
