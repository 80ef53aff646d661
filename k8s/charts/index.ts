import type { Chart } from 'cdk8s';
import type { Environment } from '../../environments/schema.ts';
import type { Place } from '../place.ts';
import { addArgocd } from './argocd.ts';
import { addRoot } from './argocd-root.ts';
import { addCloud } from './cloud.ts';
import { addConfiguration } from './configuration.ts';
import { addEdge } from './edge.ts';
import { addFederation } from './federation.ts';
import { addFoundation } from './foundation.ts';
import { addJobs } from './jobs.ts';
import { addKafka } from './kafka.ts';
import { addKong } from './kong.ts';
import { addMesh } from './mesh.ts';
import { addMeshTrust } from './mesh-trust.ts';
import { addLinks } from './links.ts';
import { addMongo } from './mongo.ts';
import { addNetwork } from './network.ts';
import { addNodes } from './nodes.ts';
import { addObservability } from './observability.ts';
import { addPostgres } from './postgres.ts';
import { addRedis } from './redis.ts';
import { addScaling } from './scaling.ts';
import { addSecrets } from './secrets.ts';
import { addServices } from './services.ts';

/** Each chart of a region: its name is the file's; the function adds its objects, none of them means no file. */
export const regionCharts: Readonly<Record<string, (chart: Chart, place: Place) => void>> = {
  cloud: addCloud,
  foundation: addFoundation,
  nodes: addNodes,
  network: addNetwork,
  kafka: addKafka,
  links: addLinks,
  postgres: addPostgres,
  mongo: addMongo,
  redis: addRedis,
  configuration: addConfiguration,
  secrets: addSecrets,
  services: addServices,
  jobs: addJobs,
  scaling: addScaling,
  edge: addEdge,
  kong: addKong,
  mesh: addMesh,
  trust: addMeshTrust,
  federation: addFederation,
  observability: addObservability,
};

/** The charts of the cluster that Argo CD itself runs on. */
export const hubCharts: Readonly<Record<string, (chart: Chart, environment: Environment) => void>> = {
  argocd: addArgocd,
  root: addRoot,
};
