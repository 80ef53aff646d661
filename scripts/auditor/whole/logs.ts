import { createReadStream } from 'node:fs';
import { basename } from 'node:path';
import { createInterface } from 'node:readline';
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
// ISO/IEC 7812: the networks' prefixes keep time stamps, which have 13 to 19 digits too, apart from card numbers.
const cardPrefix = /^(?:4|5[1-5]|2(?:22[1-9]|2[3-9]|[3-6]|7[01]|720)|3[47]|3[068]|35|6011|64[4-9]|65)/;

/** What a line holds that no log may. Message ids look like mail addresses, and name an order where those name a person. */
export function secretIn(line: string): 'a mail address' | 'a card token' | 'a card number' | undefined {
  if (cardToken.test(line)) return 'a card token';
  if (line.includes('@') && line.match(mailAddress)?.some((address) => !address.startsWith('ord_')))
    return 'a mail address';
  const numbers = line.match(digits)?.map((text) => text.replaceAll(/\D/g, '')) ?? [];
  return numbers.some((number) => cardPrefix.test(number) && passesLuhn(number))
    ? 'a card number'
    : undefined;
}

/** The check digit of card numbers (ISO/IEC 7812-1, annex B). */
function passesLuhn(number: string): boolean {
  let sum = 0;
  for (const [index, digit] of Array.from(number).toReversed().entries()) {
    const doubled = Number(digit) * (index % 2 === 0 ? 1 : 2);
    sum += doubled > 9 ? doubled - 9 : doubled;
  }
  return sum % 10 === 0;
}
