// What charts and timelines share: the axis of time, the crosshair, how a drawing is kept up to date.
import {css, h} from './dom.js';
import {clock, date, seconds, shortDate, wallClock} from './time.js';

/** How much larger everything is than on a desk; see app.css. */
export const zoom = () => Number(css('--zoom')) || 1;

/** Width of an axis of values. */
export const axisWidth = () => (innerWidth < 600 ? 42 : 58) * zoom();
/** Labels of the time axis in the site's zone; the day below where it changes. */
export function timeLabels(u, splits, axis, space, step) {
  let day = '';
  return splits.map((split) => {
    const ms = split * 1000;
    if (step >= 86400) {
      return shortDate(ms);
    }
    const time = step < 60 ? seconds(ms) : clock(ms);
    const today = date(ms);
    const below = today === day ? '' : '\n' + (day ? today.slice(5) : today);
    day = today;
    return time + below;
  });
}

export function timeAxis() {
  return {stroke: css('--soft'), grid: {stroke: css('--grid'), width: 1}, size: 40 * zoom(), gap: 4,
    ticks: {stroke: css('--grid'), width: 1, size: 4}, values: timeLabels, font: font(),
    space: (u, i, min, max) => (max - min < 1800 ? 86 : 74) * zoom()};
}

/** uPlot reads whole pixels only. */
export const font = () => Math.round(12 * zoom()) + 'px ' + css('--font');

/** Options that every chart and timeline of a view has in common. */
export function common(owner) {
  return {
    tzDate: (stamp) => wallClock(stamp * 1000),
    legend: {show: false},
    cursor: {
      sync: {key: 'explore', setSeries: false, scales: ['x', null]},
      drag: {x: true, y: false, setScale: false, dist: 6},
      points: {size: 7},
      bind: {
        dblclick: () => () => {
          owner.zoomOut();
          return null;
        },
        mousedown: (u, target, handler) => (event) => {
          if (event.shiftKey || event.button === 1) {
            owner.startPan(u, event);
          } else {
            handler(event);
          }
          return null;
        },
      },
    },
    hooks: {
      setSelect: [(u) => {
        if (u.select.width >= 6) {
          owner.zoom(u.posToVal(u.select.left, 'x') * 1000,
            u.posToVal(u.select.left + u.select.width, 'x') * 1000);
        }
        if (u.select.width) {
          u.setSelect({left: 0, top: 0, width: 0, height: 0}, false);
        }
      }],
    },
  };
}

/** Where the crosshair is, as a time; null when it is nowhere. */
export function cursorTime(u) {
  return u.cursor.left >= 0 ? u.posToVal(u.cursor.left, 'x') * 1000 : null;
}

/** A drawing by uPlot in a box; it is made anew only where more than its data has changed. */
export class Plot {
  u = null;
  lines = [];
  bounds = [0, 1];
  #signature = '';

  /** owner: {zoom(from, to), zoomOut(), startPan(u, event), hover(time)}. */
  constructor(box, owner) {
    this.box = box;
    this.owner = owner;
    this.tip = h('div', {class: 'tip', hidden: true});
  }

  /**
   * Draws.
   *
   * what: {lines, bounds, data, size, signature}; a signature that is as it was says that the
   * options are, too, so that only the data changes.
   */
  update(what, options) {
    this.lines = what.lines;
    this.bounds = what.bounds;
    if (this.u && what.signature === this.#signature) {
      const u = this.u;
      u.batch(() => {
        u.setData(what.data, false);
        u.setScale('x', this.#scale());
      });
      this.resize(what.size);
      return;
    }
    this.clear();
    this.#signature = what.signature;
    this.u = new uPlot(options(), what.data, this.box);
    this.u.over.append(this.tip);
    this.u.over.addEventListener('pointerleave', () => {
      this.tip.hidden = true;
    });
  }

  #scale() {
    return {min: this.bounds[0] / 1000, max: this.bounds[1] / 1000};
  }

  /** Shows what stands in the tip, beside the crosshair. */
  showTip() {
    this.tip.hidden = false;
    const {cursor, over} = this.u;
    const right = cursor.left > over.clientWidth / 2;
    const x = right ? cursor.left - this.tip.offsetWidth - 14 : cursor.left + 14;
    this.tip.style.transform = 'translate(' + Math.max(0, Math.round(x)) + 'px, 6px)';
  }

  /** Moves the window of time without new data. */
  show(bounds) {
    this.bounds = bounds;
    if (this.u) {
      this.u.setScale('x', this.#scale());
    }
  }

  resize(size) {
    if (this.u && (this.u.width !== size.width || this.u.height !== size.height)) {
      this.u.setSize(size);
    }
  }

  get canvas() {
    return this.u ? this.u.ctx.canvas : null;
  }

  get plot() {
    return this.u;
  }

  clear() {
    if (this.u) {
      this.u.destroy();
      this.u = null;
    }
  }
}
