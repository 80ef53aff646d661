import { randomUUID } from 'node:crypto';
import type { Context } from 'hono';
import { ConflictError, TransientError } from '../errors.ts';
import type { Logger } from '../logger.ts';
import { accessOf } from './access.ts';
import { problem, toResponse, unavailable, type Answer } from './answer.ts';
import { Deadlines } from './deadlines.ts';
import { readRequest, type ReadSettings } from './read-request.ts';
import { incomingOf, type AnyHandler, type Header, type RouteDeclaration } from './route.ts';

export type EndpointSettings = ReadSettings & {
  readonly logger: Logger;
  readonly deadlines: (longestWaitMs: number) => Deadlines;
};

/**
 * Everything that happens to a request of one route, in one Hono handler: no chain of middleware, because each link
 * costs an order-placing gateway as much as the work itself.
 */
export function endpoint(
  declaration: RouteDeclaration,
  handler: AnyHandler,
  settings: EndpointSettings,
): (context: Context) => Promise<Response> {
  const { logger } = settings;
  const method = declaration.method.toUpperCase();
  const route = declaration.path;
  const begin = accessOf(method, route);
  const deadlines = settings.deadlines(declaration.longestWaitMs ?? 0);

  async function handle(
    context: Context,
    header: Header,
    requestId: string,
    traceparent: string | undefined,
  ): Promise<Answer | Response> {
    const refusal = declaration.admit?.();
    if (refusal) return refusal;
    const parts = await readRequest(declaration, context, header, settings);
    if (!parts.ok) return parts.refusal;
    return handler({ ...parts.value, traceparent, requestId, context } as Parameters<AnyHandler>[0]);
  }

  return async (context) => {
    const header = headerOf(context);
    const requestId = requestIdOf(header('x-request-id'));
    const access = begin(header('traceparent'));
    const where = { requestId, method, route };
    let result: Answer | Response;
    let failure: unknown;
    try {
      const work = access.run(() => handle(context, header, requestId, access.traceparent));
      result = await deadlines.within(work, () =>
        access.run(() => {
          work.catch((error: unknown) =>
            logger.warn({ ...where, ...errorFields(error) }, 'failed after its time'),
          );
          logger.warn(where, 'request timed out');
          return unavailable('timed-out', 'no answer in time; whether the request took effect is unknown');
        }),
      );
    } catch (error) {
      failure = error;
      result = access.run(() => answerToError(error, where, logger));
    }
    const response = result instanceof Response ? result : toResponse(result, requestId);
    access.end(result.status, failure);
    return response;
  };
}

/** One that came twice is joined, here (`joinDuplicateHeaders`) as in a Headers object. */
function headerOf(context: Context): Header {
  const parsed = incomingOf(context)?.headers;
  if (!parsed) return (name) => context.req.raw.headers.get(name) ?? undefined;
  return (name) => {
    const value = parsed[name.toLowerCase()];
    return typeof value === 'string' ? value : undefined;
  };
}

/** The client's own id when it is one that can be logged. */
export function requestIdOf(given: string | undefined): string {
  return given !== undefined && /^[\w.:-]{8,128}$/.test(given) ? given : randomUUID();
}

/** A failure as the client may see it; what is behind it goes to the log, under the request's id. */
export function answerToError(error: unknown, where: object, logger: Logger): Answer {
  if (error instanceof TransientError) {
    logger.warn({ ...where, ...errorFields(error) }, 'request failed for now');
    return unavailable('temporarily-unavailable', 'try again; whether the request took effect is unknown');
  }
  if (error instanceof ConflictError) {
    logger.info({ ...where, ...errorFields(error) }, 'request lost a race');
    return problem(409, 'conflict', 'somebody else changed it in between');
  }
  logger.error({ ...where, ...errorFields(error) }, 'request failed');
  return problem(500, 'internal-error', 'something went wrong here; the request id finds it in the logs');
}

// Only these: a database's error carries the row it refused.
function errorFields(error: unknown): object {
  if (!(error instanceof Error)) return { error: typeof error };
  const code = 'code' in error ? String(error.code) : undefined;
  const details = 'details' in error ? error.details : undefined;
  return { error: error.name, code, details, stack: error.stack };
}
