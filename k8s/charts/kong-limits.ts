import type { Chart } from 'cdk8s';
import { customObject, inWave } from '../custom-object.ts';
import { edgeNames, secretPath } from '../names.ts';
import { namespaces, poolLabel, type Place } from '../place.ts';
import { requestsAndLimits } from './data-parts.ts';
import { addExternalSecret, type ExternalSecret } from './stored-secret.ts';

const passwordSecret = 'limits-password';
const image = 'quay.io/opstree/redis:v7.2.7';

/** The password in the store, as the property `password`. */
export function limitsPassword(place: Place): ExternalSecret['from'] {
  const remoteRef = { key: secretPath(place, 'edge-limits'), property: 'password' };
  return { data: [{ secretKey: 'password', remoteRef }] };
}

/** The Redis of the rate limits: a master and replicas without disks (docs/adr/0011-a-redis-of-the-edge.md). */
export function addLimits(chart: Chart, place: Place): void {
  const { region } = place;
  addExternalSecret(chart, {
    name: passwordSecret,
    namespace: namespaces.edge,
    wave: 'operatorsReady',
    from: limitsPassword(place),
  });
  const { nodes, node } = region.apiGateway.limits;
  const restricted = {
    runAsNonRoot: true,
    runAsUser: 1000,
    allowPrivilegeEscalation: false,
    capabilities: { drop: ['ALL'] },
  };
  customObject(chart, edgeNames.limits, {
    apiVersion: 'redis.redis.opstreelabs.in/v1beta2',
    kind: 'RedisReplication',
    name: edgeNames.limits,
    namespace: namespaces.edge,
    annotations: inWave('data'),
    spec: {
      clusterSize: nodes,
      podSecurityContext: {
        runAsNonRoot: true,
        runAsUser: 1000,
        fsGroup: 1000,
        seccompProfile: { type: 'RuntimeDefault' },
      },
      securityContext: restricted,
      // Of the container that writes the configuration; the image is not used while nothing enables a second one.
      initContainer: { enabled: false, image, securityContext: restricted },
      kubernetesConfig: {
        image,
        imagePullPolicy: 'IfNotPresent',
        resources: requestsAndLimits(node),
        redisSecret: { name: passwordSecret, key: 'password' },
      },
      redisConfig: {
        // Counters of a minute: what goes first when there is no room is what ends first.
        dynamicConfig: [`maxmemory ${Math.floor(node.memoryGiB * 768)}mb`, 'maxmemory-policy volatile-ttl'],
      },
      pdb: { enabled: true, maxUnavailable: 1 },
      nodeSelector: { [poolLabel]: 'programs' },
      tolerations: [{ key: poolLabel, operator: 'Equal', value: 'programs', effect: 'NoSchedule' }],
      topologySpreadConstraints: [
        {
          topologyKey: 'topology.kubernetes.io/zone',
          maxSkew: 1,
          whenUnsatisfiable: 'ScheduleAnyway',
          labelSelector: { matchLabels: { app: edgeNames.limits } },
        },
      ],
    },
  });
}
