import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** Applications of production/us-west, written by the status of Argo CD's CRD; its pin's revision is forty times `a`. */
export type FixtureName = 'healthy' | 'syncing-another-revision' | 'no-such-revision';

function fixturePath(name: FixtureName): string {
  return fileURLToPath(new URL(`../hub/fixtures/${name}.json`, import.meta.url));
}

export function fixtureText(name: FixtureName): string {
  return readFileSync(fixturePath(name), 'utf8');
}
