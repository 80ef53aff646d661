import { context, metrics, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { PrometheusExporter, PrometheusSerializer } from '@opentelemetry/exporter-prometheus';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { resourceFromAttributes, type Resource } from '@opentelemetry/resources';
import { MeterProvider } from '@opentelemetry/sdk-metrics';
import {
  AlwaysOffSampler,
  BasicTracerProvider,
  BatchSpanProcessor,
  ParentBasedSampler,
  TraceIdRatioBasedSampler,
} from '@opentelemetry/sdk-trace-base';
import { observeProcess } from './process-metrics.ts';

export type TelemetrySettings = {
  readonly service: string;
  readonly region: string;
  /** The collector's base address (OTLP over HTTP, `/v1/traces` is added); without it no span is recorded. */
  readonly otlpUrl?: string;
  /** Which part of the traces that start here is recorded, 0 to 1; others follow their parent. */
  readonly sampleRatio: number;
};

export type Telemetry = {
  /** All metrics in the text format of Prometheus. */
  metricsText(): Promise<string>;
  /** Sends what is left, and takes the SDK out of the API again. */
  shutdown(): Promise<void>;
};

/** Registers metrics and tracing for this process. Call it before any instrument is made: the metrics API has no proxies. */
export function startTelemetry(settings: TelemetrySettings): Telemetry {
  const resource = resourceFromAttributes({
    'service.name': settings.service,
    'service.namespace': 'meridian',
    'cloud.region': settings.region,
  });
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  const traces = tracerProvider(resource, settings);
  trace.setGlobalTracerProvider(traces);

  // The exporter is only the reader here: the process has one HTTP server for health and metrics.
  const reader = new PrometheusExporter({ preventServerStart: true });
  const serializer = new PrometheusSerializer('', false, undefined, false, true);
  const meters = new MeterProvider({ resource, readers: [reader] });
  metrics.setGlobalMeterProvider(meters);
  const endObservation = observeProcess();

  return {
    async metricsText() {
      const { resourceMetrics } = await reader.collect();
      return serializer.serialize(resourceMetrics);
    },
    async shutdown() {
      endObservation();
      await Promise.allSettled([traces.shutdown(), meters.shutdown()]);
      metrics.disable();
      trace.disable();
      context.disable();
    },
  };
}

/** Without a collector spans have ids, which are passed on and logged, and are never recorded. */
function tracerProvider(
  resource: Resource,
  { otlpUrl, sampleRatio }: TelemetrySettings,
): BasicTracerProvider {
  if (otlpUrl === undefined) return new BasicTracerProvider({ resource, sampler: new AlwaysOffSampler() });
  const exporter = new OTLPTraceExporter({
    url: `${otlpUrl.replace(/\/$/, '')}/v1/traces`,
    timeoutMillis: 5000,
  });
  return new BasicTracerProvider({
    resource,
    sampler: new ParentBasedSampler({ root: new TraceIdRatioBasedSampler(sampleRatio) }),
    spanProcessors: [new BatchSpanProcessor(exporter, { maxQueueSize: 4096, scheduledDelayMillis: 2000 })],
  });
}
