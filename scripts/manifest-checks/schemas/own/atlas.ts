import { integer, listOf, object, ofNamespace, oneOf, text, type OwnKind } from './parts.ts';

const regionConfig = object(
  { regionName: text, electableSpecs: object({ instanceSize: text, nodeCount: integer }) },
  { providerName: oneOf('AWS', 'GCP', 'AZURE', 'TENANT', 'SERVERLESS'), priority: integer },
);

export const atlasKinds: Readonly<Record<string, OwnKind>> = {
  // A rule wants one of two references to the project, and with that by its id the secret beside it.
  'atlas.mongodb.com/v1 AtlasDeployment': ofNamespace(
    object({
      externalProjectRef: object({ id: text }),
      connectionSecret: object({ name: text }),
      deploymentSpec: object(
        { name: { type: 'string', pattern: '^[a-zA-Z0-9][a-zA-Z0-9-]*$' } },
        {
          clusterType: oneOf('REPLICASET', 'SHARDED', 'GEOSHARDED'),
          replicationSpecs: listOf(object({ regionConfigs: listOf(regionConfig) }, { numShards: integer })),
        },
      ),
    }),
  ),
};
