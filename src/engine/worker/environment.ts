import type { Environment } from '../protocol/index';
import type { Platform } from './platform';

/** The device that figures are measured on, for the page and for reports. @param product what the engine runs in (`Host.product`). */
export function environmentOf({ compute, runtime, fallbackReason }: Platform, product: string): Environment {
  return {
    compute: compute.info,
    providers: runtime.providers,
    wasmThreads: runtime.threads,
    browser: product,
    fallbackReason,
  };
}

/** "Chrome 156", "Firefox 140", "Safari 26": the product a user knows, from the user agent's words. */
export function browserName(agent: string): string {
  const product = /(?:Edg|OPR|Firefox|Chrome)\/[\d]+/.exec(agent.replace(/Chrome\/(\d+)(?=.*(?:Edg|OPR)\/)/, ''))?.[0];
  if (product !== undefined) return product.replace('Edg', 'Edge').replace('OPR', 'Opera').replace('/', ' ');
  const safari = /Version\/(\d+).*Safari/.exec(agent)?.[1];
  return safari === undefined ? 'Unknown browser' : `Safari ${safari}`;
}
