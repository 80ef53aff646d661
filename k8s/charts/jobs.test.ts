import { App, Chart } from 'cdk8s';
import { describe, expect, it } from 'vitest';
import { environments } from '../../environments/index.ts';
import { syncWave } from '../custom-object.ts';
import { jobsOf } from '../jobs.ts';
import type { Place } from '../place.ts';
import { mostRequestsOf, programsOf } from '../programs.ts';
import { regionCharts } from './index.ts';

const places = environments.flatMap((environment) =>
  environment.regions.map((region): [string, Place] => [
    `${environment.name}/${region.name}`,
    { environment, region },
  ]),
);

// `any`: rendered objects are what they are.
function objectsOf(place: Place): any[] {
  const app = new App();
  // What a region has of others is an Application of its own, without waves.
  const { links: _, ...charts } = regionCharts;
  return Object.entries(charts).flatMap(([name, fill]) => {
    const chart = new Chart(app, name, { disableResourceNameHashes: true });
    fill(chart, place);
    return chart.toJson();
  });
}

const waveOf = ({ metadata }: { metadata: { annotations: Record<string, string> } }): number =>
  Number(metadata.annotations['argocd.argoproj.io/sync-wave']);

/** The systems that a Job's pod may reach. */
const usesOf = ({ spec }: any): string[] =>
  Object.keys(spec.template.metadata.labels)
    .filter((key) => key.startsWith('uses.'))
    .map((key) => key.split('/')[1]!)
    .toSorted();

const argsOf = ({ spec }: any): string[] => spec.template.spec.containers[0].args;

