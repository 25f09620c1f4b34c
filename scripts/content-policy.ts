/**
 * What the page may load and run, said twice: by a meta tag in the built index.html, for hosts that send no headers, and by headers of the
 * preview. docs/hosting.md lists them for other hosts.
 */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Plugin } from 'vite';

/** Cross-origin isolation gives onnxruntime's WASM backend its threads and the page a precise clock. */
export const ISOLATION = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
};

export const HARDENING = {
  'X-Content-Type-Options': 'nosniff',
  'X-Frame-Options': 'DENY',
  'Referrer-Policy': 'no-referrer',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Permissions-Policy': 'camera=(), display-capture=(), geolocation=(), microphone=(), midi=(), payment=(), serial=(), usb=()',
};

/** The policy of a page with these inline scripts. Nothing is fetched from elsewhere; code runs from the page's own files alone. */
export function contentPolicy(scripts: readonly string[]): string {
  const hashes = scripts.map((script) => `'sha256-${createHash('sha256').update(script).digest('base64')}'`);
  return [
    "default-src 'none'",
    ["script-src 'self' 'wasm-unsafe-eval'", ...hashes].join(' '),
    "worker-src 'self'",
    "connect-src 'self'",
    "style-src 'self'",
    "font-src 'self'",
    "img-src 'self' data:",
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ');
}

/** Scripts written into the page itself, as a browser hashes them. */
export function inlineScripts(html: string): string[] {
  return [...html.matchAll(/<script(?![^>]*\ssrc=)[^>]*>([\s\S]*?)<\/script>/g)].map(([, script = '']) => script);
}

const META = /<meta http-equiv="Content-Security-Policy" content="([^"]*)"/;

/** Writes the policy into the built page, its hashes from what the page holds then, and sends it with every file of the preview. */
export function contentPolicyPlugin(): Plugin {
  let outDir = '';
  return {
    name: 'whittle-content-policy',
    configResolved(config) {
      outDir = join(config.root, config.build.outDir);
    },
    transformIndexHtml: {
      order: 'post',
      // The dev server writes scripts of its own into the page.
      handler: (html, { server }) =>
        server
          ? html
          : html.replace(
              /<meta charset="[^"]*"\s*\/?>/,
              (charset) => `${charset}\n    <meta http-equiv="Content-Security-Policy" content="${contentPolicy(inlineScripts(html))}" />`,
            ),
    },
    configurePreviewServer({ middlewares }) {
      const [, policy] = META.exec(readFileSync(join(outDir, 'index.html'), 'utf8')) ?? [];
      if (policy === undefined) throw new Error(`${outDir}/index.html carries no content policy: build it again.`);
      middlewares.use((_request, response, next) => {
        // A meta tag cannot say who may frame the page.
        response.setHeader('Content-Security-Policy', `${policy}; frame-ancestors 'none'`);
        next();
      });
    },
  };
}
