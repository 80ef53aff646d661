/** A Helm chart of an operator, pinned. */
export type Operator = {
  readonly name: string;
  readonly repoURL: string;
  readonly chart: string;
  readonly version: string;
  readonly namespace: string;
};

/** What must run in a cluster before the charts mean anything. */
export const operators: readonly Operator[] = [
  {
    name: 'strimzi',
    repoURL: 'https://strimzi.io/charts',
    chart: 'strimzi-kafka-operator',
    version: '1.2.0',
    namespace: 'strimzi-system',
  },
  {
    name: 'stackgres',
    repoURL: 'https://stackgres.io/downloads/stackgres-k8s/stackgres/helm',
    chart: 'stackgres-operator',
    version: '1.18.6',
    namespace: 'stackgres-system',
  },
  {
    name: 'percona-mongodb',
    repoURL: 'https://percona.github.io/percona-helm-charts',
    chart: 'psmdb-operator',
    version: '1.22.0',
    namespace: 'psmdb-system',
  },
  {
    name: 'redis',
    repoURL: 'https://ot-container-kit.github.io/helm-charts',
    chart: 'redis-operator',
    version: '0.26.0',
    namespace: 'redis-system',
  },
  {
    name: 'keda',
    repoURL: 'https://kedacore.github.io/charts',
    chart: 'keda',
    version: '2.20.2',
    namespace: 'keda-system',
  },
  {
    name: 'predictive-autoscaler',
    repoURL: 'https://predictive-horizontal-pod-autoscaler.jamiethompson.me/charts',
    chart: 'predictive-horizontal-pod-autoscaler-operator',
    version: '0.13.2',
    namespace: 'predictive-autoscaler-system',
  },
  {
    name: 'vertical-autoscaler',
    repoURL: 'https://kubernetes.github.io/autoscaler',
    chart: 'vertical-pod-autoscaler',
    version: '1.7.1',
    namespace: 'vertical-autoscaler-system',
  },
  {
    name: 'external-secrets',
    repoURL: 'https://charts.external-secrets.io',
    chart: 'external-secrets',
    version: '2.9.0',
    namespace: 'external-secrets-system',
  },
  {
    name: 'cert-manager',
    repoURL: 'https://charts.jetstack.io',
    chart: 'cert-manager',
    version: 'v1.21.1',
    namespace: 'cert-manager-system',
  },
  {
    name: 'elastic',
    repoURL: 'https://helm.elastic.co',
    chart: 'eck-operator',
    version: '3.5.0',
    namespace: 'elastic-system',
  },
  {
    name: 'istio-base',
    repoURL: 'https://istio-release.storage.googleapis.com/charts',
    chart: 'base',
    version: '1.30.3',
    namespace: 'istio-system',
  },
  {
    name: 'istiod',
    repoURL: 'https://istio-release.storage.googleapis.com/charts',
    chart: 'istiod',
    version: '1.30.3',
    namespace: 'istio-system',
  },
];
