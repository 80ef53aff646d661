import type { Chart } from 'cdk8s';
import { postgresNames } from '../names.ts';
import { namespaces, type Place } from '../place.ts';
import { guestsOf } from '../system-addresses.ts';
import { balancerService, internalBalancer } from './internal-balancer.ts';
import { addAuthority, addSigned } from './own-authority.ts';

const { authoritySecret, remoteHost, tlsSecret } = postgresNames;

/** What a Service before the database needs for the programs of other regions; undefined where none use it. */
export function guestServiceOf(place: Place) {
  const guests = guestsOf(place);
  if (guests.length === 0) return undefined;
  const host = remoteHost(place.region.name, place.environment.domain);
  return {
    annotations: internalBalancer(place, host),
    spec: balancerService(guests.map(({ network }) => network.range)),
  };
}

/** The certificate that they meet, of an authority that they get from this region's store (links.ts). */
export function addGuestCertificate(chart: Chart, place: Place, service: string): void {
  if (guestsOf(place).length === 0) return;
  addAuthority(chart, authoritySecret, 'postgres');
  addSigned(chart, authoritySecret, tlsSecret, {
    usages: ['server auth'],
    dnsNames: [remoteHost(place.region.name, place.environment.domain), `${service}.${namespaces.data}.svc`],
  });
}
