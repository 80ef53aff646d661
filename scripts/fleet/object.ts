import { textAt, type JsonObject } from '../rendered/fields.ts';

/** One object of a rendered tree. */
export type FleetObject = {
  /** Group, kind, namespace and name: what stays the same when everything else changes, the version included. */
  readonly id: string;
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  /** Empty for an object of the whole cluster. */
  readonly namespace: string;
  readonly name: string;
  /** The file it stands in: `<environment>/<region>/<chart>.yaml`. */
  readonly file: string;
  readonly value: JsonObject;
};

/** @throws RangeError naming what a document lacks to be an object of Kubernetes. */
export function fleetObject(value: JsonObject, file: string): FleetObject {
  const apiVersion = textAt(value, 'apiVersion');
  const kind = textAt(value, 'kind');
  const name = textAt(value, 'metadata', 'name');
  if (!apiVersion || !kind || !name) {
    const missing = apiVersion ? (kind ? 'metadata.name' : 'kind') : 'apiVersion';
    throw new RangeError(`${file}: an object without ${missing}`);
  }
  const slash = apiVersion.lastIndexOf('/');
  const group = slash < 0 ? '' : apiVersion.slice(0, slash);
  const namespace = textAt(value, 'metadata', 'namespace') ?? '';
  return {
    id: [group, kind, namespace, name].join('/'),
    group,
    version: apiVersion.slice(slash + 1),
    kind,
    namespace,
    name,
    file,
    value,
  };
}

/** The configuration of the Worker at the edge as an object of its own kind. @throws RangeError when it has no name. */
export function edgeWorkerObject(value: JsonObject, file: string): FleetObject {
  const name = textAt(value, 'name');
  if (!name) throw new RangeError(`${file}: a Worker without name`);
  const [group, kind, namespace] = ['workers', 'Worker', ''];
  return {
    id: [group, kind, namespace, name].join('/'),
    group,
    version: '',
    kind,
    namespace,
    name,
    file,
    value,
  };
}

/** "Deployment meridian/order": how an object is called in a report. */
export function titleOf({ kind, namespace, name }: FleetObject): string {
  return `${kind} ${namespace === '' ? '' : `${namespace}/`}${name}`;
}
