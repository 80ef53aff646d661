import type { AuditSources, SourceOptions } from '../index.ts';
import type { HealthyWorld, OnEnd, OrderName } from './healthy-world.ts';

/** One thing that is changed behind the platform's back, and the invariants that cannot hold then. */
export type Damage = {
  readonly invariant: string;
  readonly also?: readonly string[];
  /** Part of the first example. */
  readonly example: string;
  /** The order that the example has to name; $1 in `sql`. */
  readonly order?: OrderName;
  readonly sql?: readonly string[];
  readonly more?: (sources: AuditSources, ids: HealthyWorld['ids']) => Promise<void>;
  readonly options?: (world: HealthyWorld, onEnd: OnEnd) => SourceOptions | Promise<SourceOptions>;
};
