import { App, Chart, YamlOutputType } from 'cdk8s';
import type { Environment } from '../environments/schema.ts';
import { hubCharts, regionCharts } from './charts/index.ts';
import { labelsOf, type Place } from './place.ts';

/** Renders one environment into `<outdir>/<environment>/<region>/<chart>.yaml`, and the hub's part into `…/hub`. */
export function renderEnvironment(environment: Environment, outdir: string): void {
  for (const region of environment.regions) {
    const place: Place = { environment, region };
    const app = appIn(`${outdir}/${environment.name}/${region.name}`);
    for (const [name, fill] of Object.entries(regionCharts)) {
      const chart = new Chart(app, name, { labels: labelsOf(place), disableResourceNameHashes: true });
      fill(chart, place);
      dropIfEmpty(chart);
    }
    app.synth();
  }
  const hub = appIn(`${outdir}/${environment.name}/hub`);
  for (const [name, fill] of Object.entries(hubCharts)) {
    const labels = {
      'app.kubernetes.io/part-of': 'meridian',
      'app.kubernetes.io/managed-by': 'argocd',
      'meridian.example/environment': environment.name,
    };
    const chart = new Chart(hub, name, { labels, disableResourceNameHashes: true });
    fill(chart, environment);
    dropIfEmpty(chart);
  }
  hub.synth();
}

/** What an environment does not have needs no file. */
function dropIfEmpty(chart: Chart): void {
  if (chart.apiObjects.length === 0) chart.node.scope?.node.tryRemoveChild(chart.node.id);
}

function appIn(outdir: string): App {
  return new App({ outdir, outputFileExtension: '.yaml', yamlOutputType: YamlOutputType.FILE_PER_CHART });
}
