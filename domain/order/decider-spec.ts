import { expect } from 'vitest';
import { fold, type Decider } from '../decider.ts';

/** What a decider answers to one command after a history, in the words of a specification. */
export type Then<Event, Rejection extends string> = {
  thenRecords: (...events: Event[]) => void;
  thenNothing: () => void;
  thenRejects: (reason: Rejection) => void;
};

/** Starts specifications of a decider: `given(…events).when(command).thenRecords(…)`. For tests only. */
export function specify<State, Command, Event, Rejection extends string>(
  decider: Decider<State, Command, Event, Rejection>,
): { given: (...history: Event[]) => { when: (command: Command) => Then<Event, Rejection> } } {
  return {
    given: (...history) => ({
      when(command) {
        const decision = decider.decide(command, fold(decider, history));
        return {
          thenRecords: (...events) => expect(decision).toEqual({ accepted: true, events }),
          thenNothing: () => expect(decision).toEqual({ accepted: true, events: [] }),
          thenRejects: (reason) => expect(decision).toEqual({ accepted: false, reason }),
        };
      },
    }),
  };
}
