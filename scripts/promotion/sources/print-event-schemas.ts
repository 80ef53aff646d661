import { pathToFileURL } from 'node:url';
import { z } from 'zod';

// A program: prints the JSON schemas of the events that the given `topics.ts` declares, by topic and type.
const [file = ''] = process.argv.slice(2);
const { topics } = (await import(pathToFileURL(file).href)) as {
  topics: Record<string, { name: string; events: Record<string, z.ZodType> }>;
};
const schemas = Object.fromEntries(
  Object.values(topics).map(({ name, events }) => [
    name,
    Object.fromEntries(
      // What a reader takes, which is what both sides must agree on.
      Object.entries(events).map(([type, schema]) => [type, z.toJSONSchema(schema, { io: 'input' })]),
    ),
  ]),
);
process.stdout.write(JSON.stringify(schemas));
