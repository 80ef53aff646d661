import { compareEnvironments } from '../difference/compare.ts';
import { redFlagsOf } from '../difference/red-flags.ts';
import type { JsonObject } from '../../rendered/fields.ts';
import type { EnvironmentTree } from '../tree.ts';
import { fleet, manifest } from './fleet-fixture.ts';

type Objects = JsonObject | readonly JsonObject[] | undefined;

/** The reasons of all red flags of a change in one region; undefined stands for an object that is not there. */
export function reasonsOf(before: Objects, after: Objects): readonly string[] {
  const [base, head] = [tree(before), tree(after)];
  return redFlagsOf(compareEnvironments(base, head), base, head).map(({ reason }) => reason);
}

/** A maker of objects of one kind, which differ only in their spec. */
export function withSpec(apiVersion: string, kind: string): (spec: JsonObject) => JsonObject {
  return (spec) => manifest(apiVersion, kind, 'x', { spec });
}

function tree(objects: Objects): EnvironmentTree {
  const list = objects === undefined ? [] : ([objects].flat() as readonly JsonObject[]);
  return fleet(() => list, { regions: ['us-east'] }).environments.get('production')!;
}
