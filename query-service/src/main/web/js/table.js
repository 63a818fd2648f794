// The tables of a chart: its lines with their figures, and every value for who cannot see a curve.
import {h, icon, redraw} from './dom.js';
import {t} from './i18n.js';
import {HOUR} from './ranges.js';
import {ago, clock, length, moment, now, seconds} from './time.js';
import {at, power} from './data.js';
import {number, stateName} from './numbers.js';
import {nearest} from './chart.js';

const MOST_ROWS = 500;
const LATE = 15 * 60e3;

/** Figures of a line within a range. */
export function figures(line, from, to) {
  const [a, b] = [at(line.times, from), at(line.times, to)];
  let low = null;
  let high = null;
  let sum = 0;
  for (let i = a; i < b; i++) {
    const [under, over] = line.low ? [line.low[i], line.high[i]] : [line.values[i], line.values[i]];
    if (low === null || under < low[1]) {
      low = [line.times[i], under];
    }
    if (high === null || over > high[1]) {
      high = [line.times[i], over];
    }
    sum += line.values[i];
  }
  return {low, high, mean: b > a ? sum / (b - a) : null, sum,
    last: b > a ? [line.times[b - 1], line.values[b - 1]] : null,
    energy: b > a && !line.bars ? energy(line, a, b) : null};
}

/** kWh of power between two places, by trapezoids; a silence counts nothing. */
function energy(line, a, b) {
  const factor = power(line.unit);
  if (!factor || line.shifted) {
    return null;
  }
  const silent = new Set(line.gaps.map((gap) => gap.i));
  let sum = 0;
  for (let i = a + 1; i < b; i++) {
    if (!silent.has(i - 1)) {
      sum += (line.values[i] + line.values[i - 1]) / 2 * (line.times[i] - line.times[i - 1]);
    }
  }
  return sum * factor / HOUR;
}

const head = (text, numeric) => h('th', {scope: 'col', class: numeric ? 'n' : null}, text);

/** The lines of a chart with their figures; owner: {remove(ref), zoom(from, to), hide(key)}. */
export class Legend {
  #cells = [];

  constructor(owner) {
    this.owner = owner;
    this.element = h('div', {class: 'scroll', tabindex: 0, role: 'region',
      'aria-label': t('table.lines')});
  }

  /** Takes the room of so many lines, so that the chart above stays as it is when they come. */
  reserve(lines) {
    this.element.style.minHeight = 'calc(' + lines + ' * var(--row) + var(--head-row))';
  }

