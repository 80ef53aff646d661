import type { Finding, Invariant, InvariantReport, SourceName } from './report.ts';

const keptExamples = 10;

type Count = { checked: number; violations: number; pending: number; readonly examples: string[] };

/** Counts what the invariants found, in constant memory. */
export type Tally = ReturnType<typeof createTally>;

export function createTally(invariants: readonly Invariant[]) {
  const counts = new Map<string, Count>(
    invariants.map(({ name }) => [name, { checked: 0, violations: 0, pending: 0, examples: [] }]),
  );
  return {
    /** `due`: whether what is late is a violation by now. */
    add(
      { name }: Pick<Invariant, 'name'>,
      checked: number,
      findings: readonly Finding[] = [],
      due = true,
    ): void {
      const count = counts.get(name)!;
      count.checked += checked;
      for (const { example, late = false } of findings) {
        if (late && !due) {
          count.pending += 1;
          continue;
        }
        count.violations += 1;
        if (count.examples.length < keptExamples) count.examples.push(example);
      }
    },
    /** An invariant that lost a source on the way keeps what it had found, and is never `held`. */
    reports(
      away: ReadonlySet<SourceName>,
      leftOut: ReadonlySet<SourceName>,
      /** Names of invariants of which a part was not looked at. */
      partly: ReadonlySet<string> = new Set(),
    ): readonly InvariantReport[] {
      return invariants.map(({ name, about, needs }) => {
        const count = counts.get(name)!;
        const found = outcomeOf(count, needs, away, leftOut);
        const outcome = found === 'held' && partly.has(name) ? 'left-out' : found;
        return { name, about, outcome, ...count };
      });
    },
  };
}

function outcomeOf(
  { violations }: Count,
  needs: readonly SourceName[],
  away: ReadonlySet<SourceName>,
  leftOut: ReadonlySet<SourceName>,
): InvariantReport['outcome'] {
  if (violations > 0) return 'violated';
  if (needs.some((source) => away.has(source))) return 'not-checked';
  return needs.some((source) => leftOut.has(source)) ? 'left-out' : 'held';
}
