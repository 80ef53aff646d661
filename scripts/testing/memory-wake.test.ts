import { wakeContract } from '../../adapters/redis/wake.contract.ts';
import { createMemoryWake } from './memory-wake.ts';

wakeContract('memory', () => {
  const errors: unknown[] = [];
  return { bus: createMemoryWake((error) => errors.push(error)), errors };
});
