import type { Chart } from 'cdk8s';
import type { Place } from '../place.ts';
import { addCollectors } from './collectors.ts';
import { addElastic } from './elastic.ts';
import { addJaeger } from './jaeger.ts';
import { addMonitors } from './monitors.ts';

/**
 * Logs of every pod by OpenTelemetry into Elastic, traces of the programs into Jaeger, metrics of all by Prometheus, which
 * is an operator's chart as Grafana is. Where dashboards and rules go: docs/observability.md.
 */
export function addObservability(chart: Chart, place: Place): void {
  addElastic(chart, place);
  addJaeger(chart, place);
  addCollectors(chart, place);
  addMonitors(chart, place);
}
