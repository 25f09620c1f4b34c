/**
 * WebGPU in a headless Chromium: the full browser's new headless mode, and SwiftShader where WHITTLE_GPU is not set to use the machine's
 * own. The rest keeps the browser from calling home.
 */
export const CHROMIUM_FLAGS = [
  '--headless=new',
  '--no-sandbox',
  '--enable-unsafe-webgpu',
  ...(process.env.WHITTLE_GPU ? [] : ['--use-webgpu-adapter=swiftshader']),
  '--disable-background-networking',
  '--disable-component-update',
  '--no-first-run',
];
