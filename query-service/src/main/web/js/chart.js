// One chart: lines with an axis per unit, bands, gaps, the window that goes on still, a crosshair.
import {css, h} from './dom.js';
import {axisWidth, common, cursorTime, font, Plot, timeAxis, zoom} from './plot.js';
import {moment} from './time.js';
import {at} from './data.js';
import {number} from './numbers.js';
import {t} from './i18n.js';

const COLORS = ['#0f8f83', '#5b5fe0', '#d9540b', '#cc2b74', '#4f8a10', '#0b7cb8', '#8b35d6',
  '#a87400', '#cf2222', '#5c6b7d'];
const ON_DARK = ['#2cc4b4', '#8f93ff', '#ff8a4c', '#f472b0', '#9ad04a', '#4db8f0', '#c08bff',
  '#e5b93b', '#ff7b7b', '#a3b1c2'];
/** Colour of a line by its place; strong enough on the card in either theme. */
export const color = (i) => (css('--dark') ? ON_DARK : COLORS)[i % COLORS.length];
const fade = (hex, alpha) => hex + Math.round(alpha * 255).toString(16).padStart(2, '0');

const MOST_AXES = 4;
/** A gap stays one at the times of the other lines too. */
const EXPANDED = 2;

/** A line's point nearest to a time: [time, value], or null where it is silent. */
export function nearest(line, time) {
  const times = line.times;
  let i = at(times, time);
  if (line.bars) {
    const bar = line.open && time >= line.open.time ? [line.open.time, line.open.value]
      : [times[i] === time ? times[i] : times[--i], line.values[i]];
    return time - bar[0] < line.interval ? bar : null;
  }
  if (i === times.length || (i > 0 && time - times[i - 1] < times[i] - time)) {
    i--;
  }
  const open = line.open && (i < 0 || Math.abs(line.open.time - time) < Math.abs(times[i] - time));
  if (open) {
    return time - line.open.time > 2 * line.interval ? null : [line.open.time, line.open.value];
  }
  if (i < 0 || line.gaps.some((gap) => time > gap.from && time < gap.to
    && Math.min(time - gap.from, gap.to - time) > (gap.to - gap.from) / 20)) {
    return null;
  }
  const step = Math.max(line.interval || 0,
    times.length > 1 ? (times[times.length - 1] - times[0]) / (times.length - 1) : 0);
  const outside = time < times[0] ? times[0] - time : time - times[times.length - 1];
  return outside > 3 * step + 2000 ? null : [times[i], line.values[i]];
}

/** The part of a window that its bars take; the rest keeps windows apart. */
const BARS = 0.8;
/** Where in its window a bar stands, as parts of it: {from, width}; bars of several lines side by side. */
function slot(lines, line) {
  const bars = lines.filter((one) => one.bars);
  const width = BARS / bars.length;
  return {from: (1 - BARS) / 2 + bars.indexOf(line) * width, width};
}

/** Draws a line's bars. */
function bars(lines, line) {
  const {from, width} = slot(lines, line);
  const seconds = line.interval / 1000;
  return uPlot.paths.bars({size: [1, Infinity, 1], disp: {
    x0: {unit: 1, values: (u) => u.data[0].map((time) => time + from * seconds)},
    size: {unit: 1, values: () => [width * seconds]},
  }});
}

/** Lines as uPlot takes them; null is a gap, undefined is drawn through. */
function columns(lines) {
  const tables = [];
  for (const line of lines) {
    const parts = line.low ? [line.values, line.low, line.high] : [line.values];
    const stamps = line.times.map((time) => time / 1000);
    const table = [stamps, ...parts.map((part) => part.slice())];
    for (const gap of [...line.gaps].reverse()) {
      stamps.splice(gap.i + 1, 0, (gap.from + 1) / 1000);
      table.slice(1).forEach((part) => part.splice(gap.i + 1, 0, null));
    }
    tables.push(table);
  }
  if (tables.length === 0) {
    return [[]];
  }
  return tables.length === 1 ? tables[0]
    : uPlot.join(tables, tables.map((table) => table.map(() => EXPANDED)));
}

