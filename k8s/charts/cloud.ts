import type { Chart } from 'cdk8s';
import type { Place } from '../place.ts';
import { addBuckets } from './cloud-buckets.ts';
import { addZones } from './cloud-names.ts';
import { addClusterParts } from './cloud-nodes.ts';
import { addProviders } from './cloud-providers.ts';
import { addRoles } from './cloud-roles.ts';

/** What lives outside the cluster and not in a managed database or Kafka: made by Crossplane (docs/adr/0017). */
export function addCloud(chart: Chart, place: Place): void {
  addProviders(chart, place);
  addRoles(chart, place);
  addBuckets(chart, place);
  addZones(chart, place);
  addClusterParts(chart, place);
}
