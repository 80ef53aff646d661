import { Validator } from '@seriousme/openapi-schema-validator';
import { expect, test } from 'vitest';
import { z } from 'zod';
import type { AnyGateway } from '../platform/gateway.ts';
import { createGatewayApp } from '../platform/http/gateway-app.ts';
import type { RouteDeclaration } from '../platform/http/route.ts';
import { silentLogger } from '../scripts/testing/silent-logger.ts';
import { gateways } from './index.ts';

const declared: { readonly route: RouteDeclaration; readonly gateway: string }[] = [];
const noted = gateways.map((gateway): AnyGateway => ({
  ...gateway,
  routes: (table, context) =>
    gateway.routes(
      {
        ...table,
        route(route, handler) {
          declared.push({ route: route as unknown as RouteDeclaration, gateway: gateway.name });
          table.route(route, handler);
        },
      },
      context,
    ),
}));
const context = {
  region: 'us-east',
  partitions: 12,
  signal: new AbortController().signal,
  wake: { listen: () => () => true },
};
const app = createGatewayApp(noted, () => context, {
  tokens: { verify: async () => undefined },
  logger: silentLogger,
  secret: 'of this test',
});

const parameter = z.object({ name: z.string(), in: z.string(), required: z.boolean().optional() });
const content = z.record(z.string(), z.object({ schema: z.record(z.string(), z.unknown()) }));
const operation = z.object({
  operationId: z.string(),
  summary: z.string(),
  tags: z.array(z.string()),
  security: z.array(z.record(z.string(), z.array(z.string()))).optional(),
  parameters: z.array(parameter).optional(),
  requestBody: z.object({ content, required: z.boolean() }).optional(),
  responses: z.record(z.string(), z.object({ description: z.string(), content: content.optional() })),
});
type Operation = z.output<typeof operation>;

const document: unknown = await (await app.request('/openapi.json')).json();
const { paths } = z.object({ paths: z.record(z.string(), z.record(z.string(), operation)) }).parse(document);

test('is a valid OpenAPI 3.1 document', async () => {
  const validator = new Validator();
  const result = await validator.validate(document as Record<string, unknown>);
  expect(result.errors ?? []).toEqual([]);
  expect([result.valid, validator.version]).toEqual([true, '3.1']);
});

test('has what is served, and nothing else', () => {
  const served = app.routes.map(({ method, path }) => `${method.toLowerCase()} ${path}`);
  const described = Object.entries(paths).flatMap(([path, operations]) =>
    Object.keys(operations).map((method) => `${method} ${path.replaceAll(/\{(\w+)\}/g, ':$1')}`),
  );
  const ofThePlatform = ['get /livez', 'get /readyz', 'get /openapi.json'];
  expect([...described, ...ofThePlatform].toSorted()).toEqual(served.toSorted());
  expect(described.length).toBeGreaterThan(20);
  expect(new Set(declared.map(({ gateway }) => gateway)).size).toBe(gateways.length);
});

test('names each operation once', () => {
  const ids = Object.values(paths).flatMap((operations) =>
    Object.values(operations).map(({ operationId }) => operationId),
  );
  expect(new Set(ids).size).toBe(ids.length);
  for (const id of ids) expect(id).toMatch(/^[a-z]+([A-Z][a-z]+)+$/);
});

const named = (place: string, schema: z.ZodType | undefined): object[] =>
  Object.entries((schema as z.ZodObject | undefined)?.shape ?? {}).map(([name, part]) => ({
    in: place,
    name,
    required: place === 'path' || !(part as z.ZodType).safeParse(undefined).success,
  }));

const parametersOf = ({ parameters = [] }: Operation): object[] =>
  parameters.map(({ in: place, name, required = false }) => ({ in: place, name, required }));

test.each(declared.map(({ route, gateway }) => [`${route.method} ${route.path}`, route, gateway] as const))(
  '%s has its parameters, body, security, answers and refusals',
  (_name, route, gateway) => {
    const { access } = route;
    const described = paths[route.path]![route.method]!;
    expect(described.tags).toEqual([gateway]);
    expect(parametersOf(described)).toEqual([
      ...named('path', route.params),
      ...named('query', route.query),
      ...named('header', route.headers),
    ]);
    const needsToken = access === 'caller' || (typeof access === 'object' && 'roles' in access);
    expect(described.security).toEqual(needsToken ? [{ bearer: [] }] : undefined);
    expect(described.requestBody?.required).toBe(route.body ? !route.bodyOptional : undefined);
    expect(Object.keys(described.responses)).toEqual([...Object.keys(route.responses), 'default']);
    expect(described.responses['default']?.content).toMatchObject({
      'application/problem+json': {
        schema: { required: ['type', 'title', 'status', 'code', 'detail', 'requestId'] },
      },
    });
  },
);
