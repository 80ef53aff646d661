import { describe, expect, test } from 'vitest';
import { userIdOf } from '../../domain/ids.ts';
import { placementCommands, type Placement } from './read-model-places.ts';

const zones = {
  home: { shards: ['rs0', 'rs1'], homes: ['use'] },
  guests: { shards: ['rs2'], homes: ['usw', 'euc'] },
} as const satisfies Record<string, { shards: readonly string[]; homes: readonly string[] }>;
const wanted = structuredClone(zones) as unknown as Parameters<typeof placementCommands>[1];
const fresh: Placement = { shards: ['rs0', 'rs1', 'rs2'].map((_id) => ({ _id })), ranges: [] };

/** What the cluster says of itself after these commands. */
function after(commands: ReturnType<typeof placementCommands>, { shards, ranges }: Placement): Placement {
  const tags = new Map(shards.map(({ _id, tags: own = [] }) => [_id, [...own]]));
  let found = [...ranges];
  for (const { addShardToZone, removeShardFromZone, updateZoneKeyRange: ns, min, max, zone } of commands) {
    if (addShardToZone) tags.get(addShardToZone)!.push(zone);
    if (removeShardFromZone) {
      const holders = [...tags].filter(([, own]) => own.includes(zone));
      // As MongoDB refuses it.
      if (holders.length === 1 && found.some(({ tag }) => tag === zone))
        throw new Error('the last of its zone');
      tags.set(
        removeShardFromZone,
        tags.get(removeShardFromZone)!.filter((tag) => tag !== zone),
      );
    }
    if (ns === undefined) continue;
    found = found.filter((range) => range.min['user_id'] !== min.user_id);
    if (zone !== null) found.push({ ns, min, max, tag: zone });
  }
  return { shards: [...tags].map(([_id, own]) => ({ _id, tags: own })), ranges: found };
}

const kinds = (commands: ReturnType<typeof placementCommands>): string[] =>
  commands.map((command) => Object.keys(command)[0]!);

describe('the places of the read models', () => {
  test('are zones, then ranges, then shard keys', () => {
    expect(kinds(placementCommands('meridian', wanted, fresh))).toEqual([
      ...Array<string>(3).fill('addShardToZone'),
      ...Array<string>(3).fill('updateZoneKeyRange'),
      ...Array<string>(2).fill('shardCollection'),
    ]);
  });

  test('put each user into the zone of the home in the id', () => {
    const { ranges } = after(placementCommands('meridian', wanted, fresh), fresh);
    const zoneOf = (userId: string): string[] =>
      ranges
        .filter(({ min, max }) => min['user_id'] <= userId && userId < max['user_id'])
        .map(({ tag }) => tag);
    expect(zoneOf(userIdOf('us-east', 'a'))).toEqual(['home']);
    expect(zoneOf(userIdOf('us-west', 'a'))).toEqual(['guests']);
    expect(zoneOf(userIdOf('eu-central', 'a'))).toEqual(['guests']);
    expect(zoneOf(userIdOf('ap-southeast', 'a'))).toEqual([]);
  });

  test('stay when they are what is wanted', () => {
    const placed = after(placementCommands('meridian', wanted, fresh), fresh);
    expect(kinds(placementCommands('meridian', wanted, placed))).toEqual([
      'shardCollection',
      'shardCollection',
    ]);
  });

  test('follow a changed wish, and never leave a range without a shard', () => {
    const placed = after(placementCommands('meridian', wanted, fresh), fresh);
    const moved = {
      home: { shards: ['rs2'], homes: ['use', 'usw'] },
    } as unknown as typeof wanted;
    const now = after(placementCommands('meridian', moved, placed), placed);
    expect(now.shards.map(({ tags }) => tags)).toEqual([[], [], ['home']]);
    expect(now.ranges.map(({ tag, min }) => [tag, min['user_id']])).toEqual([
      ['home', 'usr_use_'],
      ['home', 'usr_usw_'],
    ]);
  });

  test('leave the ranges of other collections alone', () => {
    const other = { ns: 'meridian.other', min: { a: 1 }, max: { a: 2 }, tag: 'x' };
    const commands = placementCommands('meridian', wanted, { ...fresh, ranges: [other] });
    expect(commands.filter((command) => command['updateZoneKeyRange'] === 'meridian.other')).toEqual([]);
  });

  test('need the shards that they name', () => {
    expect(() => placementCommands('meridian', wanted, { shards: [], ranges: [] })).toThrow(
      'MongoDB has no shard rs0, rs1, rs2',
    );
  });
});
