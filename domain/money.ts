/** Digits after the decimal point of each currency (ISO 4217); amounts are integers in its minor unit. */
export const currencyExponents = { USD: 2, EUR: 2, SGD: 2, JPY: 0 } as const;
export type Currency = keyof typeof currencyExponents;
export const currencies = Object.keys(currencyExponents) as readonly Currency[];

export type Amount =
  | { readonly ok: true; readonly minor: number }
  | { readonly ok: false; readonly reason: 'amount-out-of-range' | 'amount-not-exact' | 'divisor-invalid' };

/** Adds minor units of one currency; refuses what is not a safe integer. */
export function addMinor(...amounts: readonly number[]): Amount {
  let sum = 0n;
  for (const amount of amounts) {
    if (!Number.isSafeInteger(amount)) return outOfRange;
    sum += BigInt(amount);
  }
  return toAmount(sum);
}

/**
 * `minor × numerator ÷ denominator`, rounded half to even, so that rates (a tax of 825/10000) drift in no direction.
 * All three are integers: a rate is a fraction, never a float.
 */
export function multiplyMinor(minor: number, numerator: number, denominator = 1): Amount {
  if (![minor, numerator, denominator].every(Number.isSafeInteger)) return outOfRange;
  if (denominator <= 0) return { ok: false, reason: 'divisor-invalid' };
  return toAmount(divideHalfEven(BigInt(minor) * BigInt(numerator), BigInt(denominator)));
}

/** Reads a decimal such as `12.34`; refuses more digits than the currency has. */
export function parseMinor(decimal: string, currency: Currency): Amount {
  const match = /^(-?)(\d+)(?:\.(\d+))?$/.exec(decimal);
  const exponent = currencyExponents[currency];
  const fraction = match?.[3] ?? '';
  if (!match || fraction.length > exponent) return { ok: false, reason: 'amount-not-exact' };
  const digits = BigInt(`${match[2]}${fraction.padEnd(exponent, '0')}`);
  return toAmount(match[1] === '-' ? -digits : digits);
}

/** Writes minor units as a decimal such as `12.34 USD`. */
export function formatMinor(minor: number, currency: Currency): string {
  const exponent = currencyExponents[currency];
  const digits = Math.abs(minor)
    .toString()
    .padStart(exponent + 1, '0');
  const whole = digits.slice(0, digits.length - exponent);
  const fraction = exponent > 0 ? `.${digits.slice(-exponent)}` : '';
  return `${minor < 0 ? '-' : ''}${whole}${fraction} ${currency}`;
}

const outOfRange = { ok: false, reason: 'amount-out-of-range' } as const;

function toAmount(value: bigint): Amount {
  const minor = Number(value);
  return Number.isSafeInteger(minor) ? { ok: true, minor } : outOfRange;
}

function divideHalfEven(value: bigint, divisor: bigint): bigint {
  const quotient = value / divisor; // towards zero
  const remainder = value % divisor;
  const doubled = 2n * (remainder < 0n ? -remainder : remainder);
  const awayFromZero = doubled > divisor || (doubled === divisor && quotient % 2n !== 0n);
  if (!awayFromZero) return quotient;
  return value < 0n ? quotient - 1n : quotient + 1n;
}
