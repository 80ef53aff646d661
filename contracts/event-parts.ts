import { z } from 'zod';

/** Minor units of a currency, within what a number holds exactly. */
export const minorUnits = z.int().nonnegative();
export const currency = z.enum(['USD', 'EUR', 'SGD', 'JPY']);
export const region = z.enum(['us-east', 'us-west', 'eu-central', 'ap-southeast']);
export const instant = z.iso.datetime();
export const orderId = z.string().regex(/^ord_(use|usw|euc|aps)_[0-9a-hjkmnp-tv-z]{26}$/);
export const userId = z.string().regex(/^usr_(use|usw|euc|aps)_[0-9a-hjkmnp-tv-z]{26}$/);
export const name = z.string().min(1);
export const quantity = z.int().positive();

/** What every event about an order starts with. */
export const aboutOrder = { orderId, userId, at: instant };

/** A topic's events by `ce_type`; the value on Kafka is the data alone, without the type. */
export type EventSchemas = Readonly<Record<string, z.ZodType>>;
/** The union of a schema map's events, each with its `type`. */
export type EventOf<Schemas extends EventSchemas> = {
  [Type in keyof Schemas & string]: { readonly type: Type } & z.infer<Schemas[Type]>;
}[keyof Schemas & string];
