import type { AdmissionLimits } from './http/admission.ts';
import type { RouteTable } from './http/route.ts';
import type { Service, TransactionScope } from './ports/transactions.ts';
import type { ResourceName, SharedContext } from './resources.ts';
import type { Replicas, Resources } from './scale.ts';
import type { WorkerTools } from './worker.ts';

/** What a gateway adds its routes to. */
export type GatewayApp = RouteTable;

export type GatewayContext<Need extends ResourceName> = SharedContext<Need> &
  WorkerTools & {
    transaction<Result>(
      service: Service,
      work: (scope: TransactionScope) => Promise<Result>,
    ): Promise<Result>;
    now(): Date;
    /** For the log: what failed after the client's request was carried out, and costs the client nothing. */
    report(error: unknown, message: string): void;
    /** When new orders are refused; the defaults of `platform/http/admission.ts` unless given. */
    readonly admission?: Partial<AdmissionLimits>;
  };

export type GatewayDefinition<Need extends ResourceName = ResourceName> = {
  /** The service's name: order, payment, … */
  readonly name: string;
  readonly service: Service;
  readonly needs: readonly Need[];
  readonly scale: Replicas;
  /** What one replica asks for; a whole pod unless given. */
  readonly resources?: Resources;
  /** Adds the service's routes, all below `/v1/`. Called once. */
  routes(app: GatewayApp, context: GatewayContext<Need>): void;
};

// `any`: the context's type differs from gateway to gateway.
export type AnyGateway = Omit<GatewayDefinition, 'needs' | 'routes'> & {
  readonly needs: readonly ResourceName[];
  routes(app: GatewayApp, context: any): void;
};

/** Declares a gateway; authentication, limits, problem details, telemetry and the OpenAPI document come from the platform. */
export function defineGateway<const Need extends ResourceName>(
  definition: GatewayDefinition<Need>,
): GatewayDefinition<Need> {
  return definition;
}
