import type { Context } from 'hono';
import type { Caller, Tokens } from '../ports/security.ts';
import { invalid, problem, type Answer } from './answer.ts';
import { isCleanText, parseJson } from './json-body.ts';
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

type Read<Value> =
  { readonly ok: true; readonly value: Value } | { readonly ok: false; readonly refusal: Answer };

const read = <Value>(value: Value): Read<Value> => ({ ok: true, value });
const refuse = (refusal: Answer): { readonly ok: false; readonly refusal: Answer } => ({
  ok: false,
  refusal,
});

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
  const headers = declaration.headers ? readHeaders(declaration.headers, header) : read({});
  if (!headers.ok) return headers;
  const body = declaration.body ? await readBody(declaration, context, header, settings) : read(undefined);
  if (!body.ok) return body;
  return read({
    params: params.value,
    query: query.value,
    headers: headers.value,
    body: body.value,
    caller: caller.value,
  });
}

const unauthorized = (code: string, detail: string): Answer =>
  problem(401, code, detail, { headers: { 'www-authenticate': 'Bearer realm="meridian"' } });

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

async function readBody(
  { body: schema, bodyOptional, access }: RouteDeclaration,
  context: Context,
  header: Header,
  { bodyBytes }: ReadSettings,
): Promise<Read<unknown>> {
  const text = await readText(context, header, bodyBytes);
  if (!text.ok) return text;
  if (typeof access === 'object' && 'signed' in access && !access.signed(text.value, header))
    return refuse(unauthorized('signature-invalid', 'the body is not signed as it should be'));
  if (text.value === '' && bodyOptional) return validate(schema!, {}, 'body');
  const type = header('content-type');
  if (type === undefined || !/^application\/json\s*(?:;\s*charset="?utf-8"?\s*)?$/i.test(type))
    return refuse(problem(415, 'content-type-unsupported', 'the body has to be application/json'));
  const json = parseJson(text.value);
  return json.ok ? validate(schema!, json.value, 'body') : json;
}

async function readText(context: Context, header: Header, limit: number): Promise<Read<string>> {
  const tooLarge = (): Read<string> =>
    refuse(problem(413, 'body-too-large', `the body has more than ${limit} bytes`));
  const { raw } = context.req;
  const declared = header('content-length');
  if (declared !== undefined && Number(declared) > limit) return tooLarge();
  try {
    // The HTTP parser holds a body to its declared length.
    if (declared !== undefined) return read(await raw.text());
    const chunks: Uint8Array[] = [];
    let size = 0;
    for await (const chunk of raw.body ?? []) {
      size += chunk.byteLength;
      if (size > limit) return tooLarge();
      chunks.push(chunk);
    }
    return read(new TextDecoder().decode(Buffer.concat(chunks)));
  } catch {
    return refuse(problem(400, 'body-incomplete', 'the body could not be read to its end'));
  }
}
