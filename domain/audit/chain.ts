import { hash } from 'node:crypto';

export type ChainEntry = {
  readonly eventId: string;
  readonly subject: string;
  readonly action: string;
  readonly dataHash: string;
  readonly at: string;
};

/** The hash before the first link. */
export const genesisHash = '0'.repeat(64);

/** SHA-256, in hex, over JSON `[previousHash, sequence, [[eventId, subject, action, dataHash, at], …]]`. */
export function linkHash(previousHash: string, sequence: number, entries: readonly ChainEntry[]): string {
  const leaves = entries.map(({ eventId, subject, action, dataHash, at }) => [
    eventId,
    subject,
    action,
    dataHash,
    at,
  ]);
  return sha256(JSON.stringify([previousHash, sequence, leaves]));
}

/** SHA-256 of a text, in hex. */
export function sha256(text: string): string {
  return hash('sha256', text);
}
