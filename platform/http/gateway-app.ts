import { OpenAPIHono } from '@hono/zod-openapi';
import type { AnyGateway } from '../gateway.ts';
import type { Logger } from '../logger.ts';
import type { Tokens } from '../ports/security.ts';
import { accessOf } from './access.ts';
import { answer, notFound, problem, toResponse, unavailable, type Answer } from './answer.ts';
import { createCursors } from './cursors.ts';
import { Deadlines } from './deadlines.ts';
import { answerToError, endpoint, requestIdOf } from './endpoint.ts';
import { describeRoute, describeSecurity } from './openapi.ts';
import type { AnyHandler, RouteDeclaration, RouteTable } from './route.ts';

export type GatewayAppSettings = {
  readonly tokens: Tokens;
  readonly logger: Logger;
  /** Of the deployment: signs cursors. */
  readonly secret: string;
  /** 10,000 ms unless given; a route that a client can ask to wait has that much more. */
  readonly timeoutMs?: number;
  /** 64 KiB unless given. */
  readonly bodyBytes?: number;
  readonly live?: () => boolean;
  readonly ready?: () => boolean | Promise<boolean>;
};

type Declared = { readonly method: string; readonly pattern: RegExp };

/** Composes gateways to one app. `contextOf` gives each the ports that it needs; nothing listens yet. */
export function createGatewayApp(
  gateways: readonly AnyGateway[],
  contextOf: (gateway: AnyGateway) => unknown,
  settings: GatewayAppSettings,
): OpenAPIHono {
  const { secret, logger, tokens, timeoutMs = 10_000, bodyBytes = 64 * 1024 } = settings;
  const app = new OpenAPIHono();
  const declared: Declared[] = [];
  const deadlines = new Map<number, Deadlines>();
  const endpointSettings = {
    tokens,
    logger,
    bodyBytes,
    deadlines: (longestWaitMs: number) =>
      deadlines.getOrInsertComputed(timeoutMs + longestWaitMs, (limitMs) => new Deadlines(limitMs)),
  };
  const cursors = createCursors(secret);
  describeSecurity(app.openAPIRegistry);

  const tableOf = (service: string): RouteTable => ({
    cursors,
    logger: logger.child({ gateway: service }),
    route(declaration, handler) {
      const route = declaration as unknown as RouteDeclaration;
      describeRoute(app.openAPIRegistry, service, route);
      declared.push({ method: route.method.toUpperCase(), pattern: patternOf(route.path) });
      const path = route.path.replaceAll(/\{(\w+)\}/g, ':$1');
      app.on(route.method, path, endpoint(route, handler as AnyHandler, endpointSettings));
    },
  });
  addProbes(app, settings);
  for (const gateway of gateways) gateway.routes(tableOf(gateway.name), contextOf(gateway));
  addDocument(app);
  for (const path of ['/livez', '/readyz', '/openapi.json'])
    declared.push({ method: 'GET', pattern: patternOf(path) });

  const beginUnmatched = accessOf('*', 'unmatched');
  app.notFound((context) => {
    const access = beginUnmatched(context.req.raw.headers.get('traceparent') ?? undefined);
    const result = unmatched(declared, context.req.path);
    access.end(result.status);
    return toResponse(result, requestIdOf(context.req.raw.headers.get('x-request-id') ?? undefined));
  });
  app.onError((error, context) => {
    const requestId = requestIdOf(context.req.raw.headers.get('x-request-id') ?? undefined);
    return toResponse(answerToError(error, { requestId, route: 'outside' }, logger), requestId);
  });
  return app;
}

function patternOf(path: string): RegExp {
  return new RegExp(`^${path.replaceAll('.', String.raw`\.`).replaceAll(/\{\w+\}/g, '[^/]+')}$`);
}

function unmatched(declared: readonly Declared[], path: string): Answer {
  const methods = declared.filter(({ pattern }) => pattern.test(path)).map(({ method }) => method);
  if (methods.length === 0) return notFound('route-unknown');
  const allow = [...new Set(methods.includes('GET') ? [...methods, 'HEAD'] : methods)].toSorted().join(', ');
  return problem(405, 'method-not-allowed', `this takes ${allow}`, { headers: { allow } });
}

function addProbes(app: OpenAPIHono, { live, ready }: GatewayAppSettings): void {
  app.get('/livez', (context) => probe('not-live', live?.() ?? true, context.req.header('x-request-id')));
  app.get('/readyz', async (context) =>
    probe('not-ready', (await ready?.()) ?? true, context.req.header('x-request-id')),
  );
}

function probe(code: string, ok: boolean, requestId: string | undefined): Response {
  return toResponse(
    ok ? answer(200, { status: 'ok' }) : unavailable(code, 'not now'),
    requestIdOf(requestId),
  );
}

function addDocument(app: OpenAPIHono): void {
  let document: string | undefined;
  app.get('/openapi.json', () => {
    document ??= JSON.stringify(
      app.getOpenAPI31Document({
        openapi: '3.1.0',
        info: {
          title: 'Meridian',
          version: 'v1',
          description: 'Amounts are in minor units of their currency.',
        },
      }),
    );
    return new Response(document, { headers: { 'content-type': 'application/json' } });
  });
}
