import type { Cluster } from 'ioredis';

export type Subscriptions = {
  add(channel: string): void;
  remove(channel: string): void;
  close(): void;
};

/** After a failed SUBSCRIBE, in ms. */
const retryMs = 500;

/**
 * Channels on a connection of its own, made with the first one. ioredis takes them along to another node when its node
 * goes; what fails meanwhile is tried again, also when the nodes change: SUBSCRIBE can be repeated.
 */
export function createSubscriptions(
  cluster: Cluster,
  report: (error: unknown) => void,
  onMessage: (channel: string, text: string) => void,
): Subscriptions {
  const channels = new Set<string>();
  let connection: Cluster | undefined;
  let retry: NodeJS.Timeout | undefined;

  const subscribe = (): void => {
    retry = undefined;
    if (channels.size === 0 || connection?.status !== 'ready') return;
    connection.subscribe(...channels).catch((error: unknown) => {
      report(error);
      retry ??= setTimeout(subscribe, retryMs);
    });
  };
  const connect = (): Cluster => {
    const made = cluster.duplicate();
    made.on('message', onMessage);
    made.on('error', report);
    for (const event of ['ready', '+node', '-node']) made.on(event, subscribe);
    return made;
  };

  return {
    add(channel) {
      channels.add(channel);
      connection ??= connect();
      subscribe();
    },
    remove(channel) {
      channels.delete(channel);
      if (connection?.status === 'ready') connection.unsubscribe(channel).catch(report);
    },
    close() {
      channels.clear();
      clearTimeout(retry);
      connection?.disconnect();
      connection = undefined;
    },
  };
}
