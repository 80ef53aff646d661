import { describe, expect, it } from 'vitest';
import { expandRegion } from './expand.ts';
import type { JsonObject } from '../rendered/fields.ts';
import { deployment, manifest, regionOf, resources, scaledObject } from './testing/fleet-fixture.ts';

/** "part min-max × CPU memory-GiB disk-GiB role" of each workload. */
function partsOf(...objects: readonly JsonObject[]): readonly string[] {
  const gib = 1024 ** 3;
  return expandRegion(regionOf(...objects)).workloads.map(
    ({ part, pods, main, sidecars, diskBytesEach, role }) =>
      `${part} ${pods.min}-${pods.max} × ${main.milliCpu}+${sidecars.milliCpu}m ${main.memoryBytes / gib} ${diskBytesEach / gib} ${role}`,
  );
}

const claim = (storage: string) => ({ spec: { resources: { requests: { storage } } } });
const node = resources('8', '16Gi');

const pool = (name: string, roles: string[], replicas: number) =>
  manifest('kafka.strimzi.io/v1', 'KafkaNodePool', name, {
    spec: {
      roles,
      replicas,
      resources: node,
      storage: {
        type: 'jbod',
        volumes: [
          { id: 0, type: 'persistent-claim', size: '1Ti' },
          { id: 1, type: 'persistent-claim', size: '1Ti' },
        ],
      },
    },
  });
const redis = (followers: JsonObject) =>
  manifest('redis.redis.opstreelabs.in/v1beta2', 'RedisCluster', 'wake', {
    spec: {
      clusterSize: 6,
      kubernetesConfig: { resources: resources('8', '32Gi') },
      redisFollower: followers,
      redisExporter: { enabled: true, resources: resources('100m', '64Mi') },
      storage: { volumeClaimTemplate: claim('64Gi') },
    },
  });
const collector = (mode: string) =>
  manifest('opentelemetry.io/v1beta1', 'OpenTelemetryCollector', mode, {
    spec: { mode, resources: resources('1', '2Gi'), autoscaler: { minReplicas: 2, maxReplicas: 4 } },
  });

