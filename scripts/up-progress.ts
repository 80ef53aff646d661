import { createLogUpdate } from 'log-update';
import type { ProgressEvent } from './stack/index.ts';

/** What `up` shows while it works: steps with their seconds, redrawn on a terminal, plain lines elsewhere. */
export type Progress = {
  event(event: ProgressEvent): void;
  /** A line of its own, above the steps that still run. */
  line(text: string): void;
  /** Ends the redrawing; the steps shown stay where they are. */
  finish(): void;
};

type Step = {
  readonly name: string;
  readonly startedMs: number;
  state: ProgressEvent['state'];
  note?: string;
  seconds?: number;
};

const marks = { started: '…', note: '…', done: '✔', failed: '✖' } as const;
const frames = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'] as const;

export function createProgress(stream: NodeJS.WriteStream): Progress {
  const steps = new Map<string, Step>();
  const track = ({ step: name, state, note }: ProgressEvent): Step => {
    const step = state === 'started' ? undefined : steps.get(name);
    const current: Step = step ?? { name, startedMs: performance.now(), state };
    current.state = state;
    if (note) current.note = note;
    if (state === 'done' || state === 'failed')
      current.seconds = (performance.now() - current.startedMs) / 1000;
    steps.set(name, current);
    return current;
  };
  // Some terminals of CI systems say they have no columns: nothing can be redrawn there.
  return stream.isTTY && stream.columns > 0
    ? terminalProgress(stream, steps, track)
    : plainProgress(stream, track);
}

function plainProgress(stream: NodeJS.WriteStream, track: (event: ProgressEvent) => Step): Progress {
  return {
    event(event) {
      const step = track(event);
      if (event.state === 'note') stream.write(`${marks.note} ${step.name}: ${step.note}\n`);
      if (step.seconds !== undefined)
        stream.write(`${marks[step.state]} ${step.name} ${step.seconds.toFixed(1)} s\n`);
    },
    line: (text) => void stream.write(`${text}\n`),
    finish: () => undefined,
  };
}

function terminalProgress(
  stream: NodeJS.WriteStream,
  steps: Map<string, Step>,
  track: (event: ProgressEvent) => Step,
): Progress {
  const update = createLogUpdate(stream);
  let timer: NodeJS.Timeout | undefined;
  const isRunning = (step: Step): boolean => step.seconds === undefined;
  const draw = (): void => update([...steps.values()].map(render).join('\n'));
  const finish = (): void => {
    clearInterval(timer);
    timer = undefined;
    if (steps.size > 0) draw();
    update.done();
    steps.clear();
  };
  return {
    event(event) {
      track(event);
      draw();
      timer ??= setInterval(draw, 100).unref();
      if (![...steps.values()].some(isRunning)) finish();
    },
    line(text) {
      update.clear();
      stream.write(`${text}\n`);
      if (steps.size > 0) draw();
    },
    finish,
  };
}

function render(step: Step): string {
  const elapsed = step.seconds ?? (performance.now() - step.startedMs) / 1000;
  const running = step.seconds === undefined;
  const mark = running ? frames[Math.floor(elapsed * 10) % frames.length] : marks[step.state];
  return `${mark} ${step.name.padEnd(14)} ${elapsed.toFixed(1).padStart(5)} s${running && step.note ? `  ${step.note}` : ''}`;
}
