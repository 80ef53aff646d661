/** Tax and shipping of one region: basis points (1/100 of a percent), minor units of `currency`, grams. */
export type RegionRates = {
  readonly currency: string;
  readonly taxBasisPoints: number;
  readonly shipping: {
    readonly baseMinor: number;
    readonly perStartedKilogramMinor: number;
    readonly freeFromMinor: number;
  };
};

/** The rates by region, before any override from the environment; tax is added to the price. */
export const regionRates: Readonly<Record<string, RegionRates>> = {
  'us-east': {
    currency: 'USD',
    taxBasisPoints: 888,
    shipping: { baseMinor: 499, perStartedKilogramMinor: 100, freeFromMinor: 5_000 },
  },
  'us-west': {
    currency: 'USD',
    taxBasisPoints: 725,
    shipping: { baseMinor: 499, perStartedKilogramMinor: 100, freeFromMinor: 5_000 },
  },
  'eu-central': {
    currency: 'EUR',
    taxBasisPoints: 1_900,
    shipping: { baseMinor: 490, perStartedKilogramMinor: 80, freeFromMinor: 4_900 },
  },
  'ap-southeast': {
    currency: 'SGD',
    taxBasisPoints: 900,
    shipping: { baseMinor: 600, perStartedKilogramMinor: 150, freeFromMinor: 8_000 },
  },
};
