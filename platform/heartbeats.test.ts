import { expect, test } from 'vitest';
import { createHeartbeats } from './heartbeats.ts';

function world(limitMs = 1000) {
  let nowMs = 0;
  const heartbeats = createHeartbeats(limitMs, () => nowMs);
  return { heartbeats, pass: (ms: number) => void (nowMs += ms) };
}

test('work that neither ends nor beats hangs after the limit, until it goes on', () => {
  const { heartbeats, pass } = world();
  const work = heartbeats.begin('relay');
  pass(1000);
  expect(heartbeats.hung()).toEqual([]);
  pass(1);
  expect(heartbeats.hung()).toEqual(['relay']);
  work.beat();
  expect(heartbeats.hung()).toEqual([]);
});

test('a loop that is at nothing may be silent for ever', () => {
  const { heartbeats, pass } = world();
  heartbeats.begin('task').end();
  pass(1e9);
  expect(heartbeats.hung()).toEqual([]);
});

test('other work of a loop does not hide what hangs, and the loop is named once', () => {
  const { heartbeats, pass } = world();
  heartbeats.begin('worker');
  heartbeats.begin('worker');
  const other = heartbeats.begin('worker');
  pass(1001);
  other.beat();
  heartbeats.begin('worker').end();
  expect(heartbeats.hung()).toEqual(['worker']);
});
