import { createHmac, timingSafeEqual } from 'node:crypto';

const mac = (timestamp: string, body: string, secret: string): Buffer =>
  createHmac('sha256', secret).update(`${timestamp}.${body}`).digest();

/** The value of `Provider-Signature`: HMAC-SHA256 over `timestamp.body`, the timestamp in seconds since 1970. */
export const signWebhook = (body: string, secret: string, nowMs: number): string => {
  const timestamp = String(Math.floor(nowMs / 1000));
  return `t=${timestamp},v1=${mac(timestamp, body, secret).toString('hex')}`;
};

/**
 * True for a body that the holder of the secret signed at most `toleranceS` seconds away from now. `body` is the raw
 * text as it arrived; several `v1` values may stand in a header while the provider changes its secret.
 */
export const verifyWebhook = (
  signature: string,
  body: string,
  secret: string,
  nowMs: number,
  toleranceS: number,
): boolean => {
  const fields = signature.split(',').map((field) => field.trim().split('=', 2));
  const timestamp = fields.find(([name]) => name === 't')?.[1];
  if (timestamp === undefined || !/^\d{1,12}$/.test(timestamp)) return false;
  if (Math.abs(nowMs / 1000 - Number(timestamp)) > toleranceS) return false;
  const expected = mac(timestamp, body, secret);
  return fields.some(([name, value]) => {
    if (name !== 'v1' || value === undefined) return false;
    const given = Buffer.from(value, 'hex');
    return given.length === expected.length && timingSafeEqual(given, expected);
  });
};
