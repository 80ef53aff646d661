/** What `decide` answers: the events to append (none when the command is a repetition), or a refusal as a value. */
export type Decision<Event, Rejection extends string> =
  | { readonly accepted: true; readonly events: readonly Event[] }
  | { readonly accepted: false; readonly reason: Rejection };

/**
 * The functional event-sourcing decider (Chassaing, "Functional Event Sourcing Decider", 2021).
 * `decide` never throws and reads no clock: time arrives in the command.
 */
export type Decider<State, Command, Event, Rejection extends string> = {
  readonly initialState: State;
  decide(command: Command, state: State): Decision<Event, Rejection>;
  evolve(state: State, event: Event): State;
};

/** Accepts a command with these events; without any, the command had been carried out before. */
export function accept<Event>(...events: Event[]): {
  readonly accepted: true;
  readonly events: readonly Event[];
} {
  return { accepted: true, events };
}

/** Refuses a command; `reason` is a kebab-case value that callers and clients can rely on. */
export function reject<Rejection extends string>(
  reason: Rejection,
): { readonly accepted: false; readonly reason: Rejection } {
  return { accepted: false, reason };
}

/** Rebuilds a state from a stream's events, oldest first. */
export function fold<State, Event>(
  decider: Pick<Decider<State, never, Event, never>, 'initialState' | 'evolve'>,
  events: Iterable<Event>,
): State {
  let state = decider.initialState;
  for (const event of events) state = decider.evolve(state, event);
  return state;
}
