/** How capacity is bought. */
export type Purchase = 'on-demand' | 'reserved' | 'spot';

/** What a cloud asks in one of its regions, in US dollars. */
export type RegionPrices = {
  readonly vcpuHour: number;
  readonly gibHour: number;
  readonly diskGibMonth: number;
};

/**
 * Amazon's public price lists of June 2026. Compute is EC2 on demand, Linux, generation 7 Graviton: the price of a GiB is
 * the difference of r7g.large (0.1071 $/h) and m7g.large (0.0816 $/h) over 8 GiB, that of a vCPU is what is left of
 * m7g.large; the other regions by the ratio of their m7g.large. Disk is EBS gp3 without extra IOPS.
 */
export const prices: Readonly<Record<string, RegionPrices>> = {
  'us-east': { vcpuHour: 0.02805, gibHour: 0.00319, diskGibMonth: 0.08 },
  'us-west': { vcpuHour: 0.02805, gibHour: 0.00319, diskGibMonth: 0.08 },
  'eu-central': { vcpuHour: 0.03364, gibHour: 0.00382, diskGibMonth: 0.0952 },
  'ap-southeast': { vcpuHour: 0.03506, gibHour: 0.00398, diskGibMonth: 0.096 },
};

/**
 * The part of the on-demand price that is paid. Reserved: one year, nothing upfront. Spot: a usual day. Both within what
 * the system design counts on (30-40 % and 60-70 % less).
 */
export const partPaid: Readonly<Record<Purchase, number>> = {
  'on-demand': 1,
  reserved: 0.66,
  spot: 0.35,
};

/** Hours that a month is billed for. */
export const hoursAMonth = 730;
