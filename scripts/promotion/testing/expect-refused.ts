import { expect } from 'vitest';
import { pinPath, yamlOf } from '../pins.ts';
import type { Wave } from '../target.ts';
import { refusals, type GitWorld } from './git-world.ts';

type Asked = { wave?: Wave } & Parameters<GitWorld['promote']>[1];

/** Promoting is refused with these words, and leaves everything as it was. */
export async function expectRefused(
  world: GitWorld,
  message: string | RegExp,
  changed: Asked = {},
): Promise<void> {
  const before = await world.state();
  await expect(world.promote(changed.wave ?? 1, changed)).rejects.toThrow(message);
  expect(await world.state()).toBe(before);
}

/** Gates say no with these reasons, and everything is as it was. */
export async function expectHalted(
  world: GitWorld,
  reasons: readonly unknown[],
  changed: Asked = {},
): Promise<void> {
  const before = await world.state();
  const result = await world.promote(changed.wave ?? 1, changed);
  expect(refusals(result.gates)).toEqual(reasons);
  expect('branch' in result).toBe(false);
  expect(await world.state()).toBe(before);
}

/** A pin of us-west as main stands, changed. */
export async function pinUsWest(world: GitWorld, change: (text: string) => string): Promise<void> {
  const tree = await world.clone.run('rev-parse', 'HEAD:dist/production/us-west');
  const revision = await world.clone.run('rev-parse', 'HEAD');
  const text = yamlOf({ environment: 'production', region: 'us-west', revision, tree });
  await world.commitToMain({ [pinPath('production', 'us-west')]: change(text) });
}
