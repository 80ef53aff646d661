import type { FraudPolicy } from './score.ts';

/** The policy to start from: one weak signal clears, two are looked at by a person, a blocked party is rejected. */
export const defaultFraudPolicy: FraudPolicy = {
  reviewFrom: 40,
  rejectFrom: 80,
  points: {
    'blocked-user': 100,
    'blocked-address': 100,
    'blocked-device': 100,
    'many-orders': 30,
    'many-cards': 35,
    'high-amount': 20,
    'very-high-amount': 40,
    'unknown-currency': 40,
    'address-mismatch': 20,
  },
  ordersLastHour: 10,
  cardsLastDay: 4,
  amounts: {
    USD: { highMinor: 100_000, veryHighMinor: 500_000 },
    EUR: { highMinor: 100_000, veryHighMinor: 500_000 },
    SGD: { highMinor: 130_000, veryHighMinor: 650_000 },
  },
  blocked: { userIds: new Set(), addressHashes: new Set(), deviceIds: new Set() },
};
