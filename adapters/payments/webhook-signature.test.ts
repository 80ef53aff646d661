import { expect, test } from 'vitest';
import { signWebhook, verifyWebhook } from './webhook-signature.ts';

const nowMs = 1_700_000_000_000;
const body = '{"type":"charge.succeeded"}';
const signed = signWebhook(body, 'secret', nowMs);

test('a fresh signature passes, also beside one of an older secret', () => {
  expect(verifyWebhook(signed, body, 'secret', nowMs + 299_000, 300)).toBe(true);
  expect(verifyWebhook(signed.replace(',v1', ',v1=00,v1'), body, 'secret', nowMs, 300)).toBe(true);
});

test.each([
  ['another body', signed, `${body} `, 'secret', nowMs],
  ['another secret', signed, body, 'other', nowMs],
  ['a replay after the tolerance', signed, body, 'secret', nowMs + 302_000],
  ['a timestamp from the future', signed, body, 'secret', nowMs - 302_000],
  ['a moved timestamp', signed.replace('t=1700000000', 't=1700000001'), body, 'secret', nowMs],
  ['a cut signature', signed.slice(0, -2), body, 'secret', nowMs],
  ['no signature', 't=1700000000', body, 'secret', nowMs],
  ['an empty header', '', body, 'secret', nowMs],
])('refuses %s', (_what, signature, given, secret, atMs) => {
  expect(verifyWebhook(signature, given, secret, atMs, 300)).toBe(false);
});
