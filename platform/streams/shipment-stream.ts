import {
  shipmentDecider,
  type Shipment,
  type ShipmentCommand,
  type ShipmentEvent,
  type ShipmentRejection,
} from '../../domain/shipping/shipment.ts';
import type { StreamKind } from '../decide-all.ts';

/** A shipment's events stay in its service; the rest of the platform hears of them in the order's stream. */
export const shipmentStream: StreamKind<Shipment, ShipmentCommand, ShipmentEvent, ShipmentRejection> = {
  decider: shipmentDecider,
  eventIdPrefix: 'shipping/',
};
