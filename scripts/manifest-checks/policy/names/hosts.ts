import { visitValues } from '../../../rendered/fields.ts';
import { groupKindOf, type Manifest } from '../../manifest.ts';
import type { Reference } from './references.ts';

const clusterHost =
  /(?<![\w.-])([a-z0-9][a-z0-9.-]*)\.svc(\.cluster\.local|\.clusterset\.local)?(?![\w-]|\.[a-z])(?::(\d+))?/g;

/** Hosts of the cluster in any text of an object (`kafka.meridian-data.svc:9093`): each must be a Service. */
export function hostReferences(manifest: Manifest): readonly Reference[] {
  // Rules about traffic match host names; they do not call them.
  if (groupKindOf(manifest.object) === 'apiextensions.k8s.io/CustomResourceDefinition') return [];
  const references: Reference[] = [];
  visitValues(manifest.object, (value, path) => {
    if (typeof value !== 'string') return;
    for (const [, host, domain, port] of value.matchAll(clusterHost)) {
      // A pod of a headless Service has its own name before the Service's.
      const [namespace, name] = host!.split('.').toReversed();
      if (namespace === undefined || name === undefined) continue;
      const kind = domain === '.clusterset.local' ? 'multicluster.x-k8s.io/ServiceImport' : 'Service';
      const reference = { manifest, path, kind, namespace, name };
      references.push(
        port === undefined || kind !== 'Service' ? reference : { ...reference, port: Number(port) },
      );
    }
  });
  return references;
}
