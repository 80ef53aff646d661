/** A Kubernetes object as it stands in a file: nothing of it is certain before the schemas were checked. */
export type KubernetesObject = {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: Metadata;
  readonly [field: string]: unknown;
};

export type Metadata = {
  readonly name: string;
  readonly namespace?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
};

/** One document of `dist/<environment>/<region>/<chart>.yaml`. `region` is also `hub`, where Argo CD runs. */
export type Manifest = {
  readonly file: string;
  readonly environment: string;
  readonly region: string;
  readonly object: KubernetesObject;
};

/** One thing that is wrong, with where it stands. `rule` is kebab-case and says what was broken. */
export type Finding = {
  readonly file: string;
  /** `Deployment meridian/order-gateway`; empty where a file cannot be read. */
  readonly object: string;
  /** `spec.template.spec.containers[0].image`; empty where it is the object itself. */
  readonly path: string;
  readonly rule: string;
  readonly message: string;
};

/** `Deployment meridian/order-gateway`, or `Namespace meridian` where there is no namespace. */
export function titleOf({ kind, metadata }: KubernetesObject): string {
  return `${kind} ${metadata.namespace === undefined ? '' : `${metadata.namespace}/`}${metadata.name}`;
}

/** The kind without its version: `apps/Deployment`, `Service`. Two groups may have one kind (Gateway). */
export function groupKindOf({ apiVersion, kind }: Pick<KubernetesObject, 'apiVersion' | 'kind'>): string {
  const slash = apiVersion.indexOf('/');
  return slash === -1 ? kind : `${apiVersion.slice(0, slash)}/${kind}`;
}

export function findingAt(manifest: Manifest, path: string, rule: string, message: string): Finding {
  return { file: manifest.file, object: titleOf(manifest.object), path, rule, message };
}
