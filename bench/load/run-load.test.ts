import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { runLoad } from './run-load.ts';
import type { LoadPlan, LoadStream } from './plan.ts';

let server: Server | undefined;
afterEach(() => {
  server?.close();
  server?.closeAllConnections();
});

async function plan(
  answer: (request: IncomingMessage, response: ServerResponse, count: number) => void,
  streams: readonly LoadStream[],
  change: Partial<LoadPlan> = {},
): Promise<LoadPlan> {
  let count = 0;
  server = createServer((request, response) => {
    request.resume().once('end', () => answer(request, response, (count += 1)));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    authSecret: 'a secret of the test',
    tokensFrom: 1_772_366_400,
    userSeed: 'user',
    users: 10,
    skus: ['tea-1', 'cup-1', 'tea-2'],
    shipTo: { country: 'US', postalCode: '94103' },
    streams,
    seconds: 1,
    connections: 4,
    warmUpRequests: 0,
    ...change,
  };
}

const accept = (_: IncomingMessage, response: ServerResponse, count: number): void =>
  void response.writeHead(202).end(JSON.stringify({ orderId: `ord_${count}`, totalMinor: count }));

const answerInFourWays = (request: IncomingMessage, response: ServerResponse, count: number): void => {
  if (count % 4 === 1) accept(request, response, count);
  else if (count % 4 === 2) response.writeHead(503, { 'retry-after': '1' }).end();
  else if (count % 4 === 3) response.writeHead(503).end();
  else response.destroy();
};

describe('the load generator', () => {
  it('offers a rate, with a token, a key of its own a request and the ids that were acknowledged', async () => {
    const keys = new Set<unknown>();
    const tokens = new Set<unknown>();
    const stream = { name: 'place', request: 'place-order', perSecond: 200 } as const;
    const result = await runLoad(
      await plan(
        (request, response, count) => {
          keys.add(request.headers['idempotency-key']);
          tokens.add(request.headers.authorization);
          accept(request, response, count);
        },
        [stream],
      ),
    );
    const { sent, succeeded, answers } = result.streams['place']!;
    expect(sent).toBeGreaterThan(130);
    expect(sent).toBeLessThan(270);
    expect([succeeded, answers['202'], keys.size]).toEqual([sent, sent, sent]);
    expect(new Set(result.acknowledged.map(({ orderId }) => orderId)).size).toBe(sent);
    expect(result.acknowledged).toContainEqual({ orderId: 'ord_7', totalMinor: 7 });
    expect(tokens.size).toBe(10);
  });

  it('counts the time that a request waits for a server that hangs', async () => {
    const stream = { name: 'place', request: 'place-order', perSecond: 100 } as const;
    let hungUntil = 0;
    const hang = (request: IncomingMessage, response: ServerResponse, count: number): void => {
      hungUntil ||= performance.now() + 800;
      setTimeout(() => accept(request, response, count), Math.max(0, hungUntil - performance.now()));
    };
    const { latencyMs } = (await runLoad(await plan(hang, [stream], { connections: 1 }))).streams['place']!;
    // Most of the requests were due while the only connection hung: a closed loop would have seen one slow answer.
    expect(latencyMs.p50).toBeGreaterThan(50);
    expect(latencyMs.max).toBeGreaterThan(600);
  });

  it('tells refusals with Retry-After, errors and lost answers apart', async () => {
    const stream = { name: 'place', request: 'place-order', perSecond: 100 } as const;
    const { sent, succeeded, refusedPolitely, broken, answers } = (
      await runLoad(await plan(answerInFourWays, [stream]))
    ).streams['place']!;
    expect(succeeded + broken + answers['503']!).toBe(sent);
    expect([succeeded, refusedPolitely, broken].every((count) => count > 5)).toBe(true);
    expect(answers['503']).toBeGreaterThan(refusedPolitely);
  });

  it('asks for the orders that it has placed, and sets lines of carts', async () => {
    const paths = new Set<string>();
    const streams = [
      { name: 'place', request: 'place-order', perSecond: 50 },
      { name: 'status', request: 'order-status', perSecond: 50 },
      { name: 'cart', request: 'set-cart-line', perSecond: 50 },
    ] as const;
    const result = await runLoad(
      await plan((request, response, count) => {
        paths.add(`${request.method} ${request.url}`);
        accept(request, response, count);
      }, streams),
    );
    const placed = new Set(result.acknowledged.map(({ orderId }) => `/v1/orders/${orderId}`));
    const asked = [...paths].filter((path) => path.startsWith('GET'));
    expect(asked.length).toBeGreaterThan(5);
    expect(asked.every((path) => placed.has(path.replace('GET ', '')))).toBe(true);
    expect(paths).toContain('PUT /v1/cart/items/cup-1');
  });
});
