import { App, Chart, YamlOutputType } from 'cdk8s';
import type { Environment } from '../environments/schema.ts';
import { hubCharts, regionCharts } from './charts/index.ts';
import { renderEdgeWorker } from './edge-worker.ts';
import { labelsOf, type Place } from './place.ts';

/** Renders one environment into `<outdir>/<environment>/<region>/<chart>.yaml`, the hub's part into `…/hub`, the Worker's configuration into `…/edge`. */
export function renderEnvironment(environment: Environment, outdir: string): void {
  const folder = `${outdir}/${environment.name}`;
  for (const region of environment.regions) {
    const place: Place = { environment, region };
    renderCluster(`${folder}/${region.name}`, regionCharts, labelsOf(environment, region), place);
  }
  renderCluster(`${folder}/hub`, hubCharts, labelsOf(environment), environment);
  renderEdgeWorker(environment, `${folder}/edge`);
}

function renderCluster<Where>(
  outdir: string,
  charts: Readonly<Record<string, (chart: Chart, where: Where) => void>>,
  labels: Record<string, string>,
  where: Where,
): void {
  const app = new App({
    outdir,
    outputFileExtension: '.yaml',
    yamlOutputType: YamlOutputType.FILE_PER_CHART,
  });
  for (const [name, fill] of Object.entries(charts)) {
    const chart = new Chart(app, name, { labels, disableResourceNameHashes: true });
    fill(chart, where);
    // What an environment does not have needs no file.
    if (chart.apiObjects.length === 0) app.node.tryRemoveChild(name);
  }
  app.synth();
}
