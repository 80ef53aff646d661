import type { Chart } from 'cdk8s';
import type { Statement } from '../cloud/rights.ts';
import { podRolesOf, roleName, type PodRole } from '../cloud/roles.ts';
import type { Place } from '../place.ts';
import { cloudObject, tagsOf } from './cloud-object.ts';

/** The roles of the region's pods, and the one of its nodes, which can do what a node must and nothing more. */
export function addRoles(chart: Chart, place: Place): void {
  for (const role of podRolesOf(place)) {
    const name = roleName(place, role.purpose);
    addRole(chart, place, name, trustOf(place, role), role.managed ?? []);
    if (role.statements === undefined) continue;
    cloudObject(chart, {
      api: 'iam',
      kind: 'RolePolicy',
      name,
      forProvider: { roleRef: { name }, policy: policyOf(role.statements) },
    });
  }
  addRole(
    chart,
    place,
    roleName(place, 'node'),
    { Principal: { Service: 'ec2.amazonaws.com' }, Action: 'sts:AssumeRole' },
    ['AmazonEKSWorkerNodePolicy', 'AmazonEC2ContainerRegistryPullOnly'],
  );
}

function addRole(chart: Chart, place: Place, name: string, trust: object, managed: readonly string[]): void {
  cloudObject(chart, {
    api: 'iam',
    kind: 'Role',
    name,
    forProvider: {
      assumeRolePolicy: documentOf([{ Effect: 'Allow', ...trust }]),
      // Exactly these: what somebody attaches by hand is taken off again.
      ...(managed.length === 0
        ? {}
        : { managedPolicyArns: managed.map((policy) => `arn:aws:iam::aws:policy/${policy}`) }),
      tags: tagsOf(place),
    },
  });
}

/** One service account of one cluster; of an operator that names its accounts itself, those that begin so. */
function trustOf({ environment, region }: Place, { namespace, account }: PodRole): object {
  const issuer = region.identityProvider;
  const subject = { [`${issuer}:sub`]: `system:serviceaccount:${namespace}:${account}` };
  const audience = { [`${issuer}:aud`]: 'sts.amazonaws.com' };
  return {
    Principal: { Federated: `arn:aws:iam::${environment.account.id}:oidc-provider/${issuer}` },
    Action: 'sts:AssumeRoleWithWebIdentity',
    Condition: account.includes('*')
      ? { StringEquals: audience, StringLike: subject }
      : { StringEquals: { ...audience, ...subject } },
  };
}

function policyOf(statements: readonly Statement[]): string {
  return documentOf(
    statements.map(({ actions, resources, condition }) => ({
      Effect: 'Allow',
      Action: actions,
      Resource: resources,
      ...(condition === undefined ? {} : { Condition: condition }),
    })),
  );
}

const documentOf = (statements: readonly object[]): string =>
  JSON.stringify({ Version: '2012-10-17', Statement: statements });
