import { gatesAfter, hasReport, type Evidence, type Verification } from './gates/after.ts';
import { checkPin, pinPath, pinsAt, verifiedPath, yamlOf, type VerifiedPin } from './pins.ts';
import { propose, type Proposed } from './proposal.ts';
import { Refusal, WrongUsage } from '../refusal.ts';
import { refuseDirty, shortOf, type Repository } from './repository.ts';
import { requireRegion, type Target } from './target.ts';

export type VerifyOptions = {
  readonly target: Target;
  /** What is known of each region that is looked at. */
  readonly evidence: ReadonlyMap<string, Evidence>;
  readonly now: Date;
  /** Whether a record is made when every gate says yes, and where it goes. */
  readonly record: 'none' | 'not-yet' | 'branch';
};

export type Verified = {
  readonly regions: readonly Verification[];
  readonly passed: boolean;
  readonly recorded: (Proposed & { readonly title: string }) | undefined;
};

/**
 * Looks at regions after their pins moved, and records those pins as verified if every gate of every region says yes: all
 * of them or none. @throws Refusal
 */
export async function verify(repository: Repository, options: VerifyOptions): Promise<Verified> {
  const { target, evidence, now, record } = options;
  const { environment, main } = target;
  for (const region of evidence.keys()) requireRegion(environment, region);
  if (record !== 'none') {
    for (const [region, given] of evidence) requireReport(region, given);
    await refuseDirty(repository, ['environments/releases']);
  }
  const pins = await pinsAt(repository, main, environment);
  const regions: Verification[] = [];
  for (const [region, given] of evidence) {
    const pin = pins.get(region);
    const path = pinPath(environment.name, region);
    if (!pin) throw new Refusal(`${path} is not on main: ${region} was never promoted`);
    await checkPin(repository, main, pin);
    regions.push(await gatesAfter(environment, pin, given, now));
  }
  const passed = regions.every(({ gates }) => gates.every((gate) => gate.passed));
  if (!passed || record === 'none') return { regions, passed, recorded: undefined };
  const names = regions.map(({ pin }) => pin.region);
  const revisions = [...new Set(regions.map(({ pin }) => shortOf(pin.revision)))];
  const title = `verified(${environment.name}): ${names.join(', ')} at ${revisions.join(', ')}`;
  const proposed = await propose(repository, {
    ...target,
    branch: `verified/${environment.name}/${names.join('-')}/${revisions.join('-')}`,
    title,
    body: regions
      .flatMap(({ pin, gates }) => gates.map(({ name, reason }) => `${pin.region} ${name}: ${reason}`))
      .join('\n'),
    files: new Map(
      regions.map((verification) => {
        const { region } = verification.pin;
        return [verifiedPath(environment.name, region), yamlOf(recordOf(verification, now))];
      }),
    ),
    push: record,
  });
  return { regions, passed, recorded: { ...proposed, title } };
}

function requireReport(region: string, evidence: Evidence): void {
  if (hasReport(evidence)) return;
  throw new WrongUsage(`a record of ${region} needs a report beside its health: --audit or --prometheus`);
}

function recordOf({ pin, evidence }: Verification, now: Date): VerifiedPin {
  const [first = '', ...others] = evidence;
  return { ...pin, verifiedAt: now.toISOString(), evidence: [first, ...others] };
}
