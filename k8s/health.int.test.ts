import { readdirSync } from 'node:fs';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { localEnvironmentVariables } from '../environments/local.ts';
import { sharedStack } from '../scripts/testing/shared-stack.ts';
import { healthChecks, healthRule, healthScript } from './charts/argocd-health.ts';
import { now } from './testing/health-sample.ts';
import { healthSamples } from './testing/health-samples.ts';

// Redis runs Lua 5.1, as Argo CD does, with no globals and no more libraries than there: `os` is given as it is there.
const around = (script: string): string => `
local limits = cjson.decode(ARGV[2])
local require = function(name)
  assert(name == "os")
  return {
    time = function() return tonumber(ARGV[3]) end,
    date = function(format, at)
      assert(format == "!%Y-%m-%dT%XZ")
      return limits[tostring(at)]
    end,
  }
end
local string, table, math, redis = nil, nil, nil, nil
local check = function(obj)
${script}
end
return cjson.encode(check(cjson.decode(ARGV[1])))`;

let redis: Redis;
beforeAll(() => {
  const [host = '', port = ''] = String(localEnvironmentVariables(sharedStack)['REDIS_NODES'])
    .split(',', 1)[0]!
    .split(':');
  redis = new Redis({ host, port: Number(port) });
});
afterAll(() => redis.disconnect());

const seconds = Date.parse(now) / 1000;
const iso = (at: number): string => new Date(at * 1000).toISOString().replace('.000', '');

async function healthOf(script: string, object: object): Promise<{ status: string; message: string }> {
  const limits: Record<string, string> = { [String(seconds - 1800)]: iso(seconds - 1800) };
  const parts = [JSON.stringify(object), JSON.stringify(limits), String(seconds)];
  const answer = await redis.eval(around(healthScript(script)), 0, ...parts);
  return JSON.parse(String(answer)) as { status: string; message: string };
}

for (const [script, what, status, object, message = expect.any(String)] of healthSamples) {
  it(`${script}: ${what} is ${status}`, async () => {
    expect(await healthOf(script, object)).toEqual({ status, message });
  });
}

const all = ['Degraded', 'Healthy', 'Progressing'];
const possible: Readonly<Record<string, readonly string[]>> = {
  // The hub never gives an operator up.
  application: ['Healthy', 'Progressing'],
  'on-demand': ['Healthy'],
};

it('has samples of every script in which it is healthy, waits, and is broken', () => {
  const scripts = [...new Set(Object.values(healthChecks))].toSorted();
  expect(readdirSync(new URL('health', import.meta.url)).toSorted()).toEqual(
    [...scripts, healthRule].map((name) => `${name}.lua`).toSorted(),
  );
  for (const name of scripts) {
    const seen = healthSamples.filter(([script]) => script === name).map(([, , status]) => status);
    expect([name, [...new Set(seen)].toSorted()]).toEqual([name, possible[name] ?? all]);
  }
});
