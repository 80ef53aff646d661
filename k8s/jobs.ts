import type { SystemName } from '../platform/resources.ts';
import type { Resources } from '../platform/scale.ts';
import { syncWave } from './custom-object.ts';
import { namespaces, type Place } from './place.ts';
import { programsOf } from './programs.ts';

/** What Argo CD runs around a sync (docs/adr/0014-jobs-around-a-sync.md). */
export type SyncJob = {
  /** Of the Job, its account, and its Kafka user where it has one. */
  readonly name: 'migrate' | 'await-schema' | 'smoke' | 'audit';
  readonly hook: 'Sync' | 'PostSync';
  /** Within the phase of its hook. */
  readonly wave: string;
  /** A file of the image in place of `main.ts`. */
  readonly file?: string;
  readonly args: readonly string[];
  readonly systems: readonly SystemName[];
  /** Asks the gateways by HTTP. */
  readonly callsGateways: boolean;
  readonly pool: 'programs' | 'batch';
  readonly requests: Resources;
  /** How often a pod that failed is followed by another, 10, 20, 40 … s later. */
  readonly backoffLimit: number;
  readonly activeDeadlineSeconds: number;
  /** Exit codes with which another try would only fail again. */
  readonly finalExitCodes: readonly number[];
  /** Whether a person may have it run between two syncs, too. */
  readonly isOnDemand?: true;
};

const wrongUsage = 2;
const wrongConfiguration = 78;

/** The jobs of a region, in the order in which they run. */
export function jobsOf(place: Place): readonly SyncJob[] {
  const programs = programsOf(place);
  const used = new Set(programs.flatMap(({ systems }) => systems));
  const gateways = programs.filter(({ kind }) => kind === 'gateway');
  const isRemote = place.region.database.kind === 'remote';
  const migrate: SyncJob = {
    name: 'migrate',
    hook: 'Sync',
    wave: syncWave.schema,
    // A region migrates what it keeps, and leaves another region's database alone.
    args: isRemote ? ['migrate', '--read-models'] : ['migrate'],
    systems: (isRemote ? (['mongo'] as const) : (['postgres', 'mongo'] as const)).filter((system) =>
      used.has(system),
    ),
    callsGateways: false,
    pool: 'programs',
    requests: { cpuMilli: 250, memoryMiB: 256 },
    // Nothing says when a new database answers: the first sync of a region waits here for it, up to 30 minutes.
    backoffLimit: 9,
    activeDeadlineSeconds: 1800,
    finalExitCodes: [wrongUsage, wrongConfiguration],
  };
  const awaitSchema: SyncJob = {
    name: 'await-schema',
    hook: 'Sync',
    wave: syncWave.schema,
    // Longer than the region that keeps the database may take for it and its migration.
    args: ['await-schema', '--within-ms=3000000'],
    systems: ['postgres'],
    callsGateways: false,
    pool: 'programs',
    requests: { cpuMilli: 100, memoryMiB: 128 },
    // It asks again by itself. Wrong configuration (78) is also what a new database looks like while its role and its
    // database are being made: looked at again for ten minutes.
    backoffLimit: 6,
    activeDeadlineSeconds: 3060,
    finalExitCodes: [1, wrongUsage],
  };
  const smoke: SyncJob = {
    name: 'smoke',
    hook: 'PostSync',
    wave: '0',
    file: 'scripts/smoke.ts',
    args: [
      '--timeout-ms=5000',
      '--within-ms=120000',
      ...gateways.map(({ name }) => `http://${name}.${namespaces.programs}.svc`),
    ],
    systems: [],
    callsGateways: true,
    pool: 'programs',
    requests: { cpuMilli: 100, memoryMiB: 128 },
    // It asks again by itself.
    backoffLimit: 0,
    activeDeadlineSeconds: 300,
    finalExitCodes: [wrongUsage],
  };
  const audit: SyncJob = {
    name: 'audit',
    hook: 'PostSync',
    wave: '1',
    file: 'scripts/audit-region.ts',
    args: [`--environment=${place.environment.name}`, '--json', '--settle-ms=60000', '--since-last-clean'],
    systems: ['postgres', 'kafka', 'mongo'],
    callsGateways: false,
    pool: 'batch',
    requests: { cpuMilli: 1000, memoryMiB: 1536 },
    // 3, a system that is away, is worth another try; 1, something is wrong, is the answer.
    backoffLimit: 2,
    activeDeadlineSeconds: 3600,
    finalExitCodes: [1, wrongUsage, wrongConfiguration],
    isOnDemand: true,
  };
  return [
    ...(migrate.systems.length > 0 ? [migrate] : []),
    ...(isRemote && used.has('postgres') ? [awaitSchema] : []),
    ...(gateways.length > 0 ? [smoke] : []),
    // The streams of a region without a database are audited where they are: in its home region.
    ...(isRemote ? [] : [audit]),
  ];
}
