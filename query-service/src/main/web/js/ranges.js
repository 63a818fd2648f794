// Ranges of time as they stand in the address. Without zones and texts: the first question is asked
// before either is there.

export const MINUTE = 60e3;
export const HOUR = 3600e3;
export const DAY = 86400e3;

const LAST = {'5m': 5 * MINUTE, '15m': 15 * MINUTE, '1h': HOUR, '6h': 6 * HOUR, '24h': DAY,
  '48h': 2 * DAY, '7d': 7 * DAY, '30d': 30 * DAY};
export const PRESETS = Object.keys(LAST);
/** Days of the calendar, for which the site's zone must be known. */
export const DAYS = ['today', 'yesterday', 'week', 'lastweek'];

export const isNamed = (range) => range in LAST || DAYS.includes(range);

/** Whether a text is a range. */
export const isRange = (text) => isNamed(text) || between(text) !== null;

function between(text) {
  const [from, to] = String(text).split('_').map((one) => Date.parse(one));
  return from < to ? [from, to] : null;
}

const iso = (ms) => new Date(Math.round(ms)).toISOString().replace('.000Z', 'Z');

/** A range from a moment to another. */
export const absolute = (from, to) => iso(from) + '_' + iso(to);

/** {from, to, live} of a range that is no day of the calendar: live ends at that moment and goes on. */
export function span(range, at) {
  if (range in LAST) {
    return {from: at - LAST[range], to: at, live: true};
  }
  const [from, to] = between(range);
  return {from, to, live: false};
}
