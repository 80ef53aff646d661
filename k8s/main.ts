import { rmSync } from 'node:fs';
import { sourceFaultOf } from '../platform/source-fault.ts';
import { settleTree, swapTree } from './swap-tree.ts';

const staging = '.meridian/synth';
const outdir = process.env['CDK8S_OUTDIR'];
const folder = outdir ?? staging;
const isForDist = folder.endsWith(staging);

try {
  if (isForDist) settleTree('dist');
  // Loaded here, so that an environment which breaks a rule, or cannot be read, is told in a line and not by a stack trace.
  const { environments } = await import('../environments/index.ts');
  const { renderEnvironment } = await import('./render.ts');
  for (const environment of environments) renderEnvironment(environment, folder);
  if (isForDist) swapTree(folder, 'dist');
} catch (error) {
  const fault = error instanceof RangeError ? error.message : sourceFaultOf(error);
  if (fault === undefined) throw error;
  process.stderr.write(`${fault}\n`);
  // The cdk8s command answers an app that failed with a stack of its own, and one that made no folder in one line; it exits
  // with 1 after both.
  if (outdir === undefined) process.exitCode = 1;
  else rmSync(outdir, { recursive: true, force: true });
}
