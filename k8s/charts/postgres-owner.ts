import type { Chart } from 'cdk8s';
import { postgresNames } from '../names.ts';
import { namespaces, type Place } from '../place.ts';
import { addExternalSecret, passwordOf } from './stored-secret.ts';

const { ownerSecret, user, database } = postgresNames;
/** As a text of SQL. */
const password = `'{{ .password | replace "'" "''" }}'`;

/**
 * The role that owns the database, with the password that the programs have: for the operators' own ways to make it.
 * @param script the SQL that makes it, where the operator runs some
 */
export function addOwner(chart: Chart, place: Place, script?: readonly string[]): void {
  addExternalSecret(chart, {
    name: ownerSecret,
    namespace: namespaces.data,
    wave: 'operatorsReady',
    from: passwordOf(place, 'postgres'),
    template: {
      username: user,
      password: '{{ .password }}',
      ...(script === undefined ? {} : { 'owner.sql': [...script, ''].join('\n') }),
    },
  });
}

/**
 * To be run in the database in which Citus is: from there a role and the owner go to the workers, and to those that come later.
 * What the coordinator asks of a worker it asks as the role that asked it, with the password in Citus's own table, where
 * StackGres puts the superuser's only.
 */
export const ownerOnCitus: readonly string[] = [
  `create role ${user} login password ${password};`,
  `alter database ${database} owner to ${user};`,
  'insert into pg_dist_authinfo (nodeid, rolename, authinfo)',
  // A text of a connection string: \ and ' are masked there.
  `  select 0, '${user}', 'password=''' || regexp_replace(secret, '([\\\\''])', '\\\\\\1', 'g') || ''''`,
  `  from (values (${password})) as given (secret);`,
];
