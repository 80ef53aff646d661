import { describe, expect, it } from 'vitest';
import type { Json, JsonObject } from '../../rendered/fields.ts';
import { deployment, filesOf } from '../testing/fleet-fixture.ts';
import { treeOf, type FleetTree } from '../tree.ts';
import { jsonOf } from './json-report.ts';
import { markdownOf } from './markdown.ts';
import { differenceOf } from './report.ts';

const worker: JsonObject = {
  name: 'meridian-edge-production',
  routes: [{ pattern: 'www.example/*', zone_name: 'example' }],
  vars: { ORIGIN: 'https://api.example', REGIONS: { 'us-east': { home: 'us-east', services: ['order'] } } },
  kv_namespaces: [{ binding: 'EXPERIMENTS' }],
  ratelimits: [{ name: 'REQUESTS', simple: { limit: 600, period: 60 } }],
};

function fleetWith(edge: JsonObject, text = JSON.stringify(edge)): FleetTree {
  const files = filesOf(() => [deployment('order')]);
  return treeOf('test', [...files, { path: 'production/edge/wrangler.json', text }]);
}

function fieldsOf(change: JsonObject): readonly unknown[] {
  const { environments } = jsonOf(differenceOf(fleetWith(worker), fleetWith({ ...worker, ...change })));
  return environments[0]!.changes.flatMap(({ fields }) => fields);
}

describe('the Worker at the edge', () => {
  it('is compared key by key, whatever the order and the white space', () => {
    const turned = Object.fromEntries<Json>(Object.entries(worker).toReversed());
    const same = differenceOf(fleetWith(worker), fleetWith(turned, JSON.stringify(turned, null, 4)));
    expect(same.environments[0]!.groups).toEqual([]);
    const more = [{ binding: 'OTHER' }, { binding: 'EXPERIMENTS', id: '1' }];
    expect(
      fieldsOf({
        kv_namespaces: more,
        ratelimits: [{ name: 'REQUESTS', simple: { limit: 60, period: 60 } }],
      }),
    ).toEqual([
      { path: 'kv_namespaces[EXPERIMENTS].id', after: '1' },
      { path: 'kv_namespaces[OTHER]', after: { binding: 'OTHER' } },
      { path: 'ratelimits[REQUESTS].simple.limit', before: 600, after: 60 },
    ]);
  });

  it('stands beside the regions, and is no region', () => {
    const changed = { ...worker, workers_dev: true };
    const text = markdownOf(differenceOf(fleetWith(worker), fleetWith(changed)));
    expect(text).toContain('**`Worker meridian-edge-production`** (edge)');
    expect(text).toContain('+ workers_dev: true');
    expect(text).toMatch(/^\| edge +\| 0 \| 1 \| 0 \| 0 \|/m);
    const none = treeOf(
      'none',
      filesOf(() => []),
    );
    const all = markdownOf(differenceOf(none, fleetWith(worker)));
    expect(all).toContain('`meridian/order` (same in 4/4)');
    expect(all).toContain('- Worker `meridian-edge-production` (edge)');
  });

  it('never shows a secret that somebody put into it', () => {
    const vars = {
      ORIGIN: 'https://user:hunter2@api.example/path',
      API_TOKEN: 'hunter2',
      REGIONS: { 'us-east': { home: 'us-east', services: ['order'] }, 'us-west': { signingKey: 'hunter2' } },
    };
    const difference = differenceOf(fleetWith(worker), fleetWith({ ...worker, vars }));
    const told = markdownOf(difference) + JSON.stringify(jsonOf(difference));
    expect(told).not.toContain('hunter2');
    expect(fieldsOf({ vars })).toEqual([
      {
        path: 'vars.ORIGIN',
        before: 'https://api.example',
        after: 'https://(not shown)@api.example/path',
      },
      { path: 'vars.REGIONS.us-west', after: { signingKey: '(not shown)' } },
      { path: 'vars.API_TOKEN', after: '(not shown, differs)' },
    ]);
  });

  it('that is none is named with its file', () => {
    expect(() => fleetWith({}, '{')).toThrow('production/edge/wrangler.json: is not JSON');
    expect(() => fleetWith({}, '[]')).toThrow('production/edge/wrangler.json: is no object');
    expect(() => fleetWith({})).toThrow('production/edge/wrangler.json: a Worker without name');
  });
});
