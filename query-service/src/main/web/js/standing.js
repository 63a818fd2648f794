// Whether a part that is not well stands still. Much keeps a part from being well that holds nothing
// up: a clock that is off, an alert that nobody takes. What stands still is worse, and said of
// nothing else.

/** A source of a task stands for too long by what is known, be it refused or just not read. */
export const stands = (task, one) => Boolean(one.trouble) && !task.overdue;

const STANDS = {
  sink: (part) => (part.stuck || []).some((one) => one.sure !== false),
  source: (part) => (part.tasks || []).some((task) => (task.parts || []).some((one) => stands(task, one))),
};

/** Key of the text for a part's state; status: what /status says of the parts. */
export function stateText(name, state, status) {
  return 'state.' + (state === 'degraded' && STANDS[name]?.(status[name] || {}) ? 'standing' : state);
}
