import type { EventSchemas } from '../contracts/event-schemas.ts';
import type { Pin } from '../pins.ts';
import type { Release } from '../releases.ts';
import type { Repository } from '../repository.ts';
import type { PromotedEnvironment, Wave } from '../target.ts';

/** One condition of a promotion, with the reason in plain words. */
export type Gate = { readonly name: string; readonly passed: boolean; readonly reason: string };

/** How `dist/` is made again in a checkout of a revision: the command, or null to leave the gate out. */
export type RenderCommand = readonly [string, ...string[]] | null;

/** What the gates before a wave look at. */
export type Candidate = {
  readonly repository: Repository;
  readonly environment: PromotedEnvironment;
  readonly environments: readonly string[];
  readonly wave: Wave;
  readonly regions: readonly string[];
  readonly revision: string;
  /** Whether a person named the revision; the newest release is taken otherwise, or what the wave before runs. */
  readonly isNamed: boolean;
  /** The commit of the remote's main branch: pins, records and freezes are read there. */
  readonly main: string;
  readonly pins: ReadonlyMap<string, Pin>;
  readonly release: Release | undefined;
  readonly now: Date;
  readonly render: RenderCommand;
  readonly eventSchemas: (repository: Repository, revision: string) => Promise<EventSchemas>;
};
