import { k8s } from 'cdk8s-plus-27';
import type { Chart } from 'cdk8s';
import { inWave } from '../custom-object.ts';
import { regionStore, secretPath } from '../names.ts';
import { namespaces, type Place } from '../place.ts';
import { processConfig, processVariablesOf } from '../process-variables.ts';
import { programsOf } from '../programs.ts';
import { keeperOf, ownAddressesOf } from '../system-addresses.ts';
import { configOf, plainVariablesOf, secretVariablesOf, systemNames } from '../system-variables.ts';
import { addExternalSecret } from './stored-secret.ts';

/** The variables of the programs: a ConfigMap for every process, and a ConfigMap or Secret for each system that is used. */
export function addConfiguration(chart: Chart, place: Place): void {
  const namespace = namespaces.programs;
  new k8s.KubeConfigMap(chart, processConfig, {
    metadata: { name: processConfig, namespace, ...named(processConfig) },
    data: { ...processVariablesOf(place) },
  });
  const used = new Set(programsOf(place).flatMap(({ systems }) => systems));
  for (const system of systemNames.filter((name) => used.has(name))) {
    const name = configOf(system);
    const plain = plainVariablesOf(system, place);
    if (Object.keys(plain).length > 0) {
      new k8s.KubeConfigMap(chart, name, {
        metadata: { name, namespace, ...named(name) },
        data: { ...plain },
      });
    }
    const own = ownAddressesOf(system, place);
    const hasOwn = Object.keys(own).length > 0;
    // Of a system in one of our clusters the password alone is stored; its address is known here.
    const secret = hasOwn ? [['password', 'password']] : Object.entries(secretVariablesOf(system));
    if (secret.length === 0) continue;
    // The password of a database that another region keeps is that region's: it is changed in one place.
    const keeper = system === 'postgres' ? keeperOf(place) : undefined;
    addExternalSecret(chart, {
      name,
      namespace,
      wave: 'access',
      ...(keeper === undefined ? {} : { store: regionStore(keeper.region.name) }),
      from: {
        data: secret.map(([secretKey, property]) => ({
          secretKey,
          remoteRef: { key: secretPath(keeper ?? place, name), property },
        })),
      },
      ...(hasOwn ? { template: own } : {}),
    });
  }
}

function named(name: string): { labels: Record<string, string>; annotations: Record<string, string> } {
  return { labels: { 'app.kubernetes.io/name': name }, annotations: inWave('access') };
}
