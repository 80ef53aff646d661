import { localStack } from '../../environments/local.ts';
import { resetStack, startStack } from '../stack/index.ts';

/** The servers that the integration tests share; a test that kills or fills one has a stack of its own. */
export const sharedStack = localStack('test', 8000);

/** Run by vitest around all integration tests; a stack that runs already, for a test of one file after the other, is used. */
export async function setup(): Promise<() => Promise<void>> {
  const { owned } = await startStack(sharedStack, { reuse: true });
  return async () => {
    if (owned) await resetStack(sharedStack);
  };
}
