import { expect, it } from 'vitest';
import { environmentNamed, environments } from './index.ts';
import { defineEnvironment } from './schema.ts';

it('environments have no bucket in common: the names are of all accounts together', () => {
  const buckets = environments.flatMap(({ regions }) =>
    regions.flatMap(({ database, mongo }) =>
      [database, mongo].flatMap((system) =>
        'backup' in system && 'bucket' in system.backup ? [system.backup.bucket] : [],
      ),
    ),
  );
  expect(buckets.length).toBeGreaterThan(10);
  expect(new Set(buckets).size).toBe(buckets.length);
});

const cases: [string, (environment: Record<string, any>) => void, string][] = [
  [
    'a VPC of two regions',
    (e) => void (e['regions'][1].network.vpcId = e['regions'][0].network.vpcId),
    'regions.1.network.vpcId: us-west: vpc-00000000100000000 is there twice',
  ],
  [
    'a range that no VPC may have',
    (e) => void (e['regions'][0].network.range = '10.16.0.0/12'),
    'regions.0.network.range: us-east: 10.16.0.0/12 is no range of a VPC (/16 to /28)',
  ],
  [
    'tokens of a cluster elsewhere',
    (e) => void (e['regions'][1].identityProvider = e['regions'][0].identityProvider.replace(/1$/, '9')),
    'is not in us-west-2',
  ],
  [
    'two regions that keep the public zone',
    (e) => void (e['regions'][1].role = 'primary'),
    'regions: 2 primary regions: one keeps the public zone',
  ],
  [
    'an id of another kind of thing',
    (e) => void (e['regions'][0].network.routeTableIds[0] = 'subnet-00000000100000001'),
    'regions.0.network.routeTableIds.0: must be the id of a rtb',
  ],
  [
    'an account that is none',
    (e) => void (e['account'].id = '12345'),
    'account.id: must be the twelve digits of an account',
  ],
  [
    'a bucket with a name of S3 itself',
    (e) => void (e['regions'][0].mongo.backup.bucket = 'views-s3alias'),
    'begins or ends like a name that S3 reserves',
  ],
];

it.each(cases)('refuses %s', (_, change, message) => {
  const copy = structuredClone(environmentNamed('production')) as Record<string, any>;
  change(copy);
  expect(() => defineEnvironment(copy as never)).toThrow(message);
});
