import type { Chart } from 'cdk8s';
import type { Region } from '../../environments/schema.ts';
import type { Place } from '../place.ts';
import { cloudObject, tagsOf } from './cloud-object.ts';

/**
 * The links to the regions that come after this one: both ends, and the routes of both, because only who asks for a link
 * learns its id. Among the links, for which nothing waits: a region that is away must not hold up the others' syncs.
 */
export function addPeering(chart: Chart, place: Place): void {
  const { environment, region } = place;
  const index = environment.regions.findIndex(({ name }) => name === region.name);
  for (const other of environment.regions.slice(index + 1)) addLink(chart, place, other);
}

function addLink(chart: Chart, place: Place, other: Region): void {
  const { environment, region } = place;
  const name = `${environment.name}-${region.name}-${other.name}`;
  const link = { vpcPeeringConnectionIdRef: { name } };
  const add = (kind: string, objectName: string, forProvider: Readonly<Record<string, unknown>>): void =>
    cloudObject(chart, { api: 'ec2', kind, name: objectName, wave: 'none', forProvider });
  add('VPCPeeringConnection', name, {
    region: region.cloudRegion,
    vpcId: region.network.vpcId,
    peerVpcId: other.network.vpcId,
    peerRegion: other.cloudRegion,
    peerOwnerId: environment.account.id,
    // Between regions the other end has to say yes.
    autoAccept: false,
    tags: { ...tagsOf(place), Name: name },
  });
  add('VPCPeeringConnectionAccepter', name, {
    region: other.cloudRegion,
    ...link,
    autoAccept: true,
    tags: { ...tagsOf(place), Name: name },
  });
  for (const [from, to] of [
    [region, other],
    [other, region],
  ] as const) {
    for (const routeTableId of from.network.routeTableIds) {
      add('Route', `${name}-${routeTableId}`, {
        region: from.cloudRegion,
        routeTableId,
        destinationCidrBlock: to.network.range,
        ...link,
      });
    }
  }
}
