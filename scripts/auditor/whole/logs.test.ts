import { expect, test } from 'vitest';
import { secretIn } from './logs.ts';

test.each([
  ['sent to jane.doe+shop@mail.example.com', 'a mail address'],
  ['{"to":"jane@example.org"}', 'a mail address'],
  ['charging tok_visa', 'a card token'],
  ['card 4111111111111111 declined', 'a card number'],
  ['card 4111 1111 1111 1111 declined', 'a card number'],
  ['{"card":"378282246310005"}', 'a card number'],
  ['{"card":"5555-5555-5555-4444"}', 'a card number'],
])('%s', (line, kind) => {
  expect(secretIn(line)).toBe(kind);
});

test.each([
  'order 4111111111111112 has another check digit',
  'at 1795573237084, 1795573237084551 and 1795573237084551333',
  'controller.quorum.voters=1@127.0.0.1:14193',
  'kafka.server.BrokerServer@5e91993f started',
  'mail <ord_use_0123.OrderShipped@mail.meridian.example> was taken',
  'trace 4bf92f3577b34da6a3ce929d0e0e4736 took 0.4111111111111111 s',
  'stock_token is no token',
])('%s is harmless', (line) => {
  expect(secretIn(line)).toBeUndefined();
});

test('a line without end is read in linear time', () => {
  const startedMs = performance.now();
  expect(secretIn(`${'a'.repeat(500_000)}@`)).toBeUndefined();
  expect(performance.now() - startedMs).toBeLessThan(2000);
});
