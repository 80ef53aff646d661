/** Longest time that an answer is held for a client, in seconds. */
export const longestWaitS = 30;

/**
 * The seconds of `wait` in a Prefer header (RFC 7240): the first one counts, what cannot be read is ignored, and it is
 * capped at `longestWaitS`.
 */
export function preferredWaitS(prefer: string | undefined): number | undefined {
  if (prefer === undefined) return undefined;
  for (const [, name, quoted, plain] of prefer.matchAll(
    /(?:^|,)\s*([!#$%&'*+.^_`|~\w-]+)\s*(?:=\s*(?:"([^"]*)"|([^\s,;"]*)))?/g,
  )) {
    if (name?.toLowerCase() !== 'wait') continue;
    const value = quoted ?? plain ?? '';
    return /^\d{1,9}$/.test(value) ? Math.min(Number(value), longestWaitS) : undefined;
  }
  return undefined;
}
