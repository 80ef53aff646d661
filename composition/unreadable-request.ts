import { randomUUID } from 'node:crypto';
import { STATUS_CODES, type ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { RequestError } from '@hono/node-server';
import { problem, toResponse, type Answer } from '../platform/http/answer.ts';

/** What Node's HTTP parser says (llhttp); `reason` is one of its own texts and quotes nothing of the request. */
type ParserError = Error & { readonly code?: string; readonly reason?: string };

/**
 * Answers what the HTTP parser could not make a request of. Where an answer has begun, or the client has gone, there is nothing
 * to say, and the connection ends.
 */
export function refuseUnreadable(
  error: ParserError,
  socket: Duplex,
  begun: readonly ServerResponse[] = [],
): void {
  const isAnswering = begun.some(({ headersSent, writableFinished }) => headersSent && !writableFinished);
  if (error.code === 'ECONNRESET' || !socket.writable || isAnswering) return void socket.destroy(error);
  const { status, problem: details } = answerTo(error);
  const body = JSON.stringify({ ...details, requestId: randomUUID() });
  const head = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
    'connection: close',
    'content-type: application/problem+json',
    `content-length: ${Buffer.byteLength(body)}`,
  ];
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`, () => socket.destroy());
}

function answerTo({ code, reason = '' }: ParserError): Answer {
  switch (code) {
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return problem(408, 'request-too-slow', 'the request did not come whole in time');
    case 'HPE_HEADER_OVERFLOW':
      return problem(431, 'headers-too-large', 'the headers have more than 16384 bytes');
    case 'HPE_INVALID_EOF_STATE':
      return problem(400, 'request-incomplete', 'the request ends before its end');
    default:
      return problem(400, 'request-malformed', `this is not HTTP/1.1 (RFC 9112): ${reason.toLowerCase()}`);
  }
}

/** A request of which no URL can be made: no or a bad Host. Anything else that gets here is our own failure. */
export function refuseWithoutUrl(error: unknown): Response {
  const answer =
    error instanceof RequestError
      ? problem(400, 'request-malformed', 'the Host header and the path are no URL', {
          errors: [{ in: 'header', field: 'Host', message: 'is missing, or no host' }],
        })
      : problem(500, 'internal-error', 'something went wrong here');
  return toResponse(answer, randomUUID());
}
