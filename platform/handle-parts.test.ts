import { describe, expect, it } from 'vitest';
import { PermanentError, TransientError } from './errors.ts';
import { handleParts } from './handle-parts.ts';
import type { PartlyHandled } from './ports/messages.ts';
import type { Parsed } from './read-events.ts';

const part = (...offsets: readonly string[]): readonly Parsed[] =>
  offsets.map((offset) => ({ message: { offset } }) as Parsed);
const away = (what: string) => new TransientError('postgres-unavailable', what);

/** Handles parts until one of the offsets named fails it; answers with what was tried, a `+` for a part after a failure. */
async function run(parts: readonly (readonly Parsed[])[], failing: Readonly<Record<string, Error>>) {
  const tried: string[] = [];
  const error = await handleParts(parts, async (events, isAfterFailure) => {
    const offsets = events.map(({ message }) => message.offset);
    tried.push(`${offsets.join()}${isAfterFailure ? '+' : ''}`);
    const failed = offsets.find((offset) => failing[offset]);
    if (failed !== undefined) throw failing[failed]!;
  }).catch((thrown: unknown) => thrown);
  return { tried, error };
}

describe('the parts of a fetch', () => {
  it('go on past one whose server is away, and the source is told what was not handled', async () => {
    const { tried, error } = await run([part('1'), part('2', '3'), part('4')], { 3: away('shard') });
    expect(tried).toEqual(['1', '2,3', '4+']);
    expect(error).toMatchObject({ name: 'PartlyHandled', cause: { message: 'shard' } });
    expect((error as PartlyHandled).unhandled.map(({ offset }) => offset)).toEqual(['2', '3']);
  });

  it('fail as one when all servers are away', async () => {
    const first = away('first');
    const { tried, error } = await run([part('1'), part('2')], { 1: first, 2: away('second') });
    expect([tried, error]).toEqual([['1', '2+'], first]);
  });

  it.each([new PermanentError('no', 'no'), new TransientError('process-stopping', 'stops')])(
    'end at once by what is no outage: %s',
    async (failure) => {
      const { tried, error } = await run([part('1'), part('2')], { 1: failure });
      expect([tried, error]).toEqual([['1'], failure]);
    },
  );
});
