// Times in the site's zone, and ranges of time.
import {lang, t} from './i18n.js';
import {DAY, HOUR, isNamed, MINUTE, span} from './ranges.js';

let zone = '';
/** [since when, how far clocks are ahead of UTC]: by the service's own rules, once it has told. */
let offsets = null;
let ahead = 0;

/** The service's clock, which need not be the browser's. */
export const now = () => Date.now() + ahead;

/** Clocks differ a little, and nobody minds. */
const JITTER = 2000;

export function setNow(ms) {
  ahead = ms - Date.now();
}

/**
 * The browser's clock may be set while the page is open. Gives whether it was.
 *
 * took: for how long the service was asked, at some moment of which it told this time
 */
export function correctNow(ms, took) {
  const wrong = ms > now() + JITTER || ms < now() - took - JITTER;
  if (wrong) {
    setNow(ms + took / 2);
  }
  return wrong;
}

export const siteZone = () => zone;

export function setZone(name, changes) {
  zone = name === 'Z' ? 'UTC' : name;
  offsets = changes.map(([since, by]) => [since * 1000, by * 1000]);
}

/** No browser's zone rules: loading them takes longer than drawing a chart. */
function offset(ms) {
  if (!offsets) {
    return -new Date(ms).getTimezoneOffset() * MINUTE;
  }
  let i = offsets.length - 1;
  while (i > 0 && offsets[i][0] > ms) {
    i--;
  }
  return offsets[i][1];
}

const two = (number) => String(number).padStart(2, '0');

function parts(ms) {
  const at = new Date(ms + offset(ms));
  return {year: String(at.getUTCFullYear()).padStart(4, '0'), month: two(at.getUTCMonth() + 1),
    day: two(at.getUTCDate()), hour: two(at.getUTCHours()), minute: two(at.getUTCMinutes()),
    second: two(at.getUTCSeconds())};
}

/** A date whose own hours and days are the site's, as uPlot places its labels. */
export function wallClock(ms) {
  const at = new Date(ms + offset(ms));
  return new Date(at.getUTCFullYear(), at.getUTCMonth(), at.getUTCDate(), at.getUTCHours(),
    at.getUTCMinutes(), at.getUTCSeconds(), at.getUTCMilliseconds());
}

/** Epoch milliseconds of a wall clock's time at the site. */
export function atSite(year, month, day, hour = 0, minute = 0, second = 0) {
  const wall = Date.UTC(year, month - 1, day, hour, minute, second);
  let ms = wall;
  // Twice: the offset at the guess may differ from the one at the answer.
  for (let i = 0; i < 2; i++) {
    ms = wall - offset(ms);
  }
  return ms;
}

export function midnight(ms, days = 0) {
  const at = parts(ms);
  return atSite(+at.year, +at.month, +at.day + days);
}

export const date = (ms) => {
  const at = parts(ms);
  return at.year + '-' + at.month + '-' + at.day;
};
export const shortDate = (ms) => date(ms).slice(5);
export const clock = (ms) => {
  const at = parts(ms);
  return at.hour + ':' + at.minute;
};
export const seconds = (ms) => {
  const at = parts(ms);
  return at.hour + ':' + at.minute + ':' + at.second;
};

/** For a value: as exact as it needs, with the day unless it is today. */
export function moment(ms) {
  const millis = Math.floor(ms % 1000);
  const time = seconds(ms) + (millis ? '.' + String(millis).padStart(3, '0') : '');
  return date(ms) === date(now()) ? time : date(ms) + ' ' + time;
}

/** For an <input type="datetime-local">, and back. */
export const toInput = (ms) => date(ms) + 'T' + seconds(ms);
export function fromInput(text) {
  const found = /^(\d+)-(\d+)-(\d+)T(\d+):(\d+)(?::(\d+))?/.exec(text);
  return found ? atSite(...found.slice(1).map((one) => Number(one || 0))) : NaN;
}

export function length(ms) {
  const units = [['d', DAY], ['h', HOUR], ['min', MINUTE], ['s', 1000]];
  for (let i = 0; i < units.length; i++) {
    const [unit, size] = units[i];
    if (ms >= size) {
      const count = Math.floor(ms / size);
      const next = units[i + 1];
      const rest = next && count < 10 ? Math.floor((ms % size) / next[1]) : 0;
      return count + ' ' + t('unit.' + unit) + (rest ? ' ' + rest + ' ' + t('unit.' + next[0]) : '');
    }
  }
  return Math.round(ms) + ' ms';
}

export const ago = (ms) => t('ago', {time: length(Math.max(0, now() - ms))});

/** {from, to, live} of a range: live ends now and goes on. */
export function resolve(range, at = now()) {
  const weekday = (new Date(atSiteNoonUtc(at)).getUTCDay() + 6) % 7;
  switch (range) {
    case 'today':
      return {from: midnight(at), to: midnight(at, 1), live: true};
    case 'yesterday':
      return {from: midnight(at, -1), to: midnight(at), live: false};
    case 'week':
      return {from: midnight(at, -weekday), to: midnight(at, 7 - weekday), live: true};
    case 'lastweek':
      return {from: midnight(at, -weekday - 7), to: midnight(at, -weekday), live: false};
    default:
      return span(range, at);
  }
}

function atSiteNoonUtc(ms) {
  const at = parts(ms);
  return Date.UTC(at.year, at.month - 1, at.day, 12);
}

export function rangeName(range) {
  if (isNamed(range)) {
    return t('range.' + range);
  }
  const {from, to} = resolve(range);
  const time = to - from >= MINUTE * 5 ? clock : seconds;
  const thisYear = date(from).slice(0, 4) === date(now()).slice(0, 4);
  const name = thisYear ? shortDate : date;
  if (midnight(from) === from && midnight(to) === to) {
    return date(to - 1) === date(from) ? date(from) : name(from) + ' – ' + name(to - 1);
  }
  return name(from) + ' ' + time(from) + ' – '
    + (date(to) === date(from) ? '' : name(to) + ' ') + time(to);
}

export function monthName(year, month) {
  return new Intl.DateTimeFormat(lang() === 'zh' ? 'zh-CN' : 'en-GB',
    {timeZone: 'UTC', year: 'numeric', month: 'long'}).format(Date.UTC(year, month - 1, 1));
}

/** Monday to Sunday, short. */
export function weekdays() {
  const format = new Intl.DateTimeFormat(lang() === 'zh' ? 'zh-CN' : 'en-GB',
    {timeZone: 'UTC', weekday: lang() === 'zh' ? 'narrow' : 'short'});
  return [5, 6, 7, 8, 9, 10, 11].map((day) => format.format(Date.UTC(2026, 0, day)));
}

/** Year, month and day at the site as numbers. */
export function day(ms) {
  const at = parts(ms);
  return {year: +at.year, month: +at.month, day: +at.day};
}
