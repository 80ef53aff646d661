import { App, Chart, Testing } from 'cdk8s';
import { environmentNamed } from '../../environments/index.ts';
import type { Environment } from '../../environments/schema.ts';
import { addArgocd } from '../charts/argocd.ts';
import { regionCharts } from '../charts/index.ts';
import { atlas, aurora, changed, shards } from './data-forms.ts';
import { confluentCloud, msk } from './kafka-kinds.ts';

const production = environmentNamed('production');

/** An object of the hub or of a region, as the tests read it. */
export type Rendered = {
  apiVersion: string;
  kind: string;
  metadata: { name: string; namespace?: string };
  spec: Record<string, any>;
};

/** Production in each form that its data systems may have, and an environment without most of it. */
export const forms: readonly (readonly [string, Environment])[] = [
  ['production as it is', production],
  ['dev', environmentNamed('dev')],
  ['production on Aurora and MSK', changed((region) => ({ ...aurora(region), kafka: msk(region) }))],
  ['production on shards', changed(shards)],
  ['production on Confluent Cloud and Atlas', changed(atlas, confluentCloud())],
];

/** What the hub of an environment is told. */
export function hubOf(environment: Environment): Rendered[] {
  const chart = new Chart(new App(), 'hub');
  addArgocd(chart, environment);
  return Testing.synth(chart) as Rendered[];
}

/** The kinds that the regions of an environment render, as group/kind. */
export function kindsOf(environment: Environment): { ofCluster: Set<string>; ofNamespaces: Set<string> } {
  const ofCluster = new Set<string>();
  const ofNamespaces = new Set<string>();
  for (const region of environment.regions) {
    for (const add of Object.values(regionCharts)) {
      const chart = new Chart(new App(), 'chart');
      add(chart, { environment, region });
      for (const { apiVersion, kind, metadata } of Testing.synth(chart) as Rendered[]) {
        const group = apiVersion.includes('/') ? apiVersion.split('/')[0] : '';
        (metadata.namespace === undefined ? ofCluster : ofNamespaces).add(`${group}/${kind}`);
      }
    }
  }
  return { ofCluster, ofNamespaces };
}
