import { createReadStream } from 'node:fs';
import { basename } from 'node:path';
import { createInterface } from 'node:readline';
import { isCardNumber } from '../../../contracts/http/card-number.ts';
import { from } from '../sources.ts';
import type { Finding } from '../report.ts';
import type { WholeInvariant } from './invariant.ts';

export const logsClean: WholeInvariant = {
  name: 'logs-clean',
  about: 'no card number, card token or mail address in the log files of the stack',
  needs: ['logs'],
  async *check({ logFiles }) {
    for (const file of logFiles) {
      const findings: Finding[] = [];
      let checked = 0;
      await from('logs', async () => {
        for await (const line of createInterface({ input: createReadStream(file), crlfDelay: Infinity })) {
          checked += 1;
          const kind = secretIn(line);
          // The finding must not repeat what should not have been written.
          if (kind) findings.push({ example: `${basename(file)}, line ${checked}: ${kind}` });
        }
      });
      yield { checked, findings };
    }
  },
};

// The longest local part (RFC 5321) keeps the search linear in a line without end.
const mailAddress = /[\w.+-]{1,64}@(?:[a-z\d-]{1,63}\.)+[a-z]{2,}\b/gi;
const cardToken = /\btok_\w/;
const digits = /(?<![\w.-])(?:\d{13,19}|\d{4}([ -])\d{4}\1\d{4}\1\d{4})(?![\w.-])/g;

/** What a line holds that no log may. Message ids look like mail addresses, and name an order where those name a person. */
export function secretIn(line: string): 'a mail address' | 'a card token' | 'a card number' | undefined {
  if (cardToken.test(line)) return 'a card token';
  if (line.includes('@') && line.match(mailAddress)?.some((address) => !address.startsWith('ord_')))
    return 'a mail address';
  return line.match(digits)?.some(isCardNumber) ? 'a card number' : undefined;
}
