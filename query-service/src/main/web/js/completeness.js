// Can I trust this? A calendar of days per device, coloured by how much of it came, and the
// silences; a click leads to the chart of the day or of the silence.
import {h} from './dom.js';
import {t} from './i18n.js';
import {get} from './api.js';
import {deviceName, deviceOf, deviceOrder} from './catalogue.js';
import {all as measurements, byNumber, seriesOf} from './directory.js';
import {notice} from './failures.js';
import {absolute} from './ranges.js';
import {date, length, midnight, moment, now, shortDate} from './time.js';

const DAYS = 14;
const MOST_SILENCES = 20;

const iso = (ms) => new Date(ms).toISOString();

/** How a share is coloured: nothing, poor, fair, good, whole. */
const GRADES = [[0.995, 'whole'], [0.95, 'good'], [0.75, 'fair'], [0, 'poor']];
const grade = (share) => GRADES.find(([least]) => share >= least)[1];

/** Rounded down: 100 % is said of what is whole only. */
const percent = (share) => Math.floor(share * 100) + ' %';

export class Completeness {
  #closed = false;

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
    const from = midnight(now(), 1 - DAYS);
    try {
      const answers = await Promise.all(measurements().map((one) => get('completeness',
        new URLSearchParams({measurement: one.name, start: iso(from), end: iso(now()), interval: '1d'}))));
      if (!this.#closed) {
        this.#draw(from, devices(answers));
        document.body.dataset.ready = String(Number(document.body.dataset.ready || 0) + 1);
      }
    } catch (e) {
      this.message.replaceChildren(notice(e, () => this.show()));
    }
  }

  #draw(from, found) {
    this.message.replaceChildren();
    const days = Array.from({length: DAYS}, (_, i) => midnight(from, i));
    const silences = found.flatMap((device) => device.silences.map((one) => ({...one, device})))
      .sort((a, b) => b.seconds - a.seconds);
    this.body.replaceChildren(
      h('section', {class: 'card wide'}, h('h2', {}, t('completeness')),
        h('p', {class: 'soft'}, t('completeness.what')),
        found.length === 0 ? h('p', {}, t('empty.store'))
          : h('div', {class: 'scroll', tabindex: 0, role: 'region', 'aria-label': t('completeness')},
            h('table', {class: 'share-by-day'}, h('thead', {}, h('tr', {},
              h('th', {scope: 'col'}, t('completeness.device')),
              days.map((day) => h('th', {scope: 'col'}, shortDate(day))))),
            h('tbody', {}, found.map((device) => h('tr', {},
              h('th', {scope: 'row'}, device.name),
              days.map((day) => this.#cell(device, day)))))))),
      ...(silences.length === 0 ? [] : [this.#silences(silences)]));
    // The newest days are what people look for; on a phone not all have room.
    const calendar = this.body.querySelector('.share-by-day')?.parentElement;
    calendar?.scrollTo(calendar.scrollWidth, 0);
  }

  #cell(device, day) {
    const one = device.days.get(date(day));
    if (!one || one.expected === 0) {
      return h('td', {class: 'none'}, h('span', {title: t('completeness.none')}, '–'));
    }
    const share = Math.min(1, one.samples / one.expected);
    return h('td', {class: grade(share)}, h('button', {type: 'button', class: 'quiet',
      title: t('completeness.of', one),
      'aria-label': device.name + ', ' + date(day) + ': ' + percent(share),
      onclick: () => this.#open(device, day, Math.min(midnight(day, 1), now()))}, percent(share)));
  }

  #silences(silences) {
    return h('section', {class: 'card wide'}, h('h2', {}, t('completeness.silences')),
      h('div', {class: 'scroll', tabindex: 0, role: 'region', 'aria-label': t('completeness.silences')},
        h('table', {}, h('thead', {}, h('tr', {}, ['completeness.device', 'completeness.from',
          'completeness.length'].map((key) => h('th', {scope: 'col'}, t(key))), h('th', {scope: 'col'}))),
        h('tbody', {}, silences.slice(0, MOST_SILENCES).map((one) => h('tr', {},
          h('th', {scope: 'row'}, one.device.name),
          h('td', {}, moment(Date.parse(one.start))),
          h('td', {}, length(one.seconds * 1000)),
          h('td', {}, h('button', {type: 'button', onclick: () => this.#open(one.device,
            Date.parse(one.start) - one.seconds * 1000,
            Math.min(Date.parse(one.end) + one.seconds * 1000, now()))},
          t('completeness.show')))))))),
      silences.length > MOST_SILENCES
        ? h('p', {class: 'soft'}, t('completeness.more', {count: silences.length - MOST_SILENCES})) : null);
  }

  async #open(device, from, to) {
    try {
      const [series] = (await seriesOf(device)).filter((one) => !one.tags.interval);
      const panel = series.fields.slice(0, 3).map((field) => ({m: series.m, tags: series.tags, f: field.f}));
      this.page.go({view: 'explore', range: absolute(from, to), panels: [panel], empty: false});
    } catch (e) {
      this.message.replaceChildren(notice(e, () => this.#open(device, from, to)));
    }
  }

  close() {
    this.#closed = true;
  }
}

/** Devices with their days, over the live series of each: {m, key, tags, name, days, silences}. */
function devices(answers) {
  const found = new Map();
  for (const {measurement: m, series} of answers) {
    for (const one of series.filter((each) => !each.tags.interval)) {
      const key = deviceOf(m, one.tags);
      if (!found.has(m + key)) {
        const own = Object.entries(one.tags).filter(([tag, value]) => value === key
          || key === tag + ':' + value);
        found.set(m + key, {m, key, name: deviceName(key), tags: Object.fromEntries(own),
          days: new Map(), silences: []});
      }
      const device = found.get(m + key);
      device.silences.push(...one.silences);
      // Before its first sample nothing was to be expected of it: it may not have been there.
      const first = midnight(Date.parse(one.first));
      for (const [time, samples, expected] of one.rows.filter(([at]) => Date.parse(at) >= first)) {
        const day = date(Date.parse(time));
        const before = device.days.get(day) || {samples: 0, expected: 0};
        device.days.set(day, {samples: before.samples + samples, expected: before.expected + expected});
      }
    }
  }
  return [...found.values()].sort((a, b) =>
    deviceOrder(a.key) - deviceOrder(b.key) || byNumber(a.key, b.key));
}
