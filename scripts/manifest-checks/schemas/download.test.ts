import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { temporaryFolder } from '../../testing/temporary-folder.ts';
import { completeCatalogue } from './complete-catalogue.ts';
import { coreFile, schemaFileOf } from './locations.ts';

const core = {
  components: {
    schemas: {
      'io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta': { type: 'object', properties: { name: {} } },
    },
  },
};
const definitions = `{{- if .Values.crds }}
kind: CustomResourceDefinition
spec:
  group: networking.istio.io
  names:
    kind: Gateway
  versions: []
---
kind: CustomResourceDefinition
spec:
  group: networking.istio.io
  names:
    kind: Sidecar
  scope: Namespaced
  versions:
    - name: v1
      served: true
      schema: { openAPIV3Schema: { type: object, properties: { spec: { type: object } } } }
    - name: v1alpha3
      served: false
      schema: { openAPIV3Schema: { type: object } }
{{- end }}
`;

let server: Server;
let origin: string;
const asked: string[] = [];
beforeAll(async () => {
  server = createServer((request, response) => {
    asked.push(request.url ?? '');
    if (request.url?.includes('/kubernetes/')) response.end(JSON.stringify(core));
    else if (request.url?.includes('/istio/')) response.end(definitions);
    else response.writeHead(404).end();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => void server.close());

const none = { openapi: [], crds: [] };
const sidecar = { apiVersion: 'networking.istio.io/v1', kind: 'Sidecar' };
const topic = { apiVersion: 'kafka.strimzi.io/v1', kind: 'KafkaTopic' };
const emptyCache = (): string => temporaryFolder('schemas');

test('schemas that are missing come from their projects, once', async () => {
  const cache = emptyCache();
  const first = await completeCatalogue([sidecar], none, { cache, origin, download: true });
  expect(first).toMatchObject({ loaded: 2, failed: [] });
  expect(first.catalogue.find(sidecar.apiVersion, sidecar.kind).status).toBe('known');
  expect(first.catalogue.find('networking.istio.io/v1alpha3', 'Sidecar')).toMatchObject({
    status: 'refused',
  });
  const before = asked.length;
  const second = await completeCatalogue([sidecar], none, { cache, origin, download: true });
  expect(second.catalogue.find(sidecar.apiVersion, sidecar.kind).status).toBe('known');
  expect(asked.length).toBe(before);
});

test('what cannot be loaded is said, and leaves nothing half-written', async () => {
  const cache = emptyCache();
  const { catalogue, failed } = await completeCatalogue([topic, sidecar], none, {
    cache,
    origin,
    download: true,
  });
  expect(failed).toEqual([expect.stringMatching(/043-Crd-kafkatopic\.yaml: status 404$/)]);
  expect(catalogue.find(topic.apiVersion, topic.kind).status).toBe('unknown');
  expect(catalogue.find(sidecar.apiVersion, sidecar.kind).status).toBe('known');
  expect(readdirSync(join(cache, 'schemas', 'crds'))).toEqual([
    expect.stringMatching(/^istio-istio-[0-9a-f]{40}$/),
  ]);
});

test('nothing is loaded where that is not wanted, and an address that does not answer is named', async () => {
  const cache = emptyCache();
  const before = asked.length;
  const { failed } = await completeCatalogue([topic], none, { cache, origin, download: false });
  expect([failed, asked.length]).toEqual([[], before]);
  const nowhere = await completeCatalogue([topic], none, {
    cache,
    origin: 'http://127.0.0.1:9',
    download: true,
  });
  expect(nowhere.failed).toHaveLength(2);
  expect(nowhere.failed[0]).toMatch(
    /^http:\/\/127\.0\.0\.1:9\/kubernetes\/kubernetes\/v[\d.]+\/api\/openapi-spec\/v3\/api__v1_openapi\.json: /,
  );
});

test('each kind has its file: built-in ones by group, custom ones by the table', () => {
  expect(schemaFileOf('apps/v1', 'Deployment')?.path).toBe('api/openapi-spec/v3/apis__apps__v1_openapi.json');
  expect(schemaFileOf('networking.k8s.io/v1', 'NetworkPolicy')?.path).toBe(
    'api/openapi-spec/v3/apis__networking.k8s.io__v1_openapi.json',
  );
  expect(schemaFileOf('v1', 'Service')).toEqual(coreFile());
  expect(schemaFileOf('autoscaling.k8s.io/v1', 'VerticalPodAutoscaler')?.project).toBe(
    'kubernetes/autoscaler',
  );
  expect(schemaFileOf('example.com/v1', 'Widget')).toBeUndefined();
});

test('every kind that is rendered has one: a machine without definitions can check all of it', () => {
  const files = readdirSync('dist', { recursive: true, encoding: 'utf8' }).filter((name) =>
    name.endsWith('.yaml'),
  );
  const kinds = files.flatMap((name) => [
    ...readFileSync(join('dist', name), 'utf8').matchAll(/^apiVersion: "?([^"\n]+)"?\nkind: (\w+)$/gm),
  ]);
  const unknown = kinds.filter(
    ([, apiVersion = '', kind = '']) => schemaFileOf(apiVersion, kind) === undefined,
  );
  expect([...new Set(unknown.map(([text]) => text))]).toEqual([]);
  expect(kinds.length).toBeGreaterThan(1000);
});
