import type { Chart } from 'cdk8s';
import { redisNames } from '../names.ts';
import { addAuthority, addSigned } from './own-authority.ts';

const authority = 'redis-authority';

/**
 * An authority of Redis's own, the certificate of its nodes, and one that carries the authority to the clients. Nodes are
 * clients of each other; they read their certificate when they start, and a machine lives for 30 days (nodes.ts).
 */
export function addRedisCertificates(chart: Chart): void {
  addAuthority(chart, authority, 'redis');
  addSigned(chart, authority, redisNames.tlsSecret, {
    usages: ['server auth', 'client auth'],
    dnsNames: redisNames.hosts,
  });
  // Redis asks clients for no certificate: whoever reads this Secret has the authority, and a key that opens nothing.
  addSigned(chart, authority, redisNames.clientSecret, {
    usages: ['client auth'],
    commonName: 'redis-client',
  });
}
