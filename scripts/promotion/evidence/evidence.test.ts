import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { AuditReport } from '../../auditor/report.ts';
import { auditIsClean, type Audited } from './audit-report.ts';
import { prometheusAgrees } from './prometheus.ts';

const since = '2026-11-25T11:55:00Z';
const now = new Date('2026-11-25T12:00:00Z');

describe('an audit report', () => {
  let folder: string;
  beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), 'meridian-audit-'))));
  afterEach(() => rmSync(folder, { recursive: true }));

  const clean: AuditReport = {
    verdict: 'clean',
    environment: 'production',
    region: 'us-west',
    startedAt: '2026-11-25T11:58:00.000Z',
    durationMs: 900,
    orders: 50,
    unsettled: [],
    away: [],
    leftOut: [],
    notes: [],
    invariants: [],
    consumers: [],
  };
  const invariant = { about: '', checked: 9, pending: 0, examples: [] };
  const usWest: Audited = { environment: 'production', region: 'us-west', keeper: undefined };
  async function judge(report: unknown, audited = usWest): Promise<string> {
    const file = join(folder, 'audit.json');
    writeFileSync(file, typeof report === 'string' ? report : JSON.stringify(report));
    const { passed, reason } = await auditIsClean(file, audited, since, now);
    return `${passed ? 'yes' : 'NO'}: ${reason.replace(file, 'audit.json')}`;
  }

  it('that is clean and of after the roll-out', async () => {
    expect(await judge(clean)).toBe(
      'yes: audit.json: us-west clean over 50 orders at 2026-11-25T11:58:00.000Z',
    );
  });

  it('of what has changed since the last clean one says so', async () => {
    expect(await judge({ ...clean, changedSince: '2026-11-24T11:58:00.000Z' })).toBe(
      'yes: audit.json: us-west clean over 50 orders changed since 2026-11-24T11:58:00.000Z at 2026-11-25T11:58:00.000Z',
    );
  });

  it('of another region, of another environment, or of none', async () => {
    await expect(judge({ ...clean, region: 'us-east' })).rejects.toThrow(
      /audit\.json: is an audit of production\/us-east, not of production\/us-west$/,
    );
    await expect(judge({ ...clean, environment: 'local' })).rejects.toThrow(
      /audit\.json: is an audit of local\/us-west, not of production\/us-west$/,
    );
    await expect(judge({ ...clean, region: undefined })).rejects.toThrow(
      /audit\.json: does not say which region it is of: audit production\/us-west again$/,
    );
  });

  it('of a region whose data another keeps is one of the other', async () => {
    const canary: Audited = { environment: 'production', region: 'ap-southeast', keeper: 'us-west' };
    expect(await judge(clean, canary)).toMatch(/^yes: audit\.json: us-west clean over 50 orders/);
    await expect(judge({ ...clean, region: 'ap-southeast' }, canary)).rejects.toThrow(
      'is an audit of production/ap-southeast, not of production/us-west, which keeps the data of ap-southeast',
    );
  });

  it('that is older than the roll-out, has violations, or could not check', async () => {
    expect(await judge({ ...clean, startedAt: '2026-11-25T11:54:59.000Z' })).toBe(
      'NO: audit.json: is of 2026-11-25T11:54:59.000Z, before 2026-11-25T11:55:00Z, when the sync began or the health last changed: audit again',
    );
    const invariants: AuditReport['invariants'] = [
      { ...invariant, name: 'stock-never-negative', outcome: 'violated', violations: 3 },
      { ...invariant, name: 'one-capture', outcome: 'held', violations: 0 },
    ];
    expect(await judge({ ...clean, verdict: 'violations', invariants })).toBe(
      'NO: audit.json: violated: stock-never-negative (3)',
    );
    const away: AuditReport['away'] = [{ source: 'mongo', reason: 'no answer' }];
    expect(await judge({ ...clean, verdict: 'could-not-check', away })).toBe(
      'NO: audit.json: could not check: mongo: no answer',
    );
  });

  it('that is of a time to come, or of none', async () => {
    await expect(judge({ ...clean, startedAt: '2026-11-25T12:02:00.000Z' })).rejects.toThrow(
      'audit.json: startedAt: 2026-11-25T12:02:00.000Z is in the future (now 2026-11-25T12:00:00.000Z)',
    );
    await expect(judge({ ...clean, durationMs: 3_600_000 })).rejects.toThrow(
      'audit.json: startedAt + durationMs: 2026-11-25T12:58:00.000Z is in the future',
    );
    await expect(judge({ ...clean, durationMs: -1 })).rejects.toThrow(/ --json: durationMs: /);
    await expect(judge({ ...clean, startedAt: '25.11.2026 11:58' })).rejects.toThrow(/ --json: startedAt: /);
    // The clock of the machine that audited may be ahead a little.
    expect(await judge({ ...clean, startedAt: '2026-11-25T12:00:30.000Z' })).toMatch(/^yes: /);
  });

  it('that is none', async () => {
    await expect(judge('{"verdict":"fine"}')).rejects.toThrow(
      'audit.json: is not a report of scripts/audit --json',
    );
    await expect(judge('no JSON')).rejects.toThrow('audit.json: is not JSON');
    await expect(auditIsClean(join(folder, 'gone.json'), usWest, since, now)).rejects.toThrow(
      'gone.json: cannot be read',
    );
  });
});

