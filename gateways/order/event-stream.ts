import { streamSSE, type SSEStreamingApi } from 'hono/streaming';
import { orderParams } from '../../contracts/http/parts.ts';
import { eventStreamHeaders } from '../../contracts/http/orders.ts';
import type { GatewayApp } from '../../platform/gateway.ts';
import { answer } from '../../platform/http/answer.ts';
import type { StoredEvent } from '../../platform/ports/event-store.ts';
import { orderStream } from '../../platform/streams/order-stream.ts';
import { stateOf } from '../../platform/streams/read-stream.ts';
import { findOrder, orderUnknown, type OrderTools } from './context.ts';
import { isEnded } from './order-resource.ts';

const heartbeatMs = 15_000;
/** A browser comes back by itself, with Last-Event-ID: connections are spread anew over the gateways. */
const longestMs = 10 * 60_000;

export function orderEventsRoute(app: GatewayApp, { context, waiter }: OrderTools): void {
  app.route(
    {
      method: 'get',
      path: '/v1/orders/{orderId}/events',
      summary: "An order's progress as server-sent events; the id of an event is its version",
      access: 'caller',
      params: orderParams,
      headers: eventStreamHeaders,
      responses: {
        200: { description: 'text/event-stream' },
        204: { description: 'All events are known and no other will come: do not reconnect' },
      },
    },
    async ({ params: { orderId }, headers, caller, requestId, context: http }) => {
      const found = await findOrder(context, orderId, caller);
      if (!found) return orderUnknown();
      const known = Number(headers['Last-Event-ID'] ?? 0);
      if (isEnded(found.state) && known >= found.version) return answer(204);
      http.header('x-request-id', requestId);
      return streamSSE(http, async (stream) => {
        const gone = new AbortController();
        stream.onAbort(() => gone.abort());
        const signal = AbortSignal.any([gone.signal, context.signal]);
        await follow(stream, waiter, orderId, { first: found.events, known, signal });
      });
    },
  );
}

async function follow(
  stream: SSEStreamingApi,
  waiter: OrderTools['waiter'],
  orderId: string,
  from: { first: readonly StoredEvent[]; known: number; signal: AbortSignal },
): Promise<void> {
  const endMs = performance.now() + longestMs;
  let events = from.first;
  let { known } = from;
  while (!from.signal.aborted) {
    for (const event of events.slice(known)) await stream.writeSSE(messageOf(orderId, event));
    known = Math.max(known, events.length);
    const { state } = stateOf(orderStream, events);
    if (state.status !== 'new' && isEnded(state)) return;
    const timeoutMs = Math.min(heartbeatMs, endMs - performance.now());
    if (timeoutMs <= 0) return;
    const next = await waiter.next(orderId, known, { timeoutMs, signal: from.signal });
    if (next) events = next;
    else await stream.write(': still here\n\n');
  }
}

/** What happened and when; the order itself is at its own address. */
function messageOf(orderId: string, { type, data, version }: StoredEvent) {
  const { at } = data as { at: string };
  return { id: String(version), event: type, data: JSON.stringify({ orderId, type, version, at }) };
}