describe.each(places)('%s', (_, place) => {
  const objects = objectsOf(place);
  const isRemote = place.region.database.kind === 'remote';
  const job = (name: string) =>
    objects.find(({ kind, metadata }) => kind === 'Job' && metadata.name === name);

  it('migrates after all that the migration needs, and before every program', () => {
    const migrate = job('migrate');
    expect(migrate.metadata.annotations).toMatchObject({
      'argocd.argoproj.io/hook': 'Sync',
      'argocd.argoproj.io/hook-delete-policy': 'BeforeHookCreation',
    });
    const wave = waveOf(migrate);
    // Jobs alone in their wave: Argo CD waits for a whole wave only.
    const before = [migrate, ...(isRemote ? [job('await-schema')] : [])];
    expect(objects.filter((object) => waveOf(object) === wave)).toEqual(before);
    for (const object of objects.filter(({ kind }) => kind === 'Deployment'))
      expect([object.metadata.name, waveOf(object) > wave]).toEqual([object.metadata.name, true]);
    const needed = before.flatMap(({ spec }) => [
      spec.template.spec.serviceAccountName,
      ...spec.template.spec.containers[0].envFrom.map(
        (from: any) => from.secretRef?.name ?? from.configMapRef.name,
      ),
    ]);
    for (const name of needed) {
      const own = objects.filter(
        ({ kind, metadata }) =>
          metadata.name === name && ['ServiceAccount', 'ExternalSecret', 'ConfigMap'].includes(kind),
      );
      expect([name, own.length > 0 && own.every((object) => waveOf(object) < wave)]).toEqual([name, true]);
    }
    const policies = objects.filter(({ kind }) => kind === 'NetworkPolicy');
    expect(policies.every((policy) => waveOf(policy) < wave)).toBe(true);
  });

  it('migrates the databases that it keeps, and waits for the schema of one that it does not', () => {
    if (isRemote) {
      expect([argsOf(job('migrate')), usesOf(job('migrate'))]).toEqual([
        ['migrate', '--read-models'],
        ['mongo'],
      ]);
      expect([argsOf(job('await-schema'))[0], usesOf(job('await-schema'))]).toEqual([
        'await-schema',
        ['postgres'],
      ]);
      const [, within] = argsOf(job('await-schema'))[1]!.split('=');
      const { activeDeadlineSeconds, backoffLimit, podFailurePolicy } = job('await-schema').spec;
      // A new database answers before it knows the role: that looks like wrong configuration, and passes.
      expect(podFailurePolicy.rules[0].onExitCodes.values).toEqual([1, 2]);
      expect(backoffLimit).toBeGreaterThan(4);
      expect(Number(within) / 1000).toBeLessThan(activeDeadlineSeconds);
      // The region that keeps the database may use all of its time.
      const keeper = jobsOf({ ...place, region: place.environment.regions[0]! });
      const longest = keeper.find(({ name }) => name === 'migrate')!.activeDeadlineSeconds;
      expect(Number(within) / 1000).toBeGreaterThan(longest);
    } else {
      expect([argsOf(job('migrate')), usesOf(job('migrate'))]).toEqual([['migrate'], ['mongo', 'postgres']]);
      expect(job('await-schema')).toBe(undefined);
    }
  });

  it('is asked for its health after the sync, then audited where it has streams', () => {
    const after = jobsOf(place).filter(({ hook }) => hook === 'PostSync');
    expect(after.map(({ name, wave }) => `${name} ${wave}`)).toEqual(
      isRemote ? ['smoke 0'] : ['smoke 0', 'audit 1'],
    );
    const gateways = programsOf(place).filter(({ kind }) => kind === 'gateway');
    const asked = job('smoke').spec.template.spec.containers[0].args.filter((text: string) =>
      text.startsWith('http'),
    );
    expect(asked).toEqual(gateways.map(({ name }) => `http://${name}.meridian.svc`));
  });

  it('can be audited between two syncs, by what the sync itself runs', () => {
    const [onDemand, ...more] = objects.filter(({ kind }) => kind === 'CronJob');
    expect(more).toEqual([]);
    if (isRemote) return expect(onDemand).toBe(undefined);
    expect(onDemand.metadata.name).toBe('audit');
    expect(onDemand.spec.jobTemplate.spec).toEqual(job('audit').spec);
    // It never comes by itself, and what is made of it is no hook of a sync.
    expect(onDemand.spec.suspend).toBe(true);
    expect(Object.keys(onDemand.spec.jobTemplate.metadata)).toEqual(['labels']);
    expect(argsOf(job('audit'))).toContain(`--environment=${place.environment.name}`);
  });

  it('runs jobs without rights, that end, and that are not tried again in vain', () => {
    for (const { name } of jobsOf(place)) {
      const { spec } = job(name);
      const pod = spec.template.spec;
      expect([pod.automountServiceAccountToken, pod.restartPolicy]).toEqual([false, 'Never']);
      expect(pod.containers[0].securityContext.readOnlyRootFilesystem).toBe(true);
      expect(spec.ttlSecondsAfterFinished).toBeGreaterThan(spec.activeDeadlineSeconds);
      // Both conditions in one rule are refused by the API server.
      for (const rule of spec.podFailurePolicy.rules) expect(Object.keys(rule)).toHaveLength(2);
    }
  });

  it('has room for them beside all programs', () => {
    const most = mostRequestsOf(programsOf(place));
    // Those that may be asked for, once more.
    const jobs = jobsOf(place).flatMap(({ requests, isOnDemand }) =>
      isOnDemand ? [requests, requests] : [requests],
    );
    const cpu = jobs.reduce((sum, { cpuMilli }) => sum + cpuMilli / 1000, most.cpu);
    const memoryGiB = jobs.reduce((sum, { memoryMiB }) => sum + memoryMiB / 1024, most.memoryGiB);
    expect(cpu).toBeLessThanOrEqual(place.region.programs.cpu);
    expect(memoryGiB).toBeLessThanOrEqual(place.region.programs.memoryGiB);
  });
});

it('lets the smoke job speak to gateways and to nothing else', () => {
  const [, place] = places.find(([name]) => name === 'production/us-east')!;
  const policies = objectsOf(place).filter(({ kind }) => kind === 'NetworkPolicy');
  const uses = 'uses.meridian.example/';
  const smoke = jobsOf(place).find(({ name }) => name === 'smoke')!;
  expect([smoke.systems, smoke.callsGateways]).toEqual([[], true]);
  const egress = policies.filter(
    ({ spec }) => spec.podSelector.matchLabels?.[`${uses}gateways`] === 'true' && spec.egress,
  );
  expect(egress.map(({ metadata }) => metadata.name)).toEqual(['uses-gateways']);
  const ingress = policies.find(({ metadata }) => metadata.name === 'gateways');
  expect(ingress.spec.ingress.flatMap(({ from }: any) => from)).toContainEqual({
    namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'meridian' } },
    podSelector: { matchLabels: { [`${uses}gateways`]: 'true' } },
  });
});

it('keeps waves apart', () => {
  expect(new Set(Object.values(syncWave)).size).toBe(Object.keys(syncWave).length);
});
