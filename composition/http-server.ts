import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { getRequestListener } from '@hono/node-server';
import { refuseUnreadable, refuseWithoutUrl } from './unreadable-request.ts';

export type HttpServer = {
  /** Answers what has begun, takes no more connections, and ends them all after `longestMs` at the latest. */
  close(longestMs?: number): Promise<void>;
};

export type HttpServerSettings = {
  readonly fetch: (request: Request) => Response | Promise<Response>;
  readonly host: string;
  readonly port: number;
  /** Longest time for the headers of a request and for all of it, in ms: who sends byte by byte holds a connection no longer. */
  readonly limits?: { readonly headersMs: number; readonly requestMs: number };
};

/** How often connections are looked at that are too slow, or have become idle while the server closes, in ms. */
const slowCheckMs = 2000;
const idleCheckMs = 20;

/** Resolves when it listens. */
export async function listen(settings: HttpServerSettings): Promise<HttpServer & { readonly port: number }> {
  const { fetch, host, port, limits = { headersMs: 10_000, requestMs: 20_000 } } = settings;
  const listener = getRequestListener(fetch, { errorHandler: refuseWithoutUrl });
  // More than one where a client sends its next request before the answer to the last.
  const begun = new WeakMap<Duplex, readonly ServerResponse[]>();
  let closing = false;
  const server = createServer(
    {
      keepAliveTimeout: 65_000, // longer than the load balancer's, which otherwise meets a closing socket
      headersTimeout: limits.headersMs,
      requestTimeout: limits.requestMs,
      requireHostHeader: false, // refused as any bad request is, with a problem
      joinDuplicateHeaders: true, // as the Fetch standard has it; otherwise the second of some is dropped unseen
      connectionsCheckingInterval: Math.min(slowCheckMs, limits.headersMs),
    },
    (request, response) => {
      // The client then knows that it cannot send its next request here.
      if (closing) response.shouldKeepAlive = false;
      const unfinished = begun.get(request.socket)?.filter((earlier) => !earlier.writableFinished) ?? [];
      begun.set(request.socket, [...unfinished, response]);
      void listener(request, response);
    },
  );
  server.on('clientError', (error, socket) => refuseUnreadable(error, socket, begun.get(socket)));
  server.listen(port, host);
  await once(server, 'listening');
  const address = server.address();
  return {
    port: address !== null && typeof address === 'object' ? address.port : port,
    async close(longestMs = 5000) {
      closing = true;
      const closed = once(server, 'close');
      server.close();
      // By itself Node keeps a connection whose last answer came after `close`.
      const idle = setInterval(() => server.closeIdleConnections(), idleCheckMs);
      const force = setTimeout(() => server.closeAllConnections(), longestMs);
      await closed;
      clearInterval(idle);
      clearTimeout(force);
    },
  };
}