  draw(lines, from, to) {
    this.#cells = [];
    const energies = lines.some((line) => power(line.unit) && !line.bars && !line.shifted);
    const summed = lines.some((line) => line.bars);
    const rows = lines.map((line) => this.#row(line, figures(line, from, to), energies, summed));
    redraw(this.element, h('table', {class: 'legend'},
      h('thead', {}, h('tr', {}, head(t('table.series')), head(t('table.cursor'), true),
        head(t('table.last'), true), head(t('table.min'), true), head(t('table.mean'), true),
        head(t('table.max'), true), energies ? head(t('table.energy'), true) : null,
        summed ? head(t('table.sum'), true) : null, head(t('table.gaps')),
        h('td', {}))),
      h('tbody', {}, rows)));
  }

  #row(line, found, energies, summed) {
    const key = h('span', {class: line.shifted ? 'key dashed' : 'key'});
    key.style.setProperty('--key', line.color);
    const cursor = h('td', {class: 'n cursor'}, '–');
    this.#cells.push({line, cursor});
    const value = (pair) => (pair ? this.#value(line, pair) : '–');
    const plain = (one, decimals) => h('td', {class: 'n'}, one === null ? '–' : number(one, decimals));
    return h('tr', {'data-line': line.title}, h('th', {scope: 'row', class: 'series-name'}, key,
      h('span', {class: 'name'}, line.title),
      line.unit ? h('span', {class: 'unit'}, line.unit) : null), cursor,
    h('td', {class: 'n'}, value(found.last),
      found.last && line.live && now() - found.last[0] - 2 * (line.interval || 0) > LATE
        ? h('small', {class: 'bad'}, ago(found.last[0])) : null),
    h('td', {class: 'n'}, this.#extreme(line, found.low)), plain(found.mean, line.decimals),
    h('td', {class: 'n'}, this.#extreme(line, found.high)),
    energies ? h('td', {class: 'n'}, found.energy === null ? '' : number(found.energy, 1) + ' kWh') : null,
    summed ? plain(line.bars ? found.sum : null, line.decimals) : null,
    h('td', {}, this.#gaps(line)),
    h('td', {}, line.shifted ? null : h('button', {type: 'button', class: 'quiet square',
      'aria-label': t('remove', {name: line.title}), title: t('remove', {name: line.title}),
      onclick: () => this.owner.remove(line.ref)}, icon('close'))));
  }

  #value(line, [, value]) {
    return number(value, line.decimals);
  }

  /** A value with its time; a press shows the surroundings. */
  #extreme(line, pair) {
    if (!pair) {
      return '–';
    }
    const [time, value] = pair;
    const around = Math.max(15 * 60e3, 10 * (line.interval || 0));
    return h('button', {type: 'button', class: 'value', title: t('table.show', {time: moment(time)}),
      onclick: () => this.owner.zoom(time - around, time + around)},
    number(value, line.decimals), h('small', {}, clock(time)));
  }

  #gaps(line) {
    if (line.gaps.length === 0) {
      return '';
    }
    const longest = line.gaps.reduce((a, b) => (b.to - b.from > a.to - a.from ? b : a));
    const around = (longest.to - longest.from) / 2;
    return h('button', {type: 'button', class: 'value gap',
      title: t('table.show', {time: moment(longest.from)}),
      onclick: () => this.owner.zoom(longest.from - around, longest.to + around)},
    clock(longest.from) + '–' + clock(longest.to),
    h('small', {}, length(longest.to - longest.from)
      + (line.gaps.length > 1 ? ' +' + (line.gaps.length - 1) : '')));
  }

  /** The values under the crosshair; null: there is none. */
  cursor(time) {
    for (const {line, cursor} of this.#cells) {
      const found = time === null ? null : nearest(line, time);
      cursor.textContent = found ? number(found[1], line.decimals) : '–';
    }
  }
}

/** All values of some lines as a table, the newest first. */
export function values(lines, from, to) {
  const stamps = new Set();
  for (const line of lines) {
    for (let i = at(line.times, to) - 1, n = 0; i >= 0 && line.times[i] >= from && n < MOST_ROWS; i--, n++) {
      stamps.add(line.times[i]);
    }
  }
  const sorted = [...stamps].sort((a, b) => b - a).slice(0, MOST_ROWS);
  const rows = sorted.map((time) => h('tr', {}, h('th', {scope: 'row'}, moment(time)),
    lines.map((line) => {
      const i = at(line.times, time);
      const has = line.times[i] === time;
      return h('td', {class: 'n'}, !has ? ''
        : line.state ? stateName(line.values[i], line.info) : number(line.values[i], line.decimals));
    })));
  return h('div', {class: 'scroll values', tabindex: 0, role: 'region', 'aria-label': t('table.values')},
    h('table', {}, h('caption', {class: 'hidden'}, t('table.values')),
      h('thead', {}, h('tr', {}, head(t('table.time')),
        lines.map((line) => head(line.title + (line.unit ? ' (' + line.unit + ')' : ''), true)))),
      h('tbody', {}, rows)),
    sorted.length === MOST_ROWS ? h('p', {class: 'soft'}, t('table.cut', {count: MOST_ROWS})) : null);
}

/** What a chart shows, in one sentence for who cannot see it. */
export function summary(lines, from, to) {
  if (lines.length === 0) {
    return t('summary.none');
  }
  const time = to - from > 24 * HOUR ? moment : seconds;
  return t('summary', {from: moment(from), to: moment(to)}) + ' ' + lines.map((line) => {
    if (line.state) {
      const i = at(line.times, to) - 1;
      return i >= 0 ? t('summary.state', {name: line.title, last: stateName(line.values[i], line.info)})
        : line.title;
    }
    const found = figures(line, from, to);
    return found.last ? t('summary.line', {name: line.title, unit: line.unit,
      last: number(found.last[1], line.decimals), low: number(found.low[1], line.decimals),
      high: number(found.high[1], line.decimals), at: time(found.high[0])}) : line.title;
  }).join(' ');
}
