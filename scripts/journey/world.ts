import { expect } from 'vitest';
import { topics } from '../../contracts/topics.ts';
import { localStack, type LocalStack, type ProcessGroup } from '../../environments/local.ts';
import {
  auditStack,
  openSources,
  renderAudit,
  type Acknowledged,
  type AuditSources,
} from '../auditor/index.ts';
import { startPlatform, type Platform } from '../platform-processes.ts';
import { stackFolders } from '../stack/folders.ts';
import { resetStack, startStack, stopStack } from '../stack/index.ts';
import { readPidFile } from '../stack/pid-files.ts';
import { endProcess, type ServerExit } from '../stack/process.ts';
import { createShopClient, type GatewayName, type ShopClient } from './shop-client.ts';

export type WorldSettings = {
  /** The platform's processes; those of `environments/local.ts` unless given. */
  readonly groups?: readonly ProcessGroup[];
  readonly variables?: Readonly<Record<string, string>>;
  /** Where clients send their requests; `gateway` alone unless given. */
  readonly gateways?: readonly GatewayName[];
};

export type World = {
  readonly stack: LocalStack;
  readonly platform: Platform;
  /** The test's own eyes: connections that no process of the platform shares. */
  readonly sources: AuditSources;
  readonly shop: ShopClient;
  /** Ends a process of the platform by SIGTERM. @returns its exit code and how long it took to drain. */
  terminate(name: string): Promise<{ readonly exitCode: number | null; readonly tookMs: number }>;
  /** Fails the test unless the auditor finds everything in order, all acknowledged orders included, and no process ended by itself. */
  expectClean(more?: readonly Acknowledged[]): Promise<void>;
  close(): Promise<void>;
};

/** Longest wait until nothing is under way, in ms: a session that times out, a breaker that resets, and the work left. */
const settleMs = 120_000;
const drainLimitMs = 30_000;

/** A fresh stack with the platform on it, and clients for both. */
export async function openWorld(settings: WorldSettings = {}): Promise<World> {
  const { groups, variables, gateways = ['gateway'] } = settings;
  const stack = localStack('test', 4000);
  const exits: ServerExit[] = [];
  const onExit = (exit: ServerExit): void => void exits.push(exit);
  await resetStack(stack);
  await startStack(stack, {
    topics: Object.values(topics).map(({ name }) => name),
    onServerExit: onExit,
  });
  const platform = await startPlatform(stack, {
    onExit,
    ...(groups ? { groups } : {}),
    ...(variables ? { variables } : {}),
  }).catch(async (error: unknown) => {
    await stopStack(stack);
    throw error;
  });
  const opened = openSources(stack);
  await opened.sources.admin.connect();
  const shop = createShopClient(stack, gateways);

  const crashed = (): string[] =>
    exits
      .filter(({ expected }) => !expected)
      .map(({ name, code, signal }) => `${name} (${signal ?? `exit code ${code}`})`);

  return {
    stack,
    platform,
    sources: opened.sources,
    shop,
    async terminate(name) {
      const entry = readPidFile(stackFolders(stack), name);
      if (!entry) throw new Error(`${name} has never run`);
      const [before, startedAt] = [exits.length, performance.now()];
      await endProcess(entry, 'SIGTERM', drainLimitMs);
      const tookMs = Math.round(performance.now() - startedAt);
      await expect
        .poll(() => exits.slice(before).find((exit) => exit.name === name), { timeout: 5000 })
        .toBeDefined();
      const exit = exits.slice(before).find((candidate) => candidate.name === name);
      return { exitCode: exit?.code ?? null, tookMs };
    },
    async expectClean(more = []) {
      const acknowledged = [...shop.acknowledged, ...more];
      const report = await auditStack(stack, { settleMs, acknowledged });
      const isClean = report.verdict === 'clean' && report.unsettled.length === 0;
      expect(isClean, renderAudit(report)).toBe(true);
      expect(report.orders).toBeGreaterThanOrEqual(acknowledged.length);
      expect(crashed()).toEqual([]);
    },
    async close() {
      await platform.stop();
      await opened.sources.mongo.client.close();
      await opened.close();
      await stopStack(stack);
    },
  };
}
