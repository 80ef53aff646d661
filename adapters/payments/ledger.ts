import { hash, randomUUID } from 'node:crypto';
import { closeSync, mkdirSync, openSync, readFileSync, truncateSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import type { ChargeRequest, RefundRequest } from './provider-api.ts';

interface Entry {
  seq: number;
  key: string;
  fingerprint: string;
  orderId: string;
  amountMinor: number;
  at: string;
}
export type LedgerEntry = Entry &
  (
    | { type: 'charge'; chargeId: string; currency: string }
    | { type: 'decline'; reason: string; currency: string }
    | { type: 'refund'; refundId: string; chargeId: string }
  );
export type ChargeEntry = Extract<LedgerEntry, { type: 'charge' }>;
type Details<T> = T extends LedgerEntry ? Omit<T, 'seq' | 'at'> : never;

const fingerprintOf = (fields: unknown[]): string => hash('sha256', JSON.stringify(fields));
const newId = (prefix: string): string => `${prefix}_${randomUUID().replaceAll('-', '')}`;

type Booked = { outcome: 'booked' | 'repeated'; entry: LedgerEntry };
type Refused = { outcome: 'key-reused' | 'charge-unknown' | 'amount-too-large' };

/**
 * The simulator's books: append-only, in memory and in `ledger.jsonl`. A line is written before its answer is given,
 * so the books outlive the process (not the machine: there is no fsync, the money is not real).
 */
export class Ledger {
  readonly #entries: LedgerEntry[] = [];
  readonly #byKey = new Map<string, LedgerEntry>();
  readonly #charges = new Map<string, ChargeEntry>();
  readonly #chargesByOrder = new Map<string, ChargeEntry[]>();
  readonly #refundedMinor = new Map<string, number>();
  readonly #file: number;

  constructor(folder: string) {
    mkdirSync(folder, { recursive: true });
    const path = join(folder, 'ledger.jsonl');
    this.#file = openSync(path, 'a');
    const bytes = readFileSync(path);
    const whole = bytes.lastIndexOf('\n') + 1;
    // A kill in the middle of a write leaves half a line; nobody was answered for it.
    if (whole < bytes.length) truncateSync(path, whole);
    for (const line of bytes.toString('utf8', 0, whole).split('\n')) {
      if (line !== '') this.#index(JSON.parse(line) as LedgerEntry);
    }
  }

  charge(key: string, request: ChargeRequest, declinedFor: string | undefined): Booked | Refused {
    const { orderId, amountMinor, currency, paymentToken } = request;
    const fingerprint = fingerprintOf([orderId, amountMinor, currency, paymentToken]);
    const earlier = this.#repeated(key, fingerprint);
    if (earlier) return earlier;
    const fields = { key, fingerprint, orderId, amountMinor, currency };
    return declinedFor === undefined
      ? this.#append({ ...fields, type: 'charge', chargeId: newId('ch') })
      : this.#append({ ...fields, type: 'decline', reason: declinedFor });
  }

  refund(key: string, request: RefundRequest): Booked | Refused {
    const { orderId, chargeId, amountMinor } = request;
    const fingerprint = fingerprintOf([orderId, chargeId, amountMinor]);
    const earlier = this.#repeated(key, fingerprint);
    if (earlier) return earlier;
    const charge = this.#charges.get(chargeId);
    if (charge?.orderId !== orderId) return { outcome: 'charge-unknown' };
    if (this.refundedMinor(chargeId) + amountMinor > charge.amountMinor)
      return { outcome: 'amount-too-large' };
    return this.#append({
      type: 'refund',
      key,
      fingerprint,
      orderId,
      chargeId,
      amountMinor,
      refundId: newId('re'),
    });
  }

  chargesOf(orderId: string): readonly ChargeEntry[] {
    return this.#chargesByOrder.get(orderId) ?? [];
  }

  refundedMinor(chargeId: string): number {
    return this.#refundedMinor.get(chargeId) ?? 0;
  }

  /** Entries with a sequence number above `after`; the numbers are 1, 2, 3 … */
  entries(after: number, limit: number): readonly LedgerEntry[] {
    return this.#entries.slice(after, after + limit);
  }

  close(): void {
    closeSync(this.#file);
  }

  #repeated(key: string, fingerprint: string): Booked | Refused | undefined {
    const entry = this.#byKey.get(key);
    if (!entry) return undefined;
    return entry.fingerprint === fingerprint ? { outcome: 'repeated', entry } : { outcome: 'key-reused' };
  }

  #append(details: Details<LedgerEntry>): Booked {
    const entry: LedgerEntry = { ...details, seq: this.#entries.length + 1, at: new Date().toISOString() };
    writeSync(this.#file, `${JSON.stringify(entry)}\n`);
    this.#index(entry);
    return { outcome: 'booked', entry };
  }

  #index(entry: LedgerEntry): void {
    this.#entries.push(entry);
    this.#byKey.set(entry.key, entry);
    if (entry.type === 'charge') {
      this.#charges.set(entry.chargeId, entry);
      this.#chargesByOrder.set(entry.orderId, [...this.chargesOf(entry.orderId), entry]);
    }
    if (entry.type === 'refund') {
      this.#refundedMinor.set(entry.chargeId, this.refundedMinor(entry.chargeId) + entry.amountMinor);
    }
  }
}
