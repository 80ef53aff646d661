import { describe, expect, onTestFinished, test, vi } from 'vitest';
import type { WakeBus } from '../../platform/ports/wake.ts';

interface WakeBusUnderTest {
  bus: WakeBus;
  /** What the bus has reported. */
  errors: readonly unknown[];
}

const hearing = (bus: WakeBus, service: string) => {
  const heard: number[] = [];
  const stop = bus.listen(service, (buckets) => heard.push(...buckets));
  onTestFinished(stop);
  return { heard, stop };
};

/** What every wake bus must do within a process; `service` of each test is its own. */
export const wakeContract = (name: string, open: () => WakeBusUnderTest): void => {
  describe(`${name} as a wake bus`, () => {
    test('a listener hears of its service, and once `notify` has returned', async () => {
      const { bus } = open();
      const { heard } = hearing(bus, 'own');
      bus.notify({ service: 'other', buckets: [9] });
      bus.notify({ service: 'own', buckets: [1, 2] });
      bus.notify({ service: 'own', buckets: [3] });
      expect(heard).toEqual([]);
      await vi.waitFor(() => expect(heard).toEqual([1, 2, 3]));
    });

    test('who stopped hears no more, others do, and one function that listens twice is two', async () => {
      const { bus } = open();
      const heard: number[] = [];
      const listener = (buckets: readonly number[]): void => void heard.push(...buckets);
      const stops = [bus.listen('twice', listener), bus.listen('twice', listener)];
      bus.notify({ service: 'twice', buckets: [1] });
      await vi.waitFor(() => expect(heard).toEqual([1, 1]));
      stops[0]!();
      stops[0]!();
      const { heard: later } = hearing(bus, 'twice');
      bus.notify({ service: 'twice', buckets: [2] });
      await vi.waitFor(() => expect(later).toEqual([2]));
      expect(heard).toEqual([1, 1, 2]);
      stops[1]!();
      bus.notify({ service: 'twice', buckets: [3] });
      await vi.waitFor(() => expect(later).toEqual([2, 3]));
      expect(heard).toEqual([1, 1, 2]);
    });

    test('a listener that throws is reported; who notified and who listens too do not see it', async () => {
      const { bus, errors } = open();
      const error = new Error('cannot listen');
      const stop = bus.listen('throws', () => {
        throw error;
      });
      onTestFinished(stop);
      const { heard } = hearing(bus, 'throws');
      expect(() => bus.notify({ service: 'throws', buckets: [1] })).not.toThrow();
      await vi.waitFor(() => expect(heard).toEqual([1]));
      expect(errors).toContain(error);
    });

    test('nobody listens: nothing is kept for who comes later', async () => {
      const { bus } = open();
      const { heard: other } = hearing(bus, 'witness');
      bus.notify({ service: 'late', buckets: [1] });
      bus.notify({ service: 'witness', buckets: [1] });
      await vi.waitFor(() => expect(other).toEqual([1]));
      const { heard } = hearing(bus, 'late');
      bus.notify({ service: 'late', buckets: [2] });
      await vi.waitFor(() => expect(heard).toEqual([2]));
    });
  });
};
