import { environments } from '../environments/index.ts';
import { renderEnvironment } from './render.ts';

const outdir = process.env['CDK8S_OUTDIR'] ?? 'dist';
for (const environment of environments) renderEnvironment(environment, outdir);
