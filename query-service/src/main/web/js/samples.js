// What came on each day: asked for at once or, where the database needs too long for that, day by
// day, the newest first, and of a day some devices at a time; then put together again.
import {get} from './api.js';
import {tookTooLong} from './failures.js';
import {midnight, now} from './time.js';

/** A silence is longer than this many usual steps, as for the service. */
const SILENCE = 2.5;
/** The last days may still change; of the others an answer stays true for as long as a page is open. */
const OPEN_DAYS = 2;
/** So many devices are asked for together: each question costs something of its own. */
const GROUP = 25;

const iso = (ms) => new Date(ms).toISOString();

/** Identity of a series: a tag without a value is none. */
export const keyOf = (tags) =>
  JSON.stringify(Object.entries(tags).filter(([, value]) => value).sort());

export class Samples {
  #slow = new Set();
  #kept = new Map();

  /**
   * What a measurement has: {series, asked: days, late}, as /completeness has series; again after
   * each day that took its own question. late: 'day|device' that the database did not tell in time.
   *
   * @param found the measurement's devices
   * @param tell takes it; answers whether more is wanted
   * @param signal ends the asking
   */
  async days(m, found, from, count, tell, signal) {
    if (!this.#slow.has(m)) {
      try {
        const {series} = await ask(m, from, now(), [], signal);
        tell({series, asked: count, late: new Set()});
        return;
      } catch (e) {
        if (!tookTooLong(e)) {
          throw e;
        }
        this.#slow.add(m);
      }
    }
    const parts = [];
    for (let i = count - 1; i >= 0; i--) {
      const start = midnight(from, i);
      parts.unshift(await this.#day(m, found, start, Math.min(midnight(from, i + 1), now()), signal));
      const late = parts.flatMap((part) => part.late.map((one) => part.start + '|' + one.key));
      if (!tell({series: joined(parts), asked: count - i, late: new Set(late)})) {
        return;
      }
    }
  }

  async #day(m, found, start, end, signal) {
    const key = m + '|' + start;
    const kept = this.#kept.get(key);
    if (kept && kept.late.length === 0 && midnight(start, OPEN_DAYS) <= now()) {
      return kept;
    }
    const part = {start, end, ...await asked(m, found, start, end, signal)};
    this.#kept.set(key, part);
    return part;
  }
}

/** {series, late: devices that the database did not tell in time}. */
async function asked(m, found, start, end, signal) {
  try {
    return {...await ask(m, start, end, [], signal), late: []};
  } catch (e) {
    return slower(e, m, groups(found), start, end, signal);
  }
}

/** Group by group after such a failure; of a group that takes too long, too, device by device. */
async function slower(e, m, all, start, end, signal) {
  if (!tookTooLong(e)) {
    throw e;
  }
  const series = [];
  const late = [];
  let gone = false;
  for (const some of all) {
    try {
      const part = await ask(m, start, end, some, signal);
      series.push(...part.series);
      gone = gone || part.gone;
    } catch (again) {
      if (some.length > 1) {
        const part = await slower(again, m, some.map((one) => [one]), start, end, signal);
        series.push(...part.series);
        late.push(...part.late);
        gone = gone || part.gone;
      } else if (tookTooLong(again)) {
        late.push(...some);
      } else {
        throw again;
      }
    }
  }
  return {series, late, gone};
}

const groups = (all) =>
  Array.from({length: Math.ceil(all.length / GROUP)}, (_, i) => all.slice(i * GROUP, (i + 1) * GROUP));

/** The series of these devices, of all where none are named, and whether samples of then are gone. */
async function ask(m, start, end, found, signal) {
  const params = new URLSearchParams({measurement: m, start: iso(start), end: iso(end), interval: '1d'});
  for (const device of found) {
    for (const [tag, value] of Object.entries(device.tags)) {
      params.append('tag.' + tag, value);
    }
  }
  const answer = await get('completeness', params, signal);
  return {series: answer.series, gone: 'expired_before' in answer};
}

/** Days that follow each other, as if they had been asked for at once. */
function joined(parts) {
  const all = new Map();
  for (const part of parts) {
    const {start, end, series, late} = part;
    const isLate = ({tags}) => late.some((device) =>
      Object.entries(device.tags).every(([tag, value]) => tags[tag] === value));
    const here = new Map(series.map((one) => [keyOf(one.tags), one]));
    for (const [key, one] of here) {
      const before = all.get(key);
      all.set(key, before ? after(before, one) : {...one, rows: [...missed(one, parts, start), ...one.rows]});
    }
    for (const [key, one] of all) {
      if (!here.has(key)) {
        // Nobody knows, so do not call it a silence.
        all.set(key, isLate(one) || part.gone ? {...one, last: iso(end), rows: part.gone ? [...one.rows, gone(part)] : one.rows}
          : without(one, start, end));
      }
    }
  }
  return [...all.values()];
}

/** A silence that reached the end of its day has gone on up to the next sample. */
function after(before, next) {
  const [from, to] = [Date.parse(before.last), Date.parse(next.first)];
  const silences = before.silences.filter((one) => one.start !== before.last);
  const step = Math.max(before.step_ms || 0, next.step_ms || 0);
  if (step && to - from > SILENCE * step) {
    silences.push({start: before.last, end: next.first, seconds: (to - from) / 1000});
  }
  return {...next, first: before.first, silences: [...silences, ...next.silences],
    step_ms: next.step_ms || before.step_ms, rows: [...before.rows, ...next.rows]};
}

/** A day without any sample: as many were to be expected as before. */
function without(one, start, end) {
  const silences = one.silences.filter((each) => each.start !== one.last);
  const from = Date.parse(one.last);
  if (one.step_ms && end - from > SILENCE * one.step_ms) {
    silences.push({start: one.last, end: iso(end), seconds: (end - from) / 1000});
  }
  return {...one, silences, rows: [...one.rows, none(one, start, end)]};
}

/** Days before the first sample, for what was there before all of them. */
const missed = (one, parts, first) => parts.filter((part) => part.start < first)
  .map((part) => part.gone ? gone(part) : none(one, part.start, part.end));

/** As the service tells a window of which nothing is known any more. */
const gone = (part) => [iso(part.start), null, null];

const none = (one, start, end) =>
  [iso(start), 0, one.step_ms ? Math.round((end - start) / one.step_ms) : 0];
