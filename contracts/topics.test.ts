import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { topics, type Topic } from './topics.ts';

const fixtures = new URL('fixtures/', import.meta.url);
const all: readonly Topic[] = Object.values(topics);

/** A changed event keeps its old fixture and gains another, `OrderPaid.2.json`: consumers meet both. */
function fixturesOf(topic: Topic): { file: string; type: string }[] {
  const files = readdirSync(new URL(`${topic.name}/`, fixtures));
  return files.map((file) => ({ file, type: file.split('.')[0] ?? '' }));
}

describe('topics', () => {
  test('are the nine of the system design, and dead letters', () => {
    const mirrored = all.filter((topic) => topic.crossRegion).map((topic) => topic.name);
    expect(mirrored).toEqual([
      'order-events',
      'payment-events',
      'inventory-events',
      'notification-events',
      'analytics-events',
      'fraud-detection-events',
      'recommendation-events',
    ]);
    const regional = all.filter((topic) => !topic.crossRegion).map((topic) => topic.name);
    expect(regional).toEqual(['cache-invalidation-events', 'audit-events', 'dead-letter-events']);
  });

  test('no event type is on two topics, so that ce_type names one schema', () => {
    const types = all.flatMap((topic) => Object.keys(topic.events));
    expect(new Set(types).size).toBe(types.length);
  });
});

describe.each(all)('$name', (topic) => {
  test('has a fixture for each event, and none for an event that is gone', () => {
    const types = new Set(fixturesOf(topic).map(({ type }) => type));
    expect([...types].toSorted()).toEqual(Object.keys(topic.events).toSorted());
  });

  test.each(fixturesOf(topic))('$file still parses, whole', ({ file, type }) => {
    const data: unknown = JSON.parse(readFileSync(new URL(`${topic.name}/${file}`, fixtures), 'utf8'));
    expect(topic.events[type]?.parse(data)).toMatchObject(data as object);
  });

  test.each(Object.keys(topic.events))('%s is refused without its data', (type) => {
    expect(topic.events[type]?.safeParse({}).success).toBe(false);
  });
});
