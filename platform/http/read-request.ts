import type { Context } from 'hono';
import type { Caller, Tokens } from '../ports/security.ts';
import { invalid, problem } from './answer.ts';
import { isCleanText } from './json-body.ts';
import { read, readBody, refuse, unauthorized, type Read } from './read-body.ts';
import type { Access, Header, RouteDeclaration } from './route.ts';
import { validate } from './validation.ts';

export type ReadSettings = { readonly tokens: Tokens; readonly bodyBytes: number };

export type ReadParts = {
  readonly params: unknown;
  readonly query: unknown;
  readonly headers: unknown;
  readonly body: unknown;
  readonly caller: Caller | undefined;
};

/** Who calls and what they want, checked part by part in the order in which a client would want to hear of it. */
export async function readRequest(
  declaration: RouteDeclaration,
  context: Context,
  header: Header,
  settings: ReadSettings,
): Promise<Read<ReadParts>> {
  const { access } = declaration;
  const caller = await callerOf(access, header, settings.tokens);
  if (!caller.ok) return caller;
  const params = declaration.params ? readParams(declaration.params, context) : read(undefined);
  if (!params.ok) return params;
  const query = readQuery(declaration.query, context);
  if (!query.ok) return query;
  const headers = declaration.headers ? readHeaders(declaration.headers, header) : read(undefined);
  if (!headers.ok) return headers;
  const body = declaration.body
    ? await readBody(declaration, context, header, settings.bodyBytes)
    : read(undefined);
  if (!body.ok) return body;
  return read({
    params: params.value,
    query: query.value,
    headers: headers.value,
    body: body.value,
    caller: caller.value,
  });
}

async function callerOf(access: Access, header: Header, tokens: Tokens): Promise<Read<Caller | undefined>> {
  if (access === 'public' || (access !== 'caller' && 'signed' in access)) return read(undefined);
  const authorization = header('authorization');
  if (authorization === undefined) return refuse(unauthorized('token-missing', 'a bearer token is needed'));
  const token = /^Bearer +([\w.~+/=-]+)$/i.exec(authorization)?.[1];
  const caller = token === undefined ? undefined : await tokens.verify(token);
  if (!caller) return refuse(unauthorized('token-invalid', 'the bearer token is not valid, or not any more'));
  if (access !== 'caller' && !access.roles.some((role) => caller.roles.includes(role)))
    return refuse(problem(403, 'role-missing', `this needs the role ${access.roles.join(' or ')}`));
  return read(caller);
}

function readParams(schema: NonNullable<RouteDeclaration['params']>, context: Context): Read<unknown> {
  const params: Record<string, string> = context.req.param();
  return validate(schema, params, 'path');
}

function readQuery(schema: RouteDeclaration['query'], context: Context): Read<unknown> {
  const { url } = context.req.raw;
  const start = url.indexOf('?');
  if (start < 0) return schema ? validate(schema, {}, 'query') : read(undefined);
  const query: Record<string, string> = Object.create(null) as Record<string, string>;
  for (const [name, value] of new URLSearchParams(url.slice(start))) {
    const problemOfIt = !schema
      ? 'is not known'
      : name in query
        ? 'occurs twice'
        : !isCleanText(name) || !isCleanText(value)
          ? 'has control characters or broken Unicode'
          : undefined;
    const field = isCleanText(name) ? name.slice(0, 100) : '?';
    if (problemOfIt)
      return refuse(invalid('request-invalid', [{ in: 'query', field, message: problemOfIt }]));
    query[name] = value;
  }
  return schema ? validate(schema, { ...query }, 'query') : read(undefined);
}

function readHeaders(schema: NonNullable<RouteDeclaration['headers']>, header: Header): Read<unknown> {
  const headers: Record<string, string> = {};
  for (const name in schema.shape) {
    const value = header(name);
    if (value !== undefined) headers[name] = value;
  }
  const checked = validate(schema, headers, 'header');
  if (checked.ok) return checked;
  const missing = checked.refusal.problem?.errors?.filter(({ field }) => !(field in headers)) ?? [];
  if (missing.length === 0) return checked;
  const errors = missing.map((error) => ({ ...error, message: 'is missing' }));
  return refuse(
    problem(400, 'header-missing', `needs ${errors.map(({ field }) => field).join(', ')}`, { errors }),
  );
}
