// From a choice of points and a range to lines: what an answer means.
import {answerTo} from './ahead.js';
import {seriesKey} from './address.js';
import {deviceName, deviceOf, point} from './catalogue.js';
import {typeOf} from './directory.js';
import {kinds, question, requests, stepOf} from './question.js';
import {HOUR} from './ranges.js';
import {now} from './time.js';

/** What comes late is still fetched by the next look of a live chart. */
const OVERLAP = 15000;
/** A silence is longer than this many steps of its neighbourhood. */
const GAP = 2.5;
const NEIGHBOURS = 7;

const POWER = {W: 1e-3, kW: 1, MW: 1e3};
/** To kWh by the hour; undefined for what is no power. */
export const power = (unit) => POWER[unit];

/** A field that had several types in its time is drawn as the numbers in it. */
const isText = (one) => !['number', 'mixed'].includes(typeOf(one.m, one.f));
export const isState = (one) =>
  isText(one) || point(deviceOf(one.m, one.tags), one.f).kind === 'state';

/** How a point is asked for; null when it has no part in what is wanted. */
function modeOf(one, what) {
  if (!what.interval) {
    return 'raw';
  }
  if (isState(one)) {
    return what.fn === 'energy' ? null : 'last';
  }
  if (what.fn !== 'energy') {
    return what.fn;
  }
  const info = point(deviceOf(one.m, one.tags), one.f);
  return info.kind === 'counter' ? 'counter' : power(info.unit) ? 'energy' : null;
}

/**
 * The stored values of one panel for one range; keeps them, so that a live chart only asks for
 * what is new.
 */
export class Store {
  constructor(points, what, shift = 0) {
    this.points = points;
    this.what = what;
    this.shift = shift;
    this.requests = requests(points, (one) => modeOf(one, what))
      .map((one) => ({...one, lines: new Map(), to: null}));
    this.truncated = false;
    this.expired = null;
  }

  /** Fetches what of the range is not here yet. */
  async load(from, to, signal) {
    this.truncated = false;
    await Promise.all(this.requests.map((one) => this.#fetch(one, from, to, signal)));
  }

  async #fetch(request, from, to, signal) {
    const again = request.to !== null && from >= request.from && to >= request.to
      && from < request.to;
    const step = stepOf(this.what);
    const overlap = Math.max(OVERLAP, 2 * (step || 0));
    const start = again ? Math.max(from, request.to - overlap) : from;
    let found = await this.#ask(request, start, to, signal);
    const before = again ? lastBefore(request.lines, found.fresh, start, from) : start;
    if (before < start) {
      found = await this.#ask(request, Math.max(from, before - overlap), to, signal);
    }
    this.truncated ||= found.truncated;
    if (!again) {
      request.gone = found.gone;
    }
    this.expired = this.requests.map((one) => one.gone).find(Boolean) || null;
    merge(request.lines, found.fresh, again ? found.aligned : -Infinity,
      from - 2 * (found.align || 0), this.shift);
    request.from = again ? request.from : from;
    request.to = Math.min(to, now() + this.shift);
  }

  async #ask(request, start, to, signal) {
    const {path, params, aligned, align} = question(request, this.what, start, to, this.shift);
    const answer = await answerTo(path, params, signal);
    const fresh = path === 'query' ? fromRows(answer)
      : fromWindows(answer, kinds(request).length);
    const gone = answer.expired_before && {before: answer.expired_before, every: answer.kept_interval};
    return {fresh, aligned, align, truncated: answer.truncated, gone};
  }

  /** Lines in the order of the points; a point without values has none. */
  lines() {
    const found = [];
    for (const one of this.points) {
      for (const request of this.requests) {
        if (seriesKey(request) !== seriesKey(one) || !request.fields.includes(one.f)) {
          continue;
        }
        const own = [...request.lines].filter(([, line]) =>
          line.field === one.f && line.times.length > 0);
        for (const [key, line] of own) {
          found.push(describe(one, key, line, request, this.what, now() + this.shift,
            own.length > 1));
        }
      }
    }
    return found;
  }
}

function fromRows(answer) {
  const found = new Map();
  for (const series of answer.series) {
    series.columns.slice(1).forEach((field, i) => {
      const line = {field, tags: series.tags, times: [], values: [], low: null, high: null};
      for (const row of series.rows) {
        if (row[i + 1] !== null) {
          line.times.push(row[0]);
          line.values.push(row[i + 1]);
        }
      }
      found.set(JSON.stringify([series.tags, field]), line);
    });
  }
  return found;
}

function fromWindows(answer, functions) {
  const found = new Map();
  for (const {tags, field, rows} of answer.series) {
    found.set(JSON.stringify([tags, field]), {
      field, tags, times: rows.map((row) => row[0]), values: rows.map((row) => row[1]),
      low: functions === 3 ? rows.map((row) => row[2]) : null,
      high: functions === 3 ? rows.map((row) => row[3]) : null,
    });
  }
  return found;
}

/**
 * From where on more than the overlap has to be asked for: a line that goes on after it had stood
 * still may have been silent, or what was before has come late and at once, as after a standstill
 * of the pipeline.
 */
