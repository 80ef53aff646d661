import type { Pin } from '../pins.ts';
import { Refusal } from '../../refusal.ts';
import { endCommand, getCommand, runKubectl, shellOf } from './kubectl.ts';
import { decideOperation } from './operation.ts';
import { readApplication, type ApplicationSource } from './read.ts';

export type OperationOutcome = { readonly region: string; readonly told: string; readonly failed: boolean };

/**
 * Ends what runs in a region of another revision than its pin's, or says by which command; `nowhere` looks at nothing.
 * What fails is told: other regions are not to wait for it.
 */
export async function endOperation(
  pin: Pin,
  source: ApplicationSource | 'nowhere',
): Promise<OperationOutcome> {
  const { region } = pin;
  try {
    return { region, told: await ended(pin, source), failed: false };
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return { region, told: `its operation could not be looked at or ended: ${error.message}`, failed: true };
  }
}

async function ended(
  { environment, region, revision }: Pin,
  source: ApplicationSource | 'nowhere',
): Promise<string> {
  if (source === 'nowhere')
    return `whether an operation runs was not looked at: ${shellOf(getCommand({}, environment, region))}`;
  const { application } = await readApplication(source, environment, region);
  const { action, reason } = decideOperation(application, revision);
  if (action === 'leave') return reason;
  if ('files' in source) return `${reason}; end it: ${shellOf(endCommand({}, application))}`;
  const command = endCommand(source.hub, application);
  const answer = await runKubectl(command);
  return answer === undefined
    ? `${reason}; there is no kubectl here: ${shellOf(command)}`
    : `${reason}; ended`;
}
