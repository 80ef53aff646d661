import { expect, expectTypeOf, test } from 'vitest';
import type { OrderEvent } from '../domain/order/order-events.ts';
import { sampleEvents } from '../domain/order/order-samples.ts';
import { orderEvents, type OrderEventContract } from './order-events.ts';

type DomainEvent<Type extends OrderEvent['type']> = Extract<OrderEvent, { type: Type }>;
type ContractEvent<Type extends OrderEvent['type']> = Extract<OrderEventContract, { type: Type }>;
/** The fields that only one side has, optional ones included; checked by tsc, event by event. */
type Differing = {
  [Type in OrderEvent['type']]:
    | Exclude<keyof DomainEvent<Type>, keyof ContractEvent<Type>>
    | Exclude<keyof ContractEvent<Type>, keyof DomainEvent<Type>>;
}[OrderEvent['type']];

test('the domain and the contract name the same events with the same data', () => {
  expectTypeOf<OrderEvent['type']>().toEqualTypeOf<OrderEventContract['type']>();
  expectTypeOf<OrderEvent>().toExtend<OrderEventContract>();
  expectTypeOf<OrderEventContract>().toExtend<OrderEvent>();
  expectTypeOf<Differing>().toBeNever();
});

test.each(Object.values(sampleEvents))('$type of the domain passes its schema without loss', (event) => {
  const { type, ...data } = event;
  expect(orderEvents[type].parse(data)).toEqual(data);
});
