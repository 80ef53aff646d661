import type { Document } from 'mongodb';
import type { ReadModelZones } from '../../platform/ports/read-model-zones.ts';

/** The shard keys. `user_id` alone would do for reading; with the id beside it a busy user's orders can be split. */
const keys = {
  order_history: { user_id: 1, _id: 1 },
  analytics: { date: 1, category: 1, region: 1 },
} as const;

/** What the cluster says of itself in `config.shards` and `config.tags`. */
export type Placement = {
  readonly shards: readonly { readonly _id: string; readonly tags?: readonly string[] }[];
  readonly ranges: readonly {
    readonly ns: string;
    readonly min: Document;
    readonly max: Document;
    readonly tag: string;
  }[];
};

/**
 * The commands that bring a sharded cluster from where it is to where it should be; repeated, they change nothing. Zones
 * first, so that a new collection begins in them; a shard leaves its zone when the ranges have gone.
 * @throws RangeError where a zone names a shard that is not there.
 */
export function placementCommands(
  database: string,
  zones: ReadModelZones,
  now: Placement,
): readonly Document[] {
  const named = Object.values(zones).flatMap(({ shards }) => shards);
  const missing = named.filter((name) => !now.shards.some(({ _id }) => _id === name));
  if (missing.length > 0) throw new RangeError(`MongoDB has no shard ${missing.join(', ')}`);
  const history = `${database}.order_history`;
  const wanted = rangesOf(zones);
  const current = now.ranges.filter(({ ns }) => ns === history);
  return [
    ...Object.entries(zones).flatMap(([zone, { shards }]) =>
      shards
        .filter((name) => !tagsOf(now, name).includes(zone))
        .map((name) => ({ addShardToZone: name, zone })),
    ),
    ...current
      .filter((range) => !wanted.some((want) => isSame(want, range)))
      .map(({ min, max }) => ({ updateZoneKeyRange: history, min, max, zone: null })),
    ...wanted
      .filter((want) => !current.some((range) => isSame(want, range)))
      .map(({ min, max, tag }) => ({ updateZoneKeyRange: history, min, max, zone: tag })),
    ...now.shards.flatMap(({ _id, tags = [] }) =>
      tags
        .filter((zone) => zones[zone]?.shards.includes(_id) !== true)
        .map((zone) => ({ removeShardFromZone: _id, zone })),
    ),
    ...Object.entries(keys).map(([collection, key]) => ({
      shardCollection: `${database}.${collection}`,
      key,
    })),
  ];
}

type Range = Omit<Placement['ranges'][number], 'ns'>;

/** An id begins with `usr_<home>_`; the character after `_` is a grave accent, which no id has. */
function rangesOf(zones: ReadModelZones): readonly Range[] {
  return Object.entries(zones).flatMap(([tag, { homes }]) =>
    homes.map((home) => ({ tag, min: edge(`usr_${home}_`), max: edge(`usr_${home}\``) })),
  );
}

// Strings sort before nothing but strings: the smallest id of all is the empty one.
const edge = (userId: string): { user_id: string; _id: string } => ({ user_id: userId, _id: '' });

function isSame(a: Range, b: Range): boolean {
  const of = ({ tag, min, max }: Range): string =>
    [tag, min['user_id'], min['_id'], max['user_id'], max['_id']].join('\0');
  return of(a) === of(b);
}

function tagsOf({ shards }: Placement, name: string): readonly string[] {
  return shards.find(({ _id }) => _id === name)?.tags ?? [];
}
