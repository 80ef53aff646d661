/** The suffixes of Kubernetes quantities as powers: [base, exponent]. */
const suffixes: Readonly<Record<string, readonly [base: bigint, exponent: number]>> = {
  n: [10n, -9],
  u: [10n, -6],
  m: [10n, -3],
  '': [10n, 0],
  k: [10n, 3],
  M: [10n, 6],
  G: [10n, 9],
  T: [10n, 12],
  P: [10n, 15],
  E: [10n, 18],
  Ki: [2n, 10],
  Mi: [2n, 20],
  Gi: [2n, 30],
  Ti: [2n, 40],
  Pi: [2n, 50],
  Ei: [2n, 60],
};

const pattern = /^([+-]?)(\d+\.?\d*|\.\d+)(?:([numkMGTPE]|[KMGTPE]i)|[eE]([+-]?\d{1,3}))?$/;

/**
 * CPU in thousandths of a core, rounded up as the kubelet does. YAML may give a plain number.
 * @throws RangeError for a text that is no quantity.
 */
export function milliCpuOf(quantity: string | number): number {
  return scaled(quantity, 3);
}

/**
 * Memory or disk in bytes, rounded up.
 * @throws RangeError for a text that is no quantity.
 */
export function bytesOf(quantity: string | number): number {
  return scaled(quantity, 0);
}

/** quantity × 10^digits, rounded away from zero; exact, for sums over the fleet must not drift. */
function scaled(quantity: string | number, digits: number): number {
  const match = pattern.exec(String(quantity).trim());
  if (!match) throw new RangeError(`${JSON.stringify(quantity)} is no quantity (as 250m, 1.5Gi or 12e6)`);
  const [, sign, mantissa = '', suffix = '', exponent] = match;
  const [whole = '', fraction = ''] = mantissa.split('.');
  const [base, power] = exponent === undefined ? suffixes[suffix]! : ([10n, Number(exponent)] as const);
  let numerator = BigInt(`${whole}${fraction}` || '0');
  let denominator = 10n ** BigInt(fraction.length);
  if (power >= 0) numerator *= base ** BigInt(power);
  else denominator *= base ** BigInt(-power);
  numerator *= 10n ** BigInt(digits);
  const magnitude = Number((numerator + denominator - 1n) / denominator);
  return sign === '-' && magnitude !== 0 ? -magnitude : magnitude;
}

const gibibyte = 1024 ** 3;

/** "1,200" or "0.25": cores for a person. */
export function coresText(milliCpu: number): string {
  return plain(milliCpu / 1000);
}

/** "1,728 GiB", "512 MiB" or "2.5 TiB": bytes for a person. */
export function bytesText(bytes: number): string {
  const size = Math.abs(bytes);
  if (size > 0 && size < gibibyte) return `${plain(bytes / 1024 ** 2)} MiB`;
  if (size >= 10_240 * gibibyte) return `${plain(bytes / 1024 ** 4)} TiB`;
  return `${plain(bytes / gibibyte)} GiB`;
}

export function gibibytesOf(bytes: number): number {
  return bytes / gibibyte;
}

function plain(value: number): string {
  const digits = Math.abs(value) >= 100 ? 0 : 2;
  return value.toLocaleString('en-US', { maximumFractionDigits: digits });
}
