import type { IncomingMessage } from 'node:http';
import type { Context } from 'hono';
import type { FieldError } from '../../contracts/http/problem.ts';
import { problem, type Answer } from './answer.ts';
import { parseJson } from './json-body.ts';
import { incomingOf, type Header, type RouteDeclaration } from './route.ts';
import { validate } from './validation.ts';

/** A part of a request, or why it is refused. */
export type Read<Value> =
  { readonly ok: true; readonly value: Value } | { readonly ok: false; readonly refusal: Answer };

export const read = <Value>(value: Value): Read<Value> => ({ ok: true, value });
export const refuse = (refusal: Answer): { readonly ok: false; readonly refusal: Answer } => ({
  ok: false,
  refusal,
});

/** 401, and how to authenticate. */
export const unauthorized = (code: string, detail: string): Answer =>
  problem(401, code, detail, { headers: { 'www-authenticate': 'Bearer realm="meridian"' } });

/** The body as its schema has it; a signature is checked on the bytes before anything is parsed. */
export async function readBody(
  { body: schema, bodyOptional, access, bodyBytes }: RouteDeclaration,
  context: Context,
  header: Header,
  usualBytes: number,
): Promise<Read<unknown>> {
  const text = await readText(context, header, bodyBytes ?? usualBytes);
  if (!text.ok) return text;
  if (typeof access === 'object' && 'signed' in access && !access.signed(text.value, header))
    return refuse(unauthorized('signature-invalid', 'the body is not signed as it should be'));
  if (text.value === '' && bodyOptional) return validate(schema!, {}, 'body');
  const unsupported = unsupportedForm(header);
  if (unsupported) return refuse(unsupported);
  const json = parseJson(text.value);
  return json.ok ? validate(schema!, json.value, 'body') : json;
}

/** 415 for what is not JSON as it is. */
function unsupportedForm(header: Header): Answer | undefined {
  const encoding = header('content-encoding') ?? 'identity';
  if (!/^identity$/i.test(encoding)) {
    const headers = { 'accept-encoding': 'identity' }; // RFC 9110, 12.5.3
    const errors = [headerError('Content-Encoding', 'has to be identity, or absent')];
    return problem(415, 'content-encoding-unsupported', 'the body has to be sent as it is', {
      errors,
      headers,
    });
  }
  const type = header('content-type');
  if (type !== undefined && /^application\/json\s*(?:;\s*charset="?utf-8"?\s*)?$/i.test(type))
    return undefined;
  const errors = [headerError('Content-Type', 'has to be application/json, in UTF-8')];
  return problem(415, 'content-type-unsupported', 'the body has to be application/json', { errors });
}

const headerError = (field: string, message: string): FieldError => ({ in: 'header', field, message });

async function readText(context: Context, header: Header, limit: number): Promise<Read<string>> {
  const tooLarge = (error: FieldError): Read<string> =>
    refuse(problem(413, 'body-too-large', `the body has more than ${limit} bytes`, { errors: [error] }));
  const { raw } = context.req;
  const incoming = incomingOf(context);
  const declared = header('content-length');
  if (declared !== undefined && Number(declared) > limit)
    return tooLarge(headerError('Content-Length', `is more than ${limit}`));
  try {
    // The HTTP parser holds a body to its declared length.
    if (declared !== undefined) return read(await (incoming ? textOf(incoming) : raw.text()));
    const chunks: Uint8Array[] = [];
    let size = 0;
    for await (const chunk of raw.body ?? []) {
      size += chunk.byteLength;
      if (size > limit)
        return tooLarge({ in: 'body', field: 'body', message: `has more than ${limit} bytes` });
      chunks.push(chunk);
    }
    return read(new TextDecoder().decode(Buffer.concat(chunks)));
  } catch {
    const message = 'could not be read to its end';
    const errors = [{ in: 'body', field: 'body', message }] as const;
    return refuse(problem(400, 'body-incomplete', `the body ${message}`, { errors }));
  }
}

const utf8 = new TextDecoder();

/**
 * What Request.text() answers, at the price of three listeners. Rejects when the client goes before the end, or has gone:
 * whatever comes before it waits for nothing outside.
 */
function textOf(incoming: IncomingMessage): Promise<string> {
  return new Promise((resolve, reject) => {
    if (incoming.destroyed) reject(new Error('the client has gone')); // then none of the events comes
    const chunks: Buffer[] = [];
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
    incoming.on('end', () => resolve(utf8.decode(chunks.length === 1 ? chunks[0] : Buffer.concat(chunks))));
    incoming.on('error', reject);
  });
}
