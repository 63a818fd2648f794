// What a range is asked for by, and the address of the question: what is asked before names and
// types are known, and after.
import {seriesKey} from './address.js';
import {DAY, HOUR, MINUTE} from './ranges.js';

const NICE = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10800, 21600, 43200,
  86400].map((one) => one * 1000);
const UNITS = {s: 1000, m: MINUTE, h: HOUR, d: DAY};
const RAW_SPAN = 65 * MINUTE;
const MOST_ROWS = 100000;

/** What to ask for a range: interval null for the points as they are stored. */
export function plan(state, from, to) {
  const span = to - from;
  if (state.fn === 'energy') {
    return {interval: bars(span), fn: 'energy'};
  }
  const chosen = /^(\d+)([smhd])$/.exec(state.every);
  if (state.every === 'raw' || (!chosen && state.fn === 'auto' && span <= RAW_SPAN)) {
    return {interval: null, fn: 'raw'};
  }
  // By the window's width: asking for the chart's would have the page laid out once more.
  const target = Math.min(900, Math.max(240, innerWidth * 0.53));
  const interval = chosen ? chosen[1] * UNITS[chosen[2]]
    : NICE.find((one) => span / one <= target) || DAY;
  return {interval, fn: state.fn};
}

/** Bars of energy: a few dozen. */
const bars = (span) => [5 * MINUTE, 15 * MINUTE, HOUR, 6 * HOUR, DAY]
  .find((one) => span / one <= 60) || 7 * DAY;

/** Bars of energy are summed up from their twelfths. */
export const stepOf = (what) => (what.fn === 'energy' ? what.interval / 12 : what.interval);

/** Points by what can be asked in one call; modeOf: how a point is asked for, null for not at all. */
export function requests(points, modeOf) {
  const found = new Map();
  for (const one of points) {
    const mode = modeOf(one);
    if (!mode) {
      continue;
    }
    const key = seriesKey(one) + '|' + mode;
    if (!found.has(key)) {
      found.set(key, {m: one.m, tags: one.tags, fields: [], mode});
    }
    found.get(key).fields.push(one.f);
  }
  return [...found.values()];
}

/** Functions asked of each window; the first is drawn, the others are its band. */
const FUNCTIONS = {auto: ['mean', 'min', 'max'], energy: ['mean'], counter: ['last']};
export const kinds = (request) => FUNCTIONS[request.mode] || [request.mode];

/** {path, params} of a call, and where the windows begin that are asked for. */
export function question(request, what, start, to, shift) {
  const step = stepOf(what);
  const align = what.fn === 'energy' ? what.interval : step;
  // What a counter shows before the first window is where its first step begins.
  const aligned = (step ? Math.floor(start / align) * align : start)
    - (request.mode === 'counter' ? step : 0);
  const params = new URLSearchParams({measurement: request.m, time_format: 'ms',
    start: Math.floor(aligned) - shift, end: Math.ceil(to) - shift, limit: MOST_ROWS});
  for (const [tag, value] of Object.entries(request.tags)) {
    params.append('tag.' + tag, value);
  }
  for (const field of request.fields) {
    params.append('field', field);
  }
  let path = 'query';
  if (request.mode !== 'raw') {
    params.set('interval', step / 1000 + 's');
    if (request.mode === 'last') {
      params.set('function', 'last');
    } else {
      path = 'aggregate';
      params.set('functions', kinds(request).join(','));
    }
  }
  return {path, params, aligned, align};
}