describe('what an object stands for', () => {
  it('counts replicas, or the bounds of the scaler instead', () => {
    expect(partsOf(deployment('a', { replicas: 3 }))).toEqual([' 3-3 × 250+0m 0.5 0 helper']);
    expect(partsOf(deployment('a'), scaledObject('a', 4, 9))).toEqual([' 4-9 × 250+0m 0.5 0 helper']);
    expect(partsOf(deployment('a', { replicas: null }))).toEqual([' 1-1 × 250+0m 0.5 0 helper']);
    expect(partsOf(deployment('a', { replicas: null }), scaledObject('b', 4, 9))[0]).toContain('1-1');
  });

  it('counts the proxies of Kong as nodes, and the Redis of its limits as their helper', () => {
    const edge = { metadata: { namespace: 'meridian-edge' } };
    const limits = manifest('redis.redis.opstreelabs.in/v1beta2', 'RedisReplication', 'limits', {
      ...edge,
      spec: { clusterSize: 2, kubernetesConfig: { resources: resources('500m', '512Mi') } },
    });
    const proxy = deployment('kong', { replicas: 3 });
    const found = expandRegion(
      regionOf({ ...proxy, metadata: { name: 'kong', namespace: 'meridian-edge' } }, limits),
    ).workloads.map(({ system, role, pods }) => `${system} ${role} ${pods.max}`);
    expect(found).toEqual(['api-gateway node 3', 'api-gateway helper 2']);
  });

  it('counts the gateway of other regions by what its ConfigMap says of its pods, and refuses to guess', () => {
    const edge = { metadata: { namespace: 'meridian-edge' } };
    const gateway = manifest('gateway.networking.k8s.io/v1', 'Gateway', 'east-west', {
      ...edge,
      spec: {
        gatewayClassName: 'istio-east-west',
        infrastructure: { parametersRef: { kind: 'ConfigMap', name: 'options' } },
      },
    });
    const pod = { nodeSelector: { pool: 'programs' }, containers: [{ resources: resources('1', '1Gi') }] };
    const options = manifest('v1', 'ConfigMap', 'options', {
      ...edge,
      data: { deployment: JSON.stringify({ spec: { replicas: 3, template: { spec: pod } } }) },
    });
    const [workload] = expandRegion(regionOf(gateway, options)).workloads;
    expect(workload).toMatchObject({
      system: 'api-gateway',
      pods: { min: 3, max: 3 },
      main: { milliCpu: 1000, memoryBytes: 2 ** 30 },
      nodeLabels: { pool: 'programs' },
    });
    expect(() => expandRegion(regionOf(gateway))).toThrow(
      'nothing says how many pods it has: ConfigMap options',
    );
  });

  it('counts sidecars that stay, and an init container that needs more', () => {
    const spec = {
      containers: [{ name: 'a', resources: resources('100m', '1Gi') }],
      initContainers: [
        { name: 'proxy', restartPolicy: 'Always', resources: resources('50m', '1Gi') },
        { name: 'load', resources: resources('1', '1Gi') },
      ],
    };
    const job = manifest('batch/v1', 'Job', 'j', { spec: { parallelism: 3, template: { spec } } });
    expect(partsOf(job)).toEqual([' 0-3 × 1000+0m 2 0 helper']);
  });

  it('knows brokers from controllers', () => {
    expect(partsOf(pool('brokers', ['broker'], 15), pool('controllers', ['controller'], 3))).toEqual([
      'brokers 15-15 × 8000+0m 16 2048 node',
      'controllers 3-3 × 8000+0m 16 2048 helper',
    ]);
  });

  it('adds what stands beside the brokers', () => {
    const kafka = manifest('kafka.strimzi.io/v1', 'Kafka', 'events', {
      spec: {
        entityOperator: {
          topicOperator: { resources: resources('1', '1Gi') },
          userOperator: { resources: resources('1', '1Gi') },
        },
        cruiseControl: { resources: resources('2', '2Gi') },
      },
    });
    const mirror = manifest('kafka.strimzi.io/v1', 'KafkaMirrorMaker2', 'm', {
      spec: { replicas: 3, resources: resources('2', '4Gi') },
    });
    expect(partsOf(kafka, mirror)).toEqual([
      'entity operator 1-1 × 2000+0m 2 0 helper',
      'cruise control 1-1 × 2000+0m 2 0 helper',
      ' 3-3 × 2000+0m 4 0 helper',
    ]);
  });

  it('takes the size of a Citus node from its profile', () => {
    const profile = manifest('stackgres.io/v1', 'SGInstanceProfile', 'citus', {
      spec: { cpu: '8', memory: '16Gi' },
    });
    const side = { sgInstanceProfile: 'citus', pods: { persistentVolume: { size: '500Gi' } } };
    const cluster = manifest('stackgres.io/v1alpha1', 'SGShardedCluster', 'streams', {
      spec: {
        coordinator: { ...side, instances: 1 },
        shards: {
          ...side,
          clusters: 30,
          instancesPerCluster: 1,
          overrides: [{ index: 3, instancesPerCluster: 2 }],
        },
      },
    });
    expect(partsOf(profile, cluster)).toEqual([
      'coordinator 1-1 × 8000+0m 16 500 node',
      'workers 31-31 × 8000+0m 16 500 node',
    ]);
    const [note] = expandRegion(regionOf(cluster)).notes;
    expect(note).toBe(
      'SGShardedCluster meridian-data/streams: there is no SGInstanceProfile "citus"; its CPU and memory count as 0',
    );
  });

  it('counts the members of each Mongo shard as nodes, routers and config servers besides', () => {
    const volumeSpec = { persistentVolumeClaim: { resources: { requests: { storage: '500Gi' } } } };
    const mongo = manifest('psmdb.percona.com/v1', 'PerconaServerMongoDB', 'views', {
      spec: {
        backup: { enabled: true, resources: resources('100m', '128Mi') },
        replsets: [
          { name: 'rs0', size: 3, resources: node, volumeSpec },
          { name: 'rs1', size: 2, resources: node, volumeSpec, arbiter: { enabled: true, size: 1 } },
        ],
        sharding: {
          enabled: true,
          configsvrReplSet: { size: 3, resources: resources('2', '4Gi') },
          mongos: { size: 6, resources: resources('2', '4Gi') },
        },
      },
    });
    expect(partsOf(mongo)).toEqual([
      'rs0 3-3 × 8000+100m 16 500 node',
      'rs1 2-2 × 8000+100m 16 500 node',
      'rs1 arbiter 1-1 × 0+100m 0 0 helper',
      'config servers 3-3 × 2000+100m 4 0 helper',
      'routers 6-6 × 2000+0m 4 0 helper',
    ]);
  });

  it('has six leaders and twelve followers for six Redis shards of three', () => {
    expect(partsOf(redis({ replicas: 12 }))).toEqual([
      'leaders 6-6 × 8000+100m 32 64 node',
      'followers 12-12 × 8000+100m 32 64 node',
    ]);
    expect(partsOf(redis({}))[1]).toContain('followers 6-6');
  });

  it('counts Elastic, Jaeger and collectors, and says what runs on each node', () => {
    const elastic = manifest('elasticsearch.k8s.elastic.co/v1', 'Elasticsearch', 'logs', {
      spec: {
        nodeSets: [
          {
            name: 'data',
            count: 3,
            podTemplate: {
              spec: { containers: [{ name: 'elasticsearch', resources: resources('4', '16Gi') }] },
            },
            volumeClaimTemplates: [claim('500Gi')],
          },
        ],
      },
    });
    const jaeger = manifest('jaegertracing.io/v1', 'Jaeger', 'traces', {
      spec: {
        strategy: 'production',
        resources: resources('1', '1Gi'),
        collector: { minReplicas: 2, maxReplicas: 5 },
        query: { replicas: 2 },
      },
    });
    expect(partsOf(elastic, jaeger, collector('deployment'), collector('daemonset'))).toEqual([
      'data 3-3 × 4000+0m 16 500 helper',
      'collector 2-5 × 1000+0m 1 0 helper',
      'query 2-2 × 1000+0m 1 0 helper',
      ' 2-4 × 1000+0m 2 0 helper',
    ]);
    expect(expandRegion(regionOf(collector('daemonset'))).notes).toEqual([
      'OpenTelemetryCollector meridian-data/daemonset: a collector on each node (1000m CPU), not in the sums',
    ]);
  });

  it('counts what a provider runs apart', () => {
    const instance = manifest('rds.aws.upbound.io/v1beta1', 'ClusterInstance', 'reader-1', {
      spec: { forProvider: { instanceClass: 'db.r7g.2xlarge' } },
    });
    const { workloads, managed } = expandRegion(regionOf(instance));
    expect(workloads).toEqual([]);
    expect(managed.map(({ system, what }) => `${system}: ${what}`)).toEqual([
      'postgres: ClusterInstance db.r7g.2xlarge',
    ]);
  });

  it('names the object whose quantity is none', () => {
    expect(() => expandRegion(regionOf(deployment('a', { memory: '1gb' })))).toThrow(
      'production/us-east/chart.yaml: Deployment meridian/a: "1gb" is no quantity (as 250m, 1.5Gi or 12e6)',
    );
  });
});
