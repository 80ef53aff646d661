import { monitorEventLoopDelay } from 'node:perf_hooks';
import { metrics, type ObservableResult } from '@opentelemetry/api';
import { gauge } from '../../platform/telemetry.ts';

/** Memory, CPU time and the event loop's lag, under the names of Prometheus' own clients. @returns ends the observation. */
export function observeProcess(): () => void {
  const lag = monitorEventLoopDelay({ resolution: 10 });
  lag.enable();
  const ends = [
    gauge(
      'process_resident_memory_bytes',
      'Memory that the process holds',
      (result) => result.observe(process.memoryUsage.rss()),
      'By',
    ),
    gauge(
      'nodejs_heap_size_used_bytes',
      'JavaScript heap in use',
      (result) => result.observe(process.memoryUsage().heapUsed),
      'By',
    ),
    gauge(
      'nodejs_eventloop_lag_p99_seconds',
      'Delay of the event loop since the last scrape, 99th percentile',
      (result) => {
        // The histogram counts nanoseconds from timer to timer, so its own resolution is in there; NaN while it is empty.
        const p99 = lag.count === 0 ? 0 : Math.max(0, lag.percentile(99) / 1e9 - 0.01);
        lag.reset();
        result.observe(p99);
      },
      's',
    ),
    observeCpu(),
  ];
  return () => {
    for (const end of ends) end();
    lag.disable();
  };
}

function observeCpu(): () => void {
  const seconds = metrics
    .getMeter('meridian')
    .createObservableCounter('process_cpu_seconds', { description: 'CPU time, user and system', unit: 's' });
  seconds.addCallback(readCpu);
  return () => seconds.removeCallback(readCpu);
}

function readCpu(result: ObservableResult): void {
  const { user, system } = process.cpuUsage();
  result.observe((user + system) / 1e6);
}
