// States as bars along the same axis of time: on and off, modes, texts.
import {css, h} from './dom.js';
import {nearest} from './chart.js';
import {axisWidth, common, cursorTime, Plot, timeAxis, zoom} from './plot.js';
import {moment} from './time.js';
import {stateName} from './numbers.js';
import {t} from './i18n.js';

export const LANE = 42;
const BAR = 20;
/** White letters are legible on each. */
const OTHERS = ['#4a4fd0', '#a8440a', '#a8276a', '#3f6f0c', '#0a6699', '#7429b5', '#7d5800'];

/** Spans of one state: [{from, to, value}]; a silence belongs to none. */
export function spans(line, until) {
  const found = [];
  let current = null;
  let gap = 0;
  line.times.forEach((time, i) => {
    const silent = gap < line.gaps.length && line.gaps[gap].i === i - 1;
    if (silent) {
      gap++;
    }
    if (current && !silent && current.value === line.values[i]) {
      current.to = time;
      return;
    }
    if (current) {
      current.to = silent ? current.to : time;
    }
    current = {from: time, to: time, value: line.values[i]};
    found.push(current);
  });
  if (current) {
    const step = line.interval || (line.times.length > 1
      ? line.times[line.times.length - 1] - line.times[line.times.length - 2] : 1000);
    current.to = Math.min(until, current.to + step);
  }
  return found;
}

export class Timeline extends Plot {
  static height = (lines) => (lines.length * LANE + 44) * zoom();

  draw(lines, bounds, width, pads) {
    const signature = JSON.stringify([lines.map((line) => line.key), css('--text'), zoom(), pads,
      document.documentElement.lang]);
    const size = {width, height: Timeline.height(lines)};
    this.update({
      lines: lines.map((line) => ({...line, spans: spans(line, Math.max(...bounds))})),
      bounds, data: [bounds.map((one) => one / 1000), [0, 0]], size, signature,
    }, () => this.#options(size, pads));
    // The bars are not among the data, by which uPlot knows that something has changed.
    this.u.redraw(false);
  }

  #options(size, pads) {
    const shared = common(this.owner);
    return {
      ...shared, ...size,
      scales: {x: {time: true, range: () => this.bounds.map((one) => one / 1000)},
        y: {range: [0, 1]}},
      axes: [timeAxis(), {show: false}],
      series: [{}, {stroke: 'transparent', points: {show: false}}],
      padding: [4, 20 + pads[1] * axisWidth(), 0, pads[0] * axisWidth()],
      hooks: {...shared.hooks, draw: [(u) => this.#lanes(u)], setCursor: [(u) => this.#hover(u)]},
    };
  }

  #lanes(u) {
    const ctx = u.ctx;
    const ratio = devicePixelRatio * zoom();
    const {left, top, width, height} = u.bbox;
    const lane = height / this.lines.length;
    ctx.save();
    ctx.beginPath();
    ctx.rect(left, top, width, height);
    ctx.clip();
    ctx.textBaseline = 'middle';
    this.lines.forEach((line, i) => {
      const y = top + i * lane;
      ctx.font = '11.5px '.replace('11.5', 11.5 * ratio) + css('--font');
      ctx.fillStyle = css('--soft');
      ctx.textAlign = 'left';
      ctx.fillText(line.title, left + 4 * ratio, y + 9 * ratio);
      for (const span of line.spans) {
        const from = Math.max(left, u.valToPos(span.from / 1000, 'x', true));
        const to = Math.min(left + width, u.valToPos(span.to / 1000, 'x', true));
        if (to > from) {
          this.#bar(ctx, ratio, {from, to, y: y + 17 * ratio}, span, line);
        }
      }
    });
    ctx.restore();
  }

  #bar(ctx, ratio, place, span, line) {
    const fill = stateColor(span.value, line.info);
    const wide = Math.max(1, place.to - place.from);
    ctx.fillStyle = fill;
    ctx.fillRect(place.from, place.y, wide, BAR * ratio);
    ctx.font = '600 ' + 11 * ratio + 'px ' + css('--font');
    const text = fit(ctx, stateName(span.value, line.info), wide - 12 * ratio);
    if (text) {
      ctx.fillStyle = '#fff';
      ctx.fillText(text, place.from + 6 * ratio, place.y + BAR / 2 * ratio + ratio);
    }
  }

  #hover(u) {
    const time = cursorTime(u);
    const own = u.over.matches(':hover');
    if (own) {
      this.owner.hover(time);
    }
    if (time === null || !own) {
      this.tip.hidden = true;
      return;
    }
    this.tip.replaceChildren(h('div', {class: 'when'}, moment(Math.round(time))),
      ...this.lines.map((line) => {
        const found = nearest(line, time);
        return h('div', {}, h('span', {class: 'what'}, line.title),
          h('b', {}, found ? stateName(found[1], line.info) : t('tip.none')));
      }));
    this.showTip();
  }
}

const LONGEST = 200;

/** As much of a text as there is room for; nothing where that would be a few letters. */
function fit(ctx, text, room) {
  const whole = text.slice(0, LONGEST);
  const width = ctx.measureText(whole).width;
  if (whole === text && width < room) {
    return text;
  }
  const count = Math.min(whole.length, Math.floor(whole.length * room / width) - 1);
  return count < 4 ? '' : whole.slice(0, count) + '…';
}

/** On is green, off is grey; other values have colours of their own, the same in every view. */
function stateColor(value, info) {
  if (value === 1 || value === true) {
    return '#12796f';
  }
  if (value === 0 || value === false) {
    return '#66737f';
  }
  const text = String(value);
  const known = Object.keys(info.states || {}).indexOf(text);
  const place = known >= 0 ? known : [...text].reduce((sum, one) => sum + one.codePointAt(0), 0);
  return OTHERS[place % OTHERS.length];
}
