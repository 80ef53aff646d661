/** Runs what it is given one after the other; a failure concerns only its own caller. */
export function oneAtATime(): <Result>(work: () => Promise<Result>) => Promise<Result> {
  let last: Promise<unknown> = Promise.resolve();
  return (work) => {
    const result = last.then(work);
    last = result.catch(() => undefined); // whoever called hears of it
    return result;
  };
}
