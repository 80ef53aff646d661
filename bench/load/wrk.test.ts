import { expect, test } from 'vitest';
import { resultIn } from './wrk.ts';

const output = `Running 6s test @ http://127.0.0.1:15280
  1 threads and 64 connections
  Latency Distribution
     50%   10.20ms
     99%   26.52ms
  36215 requests in 6.01s, 17.33MB read
Requests/sec:   6029.61
`;

test('reads what wrk says', () => {
  expect(resultIn(output)).toEqual({ succeeded: 36_215, seconds: 6.01, p99Ms: 26.52 });
});

test.each(['  Non-2xx or 3xx responses: 3\n', '  Socket errors: connect 0, read 3, write 0, timeout 0\n'])(
  'a run with %s is no measurement',
  (line) => {
    expect(() => resultIn(output + line)).toThrow(/wrk failed/);
  },
);