describe('a Prometheus', () => {
  let server: Server;
  let address: string;
  let asked: URL[];
  let answers: Record<string, string | undefined>;
  let body: ((result: unknown) => unknown) | undefined;
  beforeEach(async () => {
    asked = [];
    body = undefined;
    answers = { target_info: '12', handled: '480', dead: '0', '5xx': '1', requests: '1000' };
    server = createServer((request, response) => {
      const url = new URL(request.url ?? '', address);
      asked.push(url);
      const query = url.searchParams.get('query') ?? '';
      const key =
        ['target_info', 'handled', 'dead', '5xx'].find((word) => query.includes(word)) ?? 'requests';
      const value = answers[key];
      const result = value === undefined ? [] : [{ metric: {}, value: [0, value] }];
      response.setHeader('content-type', 'application/json');
      const vector = { status: 'success', data: { resultType: 'vector', result } };
      response.end(JSON.stringify(body ? body(vector) : vector));
    });
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
    address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterEach(() => new Promise((closed) => server.close(closed)));

  async function refusals(hasWorkers = true): Promise<string[]> {
    const gates = await prometheusAgrees(address, { region: 'us-west', hasWorkers }, since, now);
    return gates.filter(({ passed }) => !passed).map(({ name, reason }) => `${name}: ${reason}`);
  }

  it('that watches the region, where events are handled and requests answered', async () => {
    expect(await refusals()).toEqual([]);
    const queries = asked.map((url) => url.searchParams.get('query'));
    expect(queries).toContain('count(target_info{cloud_region="us-west"})');
    expect(queries).toContain('sum(increase(meridian_worker_events_total{outcome="dead"}[300s]))');
    expect(asked[0]?.pathname).toBe('/api/v1/query');
    expect(asked[0]?.searchParams.get('time')).toBe(String(now.getTime() / 1000));
  });

  it('that says no: dead letters, failed requests, nothing handled', async () => {
    answers = { ...answers, dead: '2', '5xx': '11', handled: '0' };
    expect(await refusals()).toEqual([
      'events handled: 0 in 300s',
      'dead letters: 2 in 300s',
      'requests failed: 1.10 % of 1000 in 300s',
    ]);
  });

  it('of a region without workers is asked for its requests only', async () => {
    answers = { target_info: '12', '5xx': '1', requests: '1000' };
    expect(await refusals(false)).toEqual([]);
    answers = { ...answers, '5xx': '11' };
    expect(await refusals(false)).toEqual(['requests failed: 1.10 % of 1000 in 300s']);
  });

  it('that has no data is a no', async () => {
    answers = { target_info: '12' };
    expect(await refusals()).toEqual(['events handled: 0 in 300s', 'requests failed: no requests in 300s']);
    answers = {};
    expect(await refusals()).toEqual([`prometheus: ${address} knows no process of us-west`]);
  });

  it('that is none, or does not answer', async () => {
    body = () => ({ hello: 'world' });
    await expect(refusals()).rejects.toThrow(`${address}/api/v1/query: it is no Prometheus`);
    await new Promise((closed) => server.close(closed));
    await expect(refusals()).rejects.toThrow(`${address}/api/v1/query: ECONNREFUSED`);
    server = createServer();
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  });
});
