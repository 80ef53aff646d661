import type { Candidate, Gate } from './gate.ts';

/** All regions at once, without a canary: only where nothing runs that it could harm. */
export function isFounding({ environment, pins }: Candidate): Gate {
  const running = environment.regions.filter((region) => pins.has(region));
  return {
    name: 'founding',
    passed: running.length === 0,
    reason:
      running.length === 0
        ? 'no region runs anything yet'
        : `${running.join(', ')} ${running.length === 1 ? 'runs' : 'run'} something: move wave by wave`,
  };
}
