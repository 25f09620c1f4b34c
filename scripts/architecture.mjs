/**
 * Checks the import table and looks for circles (.dependency-cruiser.cjs). By dependency-cruiser's own function: its command refuses
 * Node 20, on which the function runs.
 */
import { cruise } from 'dependency-cruiser';
import { createRequire } from 'node:module';

const { forbidden, options } = createRequire(import.meta.url)('../.dependency-cruiser.cjs');
const { output, exitCode } = await cruise(['src'], { ...options, ruleSet: { forbidden }, validate: true, outputType: 'err' });
console.log(output);
process.exitCode = exitCode;
