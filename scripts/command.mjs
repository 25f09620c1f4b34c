/** The command in a checkout: bundled where a source has changed, then run in this process. */
import { pathToFileURL } from 'node:url';
import { bundledCommand } from './bundle-command.mjs';

await import(pathToFileURL(await bundledCommand()).href);
