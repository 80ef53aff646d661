import type { Chart } from 'cdk8s';
import type { Environment } from '../../environments/schema.ts';
import type { Place } from '../place.ts';

/** Each chart of a region: its name is the file's; the function adds its objects, none of them means no file. */
export const regionCharts: Readonly<Record<string, (chart: Chart, place: Place) => void>> = {};

/** The charts of the cluster that Argo CD itself runs on. */
export const hubCharts: Readonly<Record<string, (chart: Chart, environment: Environment) => void>> = {};
