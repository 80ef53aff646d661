import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { execa } from 'execa';
import type { RenderedFile } from '../../scripts/rendered/folder-files.ts';
import { cacheFolder } from '../../scripts/stack/folders.ts';
import { findProgram } from '../../scripts/stack/requirements.ts';

const module = 'sigs.k8s.io/kustomize/kustomize/v5@v5.8.1';
/** What to run by hand where there is neither kubectl, nor kustomize, nor Go to build it with. */
export const installLine = `GOBIN=/usr/local/bin go install ${module}`;

/** A program that builds a kustomization: `kubectl kustomize` itself, or the same code alone. */
export type Kustomize = { readonly program: string; readonly args: readonly string[]; readonly name: string };

/** Finds it, or builds it into the cache with Go's own client; undefined where neither is possible. */
export async function ensureKustomize(): Promise<Kustomize | undefined> {
  const kubectl = findProgram('kubectl');
  if (kubectl) return { program: kubectl, args: ['kustomize'], name: 'kubectl kustomize' };
  const folder = join(cacheFolder(), 'kustomize-v5.8.1');
  const built = join(folder, 'kustomize');
  if (!findProgram('kustomize') && !existsSync(built)) {
    if (!findProgram('go')) return undefined;
    mkdirSync(folder, { recursive: true });
    const { failed } = await execa('go', ['install', module], { env: { GOBIN: folder }, reject: false });
    if (failed) return undefined;
  }
  return { program: findProgram('kustomize') ?? built, args: ['build'], name: 'kustomize build' };
}

/**
 * A kustomization for each cluster of a rendered fleet, since two clusters have objects of the same name. @returns their
 * folders.
 */
export function writeKustomizations(files: readonly RenderedFile[], folder: string): readonly string[] {
  const charts = Map.groupBy(files, ({ path }) => join(folder, dirname(path)));
  for (const [place, own] of charts) {
    mkdirSync(place, { recursive: true });
    for (const { path, text } of own) writeFileSync(join(place, basename(path)), text);
    const lines = own.map(({ path }) => `  - ${basename(path)}\n`);
    writeFileSync(join(place, 'kustomization.yaml'), `resources:\n${lines.join('')}`);
  }
  return [...charts.keys()];
}
