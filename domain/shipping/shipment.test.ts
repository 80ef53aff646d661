import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fold } from '../decider.ts';
import { type Shipment, type ShipmentCommand, type ShipmentEvent, shipmentDecider } from './shipment.ts';

const on = { orderId: 'o1', at: '2026-01-01T00:00:00.000Z' };
const book = (shipmentId = 's1'): ShipmentCommand => ({
  ...on,
  type: 'BookShipment',
  shipmentId,
  carrier: 'post',
});
const stop: ShipmentCommand = { ...on, type: 'StopShipment' };
type Report = 'RecordPickup' | 'RecordDelivery' | 'RecordReturn';
const report = (type: Report, shipmentId = 's1'): ShipmentCommand => ({ ...on, type, shipmentId });
const reports: Report[] = ['RecordPickup', 'RecordDelivery', 'RecordReturn'];

function run(commands: readonly ShipmentCommand[]) {
  const events: ShipmentEvent[] = [];
  const answers: string[] = [];
  let shipment: Shipment = shipmentDecider.initialState;
  for (const command of commands) {
    const decision = shipmentDecider.decide(command, shipment);
    answers.push(decision.accepted ? decision.events.map((event) => event.type).join() : decision.reason);
    if (!decision.accepted) continue;
    events.push(...decision.events);
    shipment = fold({ ...shipmentDecider, initialState: shipment }, decision.events);
  }
  return { events, answers, shipment };
}
const lastAnswer = (...commands: ShipmentCommand[]) => run(commands).answers.at(-1);

describe('shipmentDecider', () => {
  it('books one shipment an order', () => {
    expect(lastAnswer(book())).toBe('ShipmentBooked');
    expect(lastAnswer(book(), book())).toBe('');
    expect(lastAnswer(book(), book('s2'))).toBe('already-booked');
  });

  it('stops before the pickup only, and never books what was stopped', () => {
    expect(lastAnswer(book(), stop)).toBe('ShipmentStopped');
    expect(lastAnswer(stop, book())).toBe('already-stopped');
    expect(lastAnswer(book(), report('RecordPickup'), stop)).toBe('already-on-the-way');
    expect(lastAnswer(book(), stop, report('RecordPickup'))).toBe('already-stopped');
  });

  it('passes over a report that a later one has overtaken', () => {
    expect(lastAnswer(book(), report('RecordDelivery'), report('RecordPickup'))).toBe('');
    expect(lastAnswer(book(), report('RecordReturn'), report('RecordDelivery'))).toBe('');
  });

  it('takes reports on its own shipment only', () => {
    expect(lastAnswer(report('RecordPickup'))).toBe('not-booked');
    expect(lastAnswer(book(), report('RecordPickup', 's2'))).toBe('unknown-shipment');
  });

  it('ends in the same state whatever the order of the reports', () => {
    fc.assert(
      fc.property(fc.shuffledSubarray(reports, { minLength: 3 }), (types) => {
        expect(run([book(), ...types.map((type) => report(type))]).shipment).toEqual({
          status: 'returned',
          shipmentId: 's1',
        });
      }),
    );
  });

  it('over any history books at most once, and records nothing for a repeated command', () => {
    const anyCommand = fc.oneof(
      fc.constantFrom(stop, book(), book('s2')),
      fc
        .tuple(fc.constantFrom(...reports), fc.constantFrom('s1', 's2'))
        .map(([type, id]) => report(type, id)),
    );
    fc.assert(
      fc.property(fc.array(anyCommand), anyCommand, (commands, last) => {
        const { events, answers, shipment } = run([...commands, last]);
        expect(events.filter((event) => event.type === 'ShipmentBooked').length).toBeLessThan(2);
        expect(fold(shipmentDecider, events)).toEqual(shipment);
        if (answers.at(-1)?.startsWith('Shipment'))
          expect(shipmentDecider.decide(last, shipment)).toEqual({ accepted: true, events: [] });
      }),
    );
  });
});
