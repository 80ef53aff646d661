/** The time at which the samples are looked at, and two before it: within the half hour that something may take, and not. */
export const now = '2026-03-01T12:00:00Z';
export const lately = '2026-03-01T11:45:00Z';
export const longAgo = '2026-03-01T10:00:00Z';

export type Condition = {
  readonly type: string;
  readonly status: string;
  readonly lastTransitionTime?: string;
} & Record<string, string>;

export const made = (creationTimestamp: string, generation = 2): object => ({
  creationTimestamp,
  generation,
});
export const withConditions = (
  conditions: readonly Condition[],
  status: object = {},
  created = longAgo,
): object => ({
  metadata: made(created),
  spec: {},
  status: { conditions, ...status },
});

type Health = 'Healthy' | 'Progressing' | 'Degraded';

/** A script of `k8s/health`, an object as its operator would write it, and what Argo CD must think of it. */
export type HealthSample = readonly [
  script: string,
  what: string,
  status: Health,
  object: object,
  message?: string,
];
