import { cpSync, rmSync } from 'node:fs';

const staging = '.meridian/synth';
const outdir = process.env['CDK8S_OUTDIR'] ?? staging;

try {
  // Loaded here, so that an environment which breaks a rule is told in a line and not by a stack trace.
  const { environments } = await import('../environments/index.ts');
  const { renderEnvironment } = await import('./render.ts');
  for (const environment of environments) renderEnvironment(environment, outdir);
  if (outdir.endsWith(staging)) {
    rmSync('dist', { recursive: true, force: true });
    cpSync(outdir, 'dist', { recursive: true });
  }
} catch (error) {
  if (!(error instanceof RangeError)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
