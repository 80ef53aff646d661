import { expect, test } from 'vitest';
import { gateways } from '../gateways/index.ts';
import { tasks, workers } from '../workers/index.ts';
import type { Service } from './ports/transactions.ts';
import { relays } from './relay.ts';
import { mainWorkloadOf, resourcesOf, smallPod, wholePod } from './scale.ts';

/** The pods of each service in a region, from the system design. */
const pods: Readonly<Partial<Record<Service, readonly [min: number, max: number]>>> = {
  users: [8, 20],
  catalogue: [16, 40],
  orders: [16, 40],
  inventory: [12, 30],
  payment: [8, 20],
  shipping: [8, 20],
  notification: [8, 20],
  analytics: [12, 30],
  fraud: [6, 15],
  recommendation: [8, 20],
};
const services = Object.keys(pods) as Service[];

function mainOf(service: Service) {
  const main = mainWorkloadOf(service);
  const declared = main?.kind === 'gateway' ? gateways : workers;
  return { kind: main!.kind, part: declared.find(({ name }) => name === main?.name) };
}

test.each(services)('%s: its main program has the pods of the system design, each a whole one', (service) => {
  const { kind, part } = mainOf(service);
  expect(part?.service).toBe(service);
  expect([part!.scale.min, part!.scale.max]).toEqual(pods[service]);
  expect(resourcesOf(kind, part!)).toEqual(wholePod);
});

test('together they ask for no more than the 300 CPU and 600 GiB that the system design has for a region', () => {
  const most = services.reduce((sum, service) => sum + mainOf(service).part!.scale.max, 0);
  expect(most).toBe(255);
  expect((most * wholePod.cpuMilli) / 1000).toBeLessThanOrEqual(300);
  expect((most * wholePod.memoryMiB) / 1024).toBeLessThanOrEqual(600);
});

test('what stands beside a main program is smaller', () => {
  const mains = services.map((service) => mainWorkloadOf(service)?.name);
  const beside = gateways.filter(({ name }) => !mains.includes(name));
  expect(beside.map(({ name }) => name)).toEqual(['notification', 'analytics', 'fraud']);
  for (const gateway of beside) {
    expect(gateway.scale).toEqual({ min: 2, max: 4 });
    expect(resourcesOf('gateway', gateway)).toEqual(smallPod);
  }
  for (const worker of workers.filter(({ name }) => !mains.includes(name)))
    expect(resourcesOf('worker', worker).cpuMilli).toBeLessThan(wholePod.cpuMilli);
  expect(mainWorkloadOf('audit')).toBeUndefined();
});

test('relays and tasks outlive the loss of one replica', () => {
  for (const { scale } of [...relays, ...tasks]) expect(scale.min).toBe(2);
});
