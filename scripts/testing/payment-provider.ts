import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createHttpPaymentProvider } from '../../adapters/payments/http-provider.ts';
import { startPaymentSimulator } from '../../adapters/payments/simulator.ts';

export type TestPaymentProvider = Awaited<ReturnType<typeof startPaymentProvider>>;

/** A provider of a test's own, whose books are empty, and the platform's client of it. */
export async function startPaymentProvider() {
  const folder = await mkdtemp(join(tmpdir(), 'provider-'));
  const simulator = await startPaymentSimulator({ folder, port: 0 });
  const client = createHttpPaymentProvider({ baseUrl: simulator.baseUrl, timeoutMs: 500 });
  return {
    client,
    baseUrl: simulator.baseUrl,
    async close(): Promise<void> {
      await client.close();
      await simulator.close();
      await rm(folder, { recursive: true });
    },
  };
}
