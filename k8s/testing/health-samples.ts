import { dataHealthSamples } from './data-health-samples.ts';
import { lately, longAgo, made, withConditions, type Condition, type HealthSample } from './health-sample.ts';

const ready: Condition = { type: 'Ready', status: 'True', lastTransitionTime: longAgo };
const secretMissing = (since: string): Condition => ({
  type: 'Ready',
  status: 'False',
  reason: 'SecretSyncedError',
  message: 'could not get secret data from provider',
  lastTransitionTime: since,
});
const notReady = (since: string): Condition => ({
  type: 'NotReady',
  status: 'True',
  reason: 'TimeoutException',
  message: 'Exceeded timeout of 300000ms while waiting for Pod events-broker-0',
  lastTransitionTime: since,
});
const connector = (name: string, state: string, task: string): object => ({
  name,
  type: 'source',
  connector: { state, worker_id: 'mirror-0:8083' },
  tasks: [{ id: 0, state: task, worker_id: 'mirror-0:8083' }],
});
const said = (type: string, status: string, since = longAgo, observedGeneration = 2): object => ({
  type,
  status,
  reason: type,
  message: `${type} is ${status}`,
  lastTransitionTime: since,
  observedGeneration,
});
const gateway = (...conditions: readonly object[]): object => ({
  metadata: made(longAgo),
  spec: {},
  status: { conditions },
});
const route = (...conditions: readonly object[]): object => ({
  metadata: made(longAgo),
  spec: {},
  status: { parents: [{ controllerName: 'konghq.com/kic-gateway-controller', conditions }] },
});
const scaler = (since: string, reason = 'FailedGetResourceMetric'): object =>
  withConditions([
    { type: 'AbleToScale', status: 'True', reason: 'SucceededGetScale' },
    { type: 'ScalingActive', status: 'False', reason, message: reason, lastTransitionTime: since },
  ]);
const ordered = (...conditions: readonly object[]): object => ({
  metadata: made(longAgo),
  spec: {},
  status: { conditions },
});
const application = (health: string, phase: string): object => ({
  metadata: made(longAgo),
  spec: {},
  status: { health: { status: health }, sync: { status: 'Synced' }, operationState: { phase } },
});

