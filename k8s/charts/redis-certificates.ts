import type { Chart } from 'cdk8s';
import { redisNames } from '../names.ts';
import { addAuthority, addSigned } from './own-authority.ts';

const authority = 'redis-authority';

/**
 * An authority of Redis's own, the certificate of its nodes, and one that carries the authority to the clients. Nodes are
 * clients of each other; they read their certificate when they start. A machine goes with the version of Kubernetes at the
 * latest (nodes.ts), which EKS keeps for 14 months: a year and a half is left when a certificate is renewed.
 */
export function addRedisCertificates(chart: Chart): void {
  addAuthority(chart, authority, 'redis');
  addSigned(chart, authority, redisNames.tlsSecret, {
    usages: ['server auth', 'client auth'],
    dnsNames: redisNames.hosts,
    duration: '17520h',
    renewBefore: '13140h',
  });
  // Redis asks clients for no certificate: whoever reads this Secret has the authority, and a key that opens nothing.
  addSigned(chart, authority, redisNames.clientSecret, {
    usages: ['client auth'],
    commonName: 'redis-client',
  });
}
