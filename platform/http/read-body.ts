import type { IncomingMessage } from 'node:http';
import type { Context } from 'hono';
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
  { body: schema, bodyOptional, access }: RouteDeclaration,
  context: Context,
  header: Header,
  bodyBytes: number,
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
  const incoming = incomingOf(context);
  const declared = header('content-length');
  if (declared !== undefined && Number(declared) > limit) return tooLarge();
  try {
    // The HTTP parser holds a body to its declared length.
    if (declared !== undefined) return read(await (incoming ? textOf(incoming) : raw.text()));
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
