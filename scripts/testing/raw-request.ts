import { connect } from 'node:net';

export type RawAnswer = {
  readonly status: number;
  readonly headers: ReadonlyMap<string, string>;
  readonly body: unknown;
};

/**
 * Sends bytes as they are, which no HTTP client would, and reads the one answer until the server ends the connection.
 * `isWhole: false`: the client says that it is done, as one whose connection broke off.
 */
export async function sendRaw(
  url: string,
  parts: readonly (string | Buffer)[],
  { isWhole = true }: { readonly isWhole?: boolean } = {},
): Promise<RawAnswer> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  for (const part of parts) socket.write(part);
  if (!isWhole) socket.end();
  const answered = (await Array.fromAsync(socket, String)).join('');
  const end = answered.indexOf('\r\n\r\n');
  const [first = '', ...lines] = answered.slice(0, end).split('\r\n');
  const headers = lines.map((line): [string, string] => {
    const at = line.indexOf(':');
    return [line.slice(0, at).toLowerCase(), line.slice(at + 1).trim()];
  });
  const body = answered.slice(end + 4);
  return {
    status: Number(first.split(' ')[1]),
    headers: new Map(headers),
    body: body === '' ? undefined : (JSON.parse(body) as unknown),
  };
}

/** A request line and headers; the server is to end the connection after its answer. */
export function headOf(
  request: string,
  headers: Readonly<Record<string, string | readonly string[]>> = {},
): string {
  const lines = Object.entries({ connection: 'close', ...headers }).flatMap(([name, values]) =>
    [values].flat().map((value: string) => `${name}: ${value}`),
  );
  return [`${request} HTTP/1.1`, ...lines, '', ''].join('\r\n');
}

/** A body of unknown length, in pieces (RFC 9112, 7.1). */
export function chunked(text: string, size: number): Buffer[] {
  const bytes = Buffer.from(text);
  const pieces: Buffer[] = [];
  for (let at = 0; at < bytes.length; at += size) {
    const piece = bytes.subarray(at, at + size);
    pieces.push(Buffer.concat([Buffer.from(`${piece.length.toString(16)}\r\n`), piece, Buffer.from('\r\n')]));
  }
  return [...pieces, Buffer.from('0\r\n\r\n')];
}
