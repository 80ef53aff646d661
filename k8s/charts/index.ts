import type { Chart } from 'cdk8s';
import type { Environment } from '../../environments/schema.ts';
import type { Place } from '../place.ts';
import { addConfiguration } from './configuration.ts';
import { addFoundation } from './foundation.ts';
import { addNetwork } from './network.ts';
import { addScaling } from './scaling.ts';
import { addServices } from './services.ts';

/** Each chart of a region: its name is the file's; the function adds its objects, none of them means no file. */
export const regionCharts: Readonly<Record<string, (chart: Chart, place: Place) => void>> = {
  foundation: addFoundation,
  network: addNetwork,
  configuration: addConfiguration,
  services: addServices,
  scaling: addScaling,
};

/** The charts of the cluster that Argo CD itself runs on. */
export const hubCharts: Readonly<Record<string, (chart: Chart, environment: Environment) => void>> = {};
