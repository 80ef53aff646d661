import {
  at,
  canonical,
  entriesAt,
  equal,
  isObject,
  itemsAt,
  textAt,
  type Json,
  shown,
} from '../../../rendered/fields.ts';
import type { FleetObject } from '../../object.ts';
import type { RegionTree } from '../../tree.ts';
import type { FlagRule } from './rule.ts';

const directions = ['ingress', 'egress'] as const;

/** Flows that were not open before: policies add up, so a new rule opens and a policy that goes may open all. */
export const networkLoosened: FlagRule = ({ sort, object, before, after }, { base }) => {
  if (object.group === 'networking.k8s.io' && object.kind === 'NetworkPolicy') {
    if (sort === 'deleted')
      return [
        'NetworkPolicy deleted: what it kept out may come in, unless another policy selects the same pods',
      ];
    if (sort === 'added') return addedPolicy(object, base);
    return [...scopeLoosened(before!, after!), ...rulesLoosened(before!, after!)];
  }
  if (object.group === 'security.istio.io') return meshLoosened(sort, object, before, after);
  if (object.group === '' && object.kind === 'Namespace' && sort === 'changed')
    return [...podSecurityLoosened(before!, after!), ...leftMesh(before!, after!)];
  return [];
};

function addedPolicy(object: FleetObject, base: RegionTree): readonly string[] {
  const reasons: string[] = [];
  for (const direction of directions) {
    const rules = itemsAt(object.value, 'spec', direction);
    if (rules.length === 0) continue;
    const wide = rules.some((rule) => opensToAll(rule, direction));
    if (wide) reasons.push(`NetworkPolicy opens ${direction} ${toWhom(direction)} anyone`);
    else if (selectsExisting(object, base))
      reasons.push(
        `NetworkPolicy opens ${direction} of pods that are running: ${peersText(rules, direction)}`,
      );
  }
  return reasons;
}

/** The policy covers fewer pods, or no longer one of the directions. */
function scopeLoosened(before: FleetObject, after: FleetObject): readonly string[] {
  const dropped = policyTypesOf(before).filter((type) => !policyTypesOf(after).includes(type));
  return [
    ...dropped.map((type) => `NetworkPolicy no longer governs ${shown(type)}: all of it is open`),
    ...(selectorOf(before) === selectorOf(after)
      ? []
      : ['NetworkPolicy selects other pods: those it selected before may be open']),
  ];
}

function rulesLoosened(before: FleetObject, after: FleetObject): readonly string[] {
  return directions.flatMap((direction) => {
    const was = itemsAt(before.value, 'spec', direction);
    const fresh = itemsAt(after.value, 'spec', direction).filter(
      (rule) => !was.some((old) => equal(old, rule) || isNarrower(rule, old, direction)),
    );
    if (fresh.length === 0) return [];
    const all = fresh.some((rule) => opensToAll(rule, direction)) ? [`${toWhom(direction)} anyone`] : [];
    return [`NetworkPolicy opens more ${direction}: ${[...all, peersText(fresh, direction)].join(', ')}`];
  });
}

function peersOf(rule: Json, direction: 'ingress' | 'egress'): readonly Json[] {
  return itemsAt(rule, direction === 'ingress' ? 'from' : 'to');
}

/** Every flow of the rule was allowed by the old one already. An absent list allows everything. */
function isNarrower(rule: Json, old: Json, direction: 'ingress' | 'egress'): boolean {
  return (
    within(peersOf(rule, direction), peersOf(old, direction)) &&
    within(itemsAt(rule, 'ports'), itemsAt(old, 'ports'))
  );
}

function opensToAll(rule: Json, direction: 'ingress' | 'egress'): boolean {
  const peers = peersOf(rule, direction);
  return (
    peers.length === 0 ||
    peers.some((peer) => {
      if (!isObject(peer)) return false;
      const block = textAt(peer, 'ipBlock', 'cidr');
      if (block !== undefined) return block === '0.0.0.0/0' || block === '::/0';
      return (
        'namespaceSelector' in peer && isEmpty(peer['namespaceSelector']) && isEmpty(peer['podSelector'])
      );
    })
  );
}

