import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { openRepository } from '../repository.ts';
import { gitWorlds, type GitWorld } from '../testing/git-world.ts';
import { contractsWith } from '../testing/sources.ts';
import { compareContracts } from './compare.ts';
import { eventSchemasAt } from './event-schemas.ts';

// Each step is several processes of git, and the machine may be busy.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const freshWorld = gitWorlds();
let world: GitWorld;
beforeEach(() => void (world = freshWorld()));
afterEach(() => world.remove());

it('asks each revision for its own schemas', async () => {
  const before = await world.commitToMain(contractsWith('id: z.string(), note: z.string().optional()'));
  const after = await world.commitToMain(contractsWith('id: z.number()'));
  const [was, is] = [await eventSchemasAt(world.clone, before), await eventSchemasAt(world.clone, after)];
  expect(was).toMatchObject({
    'order-events': { OrderPaid: { properties: { id: { type: 'string' } }, required: ['id'] } },
  });
  expect(compareContracts(was, is).breaks).toEqual(['order-events/OrderPaid.id has another type (type)']);
});

it('says which revision has no contracts, or none that load, and leaves no checkout', async () => {
  const none = await world.commitToMain({ 'notes.md': 'nothing' });
  await expect(eventSchemasAt(world.clone, none)).rejects.toThrow(
    `contracts/topics.ts is not in revision ${none.slice(0, 12)}`,
  );
  const broken = await world.commitToMain({ 'contracts/topics.ts': "import './gone.ts';\n" });
  await expect(eventSchemasAt(world.clone, broken)).rejects.toThrow(
    `contracts/topics.ts of ${broken.slice(0, 12)}: Error [ERR_MODULE_NOT_FOUND]: Cannot find module 'contracts/gone.ts'`,
  );
  expect((await world.clone.run('worktree', 'list')).split('\n')).toHaveLength(1);
});

it('reads the contracts of this repository', async () => {
  expect(await eventSchemasAt(openRepository(process.cwd()), 'HEAD')).toMatchObject({
    'order-events': { OrderPlaced: { properties: { totalMinor: { type: 'integer' } } } },
    'dead-letter-events': { EventDeadLettered: { type: 'object' } },
  });
});
