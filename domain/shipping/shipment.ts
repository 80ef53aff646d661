import { type Decider, type Decision, accept, reject } from '../decider.ts';

type At = { readonly orderId: string; readonly at: string };

/** Commands on the one shipment of an order; the last three report what the carrier says, in any order. */
export type ShipmentCommand =
  | (At & { readonly type: 'BookShipment'; readonly shipmentId: string; readonly carrier: string })
  | (At & { readonly type: 'StopShipment' })
  | (At & { readonly type: 'RecordPickup' | 'RecordDelivery' | 'RecordReturn'; readonly shipmentId: string });

export type ShipmentEvent =
  | (At & { readonly type: 'ShipmentBooked'; readonly shipmentId: string; readonly carrier: string })
  | (At & { readonly type: 'ShipmentStopped' })
  | (At & {
      readonly type: 'ShipmentPickedUp' | 'ShipmentDelivered' | 'ShipmentReturned';
      readonly shipmentId: string;
    });

export type ShipmentRejection =
  'already-booked' | 'already-stopped' | 'already-on-the-way' | 'not-booked' | 'unknown-shipment';

export type Shipment =
  | { readonly status: 'none' }
  | { readonly status: 'stopped' }
  | {
      readonly status: 'booked' | 'picked-up' | 'delivered' | 'returned';
      readonly shipmentId: string;
    };

type ShipmentDecision = Decision<ShipmentEvent, ShipmentRejection>;
type Progress = 'picked-up' | 'delivered' | 'returned';

const reported = {
  RecordPickup: { type: 'ShipmentPickedUp', status: 'picked-up' },
  RecordDelivery: { type: 'ShipmentDelivered', status: 'delivered' },
  RecordReturn: { type: 'ShipmentReturned', status: 'returned' },
} as const;

/** A later report implies the earlier ones, so one that comes late has nothing to add. */
const rank = { booked: 0, 'picked-up': 1, delivered: 2, returned: 3 } as const;

/**
 * One shipment an order. The status only moves forward (booked, picked up, delivered, returned), whatever the order of
 * the carrier's reports; a stop that comes before the booking keeps the parcel from ever being booked.
 */
export const shipmentDecider: Decider<Shipment, ShipmentCommand, ShipmentEvent, ShipmentRejection> = {
  initialState: { status: 'none' },
  decide(command, shipment) {
    const { orderId, at } = command;
    switch (command.type) {
      case 'BookShipment': {
        const { shipmentId, carrier } = command;
        if (shipment.status === 'stopped') return reject('already-stopped');
        if (shipment.status === 'none')
          return accept({ type: 'ShipmentBooked', orderId, at, shipmentId, carrier });
        return shipment.shipmentId === shipmentId ? accept() : reject('already-booked');
      }
      case 'StopShipment':
        if (shipment.status === 'stopped' || shipment.status === 'returned') return accept();
        if (shipment.status === 'none' || shipment.status === 'booked')
          return accept({ type: 'ShipmentStopped', orderId, at });
        return reject('already-on-the-way'); // the parcel has to come back as a return
      case 'RecordPickup':
      case 'RecordDelivery':
      case 'RecordReturn':
        return record(command, shipment);
      default:
        return command satisfies never;
    }
  },
  evolve(shipment, event) {
    switch (event.type) {
      case 'ShipmentBooked':
        return { status: 'booked', shipmentId: event.shipmentId };
      case 'ShipmentStopped':
        return { status: 'stopped' };
      case 'ShipmentPickedUp':
        return advance(shipment, event.shipmentId, 'picked-up');
      case 'ShipmentDelivered':
        return advance(shipment, event.shipmentId, 'delivered');
      case 'ShipmentReturned':
        return advance(shipment, event.shipmentId, 'returned');
      default:
        return event satisfies never;
    }
  },
};

function record(
  command: Extract<ShipmentCommand, { type: keyof typeof reported }>,
  shipment: Shipment,
): ShipmentDecision {
  if (shipment.status === 'none') return reject('not-booked');
  if (shipment.status === 'stopped') return reject('already-stopped'); // a person finds out who has the parcel
  const { orderId, at, shipmentId } = command;
  if (shipment.shipmentId !== shipmentId) return reject('unknown-shipment');
  const { type, status } = reported[command.type];
  return rank[status] > rank[shipment.status] ? accept({ type, orderId, at, shipmentId }) : accept();
}

function advance(shipment: Shipment, shipmentId: string, status: Progress): Shipment {
  if (shipment.status === 'none' || shipment.status === 'stopped') return shipment;
  return rank[status] > rank[shipment.status] ? { status, shipmentId } : shipment;
}
