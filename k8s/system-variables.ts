import { systems, type RequiredVariable, type SystemName } from '../platform/resources.ts';
import { bootstrapOf } from './kafka-access.ts';
import { redisNames } from './names.ts';
import type { Place } from './place.ts';

type Source = { readonly plain: (place: Place) => string } | { readonly secret: string };

/**
 * Where the variables of each system come from: an address that is no secret stands in a ConfigMap, all others are read
 * from the secret store, by the name of the property there.
 */
const sources = {
  postgres: { POSTGRES_URL: { secret: 'url' } },
  kafka: { KAFKA_BROKERS: { plain: ({ region }) => bootstrapOf(region) } },
  redis: { REDIS_NODES: { plain: () => redisNames.nodes }, REDIS_PASSWORD: { secret: 'password' } },
  mongo: { MONGO_URL: { secret: 'url' } },
  smtp: { SMTP_URL: { secret: 'url' }, SMTP_SINK_URL: { secret: 'apiUrl' } },
  paymentProvider: { PAYMENT_PROVIDER_URL: { secret: 'url' }, PAYMENT_PROVIDER_KEY: { secret: 'key' } },
  webhookSecret: { PAYMENT_WEBHOOK_SECRET: { secret: 'value' } },
  tokenSecret: { AUTH_SECRET: { secret: 'value' } },
} as const satisfies {
  // An optional variable stands here where it is the same for every process; what is mounted is in `pod.ts`.
  readonly [Name in SystemName]: Readonly<
    Record<RequiredVariable<Name>, Source> & Partial<Record<keyof (typeof systems)[Name], Source>>
  >;
};

export const systemNames = Object.keys(systems) as readonly SystemName[];

/** The variables of a system that are no secret, with their values. */
export function plainVariablesOf(system: SystemName, place: Place): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries<Source>(sources[system]).flatMap(([name, source]) =>
      'plain' in source ? [[name, source.plain(place)]] : [],
    ),
  );
}

/** Whether any variable of a system is no secret, wherever it is. */
export function hasPlainVariables(system: SystemName): boolean {
  return Object.values<Source>(sources[system]).some((source) => 'plain' in source);
}

/** The variables of a system that are secret, with the property of the stored secret that each is. */
export function secretVariablesOf(system: SystemName): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries<Source>(sources[system]).flatMap(([name, source]) =>
      'secret' in source ? [[name, source.secret]] : [],
    ),
  );
}

const kebab = (name: string): string => name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);

/** The ConfigMap and the Secret that hold a system's variables. */
export function configOf(system: SystemName): string {
  return `system-${kebab(system)}`;
}