export class Chart extends Plot {
  static units = (lines) => [...new Set(lines.map((line) => line.unit))];

  /** Axes on the left and on the right that lines need. */
  static axes(lines) {
    const count = Math.min(MOST_AXES, Math.max(1, Chart.units(lines).length));
    return [Math.ceil(count / 2), Math.floor(count / 2)];
  }

  /** pads: axes that the charts above and below have, so that all times stand in one line. */
  draw(lines, bounds, size, pads) {
    const signature = JSON.stringify([lines.map((one) => [one.key, one.ref, one.unit, one.shifted,
      Boolean(one.low), one.bars && one.interval]), css('--text'), zoom(), pads, document.documentElement.lang]);
    this.update({lines, bounds, data: columns(lines), size, signature},
      () => this.#options(lines, size, pads));
  }

  #options(lines, size, pads) {
    const shared = common(this.owner);
    const units = Chart.units(lines);
    const series = [{}];
    const bands = [];
    lines.forEach((line) => {
      const stroke = line.shifted ? fade(line.color, 0.6) : line.color;
      const points = {show: (u, i) => this.#sparse(u, i), size: 4};
      series.push({scale: line.unit || 'none', stroke, width: (line.shifted ? 1.2 : 1.7) * zoom(),
        dash: line.shifted ? [5, 4] : undefined, points, spanGaps: false,
        ...(line.bars ? {paths: bars(lines, line), fill: fade(line.color, line.shifted ? 0.18 : 0.45),
          points: {show: false}} : {})});
      if (line.low) {
        const none = {scale: line.unit || 'none', stroke: 'transparent', width: 0,
          points: {show: false}};
        series.push(none, {...none});
        bands.push({series: [series.length - 1, series.length - 2], fill: fade(line.color, 0.16)});
      }
    });
    const [left, right] = Chart.axes(lines);
    const scales = {x: {time: true, range: () => this.bounds.map((one) => one / 1000)}};
    const axes = [timeAxis()];
    units.forEach((unit, i) => {
      scales[unit || 'none'] = {range: range(lines.some((line) => line.bars))};
      if (i < MOST_AXES) {
        axes.push({scale: unit || 'none', side: i % 2 ? 1 : 3, size: (u, texts) => Math.max(axisWidth(), widest(texts)),
          stroke: css('--soft'), font: font(), grid: {show: i === 0, stroke: css('--grid'), width: 1}, gap: 5,
          ticks: {show: false}, values: (u, splits) => axisNumbers(splits),
          space: 34 * zoom()});
      }
    });
    return {
      ...shared, ...size, scales, axes, series, bands,
      padding: [30 * zoom(), 20 + (pads[1] - right) * axisWidth(), 0, (pads[0] - left) * axisWidth()],
      hooks: {...shared.hooks, draw: [(u) => this.#extras(u)],
        setCursor: [(u) => this.#hover(u)]},
    };
  }

  /** Whether points stand so far apart that each is to be seen. */
  #sparse(u, i) {
    const values = u.data[i];
    let count = 0;
    for (let k = 0; k < values.length && count < 400; k++) {
      count += typeof values[k] === 'number' ? 1 : 0;
    }
    return count < u.bbox.width / devicePixelRatio / 14;
  }

  /** Units above their axes; silences; the windows that go on still. */
  #extras(u) {
    const ctx = u.ctx;
    const ratio = devicePixelRatio;
    const {left, top, width, height} = u.bbox;
    ctx.save();
    const size = ratio * zoom();
    ctx.font = '600 ' + 11.5 * size + 'px ' + css('--font');
    ctx.fillStyle = css('--soft');
    Chart.units(this.lines).slice(0, MOST_AXES).forEach((unit, i) => {
      ctx.textAlign = i % 2 ? 'left' : 'right';
      const away = (Math.floor(i / 2) * axisWidth() + 5) * ratio;
      ctx.fillText(unit, i % 2 ? left + width + away : left - away, top - 14 * size);
    });
    ctx.beginPath();
    ctx.rect(left, top, width, height);
    ctx.clip();
    for (const line of this.lines) {
      if (line.open) {
        this.#open(u, line, ctx, ratio);
      }
    }
    ctx.restore();
  }

  #open(u, line, ctx, ratio) {
    const place = ([time, value]) => [u.valToPos(time / 1000, 'x', true),
      u.valToPos(value, line.unit || 'none', true)];
    const to = place([line.open.time, line.open.value]);
    ctx.strokeStyle = line.color;
    ctx.lineWidth = 1.5 * ratio;
    ctx.setLineDash([2 * ratio, 3 * ratio]);
    if (line.bars) {
      const {from, width} = slot(this.lines, line);
      const wide = u.valToPos((line.open.time + line.interval) / 1000, 'x', true) - to[0];
      const zero = u.valToPos(0, line.unit || 'none', true);
      ctx.strokeRect(to[0] + from * wide, Math.min(zero, to[1]), wide * width, Math.abs(zero - to[1]));
      return;
    }
    ctx.beginPath();
    if (line.open.before) {
      ctx.moveTo(...place(line.open.before));
      ctx.lineTo(...to);
      ctx.stroke();
    }
    ctx.setLineDash([]);
    ctx.beginPath();
    ctx.arc(to[0], to[1], 3 * ratio, 0, 2 * Math.PI);
    ctx.fillStyle = css('--card');
    ctx.fill();
    ctx.stroke();
  }

  #hover(u) {
    const time = cursorTime(u);
    const own = u.over.matches(':hover') || this.keyboard;
    if (own) {
      this.owner.hover(time);
    }
    if (time === null || !own) {
      this.tip.hidden = true;
      return;
    }
    const rows = this.lines.map((line) => [line, nearest(line, time)]).filter(([, one]) => one);
    const shownAt = rows.length && rows.every(([, one]) => one[0] === rows[0][1][0])
      ? rows[0][1][0] : time;
    this.tip.replaceChildren(h('div', {class: 'when'}, moment(Math.round(shownAt))),
      ...rows.slice(0, 12).map(([line, [, value]]) => {
        const key = h('span', {class: 'key'});
        key.style.background = line.color;
        return h('div', {}, key, h('span', {class: 'what'}, line.title),
          h('b', {}, number(value, line.decimals)), ' ' + line.unit);
      }));
    if (rows.length === 0) {
      this.tip.append(h('div', {}, t('tip.none')));
    }
    this.showTip();
  }

