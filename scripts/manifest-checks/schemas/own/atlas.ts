import { integer, listOf, object, ofNamespace, oneOf, text, type OwnKind } from './parts.ts';

const regionConfig = object(
  { regionName: text, electableSpecs: object({ instanceSize: text, nodeCount: integer }) },
  { providerName: oneOf('AWS', 'GCP', 'AZURE', 'TENANT', 'SERVERLESS'), priority: integer },
);

export const atlasKinds: Readonly<Record<string, OwnKind>> = {
  // Of two references to the project, which exclude each other, that by id: no other object has the key, so it is named here.
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
