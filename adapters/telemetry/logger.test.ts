import { context } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { expect, test } from 'vitest';
import { PermanentError } from '../../platform/errors.ts';
import { contextFrom } from '../../platform/telemetry.ts';
import { createLogger } from './logger.ts';

function make(level = 'debug') {
  const lines: string[] = [];
  const destination = { write: (line: string) => void lines.push(line) };
  const logger = createLogger({ level, service: 'order', region: 'us-east', destination });
  return { logger, lines, last: () => JSON.parse(lines.at(-1) ?? '{}') as Record<string, unknown> };
}

test('writes one JSON line with time, level and origin, and nothing below its level', () => {
  const { logger, lines, last } = make('info');
  logger.child({ worker: 'reserve-stock' }).warn({ partition: 3 }, 'late');
  expect(last()).toEqual({
    level: 'warn',
    time: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
    service: 'order',
    region: 'us-east',
    worker: 'reserve-stock',
    partition: 3,
    msg: 'late',
  });
  logger.debug({}, 'hidden');
  expect(lines).toHaveLength(1);
});

test('an error keeps its code, details and causes, and loses addresses and card numbers', () => {
  const { logger, lines, last } = make();
  const cause = new Error('550 no such mailbox <ada.lovelace+shop@mail.example.com> for 4111 1111 1111 1111');
  const err = new PermanentError('mail-refused', 'no mail for ada.lovelace@mail.example.com', {
    details: { status: 550, email: 'ada.lovelace@mail.example.com', offset: '123456' },
    cause,
  });
  logger.error({ err }, 'refused ada.lovelace@mail.example.com with 4111111111111111');
  expect(last()).toMatchObject({
    level: 'error',
    msg: 'refused [redacted] with [redacted]',
    err: {
      type: 'PermanentError',
      code: 'mail-refused',
      message: 'no mail for [redacted]',
      details: { status: 550, email: '[redacted]', offset: '123456' },
      cause: { type: 'Error', message: '550 no such mailbox <[redacted]> for [redacted]' },
    },
  });
  expect((last()['err'] as { stack: string }).stack).toContain('logger.test.ts');
  expect(lines.join('')).not.toMatch(/lovelace|1111/);
});

test('fields that hold secrets are hidden by their names, at any depth and in children', () => {
  const { logger, lines, last } = make();
  const secrets = {
    email: 'a',
    to: 'b-to',
    name: 'Ada',
    paymentToken: 'tok_1',
    token: 'tok_2',
    authorization: 'Bearer x',
    'set-cookie': 'y',
    password: 'z',
    webhookSecret: 'w',
  };
  logger.child({ request: secrets }).info({ ...secrets, one: { two: [{ three: secrets }] } }, 'all');
  for (const value of Object.values(secrets)) expect(lines[0]).not.toContain(`"${value}"`);
  expect(last()).toMatchObject({ one: { two: [{ three: { token: '[redacted]' } }] } });
});

test.each([
  ['mail in a URL', 'GET /users?email=ada%40example.com&x=1', 'GET /users?email=[redacted]&x=1'],
  [
    'credentials of an address',
    'at postgres://meridian:pass@10.0.0.7:5432/x',
    'at postgres://meridian:[redacted]:5432/x',
  ],
  ['a scoped package', 'at /app/node_modules/@hono/node-server/x.js:1', undefined],
  ['an order id', 'ord_use_01h2xcejqtf2nbrexx3vqjhp41', undefined],
  ['a time', '2026-01-01T10:00:00.000Z', undefined],
  ['a fraction', 'took 0.1234567890123456 s', undefined],
  ['a card with dashes', 'card 5500-0000-0000-0004.', 'card [redacted].'],
])('%s', (_, text, expected = text) => {
  const { logger, last } = make();
  logger.info({ text }, 'm');
  expect(last()['text']).toBe(expected);
});

test('what cannot be printed neither throws nor floods', () => {
  const { logger, lines, last } = make();
  const circular: Record<string, unknown> = { at: new Date(0), count: 5n, seen: new Set(['x@y.example']) };
  for (let index = 0; index < 50; index += 1) circular[`self${index}`] = circular;
  logger.info({ bytes: new Uint8Array(9), nothing: undefined, circular }, 'odd');
  expect(last()).toMatchObject({
    bytes: '[9 bytes]',
    circular: { at: '1970-01-01T00:00:00.000Z', count: '5', seen: ['[redacted]'] },
  });
  expect(lines[0]!.length).toBeLessThan(200_000);
});

test('a long string without a mail address costs no noticeable time', () => {
  const { logger } = make();
  const startedMs = performance.now();
  logger.info({ text: 'a'.repeat(100_000) }, 'm');
  expect(performance.now() - startedMs).toBeLessThan(500);
});

test('lines carry the ids of the active span', () => {
  const { logger, last } = make();
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  try {
    const parent = contextFrom(`00-${'a'.repeat(32)}-${'b'.repeat(16)}-00`);
    context.with(parent, () => logger.info({}, 'inside'));
    expect(last()).toMatchObject({ trace_id: 'a'.repeat(32), span_id: 'b'.repeat(16) });
  } finally {
    context.disable();
  }
  logger.info({}, 'outside');
  expect(last()).not.toHaveProperty('trace_id');
});
