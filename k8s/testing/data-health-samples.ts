import { lately, longAgo, made, withConditions, type Condition, type HealthSample } from './health-sample.ts';

const redis = (status: object | undefined, created = lately): object => ({
  metadata: made(created),
  spec: { clusterSize: 6, redisLeader: { replicas: 6 } },
  ...(status === undefined ? {} : { status }),
});
const bootstrapping = { type: 'PendingRestart', status: 'False', reason: 'FalsePendingRestart' };
const failed = (since: string): Condition => ({
  type: 'Failed',
  status: 'True',
  reason: 'ShardedClusterConfigFailed',
  message: 'the configuration is refused',
  lastTransitionTime: since,
});
const logs = (status: object, created = lately): object => ({ metadata: made(created), spec: {}, status });
const mongo = (status: object, created = longAgo): object => ({ metadata: made(created), spec: {}, status });

/** Of the operators of data systems. */
export const dataHealthSamples: readonly HealthSample[] = [
  ['sharded-cluster', 'no status', 'Progressing', { metadata: made(lately), spec: {} }],
  ['sharded-cluster', 'taken up', 'Healthy', withConditions([bootstrapping])],
  [
    'sharded-cluster',
    'not failed',
    'Healthy',
    withConditions([bootstrapping, { type: 'Failed', status: 'False', reason: 'FalseFailed' }]),
  ],
  ['sharded-cluster', 'just refused', 'Progressing', withConditions([bootstrapping, failed(lately)])],
  [
    'sharded-cluster',
    'refused for long',
    'Degraded',
    withConditions([bootstrapping, failed(longAgo)]),
    'the configuration is refused',
  ],
  ['redis-cluster', 'no status', 'Progressing', redis(undefined)],
  [
    'redis-cluster',
    'its masters come up',
    'Progressing',
    redis({ state: 'Initializing', reason: 'RedisCluster is initializing leaders', readyLeaderReplicas: 2 }),
    'RedisCluster is initializing leaders',
  ],
  ['redis-cluster', 'ready', 'Healthy', redis({ state: 'Ready', readyLeaderReplicas: 6 })],
  ['redis-cluster', 'ready as it was', 'Progressing', redis({ state: 'Ready', readyLeaderReplicas: 3 })],
  ['redis-cluster', 'failed while it is new', 'Progressing', redis({ state: 'Failed', reason: 'no quorum' })],
  [
    'redis-cluster',
    'failed',
    'Degraded',
    redis({ state: 'Failed', reason: 'no quorum' }, longAgo),
    'no quorum',
  ],
  ['redis-replication', 'no status', 'Progressing', redis(undefined)],
  ['redis-replication', 'no master yet', 'Progressing', redis({ masterNode: '' })],
  ['redis-replication', 'a master', 'Healthy', redis({ masterNode: 'limits-0' }, longAgo)],
  ['redis-replication', 'never a master', 'Degraded', redis({ masterNode: '' }, longAgo)],
  ['percona-mongo', 'comes up', 'Progressing', mongo({ state: 'initializing', observedGeneration: 2 })],
  ['percona-mongo', 'ready', 'Healthy', mongo({ state: 'ready', observedGeneration: 2 })],
  ['percona-mongo', 'ready as it was', 'Progressing', mongo({ state: 'ready', observedGeneration: 1 })],
  [
    'percona-mongo',
    'one pass failed',
    'Progressing',
    mongo({
      state: 'error',
      message: 'no nodes',
      conditions: [{ type: 'error', status: 'True', lastTransitionTime: lately }],
    }),
    'no nodes',
  ],
  ['percona-mongo', 'an error that stays', 'Degraded', mongo({ state: 'error', message: 'no nodes' })],
  ['percona-mongo', 'an error of a new one', 'Progressing', mongo({ state: 'error' }, lately)],
  ['elasticsearch', 'comes up', 'Progressing', logs({ phase: 'ApplyingChanges', health: 'unknown' })],
  ['elasticsearch', 'red while it is new', 'Progressing', logs({ phase: 'Ready', health: 'red' })],
  [
    'elasticsearch',
    'one node, a copy without a place',
    'Healthy',
    logs({ phase: 'Ready', health: 'yellow' }),
  ],
  ['elasticsearch', 'green', 'Healthy', logs({ phase: 'Ready', health: 'green' }, longAgo)],
  [
    'elasticsearch',
    'red',
    'Degraded',
    logs({ phase: 'Ready', health: 'red' }, longAgo),
    'phase Ready, health red',
  ],
];
