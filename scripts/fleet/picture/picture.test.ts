import { describe, expect, it } from 'vitest';
import { fieldsAt, type JsonObject } from '../../rendered/fields.ts';
import { deployment, fleet, manifest, resources, scaledObject } from '../testing/fleet-fixture.ts';
import { pictureOf, type Picture } from './model.ts';
import { htmlOf, svgOf } from './svg.ts';

const labelled = (name: string, component: string, uses: JsonObject): JsonObject => {
  const plain = deployment(name) as {
    metadata: JsonObject;
    spec: { template: { metadata: { labels: JsonObject } } };
  };
  const { spec } = plain;
  const labels = { ...spec.template.metadata.labels, ...uses };
  return {
    ...(plain as JsonObject),
    metadata: { ...plain.metadata, labels: { 'app.kubernetes.io/component': component } },
    spec: { ...spec, template: { ...spec.template, metadata: { labels } } },
  };
};

/** As Argo CD runs it around a sync. */
const hooked = (plain: JsonObject): JsonObject => ({
  ...plain,
  metadata: { ...fieldsAt(plain, 'metadata'), annotations: { 'argocd.argoproj.io/hook': 'PostSync' } },
});

/** A gateway, a worker with its Kafka user, a job around a sync, brokers, a mirror of the other region, and a DNS name of all. */
function objectsOf(region: string): readonly JsonObject[] {
  const other = region === 'us-east' ? 'us-west' : 'us-east';
  return [
    labelled('order-service', 'gateway', { 'uses.meridian.example/postgres': 'true' }),
    labelled('reserve-stock', 'worker', { 'uses.meridian.example/kafka': 'true' }),
    hooked(labelled('audit', 'sync-job', { 'uses.meridian.example/mongo': 'true' })),
    scaledObject('reserve-stock', 12, 30),
    manifest('kafka.strimzi.io/v1', 'KafkaUser', 'reserve-stock', {
      spec: {
        authorization: {
          acls: [
            { resource: { type: 'topic', name: 'order-events' }, operations: ['Read'] },
            { resource: { type: 'topic', name: 'dead-letter-events' }, operations: ['Write'] },
          ],
        },
      },
    }),
    manifest('kafka.strimzi.io/v1', 'KafkaNodePool', 'brokers', {
      spec: { roles: ['broker'], replicas: 15, resources: resources('8', '16Gi') },
    }),
    manifest('kafka.strimzi.io/v1', 'KafkaTopic', 'order-events', { spec: { partitions: 100 } }),
    manifest('kafka.strimzi.io/v1', 'KafkaMirrorMaker2', 'mirror', {
      spec: { replicas: 1, mirrors: [{ source: { alias: other } }] },
    }),
    manifest('externaldns.k8s.io/v1alpha1', 'DNSEndpoint', 'api', {
      spec: { endpoints: [{ dnsName: `${region}.api.example` }, { dnsName: 'api.example' }] },
    }),
    manifest('gateway.networking.k8s.io/v1', 'HTTPRoute', 'order', { spec: {} }),
  ];
}

function picture(regions: readonly string[]): Picture {
  const { environments } = fleet(objectsOf, { regions });
  return pictureOf('production', environments.get('production')!);
}

/** Left, top, right and bottom of each rectangle. */
function rectangles(svg: string): readonly (readonly number[])[] {
  return [...svg.matchAll(/<rect x="([\d.-]+)" y="([\d.-]+)" width="([\d.-]+)" height="([\d.-]+)"/g)].map(
    ([, ...numbers]) => {
      const [x = 0, y = 0, width = 0, height = 0] = numbers.map(Number);
      return [x, y, x + width, y + height];
    },
  );
}

