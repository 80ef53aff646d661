/** Deadlines of minutes that are this close to each other, in ms, are one: most steps move theirs by less than a second. */
export const sameDeadlineMs = 5000;

/** Whether the row to insert, `excluded`, says something new of the saga `s` that is there. */
export const movesSaga = `s.parked_reason is distinct from excluded.parked_reason
  or excluded.deadline_at - s.deadline_at not between interval '0' and interval '${sameDeadlineMs} milliseconds'`;
