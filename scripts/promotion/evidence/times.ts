import { Refusal } from '../../refusal.ts';

/** The clocks of two machines differ by so much at the most. */
const clockSkewMs = 60_000;

/** A time that somebody wrote down, by the field where it stands; undefined where it is absent. */
export type Told = readonly [field: string, time: string | undefined];

/** What has happened already: a time to come is no evidence. @throws Refusal naming the file and the field. */
export function refuseFuture(place: string, now: Date, ...times: readonly Told[]): void {
  for (const [field, time] of times) {
    if (time !== undefined && Date.parse(time) > now.getTime() + clockSkewMs)
      throw new Refusal(`${place}: ${field}: ${time} is in the future (now ${now.toISOString()})`);
  }
}

/** @throws Refusal naming the file and both fields, where something ended before it began. */
export function refuseBackwards(place: string, [startField, start]: Told, [endField, end]: Told): void {
  if (start === undefined || end === undefined || Date.parse(end) >= Date.parse(start)) return;
  throw new Refusal(`${place}: ${endField}: ${end} is before ${startField} (${start})`);
}
