// Can I trust this? A calendar of days per device, coloured by how much of it came, and the
// silences; a click leads to the chart of the day or of the silence.
import {h, redraw} from './dom.js';
import {t} from './i18n.js';
import {get} from './api.js';
import {deviceName, deviceOf, deviceOrder} from './catalogue.js';
import {all as measurements, byNumber, devices as known, lookAgain, seriesOf} from './directory.js';
import {statesBeside} from './first.js';
import {notice, passes, sayWhenSlow} from './failures.js';
import {absolute} from './ranges.js';
import {keyOf, Samples} from './samples.js';
import {date, length, midnight, moment, now, shortDate} from './time.js';

const DAYS = 14;
const MOST_SILENCES = 20;
/** Shorter silences stand behind a fold: they are many, and an hour is looked for among them. */
const SHORT_S = 60;
/** How far before the calendar a sample is looked for, of what has none on its first day. */
const BEFORE = '30d';
const RETRY_MS = 5000;
/** Every sample of these days is counted: seldom enough for that. */
const AGAIN_MS = 15 * 60e3;

const iso = (ms) => new Date(ms).toISOString();

/** How a share is coloured: nothing, poor, fair, good, whole. */
const GRADES = [[0.995, 'whole'], [0.95, 'good'], [0.75, 'fair'], [0, 'poor']];
const grade = (share) => GRADES.find(([least]) => share >= least)[1];

/** Rounded down: 100 % is said of what is whole only. */
const percent = (share) => Math.floor(share * 100) + ' %';

export class Completeness {
  #closed = false;
  #timer = 0;
  #samples = new Samples();
  /** Which look is the last one: an earlier one that is still under way ends. */
  #look = 0;
  #abort = new AbortController();

  constructor(box, page) {
    this.page = page;
    this.message = h('div', {class: 'message top'});
    this.body = h('div', {class: 'complete'}, h('p', {class: 'soft'}, t('loading')));
    box.replaceChildren(h('div', {class: 'pipeline'}, this.message, this.body));
  }

  title() {
    return t('completeness');
  }

  async show() {
    clearTimeout(this.#timer);
    const look = ++this.#look;
    this.#abort.abort();
    this.#abort = new AbortController();
    const {signal} = this.#abort;
    const from = midnight(now(), 1 - DAYS);
    const answered = sayWhenSlow(this.message);
    try {
      await lookAgain();
      const all = await known();
      const answers = new Map();
      const tell = (m, answer) => {
        answers.set(m, {measurement: m, ...answer});
        const wanted = !this.#closed && look === this.#look;
        if (wanted && answer.asked < DAYS && answers.size === measurements().length) {
          answered();
          this.#draw(from, all, [...answers.values()]);
        }
        return wanted;
      };
      await Promise.all(measurements().map(async ({name}) => {
        await this.#samples.days(name, all.filter((one) => one.m === name), from, DAYS,
          (answer) => tell(name, {...answer, before: new Set()}), signal);
        const last = answers.get(name);
        answers.set(name, {...last, before: await earlier(name, last.series, from, signal)});
      }));
      if (!this.#closed && look === this.#look) {
        this.#draw(from, all, [...answers.values()]);
        document.body.dataset.ready = String(Number(document.body.dataset.ready || 0) + 1);
        this.#timer = setTimeout(() => this.show(), all.length ? AGAIN_MS : RETRY_MS);
      }
    } catch (e) {
      if (look === this.#look) {
        this.#fail(e);
      }
    } finally {
      answered();
    }
  }

  refresh() {
    this.show();
  }

