import { App, Chart, Testing } from 'cdk8s';
import { expect, it } from 'vitest';
import { environmentNamed } from '../../environments/index.ts';
import { addScaling } from './scaling.ts';

const environment = environmentNamed('production');
const chart = new Chart(new App(), 'test');
addScaling(chart, { environment, region: environment.regions[0]! });
const rendered = Testing.synth(chart) as { metadata: { name: string }; spec: Record<string, any> }[];
const { spec } = rendered.find(({ metadata }) => metadata.name === 'order-service-phpa')!;
const seconds = spec['syncPeriod'] / 1000;
const [hour, day] = spec['models'];

it('looks an hour ahead by the last hour, and at the days before', () => {
  expect([hour.type, hour.linear.lookAhead, hour.linear.historySize * seconds]).toEqual([
    'Linear',
    3_600_000,
    3600,
  ]);
  // A model keeps a number for each sync of the scaler, not for each of its own runs.
  expect([day.type, day.holtWinters.seasonalPeriods * seconds]).toEqual(['HoltWinters', 86_400]);
  // Fewer than two seasons say nothing.
  expect(day.holtWinters.storedSeasons).toBeGreaterThanOrEqual(2);
});

it('holds what the daily curve says until it says it again', () => {
  const window = spec['behavior'].scaleDown.stabilizationWindowSeconds;
  expect(day.perSyncPeriod * seconds).toBeLessThanOrEqual(window);
});

it('remembers no more than a ConfigMap holds', () => {
  const entry = JSON.stringify({ time: '2026-01-01T00:00:00Z', replicas: spec['maxReplicas'] }).length + 1;
  // The oldest season goes when another is complete.
  const most = (day.holtWinters.storedSeasons + 1) * day.holtWinters.seasonalPeriods;
  expect((most + hour.linear.historySize) * entry).toBeLessThan(2 ** 20 / 2);
});
