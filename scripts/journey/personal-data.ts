import { randomUUID } from 'node:crypto';
import { secretIn } from '../auditor/whole/logs.ts';
import { nextOrder } from './load.ts';
import { shipTo, type PlacedOrder } from './shop-client.ts';
import type { CollectedSpan } from './trace-collector.ts';
import type { World } from './world.ts';

/** A test number of the card networks, which passes their check digit, and an address that nobody has. */
const card = '4242424242424242';
const mail = 'ada.lovelace@secret.example.com';

const key = (value: string) => ({ 'idempotency-key': value });

/**
 * What a client may send where it does not belong: card numbers and mail addresses in the place of tokens, fields, headers,
 * paths and queries. @returns the statuses of the answers, and an order that was placed beside them.
 */
export async function sendPersonalData(world: World): Promise<{ statuses: number[]; order: PlacedOrder }> {
  const { userId, lines } = nextOrder(world);
  const caller = { userId, roles: [] };
  const body = { lines, paymentToken: 'tok_approve', shipTo };
  const statuses: number[] = [];
  const send = async (...[method, path, request]: [string, string, object?]): Promise<void> => {
    const answer = await world.shop.call(caller, method, path, request);
    statuses.push(answer.status);
  };
  const order = await world.shop.place({ userId, lines, paymentToken: 'tok_approve' });
  await send('POST', '/v1/orders', { body: { ...body, paymentToken: card }, headers: key(randomUUID()) });
  await send('POST', '/v1/orders', { body: { ...body, [card]: mail }, headers: key(randomUUID()) });
  await send('POST', '/v1/orders', {
    body: { ...body, paymentToken: `${card} ${mail}` },
    headers: key(mail),
  });
  await send('POST', '/v1/orders', { body: [card, mail], headers: { ...key(card), 'x-request-id': card } });
  await send('GET', `/v1/orders/${mail}`);
  await send('GET', `/v1/orders?cursor=${card}&${mail}=1`);
  await send('GET', `/v1/${card}/${mail}`);
  await send('GET', '/v1/orders', { headers: { authorization: `Bearer ${card}` } });
  const person = { email: mail, name: card, country: 'US', postalCode: '10001' };
  await send('POST', '/v1/users', { body: person });
  await send('POST', '/v1/users', { body: person });
  return { statuses, order };
}

/** What of personal data, or of secrets, the text of a span shows. A mail's own id names an order, not a person. */
export function shownBySpan({ name, attributes, status, events, service }: CollectedSpan): string[] {
  return shownBy(JSON.stringify([name, attributes, status, events, service])).map(
    (kind) => `${name}: ${kind}`,
  );
}

/** The same of Prometheus's text; a label may name no user and no order either: each would be a series of its own. */
export function shownByMetrics(text: string): string[] {
  return text
    .split('\n')
    .flatMap((line) => [...shownBy(line), ...(/\b(?:usr|ord)_/.test(line) ? ['an id'] : [])])
    .filter((kind, index, all) => all.indexOf(kind) === index);
}

function shownBy(text: string): string[] {
  return [secretIn(text), /Bearer|eyJ/.test(text) ? 'a token' : undefined].filter(
    (kind) => kind !== undefined,
  );
}
