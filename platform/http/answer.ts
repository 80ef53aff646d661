import type { FieldError, ProblemBody } from '../../contracts/http/problem.ts';

/** What a route answers: plain data, made into one Response at the end. */
export type Answer = {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** Becomes JSON; absent for an answer without a body. */
  readonly body?: unknown;
  readonly problem?: Omit<ProblemBody, 'requestId'>;
};

export function answer(status: number, body?: unknown, headers?: Readonly<Record<string, string>>): Answer {
  return headers === undefined ? { status, body } : { status, body, headers };
}

const titles: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  405: 'Method Not Allowed',
  408: 'Request Timeout',
  409: 'Conflict',
  412: 'Precondition Failed',
  413: 'Content Too Large',
  415: 'Unsupported Media Type',
  421: 'Misdirected Request',
  422: 'Unprocessable Content',
  431: 'Request Header Fields Too Large',
  500: 'Internal Server Error',
  503: 'Service Unavailable',
};

/** Problem details (RFC 9457); `code` is kebab-case and stable, `detail` is for people and quotes no values. */
export function problem(
  status: number,
  code: string,
  detail: string,
  options: {
    readonly errors?: readonly FieldError[];
    readonly headers?: Readonly<Record<string, string>>;
  } = {},
): Answer {
  const { errors, headers } = options;
  return {
    status,
    ...(headers ? { headers } : {}),
    problem: {
      type: `urn:meridian:problem:${code}`,
      title: titles[status] ?? 'Error',
      status,
      code,
      detail,
      ...(errors ? { errors } : {}),
    },
  };
}

/** 422 that names what is wrong. */
export function invalid(code: string, errors: readonly FieldError[]): Answer {
  return problem(422, code, `not valid: ${errors.map(({ field }) => field).join(', ')}`, { errors });
}

export function notFound(code: string): Answer {
  return problem(404, code, 'there is no such thing, or it is not yours');
}

/** Nothing of the request was carried out: the same one may be sent again after `retryAfterS` seconds. */
export function unavailable(code: string, detail: string, retryAfterS = 1): Answer {
  return problem(503, code, detail, { headers: { 'retry-after': String(retryAfterS) } });
}

/** The one place where an answer is written out. */
export function toResponse({ status, headers, body, problem: details }: Answer, requestId: string): Response {
  if (details) {
    return new Response(JSON.stringify({ ...details, requestId }), {
      status,
      headers: { ...headers, 'x-request-id': requestId, 'content-type': 'application/problem+json' },
    });
  }
  if (body === undefined)
    return new Response(null, { status, headers: { ...headers, 'x-request-id': requestId } });
  return new Response(JSON.stringify(body), {
    status,
    headers: { ...headers, 'x-request-id': requestId, 'content-type': 'application/json' },
  });
}
