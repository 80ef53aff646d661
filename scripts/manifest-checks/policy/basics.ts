import { mapAt } from '../../rendered/fields.ts';
import { findingAt, groupKindOf, type Finding, type Manifest } from '../manifest.ts';
import { identityOf, type Scope } from '../scope.ts';

/** Names of kinds that are a DNS label; all others are a DNS subdomain, or what their own schema says. */
const labelNamed = new Set(['Service', 'Namespace', 'apps/Deployment', 'apps/StatefulSet', 'batch/Job']);
/** Kinds whose names may have colons and capitals. */
const pathNamed = new Set(['rbac.authorization.k8s.io']);

const dnsLabel = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/;
const dnsSubdomain = /^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$/;
const labelValue = /^([A-Za-z0-9]([\w.-]{0,61}[A-Za-z0-9])?)?$/;
const qualifiedName = /^([a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?\/)?[A-Za-z0-9]([\w.-]{0,61}[A-Za-z0-9])?$/;

/** What Kubernetes asks of any object, and the labels that every object of ours carries. */
export function checkBasics(scope: Scope): readonly Finding[] {
  return [
    ...duplicates(scope.manifests),
    ...scope.manifests.flatMap((manifest) => [
      ...nameOf(manifest),
      ...labelSyntax(manifest),
      ...ownLabels(manifest),
    ]),
  ];
}

function duplicates(manifests: readonly Manifest[]): Finding[] {
  return [...Map.groupBy(manifests, identityOf).values()].flatMap(([first, ...more]) =>
    more.map((manifest) =>
      findingAt(manifest, 'metadata.name', 'duplicate-object', `is in ${first!.file} already`),
    ),
  );
}

function nameOf(manifest: Manifest): Finding[] {
  const { object } = manifest;
  const groupKind = groupKindOf(object);
  if (pathNamed.has(groupKind.split('/')[0]!)) return [];
  const [pattern, words] = labelNamed.has(groupKind)
    ? [dnsLabel, 'must be a DNS label of at most 63 signs']
    : [dnsSubdomain, 'must be a DNS name of at most 253 signs'];
  return pattern.test(object.metadata.name)
    ? []
    : [findingAt(manifest, 'metadata.name', 'name-syntax', words)];
}

function labelSyntax(manifest: Manifest): Finding[] {
  const template = mapAt(manifest.object, 'spec', 'template', 'metadata', 'labels');
  const places = { 'metadata.labels': labelsOf(manifest), 'spec.template.metadata.labels': template };
  const labels = Object.entries(places).flatMap(([path, own]) =>
    Object.entries(own)
      .filter(([key, value]) => !qualifiedName.test(key) || !labelValue.test(value))
      .map(([key]) =>
        findingAt(
          manifest,
          `${path}["${key}"]`,
          'label-syntax',
          'must be a qualified name with at most 63 signs',
        ),
      ),
  );
  const annotations = Object.keys(mapAt(manifest.object, 'metadata', 'annotations'))
    .filter((key) => !qualifiedName.test(key))
    .map((key) =>
      findingAt(manifest, `metadata.annotations["${key}"]`, 'label-syntax', 'must be a qualified name'),
    );
  return [...labels, ...annotations];
}

function ownLabels(manifest: Manifest): Finding[] {
  const { environment, region } = manifest;
  const wanted: Readonly<Record<string, string | undefined>> = {
    'app.kubernetes.io/name': undefined,
    'app.kubernetes.io/part-of': isArgocdSetting(manifest) ? 'argocd' : 'meridian',
    'app.kubernetes.io/managed-by': 'argocd',
    'meridian.example/environment': environment,
    // The hub is one cluster for all regions of an environment.
    ...(region === 'hub' ? {} : { 'meridian.example/region': region }),
    ...componentLabels(manifest),
  };
  const labels = labelsOf(manifest);
  return Object.entries(wanted).flatMap(([key, value]) => {
    const own = labels[key];
    if (own !== undefined && (value === undefined || value === own)) return [];
    const message = own === undefined ? 'is missing' : `must be ${value}, is ${own}`;
    return [findingAt(manifest, `metadata.labels["${key}"]`, 'own-labels', message)];
  });
}

/** Argo CD reads those of its own settings only that are labelled as a part of it. */
function isArgocdSetting({ region, object }: Manifest): boolean {
  return region === 'hub' && object.kind === 'ConfigMap' && object.metadata.name.startsWith('argocd-');
}

/** Our programs say what they are; Deployments of others (a collector, a pooler) do not have to. */
function componentLabels(manifest: Manifest): Readonly<Record<string, undefined>> {
  const labels = labelsOf(manifest);
  const isProgram = 'app.kubernetes.io/component' in labels || 'meridian.example/service' in labels;
  return groupKindOf(manifest.object) === 'apps/Deployment' && isProgram
    ? { 'app.kubernetes.io/component': undefined, 'meridian.example/service': undefined }
    : {};
}

const labelsOf = ({ object }: Manifest): Readonly<Record<string, string>> =>
  mapAt(object, 'metadata', 'labels');