/** What each script of `k8s/health` must think of an object. */
export const healthSamples: readonly HealthSample[] = [
  [
    'on-demand',
    'one that is suspended, of which a copy failed',
    'Healthy',
    { metadata: made(longAgo), spec: { suspend: true }, status: { lastScheduleTime: longAgo } },
    'runs when it is asked for',
  ],
  ...dataHealthSamples,
  ['ready', 'no status', 'Progressing', { metadata: made(lately), spec: {} }],
  ['ready', 'no condition yet', 'Progressing', withConditions([])],
  ['ready', 'another condition alone', 'Progressing', withConditions([{ type: 'Deleted', status: 'False' }])],
  ['ready', 'a secret that is there', 'Healthy', withConditions([{ ...ready, message: 'secret synced' }])],
  [
    'ready',
    'a secret that a neighbour has not pushed yet',
    'Progressing',
    withConditions([secretMissing(lately)]),
    'could not get secret data from provider',
  ],
  ['ready', 'a secret that nobody pushes', 'Degraded', withConditions([secretMissing(longAgo)])],
  ['ready', 'brokers whose nodes are slow to come', 'Progressing', withConditions([notReady(lately)])],
  [
    'ready',
    'brokers that do not come',
    'Degraded',
    withConditions([notReady(longAgo)]),
    'Exceeded timeout of 300000ms while waiting for Pod events-broker-0',
  ],
  [
    'ready',
    'no time given, and old',
    'Degraded',
    withConditions([{ type: 'Ready', status: 'Unknown', reason: 'Asked' }]),
    'Asked',
  ],
  ['ready', 'a topic as it is', 'Healthy', withConditions([ready], { observedGeneration: 2 })],
  ['ready', 'a topic as it was', 'Progressing', withConditions([ready], { observedGeneration: 1 })],
  [
    'ready',
    'a warning beside it',
    'Healthy',
    withConditions([{ type: 'Warning', status: 'True', message: 'deprecated' }, ready]),
  ],
  ['mirror', 'no status', 'Progressing', { metadata: made(lately), spec: {} }],
  ['mirror', 'not looked at', 'Progressing', withConditions([ready], { observedGeneration: 1 })],
  [
    'mirror',
    'the keys of a neighbour are missing',
    'Progressing',
    withConditions([notReady(lately)], { observedGeneration: 2 }),
  ],
  [
    'mirror',
    'a neighbour that never comes',
    'Degraded',
    withConditions([notReady(longAgo)], { observedGeneration: 2 }),
  ],
  [
    'mirror',
    'everything is copied',
    'Healthy',
    withConditions([ready], {
      observedGeneration: 2,
      connectors: [connector('us-east->us-west.MirrorSourceConnector', 'RUNNING', 'RUNNING')],
    }),
  ],
  [
    'mirror',
    'a task that fails again and again',
    'Degraded',
    withConditions([ready], {
      observedGeneration: 2,
      connectors: [
        connector('us-east->us-west.MirrorSourceConnector', 'RUNNING', 'RUNNING'),
        connector('eu-central->us-west.MirrorSourceConnector', 'RUNNING', 'FAILED'),
      ],
    }),
    'a task of eu-central->us-west.MirrorSourceConnector has failed',
  ],
  [
    'mirror',
    'a connector that failed',
    'Degraded',
    withConditions([ready], { observedGeneration: 2, connectors: [connector('one', 'FAILED', 'RUNNING')] }),
    'one has failed',
  ],
  ['gateway-api', 'nobody has seen it', 'Progressing', { metadata: made(lately), spec: {} }],
  ['gateway-api', 'a gateway', 'Healthy', gateway(said('Accepted', 'True'), said('Programmed', 'True'))],
  [
    'gateway-api',
    'a gateway without its proxies',
    'Progressing',
    gateway(said('Accepted', 'True'), said('Programmed', 'False', lately)),
    'Programmed is False',
  ],
  [
    'gateway-api',
    'a gateway that never gets any',
    'Degraded',
    gateway(said('Accepted', 'True'), said('Programmed', 'False')),
  ],
  ['gateway-api', 'a gateway as it was', 'Progressing', gateway(said('Accepted', 'True', longAgo, 1))],
  ['gateway-api', 'a route', 'Healthy', route(said('Accepted', 'True'), said('ResolvedRefs', 'True'))],
  [
    'gateway-api',
    'a route to nowhere',
    'Degraded',
    route(said('Accepted', 'True'), said('ResolvedRefs', 'False')),
  ],
  ['scaler', 'nothing measured yet', 'Progressing', scaler(lately), 'FailedGetResourceMetric'],
  ['scaler', 'nothing is ever measured', 'Degraded', scaler(longAgo)],
  ['scaler', 'scaled to none by hand', 'Healthy', scaler(longAgo, 'ScalingDisabled')],
  ['scaler', 'no status', 'Healthy', { metadata: made(lately), spec: {} }],
  ['application', 'made just now', 'Progressing', { metadata: made(lately), spec: {} }],
  [
    'application',
    'tried again, until another operator is there',
    'Progressing',
    application('Degraded', 'Running'),
    'sync Running, health Degraded',
  ],
  ['application', 'applied, and its pods not up', 'Progressing', application('Progressing', 'Succeeded')],
  ['application', 'there', 'Healthy', application('Healthy', 'Succeeded')],
  ['crossplane', 'ordered just now', 'Progressing', { metadata: made(lately), spec: {} }],
  [
    'crossplane',
    'what it refers to is not there yet',
    'Progressing',
    ordered(said('Synced', 'False', lately), said('Ready', 'False', lately)),
    'Synced is False',
  ],
  ['crossplane', 'there', 'Healthy', ordered(said('Ready', 'True'), said('Synced', 'True'))],
  ['crossplane', 'refused', 'Degraded', ordered(said('Ready', 'True'), said('Synced', 'False'))],
  ['crossplane', 'a provider that starts', 'Progressing', ordered(said('Installed', 'True'))],
  ['crossplane', 'a provider', 'Healthy', ordered(said('Installed', 'True'), said('Healthy', 'True'))],
];