  #fail(e) {
    if (this.#closed) {
      return;
    }
    this.message.replaceChildren(notice(e, () => this.show()));
    if (passes(e)) {
      this.#timer = setTimeout(() => this.show(), RETRY_MS);
    }
  }

  /** all: devices; answers: of each measurement as far as it is. */
  #draw(from, all, answers) {
    const found = devices(answers, all);
    const asked = Math.min(DAYS, ...answers.map((one) => one.asked));
    const late = new Set(answers.flatMap((one) => [...one.late]));
    this.message.replaceChildren(...(asked < DAYS ? [h('p', {class: 'hint', role: 'status'},
      t('completeness.sofar', {count: asked, of: DAYS}))] : []));
    const days = Array.from({length: DAYS}, (_, i) => midnight(from, i)).slice(-asked);
    const silences = found.flatMap((device) => device.silences.map((one) => ({...one, device})))
      .sort((a, b) => b.seconds - a.seconds);
    redraw(this.body,
      h('section', {class: 'card wide'}, h('h2', {}, t('completeness')),
        h('p', {class: 'soft'}, t('completeness.what')),
        found.length === 0 ? h('p', {}, t('empty.store'))
          : h('div', {class: 'scroll', tabindex: 0, role: 'region', 'aria-label': t('completeness')},
            h('table', {class: 'share-by-day'}, h('thead', {}, h('tr', {},
              h('th', {scope: 'col'}, t('completeness.device')),
              days.map((day) => h('th', {scope: 'col'}, shortDate(day))))),
            h('tbody', {}, found.map((device) => h('tr', {},
              h('th', {scope: 'row'}, device.name,
                device.days.size ? null : h('small', {class: 'bad'}, t('completeness.dead'))),
              days.map((day) => this.#cell(device, day, late)))))))),
      ...(silences.length === 0 ? [] : [this.#silences(silences)]));
    // The newest days are what people look for; on a phone not all have room.
    const calendar = this.body.querySelector('.share-by-day')?.parentElement;
    calendar?.scrollTo(calendar.scrollWidth, 0);
  }

  #cell(device, day, late) {
    const one = device.days.get(date(day));
    if (late.has(day + '|' + device.key)) {
      return h('td', {class: 'none'}, h('span', {title: t('completeness.late')}, '?'));
    }
    if (one && one.expected === null) {
      return h('td', {class: 'none'}, h('span', {title: t('completeness.gone')}, '?'));
    }
    if (!one || one.expected === 0) {
      return h('td', {class: 'none'}, h('span', {title: t('completeness.none')}, '–'));
    }
    const share = Math.min(1, one.samples / one.expected);
    const since = one.since ? ', ' + t('since', {time: moment(one.since)}) : '';
    return h('td', {class: grade(share)}, h('button', {type: 'button', class: 'quiet',
      title: t('completeness.of', one) + since,
      'aria-label': device.name + ', ' + date(day) + ': ' + percent(share) + since,
      onclick: () => this.#open(device, day, Math.min(midnight(day, 1), now()))}, percent(share)));
  }

  #silences(silences) {
    const long = silences.filter((one) => one.seconds >= SHORT_S);
    const short = silences.slice(long.length);
    return h('section', {class: 'card wide'}, h('h2', {}, t('completeness.silences')),
      ...(long.length ? this.#table(long) : []),
      short.length === 0 ? null : h('details', {class: 'short'},
        h('summary', {}, t('completeness.short', {count: short.length})), this.#table(short)));
  }

  /** The longest ones first. */
  #table(silences) {
    return [h('div', {class: 'scroll', tabindex: 0, role: 'region',
      'aria-label': t('completeness.silences')},
    h('table', {class: 'silences'}, h('thead', {}, h('tr', {}, ['completeness.device',
      'completeness.from', 'completeness.length'].map((key) => h('th', {scope: 'col'}, t(key))),
    h('td', {}))),
    h('tbody', {}, silences.slice(0, MOST_SILENCES).map((one) => this.#silence(one))))),
    silences.length > MOST_SILENCES ? h('p', {class: 'soft'},
      t('completeness.more', {count: silences.length - MOST_SILENCES})) : null];
  }

  #silence(one) {
    const [from, to] = [Date.parse(one.start), Date.parse(one.end)];
    const around = one.seconds * 1000;
    return h('tr', {}, h('th', {scope: 'row'}, one.device.name), h('td', {}, moment(from)),
      h('td', {}, length(around)),
      h('td', {}, h('button', {type: 'button',
        'aria-label': t('completeness.show') + ': ' + one.device.name + ', ' + moment(from),
        onclick: () => this.#open(one.device, from - around, Math.min(to + around, now()), one.tags)},
      t('completeness.show'))));
  }

  /** tags: of the series that is meant; else the first one. */
  async #open(device, from, to, tags = {}) {
    try {
      const live = (await seriesOf(device)).filter((one) => !one.tags.interval);
      const series = live.find((one) => keyOf(one.tags) === keyOf(tags)) || live[0];
      const panel = series.fields.slice(0, 3).map((field) => ({m: series.m, tags: series.tags, f: field.f}));
      const beside = await statesBeside(device.key);
      this.page.go({view: 'explore', range: absolute(from, to), empty: false,
        panels: beside.length ? [panel, beside] : [panel]});
    } catch (e) {
      this.message.replaceChildren(notice(e, () => this.#open(device, from, to, tags)));
    }
  }

  close() {
    this.#closed = true;
    // Others are waiting for their turn.
    this.#abort.abort();
    clearTimeout(this.#timer);
  }
}

/** Those series whose first sample of the calendar is not their first. */
async function earlier(m, series, from, signal) {
  const firstDay = midnight(from, 1);
  const late = series.some((one) => !one.tags.interval && Date.parse(one.first) >= firstDay);
  const answer = late ? await get('latest', new URLSearchParams({measurement: m, range: BEFORE,
    end: iso(from)}), signal) : {series: []};
  return new Set(answer.series.map((one) => keyOf(one.tags)));
}

/** Samples and those to be expected of a day, and since when, where a series began meanwhile. */
function ofDay([time, samples, expected], first) {
  if (expected === null) {
    return {samples, expected};
  }
  const start = Date.parse(time);
  const end = Math.min(midnight(start, 1), now());
  return first <= start || first >= end ? {samples, expected} : {samples, since: first,
    expected: Math.max(1, Math.round(expected * (end - first) / (end - start)))};
}

/**
 * Devices with their days, over the live series of each: {m, key, tags, name, days, silences}. all:
 * those of the directory; one that has said nothing has no days, and is not to be overlooked.
 */
function devices(answers, all) {
  const found = new Map();
  for (const {measurement: m, series, before} of answers) {
    for (const one of series.filter((each) => !each.tags.interval)) {
      const key = deviceOf(m, one.tags);
      if (!found.has(m + key)) {
        const own = Object.entries(one.tags).filter(([tag, value]) => value === key
          || key === tag + ':' + value);
        found.set(m + key, {m, key, name: deviceName(key), tags: Object.fromEntries(own),
          days: new Map(), silences: []});
      }
      const device = found.get(m + key);
      device.silences.push(...one.silences.map((silence) => ({...silence, tags: one.tags})));
      // Before its first sample nothing was to be expected of it: it was not there.
      const first = before.has(keyOf(one.tags)) ? -Infinity : Date.parse(one.first);
      for (const row of one.rows.filter(([at, , expected]) => expected === null
        || midnight(Date.parse(at), 1) > first)) {
        add(device.days, date(Date.parse(row[0])), ofDay(row, first));
      }
    }
  }
  const alive = new Set([...found.values()].map((one) => one.key));
  const dead = all.filter((one) => !alive.has(one.key))
    .map((one) => ({...one, days: new Map(), silences: []}));
  return [...found.values(), ...dead].sort((a, b) =>
    deviceOrder(a.key) - deviceOrder(b.key) || byNumber(a.key, b.key));
}

/**
 * Several series of a device count together, but for those of which nothing is known any more; since
 * the first of them was there.
 */
function add(days, day, {samples, expected, since}) {
  const other = days.get(day);
  if (other && expected === null) {
    return;
  }
  days.set(day, other && other.expected !== null ? {samples: other.samples + samples, expected: other.expected + expected,
    since: since && other.since && Math.min(since, other.since)} : {samples, expected, since});
}
