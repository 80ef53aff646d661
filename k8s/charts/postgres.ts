import type { Chart } from 'cdk8s';
import type { Place } from '../place.ts';
import { addAurora } from './postgres-aurora.ts';
import { addCitus } from './postgres-citus.ts';
import { addShards } from './postgres-shards.ts';

/** The streams of the region's users, in one of the three forms of the system design; none in a region that is no home. */
export function addPostgres(chart: Chart, place: Place): void {
  const { database } = place.region;
  if (database.kind === 'citus') addCitus(chart, place, database);
  if (database.kind === 'sharded') addShards(chart, place, database);
  if (database.kind === 'aurora-global') addAurora(chart, place, database);
}
