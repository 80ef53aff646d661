import { compareContracts } from '../contracts/compare.ts';
import { shortOf } from '../repository.ts';
import type { Candidate, Gate } from './gate.ts';

/**
 * What runs anywhere in the environment must read what the revision writes, and the other way round: regions mirror their
 * events to each other, so that it is compared with every pin, not with those of the wave alone.
 */
export async function contractsFit(candidate: Candidate): Promise<Gate> {
  const { repository, revision, pins, eventSchemas } = candidate;
  const name = 'contracts';
  const running = new Map([...pins.values()].map((pin) => [pin.revision, pin.region]));
  running.delete(revision);
  if (running.size === 0) return { name, passed: true, reason: 'no other revision is pinned' };
  const next = await eventSchemas(repository, revision);
  const wider = new Set<string>();
  for (const [pinned, region] of running) {
    const comparison = compareContracts(await eventSchemas(repository, pinned), next);
    const [first] = comparison.breaks;
    if (first !== undefined) {
      const more = comparison.breaks.length > 1 ? ` (and ${comparison.breaks.length - 1} more)` : '';
      return { name, passed: false, reason: `${region} runs ${shortOf(pinned)}: ${first}${more}` };
    }
    for (const note of comparison.wider) wider.add(note);
  }
  const compared = `compatible with ${[...running.keys()].map(shortOf).join(', ')}`;
  return {
    name,
    passed: true,
    reason:
      wider.size === 0
        ? compared
        : `${compared}; only the next release may write it: ${[...wider].join('; ')}`,
  };
}
