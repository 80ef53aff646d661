import type { IncomingMessage } from 'node:http';
import type { Context } from 'hono';
import type { z } from 'zod';
import type { Logger } from '../logger.ts';
import type { Caller } from '../ports/security.ts';
import type { Answer } from './answer.ts';
import type { Cursors } from './cursors.ts';

export type Header = (name: string) => string | undefined;

/** The request as Node has it, where Node serves: what the Fetch standard has in its place costs several times as much. */
export function incomingOf({ env }: Context): IncomingMessage | undefined {
  return (env as { readonly incoming?: IncomingMessage } | undefined)?.incoming;
}

/** Who may call: anyone, any user, a user with one of these roles, or whoever signed the raw body. */
export type Access =
  | 'public'
  | 'caller'
  | { readonly roles: readonly string[] }
  | { readonly signed: (rawBody: string, header: Header) => boolean };

/** A route as the platform serves and documents it. Each schema refuses what it does not know. */
export type RouteDeclaration<
  Params extends z.ZodType = z.ZodType,
  Query extends z.ZodType = z.ZodType,
  Headers extends z.ZodObject | z.ZodUndefined = z.ZodObject,
  Body extends z.ZodType = z.ZodType,
  Who extends Access = Access,
> = {
  readonly method: 'get' | 'post' | 'put' | 'delete';
  /** As OpenAPI writes it: `/v1/orders/{orderId}`. */
  readonly path: `/v1/${string}`;
  readonly summary: string;
  readonly access: Who;
  readonly params?: Params;
  readonly query?: Query;
  /** By their usual spelling; a required one that is missing is a 400. */
  readonly headers?: Headers;
  readonly body?: Body;
  /** An absent body counts as `{}`. */
  readonly bodyOptional?: boolean;
  /** The most that is read of a body; as the gateways' setting has it unless given. */
  readonly bodyBytes?: number;
  /** The schemas of the answers without problems. */
  readonly responses: Readonly<Record<number, { readonly description: string; readonly schema?: z.ZodType }>>;
  /** Refuses before anything of the request is looked at. */
  readonly admit?: () => Answer | undefined;
  /** How much longer than others this route may take, because the client can ask it to wait. */
  readonly longestWaitMs?: number;
};

export type RouteRequest<Params, Query, Headers, Body, Who> = {
  readonly params: Params;
  readonly query: Query;
  readonly headers: Headers;
  readonly body: Body;
  readonly caller: Who extends 'caller' | { roles: readonly string[] } ? Caller : undefined;
  /** Of the request's span, when its trace is recorded: for the messages that follow from it. */
  readonly traceparent: string | undefined;
  readonly requestId: string;
  /** For streams, and to see that the client has gone. */
  readonly context: Context;
};

/** What a gateway adds its routes to. */
export interface RouteTable {
  readonly cursors: Cursors;
  readonly logger: Logger;
  route<
    Params extends z.ZodType = z.ZodUndefined,
    Query extends z.ZodType = z.ZodUndefined,
    Headers extends z.ZodObject | z.ZodUndefined = z.ZodUndefined,
    Body extends z.ZodType = z.ZodUndefined,
    const Who extends Access = Access,
  >(
    declaration: RouteDeclaration<Params, Query, Headers, Body, Who>,
    handler: (
      request: RouteRequest<z.output<Params>, z.output<Query>, z.output<Headers>, z.output<Body>, Who>,
    ) => Answer | Response | Promise<Answer | Response>,
  ): void;
}

/** A handler whatever its types. */
export type AnyHandler = (
  // `any`: the request's type differs from route to route.
  request: RouteRequest<any, any, any, any, any>,
) => Answer | Response | Promise<Answer | Response>;
