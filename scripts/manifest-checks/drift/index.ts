import type { Environment } from '../../../environments/schema.ts';
import { programsOf } from '../../../k8s/programs.ts';
import { textsAt } from '../../rendered/fields.ts';
import { findingAt, titleOf, type Finding, type Manifest } from '../manifest.ts';
import { containersOf, isProgram, podsOf } from '../pods.ts';
import type { Scope } from '../scope.ts';
import { checkConfiguration, configuredProgram, type RunningProgram } from './configuration.ts';
import { checkConsumers, checkPartitions } from './kafka.ts';
import { programOf } from './declared-programs.ts';
import { checkSyncJobs } from './sync-jobs.ts';

/** Manifests against code: what runs in a region is what is declared, and each program understands what it is given. */
export function checkDrift(scope: Scope, environment: Environment): readonly Finding[] {
  const region = environment.regions.find(({ name }) => name === scope.region);
  if (!region) return [];
  const findings: Finding[] = [];
  const running: RunningProgram[] = [];
  for (const container of podsOf(scope)
    .filter((pod) => isProgram(pod) && pod.manifest.object.kind === 'Deployment')
    .flatMap(containersOf)) {
    const args = textsAt(container.fields, 'args');
    const program = programOf(args);
    if (program) running.push({ container, program });
    else {
      const message = `main.ts knows no program ${args.join(' ')}`;
      findings.push(findingAt(container.pod.manifest, `${container.path}.args`, 'drift', message));
    }
  }
  const jobs = checkSyncJobs(scope, { environment, region });
  return [
    ...findings,
    ...deployments(running, programsOf({ environment, region }), scope),
    ...jobs.findings,
    ...checkConfiguration([...running.map(configuredProgram), ...jobs.configured], scope),
    ...checkConsumers(running, scope),
    ...checkPartitions(running, scope, environment.partitions),
  ];
}

/** Each program that belongs into the region has exactly one Deployment there, and nothing else has one. */
function deployments(
  running: readonly RunningProgram[],
  wanted: readonly { readonly name: string; readonly args: readonly string[] }[],
  scope: Scope,
): Finding[] {
  const byArgs = Map.groupBy(running, ({ container }) => textsAt(container.fields, 'args').join(' '));
  const anywhere = scope.manifests[0];
  const missing = wanted
    .filter(({ args }) => !byArgs.has(args.join(' ')))
    .map(({ args }) => regionFinding(anywhere, `no Deployment runs ${args.join(' ')}`));
  const foreign = [...byArgs].flatMap(([args, [first, ...more]]) => {
    const { manifest } = first!.container.pod;
    const isWanted = wanted.some((program) => program.args.join(' ') === args);
    return [
      ...(isWanted ? [] : [findingAt(manifest, '', 'drift', `${args} does not belong into this region`)]),
      ...more.map(({ container }) =>
        findingAt(
          container.pod.manifest,
          '',
          'drift',
          `${args} is run by ${titleOf(manifest.object)} already`,
        ),
      ),
    ];
  });
  return [...missing.flat(), ...foreign];
}

function regionFinding(anywhere: Manifest | undefined, message: string): Finding[] {
  if (!anywhere) return [];
  const { environment, region } = anywhere;
  return [{ file: `dist/${environment}/${region}`, object: '', path: '', rule: 'drift', message }];
}