  /** Puts the crosshair at a time, from the keyboard. */
  point(time) {
    const u = this.u;
    if (!u) {
      return;
    }
    this.keyboard = true;
    u.setCursor({left: u.valToPos(time / 1000, 'x'), top: u.over.clientHeight / 2});
    this.keyboard = false;
  }
}

/** A little room above and below; bars stand on zero. */
function range(bars) {
  return (u, low, high) => {
    if (low === null || low === undefined) {
      return [0, 1];
    }
    if (low === high) {
      const room = Math.abs(low) * 0.1 || 1;
      return bars ? [Math.min(0, low), Math.max(0, high) || 1] : [low - room, high + room];
    }
    const room = (high - low) * 0.06;
    return bars ? [low < 0 ? low - room : 0, high > 0 ? high + room : 0] : [low - room, high + room];
  };
}

/** Room for numbers that are longer than the usual ones. */
const widest = (texts) => 7 + 7 * zoom() * Math.max(0, ...(texts || []).map((text) => text.length));

function axisNumbers(splits) {
  const whole = (decimals) => splits.every((split) => split === null
    || Math.abs(split * 10 ** decimals - Math.round(split * 10 ** decimals)) < 1e-6);
  let decimals = 0;
  while (decimals < 9 && !whole(decimals)) {
    decimals++;
  }
  return splits.map((split) => (split === null ? '' : number(split, decimals).replace(/\.?0*e/, 'e')));
}
