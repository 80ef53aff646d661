import type { Chart } from 'cdk8s';
import { postgresNames } from '../names.ts';
import { namespaces, type Place } from '../place.ts';
import { addExternalSecret, passwordOf } from './stored-secret.ts';

const { ownerSecret, user, database } = postgresNames;

/** The role that owns the database, with the password that the programs have: for the operators' own ways to make it. */
export function addOwner(chart: Chart, place: Place): void {
  addExternalSecret(chart, {
    name: ownerSecret,
    namespace: namespaces.data,
    wave: 'operatorsReady',
    from: passwordOf(place, 'postgres'),
    template: {
      username: user,
      password: '{{ .password }}',
      'owner.sql': [
        `create role ${user} login password '{{ .password | replace "'" "''" }}';`,
        `alter database ${database} owner to ${user};`,
        '',
      ].join('\n'),
    },
  });
}