describe('the picture of the fleet', () => {
  it('shows programs with their pods, systems and topics, data systems and mirrors', () => {
    const { globalName, regions } = picture(['us-east', 'us-west']);
    expect(globalName).toBe('api.example');
    const [east] = regions;
    expect(east!.gateways).toEqual([
      { name: 'order-service', pods: { min: 2, max: 2 }, uses: ['postgres'], consumes: [] },
    ]);
    expect(east!.workers).toEqual([
      { name: 'reserve-stock', pods: { min: 12, max: 30 }, uses: ['kafka'], consumes: ['order-events'] },
    ]);
    expect(east!.jobs).toEqual([{ name: 'audit', pods: { min: 2, max: 2 }, uses: ['mongo'], consumes: [] }]);
    expect(east!.boxes.map(({ title, lines }) => [title, ...lines])).toEqual([
      ['Kafka', 'brokers: 15 · 8 CPU, 16 GiB', 'KafkaMirrorMaker2: 1', 'topics: 1 · 100 partitions'],
    ]);
    expect(east!.mirrorsFrom).toEqual(['us-west']);
    expect(east!.edge).toEqual(['1 routes']);
  });

  it.each([[['us-east']], [['us-east', 'us-west']]])(
    'of %j has everything inside, and no card over another',
    (regions) => {
      const svg = svgOf(picture(regions));
      const [, width, height] = /viewBox="0 0 (\S+) (\S+)"/.exec(svg)!.map(Number);
      const all = rectangles(svg);
      for (const [left, top, right, bottom] of all) {
        expect(left).toBeGreaterThanOrEqual(0);
        expect(top).toBeGreaterThanOrEqual(0);
        expect(right).toBeLessThanOrEqual(width!);
        expect(bottom).toBeLessThanOrEqual(height!);
      }
      const cards = all.filter(([left = 0, , right = 0]) => right - left === 460);
      expect(cards).toHaveLength(regions.length);
      if (cards.length === 2) expect(cards[0]![2]).toBeLessThan(cards[1]![0]!);
    },
  );

  it('shows the hub of the environment, where it is rendered', () => {
    expect(picture(['us-east']).hub).toBe('');
    const ofHub = [
      manifest('argoproj.io/v1alpha1', 'Application', 'root'),
      manifest('argoproj.io/v1alpha1', 'Application', 'keda'),
      manifest('argoproj.io/v1alpha1', 'ApplicationSet', 'meridian-production'),
    ];
    const { environments } = fleet((region) => (region === 'hub' ? ofHub : objectsOf(region)), {
      regions: ['hub', 'us-east'],
    });
    const whole = pictureOf('production', environments.get('production')!);
    expect(whole.hub).toBe('Argo CD on a hub of its own: 3 Applications and sets of them');
    expect(whole.regions.map(({ name }) => name)).toEqual(['us-east']);
    expect(svgOf(whole)).toContain(`>${whole.hub}<`);
  });

  it('has a heading of its own for each sort of program', () => {
    const svg = svgOf(picture(['us-east']));
    const order = [
      'SERVICES · PODS',
      'order-service',
      'WORKERS · PODS',
      'reserve-stock',
      'JOBS AROUND A SYNC · PODS',
    ];
    const places = [...order, 'audit'].map((told) => svg.indexOf(`>${told}<`));
    expect(places).not.toContain(-1);
    expect(places).toEqual(places.toSorted((a, b) => a - b));
  });

  it('has one line for the mirrors of a pair, with a head at each end that is copied to', () => {
    const svg = svgOf(picture(['us-east', 'us-west']));
    expect(svg.match(/marker-start="url\(#copy\)" marker-end="url\(#copy\)"/g)).toHaveLength(1);
    expect(svgOf(picture(['us-east']))).not.toContain('url(#copy)"');
  });

  it('is well-formed, whatever the names', () => {
    const named = picture(['us-east']);
    const svg = svgOf({ ...named, environment: 'a<b>&"c"', globalName: '<script>' });
    expect(svg).toContain('a&lt;b&gt;&amp;&quot;c&quot;');
    expect(svg).not.toContain('<script');
    const open: string[] = [];
    for (const [, close, tag, self] of svg.matchAll(/<(\/?)([a-z]+)(?:\s[^<>]*?)?(\/?)>/g)) {
      if (close === '/') expect(open.pop()).toBe(tag);
      else if (self !== '/') open.push(tag!);
    }
    expect(open).toEqual([]);
    expect(htmlOf(named)).toContain(svgOf(named));
  });

  it('refers to nothing outside itself', () => {
    const html = htmlOf(picture(['us-east', 'us-west'])).replaceAll('http://www.w3.org/2000/svg', '');
    expect(html).not.toMatch(/https?:|@import|src=|href=/);
  });
});
