/** The local stacks: `dev` for `scripts/up`, `test` for the integration tests, `bench` for measurements. */
export type LocalStackName = 'dev' | 'test' | 'bench';

export type SixPorts = readonly [number, number, number, number, number, number];

/** Every port, credential and folder of one local stack. All servers listen on 127.0.0.1 only. */
export type LocalStack = {
  readonly name: LocalStackName;
  readonly portOffset: number;
  readonly host: '127.0.0.1';
  readonly partitions: number;
  readonly region: string;
  readonly ports: {
    readonly postgres: number;
    readonly kafka: number;
    readonly kafkaController: number;
    readonly redis: SixPorts;
    readonly mongo: number;
    readonly smtp: number;
    /** HTTP API of the mail sink. */
    readonly smtpHttp: number;
    /** HTTP API of the payment provider simulator. */
    readonly payments: number;
    /** One port for all the gateways of a process, told apart by path. */
    readonly gateway: number;
    /** A second process of gateways, for tests with two of them. */
    readonly gatewayB: number;
    readonly console: number;
    /** One port a process of the platform. */
    readonly metrics: readonly number[];
  };
  readonly postgres: {
    readonly superuser: string;
    readonly superuserPassword: string;
    readonly user: string;
    readonly password: string;
    readonly database: string;
  };
  readonly mongoDatabase: string;
  readonly paymentWebhookSecret: string;
  readonly paymentProviderKey: string;
  readonly authSecret: string;
  readonly folders: {
    /** Relative to the repository. */
    readonly state: string;
    /** PostgreSQL refuses to run as root, and its own user cannot look into root's folders. A hash of the repository's path and the stack's label follow. */
    readonly postgresOfRootPrefix: string;
  };
};

// Redis adds 10000 for its bus, and from 32768 on Linux takes ports for outgoing connections: both stay below.
const firstPort = { dev: 14_000, test: 14_100, bench: 14_200 } as const;

/**
 * The settings of one local stack. `portOffset` (MERIDIAN_PORT_OFFSET) moves all ports, so that two clones can run
 * side by side: a multiple of 1000, at most 8000.
 */
export function localStack(name: LocalStackName, portOffset = 0): LocalStack {
  if (!Number.isInteger(portOffset) || portOffset < 0 || portOffset > 8000 || portOffset % 1000 !== 0) {
    throw new RangeError('MERIDIAN_PORT_OFFSET must be a multiple of 1000 from 0 to 8000');
  }
  const base = firstPort[name] + portOffset;
  return {
    name,
    portOffset,
    host: '127.0.0.1',
    partitions: 12,
    region: 'us-east',
    ports: {
      mongo: base + 17,
      smtp: base + 25,
      smtpHttp: base + 26,
      postgres: base + 32,
      payments: base + 50,
      metrics: [base + 60, base + 61, base + 62, base + 63, base + 64, base + 65, base + 66, base + 67],
      redis: [base + 70, base + 71, base + 72, base + 73, base + 74, base + 75],
      gateway: base + 80,
      gatewayB: base + 81,
      console: base + 85,
      kafka: base + 92,
      kafkaController: base + 93,
    },
    postgres: {
      superuser: 'postgres',
      superuserPassword: 'local-superuser',
      user: 'meridian',
      password: 'local-meridian',
      database: 'meridian',
    },
    mongoDatabase: 'meridian',
    paymentWebhookSecret: 'whsec_local_only_payment_webhook_secret',
    paymentProviderKey: 'sk_local_only_payment_provider_key',
    authSecret: 'local-only-signing-secret-of-the-laptop-stack',
    folders: {
      state: `.meridian/${portOffset === 0 ? name : `${name}-${portOffset}`}`,
      postgresOfRootPrefix: '/var/tmp/meridian-',
    },
  };
}

/** What a process of the platform finds in its environment when it runs on a local stack. */
export function localEnvironmentVariables(stack: LocalStack): Record<string, string> {
  const { host, ports, postgres } = stack;
  return {
    POSTGRES_URL: `postgres://${postgres.user}:${postgres.password}@${host}:${ports.postgres}/${postgres.database}`,
    KAFKA_BROKERS: `${host}:${ports.kafka}`,
    REDIS_NODES: ports.redis.map((port) => `${host}:${port}`).join(','),
    // One node that calls itself a replica set: without directConnection the driver would look for others.
    MONGO_URL: `mongodb://${host}:${ports.mongo}/${stack.mongoDatabase}?directConnection=true`,
    SMTP_URL: `smtp://${host}:${ports.smtp}`,
    SMTP_SINK_URL: `http://${host}:${ports.smtpHttp}`,
    PAYMENT_PROVIDER_URL: `http://${host}:${ports.payments}`,
    PAYMENT_WEBHOOK_SECRET: stack.paymentWebhookSecret,
    PAYMENT_PROVIDER_KEY: stack.paymentProviderKey,
    AUTH_SECRET: stack.authSecret,
    REGION: stack.region,
    PARTITIONS: String(stack.partitions),
    LOG_LEVEL: 'info',
    // No pooler stands between.
    POSTGRES_PREPARED: 'on',
    // Some seconds of what a laptop carries: who comes later is told so at once.
    ADMISSION_OPEN_ORDERS: '2000',
    // On loopback the compression costs more than the bytes.
    KAFKA_COMPRESSION: 'none',
  };
}

/** One process of the platform on a laptop: which gateways and workers share it. */
export type ProcessGroup = {
  readonly name: string;
  /** Names of gateways and workers, and `relay`. */
  readonly parts: readonly string[];
  /** Which of the stack's ports its gateways serve on; `gateway` unless given. */
  readonly port?: 'gateway' | 'gatewayB';
};

/** Two processes that share the load about evenly, with the slow calls to the outside beside the gateways. */
export const processGroups: readonly ProcessGroup[] = [
  {
    name: 'front',
    parts: [
      'order',
      'payment',
      'inventory',
      'shipping',
      'product',
      'user',
      'notification',
      'analytics',
      'fraud',
      'recommendation',
      'capture-payment',
      'refund-payment',
      'book-shipment',
      'send-notification',
      'project-order-history',
    ],
  },
  {
    name: 'back',
    parts: [
      'relay',
      'reserve-stock',
      'score-order',
      'advance-order',
      'aggregate-analytics',
      'learn-copurchases',
      'append-audit',
      'sweep-stuck-orders',
      'sweep-reservations',
      'sweep-retention',
    ],
  },
];