function lastBefore(lines, fresh, start, from) {
  let before = start;
  for (const [key, line] of fresh) {
    if (line.times.length > 0) {
      const had = lines.get(key)?.times || [];
      before = Math.min(before, had.length > 0 ? had[had.length - 1] : from);
    }
  }
  return before;
}

/** Puts fresh lines in the place of what was there from a moment on; drops what is too old. */
function merge(lines, fresh, from, oldest, shift) {
  for (const [key, line] of fresh) {
    line.times = line.times.map((time) => time + shift);
    const old = lines.get(key);
    if (old && from > -Infinity) {
      const [a, b] = [at(old.times, oldest), at(old.times, from)];
      for (const part of ['times', 'values', 'low', 'high']) {
        line[part] = line[part] && old[part].slice(a, b).concat(line[part]);
      }
    }
    lines.set(key, line);
  }
  for (const [key, line] of lines) {
    if (!fresh.has(key)) {
      if (from === -Infinity) {
        lines.delete(key);
      } else {
        const a = at(line.times, oldest);
        for (const part of ['times', 'values', 'low', 'high']) {
          line[part] = line[part] && line[part].slice(a);
        }
      }
    }
  }
}

/** The first place whose time is not before a moment. */
export function at(times, time) {
  let low = 0;
  let high = times.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (times[middle] < time) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
}

function describe(one, key, line, request, what, at, several) {
  const device = deviceOf(one.m, one.tags);
  const info = point(device, one.f);
  const extra = Object.entries(line.tags)
    .filter(([tag, value]) => one.tags[tag] === undefined && value !== '')
    .map(([tag, value]) => tag + '=' + value).join(' ');
  const label = [info.name, several ? extra : ''].filter(Boolean).join(' · ');
  const interval = request.mode === 'raw' ? null : what.interval;
  const counted = what.fn === 'count';
  const base = {ref: one, key, device: deviceName(device), name: label, info,
    unit: counted ? '' : info.unit, decimals: counted ? 0 : info.decimals, interval,
    state: isState(one), fn: request.mode};
  if (what.fn === 'energy') {
    return {...base, ...energy(line, info, what.interval, at), bars: true};
  }
  const shown = {...base, times: line.times, values: line.values, low: line.low, high: line.high,
    gaps: gaps(line.times), open: null};
  return interval && !base.state ? unfinished(shown, at) : shown;
}

/** Takes the window that goes on still off the line: it is drawn as what it is. */
function unfinished(line, at) {
  const last = line.times.length - 1;
  if (last < 0 || line.times[last] + line.interval <= at) {
    return line;
  }
  const cut = (part) => part && part.slice(0, last);
  const before = last > 0 ? [line.times[last - 1], line.values[last - 1]] : null;
  return {...line, times: cut(line.times), values: cut(line.values), low: cut(line.low),
    high: cut(line.high), gaps: line.gaps.filter((gap) => gap.i < last - 1),
    open: {time: line.times[last], value: line.values[last], before}};
}

/**
 * Energy of each interval: of power by the means of its twelfths, of which those without a sample
 * count nothing; of a counter by how much it went on. {times, values}
 */
function energy(line, info, interval, at) {
  const factor = power(info.unit);
  const found = new Map();
  const counter = info.kind === 'counter';
  line.times.forEach((time, i) => {
    const start = Math.floor(time / interval) * interval;
    let part = 0;
    if (!counter) {
      part = line.values[i] * factor * interval / 12 / HOUR;
    } else if (i > 0) {
      const step = line.values[i] - line.values[i - 1];
      part = step < 0 ? line.values[i] : step;
    } else {
      return;
    }
    found.set(start, (found.get(start) || 0) + part);
  });
  const times = [...found.keys()];
  const values = [...found.values()];
  let open = null;
  if (times.length && times[times.length - 1] + interval > at) {
    open = {time: times.pop(), value: values.pop(), before: null};
  }
  return {times, values, low: null, high: null, gaps: [], open,
    unit: counter ? info.unit : 'kWh', decimals: counter ? info.decimals : 2};
}

/**
 * Silences: {from, to, i}, i the place before. What is usual is told by the neighbours, for a site
 * may have been sampled more seldom once.
 */
export function gaps(times) {
  const steps = times.slice(1).map((time, i) => time - times[i]).sort((a, b) => a - b);
  const quick = GAP * (steps[Math.floor(steps.length / 20)] || 0);
  const found = [];
  for (let i = 1; i < times.length; i++) {
    const step = times[i] - times[i - 1];
    if (step > quick && step > GAP * usual(times, i - NEIGHBOURS, i - 1)
      && step > GAP * usual(times, i, i + NEIGHBOURS)) {
      found.push({from: times[i - 1], to: times[i], i: i - 1});
    }
  }
  return found;
}

/** The usual step between two places. */
function usual(times, from, to) {
  const steps = [];
  for (let i = Math.max(1, from + 1); i <= Math.min(times.length - 1, to); i++) {
    steps.push(times[i] - times[i - 1]);
  }
  steps.sort((a, b) => a - b);
  return steps.length ? steps[steps.length >> 1] : 0;
}
