import { closeSync, mkdirSync, openSync, readFileSync, truncateSync, writeSync } from 'node:fs';
import { join } from 'node:path';

export interface KeptMail {
  messageId: string;
  to: string[];
  at: string;
  /** The mail as it came over the wire. */
  source: string;
}

/** What memory holds of a mail: all copies of one Message-ID count, so a mail sent twice is seen. */
export interface IndexedMail {
  messageId: string;
  copies: number;
  firstAt: string;
}

/**
 * Mails in `mails.jsonl`, whole, and the latest ones in memory by Message-ID (no text). The oldest id is forgotten
 * when there are more than `limit`; `count` goes on counting.
 */
export class MailIndex {
  readonly #byId = new Map<string, IndexedMail>();
  readonly #limit: number;
  readonly #file: number;
  #count = 0;

  constructor(folder: string, limit: number) {
    this.#limit = limit;
    mkdirSync(folder, { recursive: true });
    const path = join(folder, 'mails.jsonl');
    this.#file = openSync(path, 'a');
    const bytes = readFileSync(path);
    const whole = bytes.lastIndexOf('\n') + 1;
    // A kill in the middle of a write leaves half a line; its sender had no 250 yet.
    if (whole < bytes.length) truncateSync(path, whole);
    for (let start = 0; start < whole;) {
      const end = bytes.indexOf('\n', start);
      this.#index(JSON.parse(bytes.toString('utf8', start, end)) as KeptMail);
      start = end + 1;
    }
  }

  keep(mail: KeptMail): void {
    writeSync(this.#file, `${JSON.stringify(mail)}\n`);
    this.#index(mail);
  }

  find(messageId: string): IndexedMail | undefined {
    return this.#byId.get(messageId);
  }

  /** All mails taken, and the different ids among those still in memory. */
  counts(): { count: number; distinct: number } {
    return { count: this.#count, distinct: this.#byId.size };
  }

  close(): void {
    closeSync(this.#file);
  }

  #index({ messageId, at }: KeptMail): void {
    this.#count += 1;
    const earlier = this.#byId.get(messageId);
    if (earlier) {
      earlier.copies += 1;
      return;
    }
    this.#byId.set(messageId, { messageId, copies: 1, firstAt: at });
    const [oldest] = this.#byId.keys();
    if (this.#byId.size > this.#limit && oldest !== undefined) this.#byId.delete(oldest);
  }
}