function isEmpty(selector: Json | undefined): boolean {
  return (
    selector === undefined || selector === null || (isObject(selector) && Object.keys(selector).length === 0)
  );
}

/** Whether pods that run already come under a policy that is new. */
function selectsExisting(policy: FleetObject, base: RegionTree): boolean {
  const wanted = entriesAt(policy.value, 'spec', 'podSelector', 'matchLabels');
  return [...base.values()].some((object) => {
    if (object.namespace !== policy.namespace || object.group !== 'apps') return false;
    const labels = Object.fromEntries(entriesAt(object.value, 'spec', 'template', 'metadata', 'labels'));
    return wanted.every(([key, value]) => labels[key] === value);
  });
}

function toWhom(direction: 'ingress' | 'egress'): string {
  return direction === 'ingress' ? 'from' : 'to';
}

function peersText(rules: readonly Json[], direction: 'ingress' | 'egress'): string {
  const peers = rules.flatMap((rule) => {
    const ports = itemsAt(rule, 'ports').map((port) => shown(at(port, 'port') ?? 'any'));
    const on = ports.length === 0 ? '' : ` on ${ports.join('/')}`;
    return peersOf(rule, direction).map((peer) => `${peerText(peer)}${on}`);
  });
  const names = [...new Set(peers)];
  const some = names.slice(0, 3).join(', ');
  return `${toWhom(direction)} ${some}${names.length > 3 ? ` and ${names.length - 3} more` : ''}`;
}

function peerText(peer: Json): string {
  const labels = ['podSelector', 'namespaceSelector'].flatMap((key) =>
    entriesAt(peer, key, 'matchLabels').map(([, value]) => shown(value)),
  );
  return textAt(peer, 'ipBlock', 'cidr') ?? (labels.length > 0 ? labels.join(' in ') : 'every pod');
}

function meshLoosened(
  sort: string,
  object: FleetObject,
  before: FleetObject | undefined,
  after: FleetObject | undefined,
): readonly string[] {
  if (sort === 'deleted') return [`${object.kind} deleted: the mesh no longer asks for what it demanded`];
  if (object.kind === 'PeerAuthentication') {
    const mode = textAt(after?.value, 'spec', 'mtls', 'mode') ?? 'UNSET';
    const was = textAt(before?.value, 'spec', 'mtls', 'mode') ?? 'UNSET';
    return mode !== was && mode !== 'STRICT' ? [`mTLS ${was} → ${mode}: plain text is accepted`] : [];
  }
  if (object.kind === 'AuthorizationPolicy' && sort === 'changed') {
    const fresh = itemsAt(after?.value, 'spec', 'rules').filter(
      (rule) => !itemsAt(before?.value, 'spec', 'rules').some((old) => equal(old, rule)),
    );
    return fresh.length > 0 ? ['AuthorizationPolicy has new or wider rules'] : [];
  }
  return [];
}

const levels = ['restricted', 'baseline', 'privileged'];

function podSecurityLoosened(before: FleetObject, after: FleetObject): readonly string[] {
  const [from, to] = [podSecurityOf(before), podSecurityOf(after)];
  return levels.indexOf(to) > levels.indexOf(from) ? [`Pod Security ${from} → ${to}`] : [];
}

function leftMesh(before: FleetObject, after: FleetObject): readonly string[] {
  return isMember(before) && !isMember(after) ? ['leaves the mesh: its pods are reached in plain text'] : [];
}

function isMember(side: FleetObject): boolean {
  return textAt(side.value, 'metadata', 'labels', 'istio.io/dataplane-mode') === 'ambient';
}

function within(now: readonly Json[], then: readonly Json[]): boolean {
  return (
    then.length === 0 || (now.length > 0 && now.every((item) => then.some((other) => equal(item, other))))
  );
}

function podSecurityOf(side: FleetObject): string {
  return textAt(side.value, 'metadata', 'labels', 'pod-security.kubernetes.io/enforce') ?? 'privileged';
}

function policyTypesOf(side: FleetObject): readonly Json[] {
  return itemsAt(side.value, 'spec', 'policyTypes');
}

function selectorOf(side: FleetObject): string {
  return canonical(at(side.value, 'spec', 'podSelector') ?? {});
}
