import type { OpenAPIHono } from '@hono/zod-openapi';
import { z } from 'zod';
import { problemBody } from '../../contracts/http/problem.ts';
import type { RouteDeclaration } from './route.ts';

type Registry = OpenAPIHono['openAPIRegistry'];

const bearer = 'bearer';

export function describeSecurity(registry: Registry): void {
  registry.registerComponent('securitySchemes', bearer, {
    type: 'http',
    scheme: 'bearer',
    bearerFormat: 'JWT',
  });
}

const json = (schema: z.ZodType) => ({ 'application/json': { schema } });

/** Adds a route to the OpenAPI document: all that the server checks, from the same declaration. */
export function describeRoute(registry: Registry, service: string, route: RouteDeclaration): void {
  const { method, path, summary, access, params, query, headers, body, bodyOptional, responses } = route;
  const needsToken = access === 'caller' || (typeof access === 'object' && 'roles' in access);
  registry.registerPath({
    method,
    path,
    operationId: operationIdOf(method, path),
    summary,
    tags: [service],
    ...(needsToken ? { security: [{ [bearer]: [] }] } : {}),
    ...(typeof access === 'object' && 'roles' in access
      ? { description: `Needs the role ${access.roles.join(' or ')}.` }
      : {}),
    request: {
      ...(params ? { params: params as z.ZodObject } : {}),
      ...(query ? { query: query as z.ZodObject } : {}),
      ...(headers && Object.keys(headers.shape).length > 0 ? { headers } : {}),
      ...(body ? { body: { content: json(body), required: !bodyOptional } } : {}),
    },
    responses: {
      ...Object.fromEntries(
        Object.entries(responses).map(([status, { description, schema }]) => [
          status,
          { description, ...(schema ? { content: json(schema) } : {}) },
        ]),
      ),
      default: {
        description: 'A refusal or a failure, as problem details (RFC 9457)',
        content: { 'application/problem+json': { schema: problemBody } },
      },
    },
  });
}

/** `getOrdersOrderId` of `get /v1/orders/{orderId}`: what a generated client calls it. */
function operationIdOf(method: string, path: string): string {
  const words = path.split('/').slice(2).join('-').match(/\w+/g) ?? [];
  return method + words.map((word) => word[0]!.toUpperCase() + word.slice(1)).join('');
}
