import { describe, expect, it } from 'vitest';
import { cpuBetween, cpuMsOf, parseStat, rssMbOf } from './processes.ts';

describe('what /proc says', () => {
  it('reads past a name with spaces and parentheses', () => {
    const line = '42 (a (b) c) S 7 42 42 0 -1 4194560 10 0 0 0 120 30 5 2 20 0 1 0 100 0 0';
    expect(parseStat(line)).toEqual({ parent: 7, cpuMs: 1570 });
  });

  it('counts the CPU time of this process', () => {
    const own = [{ name: 'test', pid: process.pid }];
    const before = cpuMsOf(own);
    const untilMs = performance.now() + 120;
    while (performance.now() < untilMs) Math.sqrt(untilMs);
    expect(cpuBetween(before, cpuMsOf(own))['test']).toBeGreaterThanOrEqual(50);
    expect(rssMbOf(own[0]!)).toBeGreaterThan(20);
  });

  it('adds up the nodes of Redis', () => {
    const before = new Map([['redis-0', 10]]);
    const after = new Map([
      ['redis-0', 15],
      ['redis-1', 3],
    ]);
    expect(cpuBetween(before, after)).toEqual({ redis: 8 });
  });
});
