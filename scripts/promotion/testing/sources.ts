import { environments } from '../../../environments/index.ts';
import { pinnedEnvironment, type PromotedEnvironment } from '../target.ts';

/** The environments as their own sources would tell them. */
export const declared: readonly PromotedEnvironment[] = environments.map(({ name, delivery, regions }) => ({
  name,
  follows: delivery.follows,
  waves: delivery.waves,
  regions: regions.map((region) => region.name),
  // Most tests begin with the canary of an environment whose regions stand by themselves; see `withKeeper`.
  keepers: {},
}));
export const production = pinnedEnvironment(declared, 'production');
export const { regions } = production;
/** As it is: the canary uses the database of the second wave. */
export const withKeeper: PromotedEnvironment = { ...production, keepers: { 'ap-southeast': 'us-west' } };

const digest = (letter: string): string =>
  `registry.meridian.example/meridian/programs@sha256:${letter.repeat(64)}`;

/** The same waves and regions as the real ones, in a form that their own sources could have. */
export const environmentsWith = (told: readonly PromotedEnvironment[]): Record<string, string> => ({
  'environments/index.ts': `export const environments = ${JSON.stringify(
    told.map(({ name, follows, waves, regions: names, keepers }) => ({
      name,
      delivery: { follows, waves },
      regions: names.map((region) => ({
        name: region,
        database: keepers[region] ? { kind: 'remote', region: keepers[region] } : { kind: 'citus' },
      })),
    })),
  )};\n`,
});

/** What an image is made of, and the build that is named: `builtFrom` is a commit with these sources. */
export const imageWith = (builtFrom: string | null): Record<string, string> => ({
  'environments/image.json': JSON.stringify({ repository: 'r', tag: '1', digest: digest('1'), builtFrom }),
});

/** What is committed of a release whose image has this digest. */
export const rendered = (
  letter: string,
  files: Readonly<Record<string, string>> = {},
): Record<string, string> => ({
  ...files,
  value: digest(letter),
  ...Object.fromEntries(
    regions.map((region) => [
      `dist/production/${region}/services.yaml`,
      `region: ${region}\nimage: ${digest(letter)}`,
    ]),
  ),
});

/** The contracts of a revision, as small as they can be. */
export function contractsWith(fields: string): Record<string, string> {
  return {
    'contracts/topics.ts': `import { z } from 'zod';
export const topics = { orders: { name: 'order-events', events: { OrderPaid: z.object({ ${fields} }) } } };
`,
  };
}
