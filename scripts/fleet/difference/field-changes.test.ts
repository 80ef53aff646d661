import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../rendered/fields.ts';
import { fieldChanges } from './field-changes.ts';

function paths(before: JsonObject, after: JsonObject): readonly string[] {
  return fieldChanges(before, after).map(({ path, before: was, after: is }) => {
    return `${path}: ${text(was)} → ${text(is)}`;
  });
}

const json = fc.dictionary(
  fc.constantFrom('spec', 'name', 'ports', 'a.b/c'),
  fc.jsonValue({ maxDepth: 3 }),
) as fc.Arbitrary<JsonObject>;

const text = (value: unknown) => (value === undefined ? '' : JSON.stringify(value));
const container = (name: string, value: string) => ({ name, env: [{ name: 'LEVEL', value }] });
const pod = (...containers: JsonObject[]) => ({ spec: { containers } });
const rule = (port: number) => ({ from: [{ podSelector: {} }], ports: [{ port }] });
const sorted = (list: readonly string[]) => list.toSorted();

describe('field changes', () => {
  it('match containers and their env by name, wherever they stand', () => {
    expect(
      paths(
        pod(container('a', '1'), container('b', '2')),
        pod(container('new', '9'), container('a', '1'), container('b', '3')),
      ),
    ).toEqual([
      'spec.containers[b].env[LEVEL].value: "2" → "3"',
      'spec.containers[new]:  → {"name":"new","env":[{"name":"LEVEL","value":"9"}]}',
    ]);
  });

  it('say when only the order is another', () => {
    expect(
      paths({ containers: [{ name: 'a' }, { name: 'b' }] }, { containers: [{ name: 'b' }, { name: 'a' }] }),
    ).toEqual(['containers: order: ["a","b"] → ["b","a"]']);
  });

  it('match ports, mounts and tolerations by what tells them apart', () => {
    expect(
      paths(
        { ports: [{ port: 80, protocol: 'TCP' }, { port: 443 }] },
        { ports: [{ port: 443, name: 'https' }] },
      ),
    ).toEqual(['ports[80 TCP]: {"port":80,"protocol":"TCP"} → ', 'ports[443].name:  → "https"']);
    expect(
      paths(
        { volumeMounts: [{ mountPath: '/a', name: 'x' }] },
        { volumeMounts: [{ mountPath: '/a', name: 'y' }] },
      ),
    ).toEqual(['volumeMounts[/a].name: "x" → "y"']);
  });

  it('pair the one item that differs in a list without keys', () => {
    expect(paths({ ingress: [rule(1), rule(2)] }, { ingress: [rule(2), rule(3)] })).toEqual([
      'ingress[0].ports[1]: {"port":1} → ',
      'ingress[0].ports[3]:  → {"port":3}',
    ]);
  });

  it('show a list of plain values as a whole, and quote a key with dots', () => {
    expect(paths({ args: ['a', 'b'] }, { args: ['a', 'c'] })).toEqual(['args: ["a","b"] → ["a","c"]']);
    expect(paths({ labels: { 'a.b/c': '1' } }, { labels: { 'a.b/c': '2' } })).toEqual([
      'labels["a.b/c"]: "1" → "2"',
    ]);
  });

  it('are none between an object and a copy with other key order', () => {
    fc.assert(
      fc.property(json, (value) => {
        const copy = JSON.parse(JSON.stringify(value)) as JsonObject;
        expect(fieldChanges(value, Object.fromEntries(Object.entries(copy).toReversed()))).toEqual([]);
      }),
    );
  });

  it('are the same backwards, with the sides exchanged', () => {
    fc.assert(
      fc.property(json, json, (before, after) => {
        const forth = fieldChanges(before, after).map((c) =>
          JSON.stringify([c.path.replaceAll(/\[\d+\]/g, '[]'), c.before, c.after]),
        );
        const back = fieldChanges(after, before).map((c) =>
          JSON.stringify([c.path.replaceAll(/\[\d+\]/g, '[]'), c.after, c.before]),
        );
        expect(sorted(forth)).toEqual(sorted(back));
      }),
    );
  });

  it('are some whenever two objects differ', () => {
    fc.assert(
      fc.property(json, json, (before, after) => {
        fc.pre(JSON.stringify(before) !== JSON.stringify(after));
        const same = JSON.stringify(sort(before)) === JSON.stringify(sort(after));
        expect(fieldChanges(before, after).length > 0).toBe(!same);
      }),
    );
  });
});

function sort(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sort);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, inner]) => [key, sort(inner)]),
  );
}
