import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { consumedPerSecond, producedPerSecond } from './kafka-perf.ts';
import { writeKustomizations } from './kustomize.ts';
import { tpsIn } from './pgbench.ts';

describe('what other tools print', () => {
  it('finds the rate of pgbench, and none where transactions failed', () => {
    const output =
      'number of failed transactions: 0 (0.000%)\ntps = 11500.5 (without initial connection time)\n';
    expect(tpsIn(output)).toBe(11500.5);
    expect(() => tpsIn(output.replace(': 0 (', ': 3 ('))).toThrow('pgbench failed');
    expect(() => tpsIn('connection refused')).toThrow('connection refused');
  });

  it('takes the summary of ProducerPerformance, not an interval', () => {
    const output = [
      '20000 records sent, 4000.0 records/sec (2.86 MB/sec), 3 ms avg latency',
      '50000 records sent, 84104.3 records/sec (60.1 MB/sec), 2.1 ms avg latency, 60.0 ms max latency',
    ].join('\n');
    expect(producedPerSecond(output)).toBe(84104.3);
    expect(() => producedPerSecond('')).toThrow('no rate');
  });

  it('takes the fetch rate of ConsumerPerformance by its column', () => {
    const head = 'start.time, end.time, data.consumed.in.nMsg, nMsg.sec, rebalance.time.ms, fetch.nMsg.sec';
    expect(consumedPerSecond(`${head}\n2026-03-01, 2026-03-01, 50000, 9000.1, 3000, 303000.5\n`)).toBe(
      303000.5,
    );
    expect(() => consumedPerSecond(head)).toThrow('no rate');
  });
});

it('writes a kustomization for each cluster, with its charts and nothing else', () => {
  const folder = mkdtempSync(join(tmpdir(), 'meridian-kustomize-'));
  try {
    const files = ['dev/us-east/kafka.yaml', 'dev/us-east/services.yaml', 'dev/hub/argocd.yaml'].map(
      (path) => ({
        path,
        text: `of: ${path}\n`,
      }),
    );
    const places = writeKustomizations(files, folder);
    expect(places).toEqual([join(folder, 'dev/us-east'), join(folder, 'dev/hub')]);
    const texts = places.map((place) => readFileSync(join(place, 'kustomization.yaml'), 'utf8'));
    expect(texts).toEqual([
      'resources:\n  - kafka.yaml\n  - services.yaml\n',
      'resources:\n  - argocd.yaml\n',
    ]);
    expect(readFileSync(join(folder, 'dev/hub/argocd.yaml'), 'utf8')).toBe('of: dev/hub/argocd.yaml\n');
  } finally {
    rmSync(folder, { recursive: true });
  }
});
