import { expect, it } from 'vitest';
import { z } from 'zod';
import { compareContracts } from './compare.ts';
import type { EventSchemas } from './event-schemas.ts';

function contracts(schema: z.ZodType): EventSchemas {
  return { orders: { Paid: z.toJSONSchema(schema, { io: 'input' }) } };
}

const line = z.object({ sku: z.string().min(1), quantity: z.int().positive() });
const paid = z.object({
  id: z.string(),
  currency: z.enum(['USD', 'EUR']),
  lines: z.array(line).readonly(),
  note: z.string().optional(),
  key: z.string().nullable(),
});
const compared = (after: z.ZodType): ReturnType<typeof compareContracts> =>
  compareContracts(contracts(paid), contracts(after));

it('finds nothing where nothing changed, and nothing in what is new and optional', () => {
  expect(compared(paid)).toEqual({ breaks: [], wider: [] });
  expect(compared(paid.extend({ coupon: z.string().optional() }))).toEqual({ breaks: [], wider: [] });
  expect(compared(paid.describe('an order that was paid'))).toEqual({ breaks: [], wider: [] });
  const more = { ...contracts(paid), carts: { Filled: {} } };
  expect(compareContracts(contracts(paid), more)).toEqual({ breaks: [], wider: [] });
});

it('names a type or a topic that is gone', () => {
  expect(compareContracts(contracts(paid), { orders: {} }).breaks).toEqual(['orders/Paid is gone']);
  expect(compareContracts(contracts(paid), {}).breaks).toEqual(['orders/Paid is gone']);
});

const breaking: [string, z.ZodType, string][] = [
  ['a field that is gone', paid.omit({ id: true }), 'orders/Paid.id is gone'],
  ['a field that is newly required', paid.extend({ at: z.string() }), 'orders/Paid.at is newly required'],
  ['an optional field made required', paid.required({ note: true }), 'orders/Paid.note is newly required'],
  ['another type', paid.extend({ id: z.number() }), 'orders/Paid.id has another type (type)'],
  [
    'another type deep inside',
    paid.extend({ lines: z.array(line.extend({ quantity: z.string() })) }),
    'orders/Paid.lines[].quantity has another type (type)',
  ],
  [
    'a field gone deep inside',
    paid.extend({ lines: z.array(line.omit({ sku: true })) }),
    'orders/Paid.lines[].sku is gone',
  ],
  [
    'a value that is taken no more',
    paid.extend({ currency: z.enum(['USD']) }),
    'orders/Paid.currency takes fewer values (enum)',
  ],
  [
    'one value of an enum left as a constant',
    paid.extend({ currency: z.literal('USD') }),
    'orders/Paid.currency takes fewer values (enum)',
  ],
  ['a new bound', paid.extend({ id: z.string().max(3) }), 'orders/Paid.id takes fewer values (maxLength)'],
  [
    'a new pattern',
    paid.extend({ id: z.string().regex(/^a/) }),
    'orders/Paid.id takes fewer values (pattern)',
  ],
  ['null taken no more', paid.extend({ key: z.string() }), 'orders/Paid.key takes fewer values (type)'],
  ['no unknown field any more', paid.strict(), 'orders/Paid refuses fields that it took'],
];
it.each(breaking)('refuses %s', (_, after, reason) => {
  expect(compared(after).breaks).toContain(reason);
});

it('refuses a new field that the release before would not take', () => {
  const before = contracts(paid.strict());
  const after = contracts(paid.strict().extend({ coupon: z.string().optional() }));
  expect(compareContracts(before, after).breaks).toEqual([
    'orders/Paid.coupon is new, and the release before refuses unknown fields',
  ]);
});

const widening: [string, z.ZodType, string][] = [
  [
    'one more value',
    paid.extend({ currency: z.enum(['USD', 'EUR', 'JPY']) }),
    'orders/Paid.currency takes more values (enum)',
  ],
  ['a field that may be left out', paid.partial({ id: true }), 'orders/Paid.id may be left out'],
  [
    'a lower bound',
    paid.extend({ lines: z.array(line.extend({ sku: z.string() })) }),
    'orders/Paid.lines[].sku takes more values (minLength)',
  ],
  ['null', paid.extend({ id: z.string().nullable() }), 'orders/Paid.id takes more values (type)'],
];
it.each(widening)('lets %s through, and says that only the next release may write it', (_, after, note) => {
  expect(compared(after)).toEqual({ breaks: [], wider: [note] });
});

it('lets an optional field go: nobody relied on it', () => {
  expect(compared(paid.omit({ note: true }))).toEqual({ breaks: [], wider: [] });
});

const of = (schema: z.ZodType): EventSchemas => contracts(z.object({ payer: schema }));

it('takes a union apart: one of its types that is gone, changed inside, or new', () => {
  const payer = z.object({ name: z.string() });
  const union = of(z.union([payer, z.array(z.string())]));
  expect(compareContracts(union, of(payer)).breaks).toEqual(['orders/Paid.payer has another type']);
  const changed = of(z.union([payer.extend({ name: z.number() }), z.array(z.string())]));
  expect(compareContracts(union, changed).breaks).toEqual(['orders/Paid.payer.name has another type (type)']);
  const more = of(z.union([payer, z.array(z.string()), z.object({ id: z.string() })]));
  expect(compareContracts(union, more)).toEqual({
    breaks: [],
    wider: ['orders/Paid.payer takes more types'],
  });
});
