import { environmentNamed } from '../../environments/index.ts';
import type { Environment } from '../../environments/schema.ts';
import { WrongUsage } from './refusal.ts';

/** An environment that moves by pins. @throws WrongUsage naming those that there are. */
export function pinnedEnvironment(name: string): Environment {
  let environment: Environment;
  try {
    environment = environmentNamed(name);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new WrongUsage(error.message, { cause: error });
  }
  if (environment.delivery.follows === 'pins') return environment;
  throw new WrongUsage(`${name} follows main: it has no pins to move`);
}

/** The regions of a wave, counted from 1. @throws WrongUsage naming the waves that there are. */
export function regionsOfWave({ name, delivery }: Environment, wave: number): readonly string[] {
  const regions = delivery.waves[wave - 1];
  if (regions) return regions;
  throw new WrongUsage(`${name} has the waves 1 to ${delivery.waves.length}, not ${wave}`);
}

/** @throws WrongUsage naming the regions that there are. */
export function requireRegion(environment: Environment, region: string): void {
  const known: readonly string[] = environment.regions.map(({ name }) => name);
  if (known.includes(region)) return;
  throw new WrongUsage(`there is no region ${region} in ${environment.name}: ${known.join(', ')}`);
}
