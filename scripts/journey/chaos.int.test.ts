import { setTimeout as sleep } from 'node:timers/promises';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { ProcessGroup } from '../../environments/local.ts';
import { killProcess, startServer } from '../stack/index.ts';
import { allEnded, tell } from './conditions.ts';
import { backParts, gatewayParts } from './groups.ts';
import { startLoad } from './load.ts';
import { openWorld, type World } from './world.ts';

const groups: readonly ProcessGroup[] = [
  { name: 'gateway-a', parts: gatewayParts },
  { name: 'gateway-b', parts: gatewayParts, port: 'gatewayB' },
  { name: 'back-a', parts: backParts },
  { name: 'back-b', parts: backParts },
];
const processes = [...groups.map(({ name }) => name), 'outside-world'] as const;
const servers = ['postgres', 'kafka', 'mongo', ...[0, 1, 2, 3, 4, 5].map((n) => `redis-${n}`)] as const;

type Fault = {
  readonly victim: string;
  /** Killed and started again, or stopped and let go on. */
  readonly kind: 'kill' | 'hang';
  /** How long it is away: shorter and longer than a call's time-out, a relay's lease and a Kafka session. */
  readonly awayMs: number;
  readonly thenMs: number;
};

const fault: fc.Arbitrary<Fault> = fc.record({
  victim: fc.constantFrom(...processes, ...servers.slice(0, 3), ...servers),
  kind: fc.constantFrom('kill', 'kill', 'hang'),
  awayMs: fc.noBias(fc.integer({ min: 0, max: 9000 })),
  thenMs: fc.noBias(fc.integer({ min: 0, max: 3000 })),
});

/** One of all that may happen; `CHAOS_SEED` brings back what failed, `CHAOS_FAULTS` makes it longer. */
const seed = Number(process.env['CHAOS_SEED'] ?? Date.now() % 1_000_000);
const count = Number(process.env['CHAOS_FAULTS'] ?? 10);
const longestFaultMs = 40_000;

let world: World;
beforeAll(async () => {
  world = await openWorld({ groups, gateways: ['gateway', 'gatewayB'] });
}, 180_000);
afterAll(() => world?.close(), 60_000);

test(
  'whatever fails, in any order: nothing is lost, charged twice or oversold',
  async () => {
    const faults = fc.sample(fault, { seed, numRuns: count });
    const load = startLoad(world, {
      perSecond: 30,
      seconds: (count * longestFaultMs) / 1000,
      paymentTokenOf: (n) => (n % 20 === 7 ? 'tok_declined' : n % 20 === 19 ? 'tok_slow' : 'tok_approve'),
      cancelEach: 20,
    });
    for (const one of faults) {
      tell(`seed ${seed}: ${one.kind} ${one.victim} for ${one.awayMs} ms, then ${one.thenMs} ms`);
      await inflict(one);
      await sleep(one.thenMs);
    }
    const placed = await load.stop();
    await allEnded(world, placed);
    expect(placed.length).toBeGreaterThan(0);
    tell(`${placed.length} orders, ${world.shop.retries} requests tried again`);
    await world.expectClean();
  },
  count * longestFaultMs + 240_000,
);

async function inflict({ victim, kind, awayMs }: Fault): Promise<void> {
  const isProcess = (processes as readonly string[]).includes(victim);
  if (kind === 'hang') {
    await signal(victim, 'SIGSTOP');
    await sleep(awayMs);
    await signal(victim, 'SIGCONT');
  } else if (isProcess) {
    await world.platform.kill(victim);
    await sleep(awayMs);
    await world.platform.start(victim);
  } else {
    await killProcess(world.stack, victim, victim === 'postgres' ? 'SIGQUIT' : 'SIGKILL');
    await sleep(awayMs);
    await startServer(world.stack, victim);
  }
}

async function signal(victim: string, name: 'SIGSTOP' | 'SIGCONT'): Promise<void> {
  const own = world.platform.processes.find((candidate) => candidate.name === victim);
  if (own) process.kill(own.pid, name);
  else await killProcess(world.stack, victim, name);
}
