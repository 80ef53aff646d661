import { isPods, type Party } from './parties.ts';

/** A peer of a NetworkPolicy, as Kubernetes and Strimzi write it. */
export type Peer =
  { namespaceSelector: Selector; podSelector?: Selector } | { ipBlock: { cidr: string; except?: string[] } };
type Selector = { matchLabels: Record<string, string> };

/** How a policy names a party: by the namespace's own label and the pods', or by its addresses. */
export function peersOf(party: Party): Peer[] {
  if (isPods(party)) {
    const { namespace, labels } = party;
    return [
      {
        namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': namespace } },
        ...(labels === undefined ? {} : { podSelector: { matchLabels: { ...labels } } }),
      },
    ];
  }
  const except = party.except === undefined ? {} : { except: [...party.except] };
  return party.ranges.map((cidr) => ({ ipBlock: { cidr, ...except } }));
}
