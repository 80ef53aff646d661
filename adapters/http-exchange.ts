import type { Dispatcher } from 'undici';

export type Exchanged = { readonly status: number; readonly text: string };

/** As `text()` of the Fetch standard: without a byte order mark. */
const utf8 = new TextDecoder();

/** For the pool of such calls: an answer beyond this is an error, and its connection ends. */
export const maxAnswerBytes = 1024 * 1024;

/**
 * One request whose answer is small and read whole, through undici's handlers: its `request` makes a stream of each answer,
 * which is more than half of what such a call costs.
 *
 * @throws the signal's reason when it is aborted first, whether or not the request has gone out; else what undici does.
 */
export function exchange(
  dispatcher: Dispatcher,
  options: Dispatcher.DispatchOptions,
  signal?: AbortSignal,
): Promise<Exchanged> {
  return new Promise((resolve, reject) => {
    let controller: Dispatcher.DispatchController | undefined;
    let status = 0;
    const chunks: Buffer[] = [];
    const stop = (): void => {
      controller?.abort(signal?.reason as Error);
      reject(signal?.reason as Error);
    };
    if (signal?.aborted) return stop();
    signal?.addEventListener('abort', stop, { once: true });
    dispatcher.dispatch(options, {
      onRequestStart(started) {
        controller = started;
        // It waited for a connection, and whoever wanted it has gone.
        if (signal?.aborted) controller.abort(signal.reason as Error);
      },
      onResponseStart(_controller, statusCode) {
        status = statusCode;
      },
      onResponseData(_controller, chunk) {
        chunks.push(chunk);
      },
      onResponseEnd() {
        signal?.removeEventListener('abort', stop);
        resolve({ status, text: utf8.decode(chunks.length === 1 ? chunks[0] : Buffer.concat(chunks)) });
      },
      onResponseError(_controller, error) {
        signal?.removeEventListener('abort', stop);
        reject(error);
      },
    });
  });
}
