import { pathToFileURL } from 'node:url';

// A program: prints what a promotion wants to know of the environments that the given `environments/index.ts` declares.
const [file = ''] = process.argv.slice(2);
const { environments } = (await import(pathToFileURL(file).href)) as {
  environments: {
    name: string;
    regions: { name: string; database?: { kind: string; region?: string } }[];
    delivery: { follows: string; waves: string[][] };
  }[];
};
const told = environments.map(({ name, regions, delivery: { follows, waves } }) => ({
  name,
  follows,
  waves,
  regions: regions.map((region) => region.name),
  keepers: Object.fromEntries(
    regions.flatMap(({ name: guest, database }) =>
      database?.kind === 'remote' ? [[guest, database.region]] : [],
    ),
  ),
}));
process.stdout.write(JSON.stringify(told));
