import type { Region } from '../environments/schema.ts';
import { leanedOnBy } from '../environments/mesh-rules.ts';
import type { Place } from './place.ts';
import { programsOf, type Program } from './programs.ts';

/** The regions whose gateways answer for those of this one. */
export function leansOn({ environment, region }: Place): readonly Region[] {
  return leanedOnBy(environment, region);
}

/** The regions for whose gateways this one's answer. */
export function leanersOf({ environment, region }: Place): readonly Region[] {
  return environment.regions.filter((other) => leanedOnBy(environment, other).includes(region));
}

/** Whether the mesh of a region is connected with any other: it never is where there is one region only. */
export function isLinked(place: Place): boolean {
  return leansOn(place).length > 0 || leanersOf(place).length > 0;
}

/** The gateways that others find here. */
export function exportsOf(place: Place): readonly Program[] {
  return leanersOf(place).length > 0 ? gatewaysOf(place) : [];
}

/** The gateways that are found elsewhere, whether they run here too or not. */
export function importsOf(place: Place): readonly Program[] {
  const { environment } = place;
  const found = leansOn(place).flatMap((region) => gatewaysOf({ environment, region }));
  return [...new Map(found.map((gateway) => [gateway.name, gateway])).values()];
}

/** The gateways that are found elsewhere only. */
export function lackingIn(place: Place): readonly Program[] {
  const own = new Set(gatewaysOf(place).map(({ name }) => name));
  return importsOf(place).filter(({ name }) => !own.has(name));
}

/** Whether a gateway's Service spans clusters: where it crosses in neither direction, it is this cluster's alone. */
export function isGlobal(place: Place, name: string): boolean {
  return [...exportsOf(place), ...importsOf(place)].some((gateway) => gateway.name === name);
}

function gatewaysOf(place: Place): readonly Program[] {
  return programsOf(place).filter(({ kind }) => kind === 'gateway');
}
