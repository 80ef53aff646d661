import type { Chart } from 'cdk8s';
import { k8s } from 'cdk8s-plus-27';
import { inWave } from '../custom-object.ts';
import { apiHosts, edgeNames, kongPorts } from '../names.ts';
import { namespaces, type Place } from '../place.ts';
import { rolloutOf } from '../rollout.ts';
import { addLimits } from './kong-limits.ts';
import { kongPod, proxyLabels } from './kong-pod.ts';
import { behavior, cpu } from './scaling.ts';

const metadata = (name: string, wave: Parameters<typeof inWave>[0]) => ({
  name,
  namespace: namespaces.edge,
  labels: { 'app.kubernetes.io/name': name },
  annotations: inWave(wave),
});

/**
 * Kong's proxies, without a database: the ingress controller, an operator (operators.ts), finds each by the admin Service
 * and sends it what the Gateway, the routes and the plugins come to.
 */
export function addKong(chart: Chart, place: Place): void {
  const name = edgeNames.proxy;
  const { min } = place.region.apiGateway.replicas;
  const scaled = isScaled(place);
  new k8s.KubeServiceAccount(chart, 'account', {
    metadata: metadata(name, 'access'),
    automountServiceAccountToken: false,
  });
  new k8s.KubeDeployment(chart, 'proxy', {
    metadata: metadata(name, 'programs'),
    spec: {
      ...(scaled ? {} : { replicas: min }),
      selector: { matchLabels: proxyLabels },
      ...rolloutOf(place),
      template: kongPod(place),
    },
  });
  addServices(chart, place);
  if (min > 1) addBudget(chart);
  if (scaled) addScaler(chart, place);
  addLimits(chart, place);
}

const isScaled = ({ environment, region }: Place): boolean =>
  environment.scaling.gateways !== 'fixed' && region.apiGateway.replicas.max > region.apiGateway.replicas.min;

/** The region's load balancer, straight to the pods, so that each sees the client's address; and the way of the controller. */
function addServices(chart: Chart, place: Place): void {
  const loadBalancer = 'service.beta.kubernetes.io/aws-load-balancer';
  const proxy = metadata(edgeNames.proxyService, 'programs');
  new k8s.KubeService(chart, 'proxy-service', {
    metadata: {
      ...proxy,
      annotations: {
        ...proxy.annotations,
        [`${loadBalancer}-scheme`]: 'internet-facing',
        [`${loadBalancer}-nlb-target-type`]: 'ip',
        [`${loadBalancer}-target-group-attributes`]: 'preserve_client_ip.enabled=true',
        [`${loadBalancer}-healthcheck-protocol`]: 'http',
        [`${loadBalancer}-healthcheck-port`]: String(kongPorts.status),
        [`${loadBalancer}-healthcheck-path`]: '/status/ready',
        // external-dns 0.22 reads this prefix only.
        'external-dns.kubernetes.io/hostname': apiHosts(place).balancer,
        'external-dns.kubernetes.io/ttl': String(place.environment.dns.ttlSeconds),
      },
    },
    spec: {
      type: 'LoadBalancer',
      loadBalancerClass: 'service.k8s.aws/nlb',
      allocateLoadBalancerNodePorts: false,
      selector: proxyLabels,
      // A number: the controller looks up by it which of Kong's listeners speaks TLS, and takes a name for port 0.
      ports: [{ name: 'https', port: 443, targetPort: k8s.IntOrString.fromNumber(kongPorts.proxy) }],
    },
  });
  new k8s.KubeService(chart, 'admin-service', {
    metadata: metadata(edgeNames.adminService, 'programs'),
    spec: {
      clusterIp: 'None',
      selector: proxyLabels,
      // A proxy is ready once it has its configuration, and is given it here.
      publishNotReadyAddresses: true,
      ports: [
        {
          name: 'kong-admin-tls',
          port: kongPorts.admin,
          targetPort: k8s.IntOrString.fromString('admin-tls'),
        },
      ],
    },
  });
}

function addBudget(chart: Chart): void {
  new k8s.KubePodDisruptionBudget(chart, 'budget', {
    metadata: metadata(edgeNames.proxy, 'programs'),
    spec: {
      maxUnavailable: k8s.IntOrString.fromNumber(1),
      selector: { matchLabels: proxyLabels },
      unhealthyPodEvictionPolicy: 'AlwaysAllow',
    },
  });
}

/** By what is measured, also where gateways go by forecasts: a proxy starts in seconds. */
function addScaler(chart: Chart, place: Place): void {
  const { min, max } = place.region.apiGateway.replicas;
  new k8s.KubeHorizontalPodAutoscalerV2(chart, 'scaler', {
    metadata: metadata(edgeNames.proxy, 'traffic'),
    spec: {
      scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: edgeNames.proxy },
      minReplicas: min,
      maxReplicas: max,
      metrics: [cpu(place)],
      behavior,
    },
  });
}
