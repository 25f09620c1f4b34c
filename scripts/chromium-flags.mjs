/**
 * WebGPU in a headless Chromium: the full browser's new headless mode, and SwiftShader where WHITTLE_GPU is not set to use the machine's
 * own. The rest keeps the browser from calling home.
 */

/**
 * Of Dawn, on SwiftShader: with the driver's own extension each element of workgroup memory is zeroed by code of its own, and a kernel of 8
 * kB takes a second to compile. Without it Dawn zeroes by a loop: the same values, a kernel in milliseconds.
 */
export const SLOW_ON_SWIFTSHADER = '--disable-dawn-features=use_vulkan_zero_initialize_workgroup_memory_extension';

export const CHROMIUM_FLAGS = [
  '--headless=new',
  '--no-sandbox',
  '--enable-unsafe-webgpu',
  ...(process.env.WHITTLE_GPU ? [] : ['--use-webgpu-adapter=swiftshader', SLOW_ON_SWIFTSHADER]),
  '--disable-background-networking',
  '--disable-component-update',
  '--no-first-run',
];
