// Choosing the time: presets, a calendar, from and to by hand.
import {h, icon, popover} from './dom.js';
import {t} from './i18n.js';
import {absolute, DAYS, PRESETS} from './ranges.js';
import {atSite, day, fromInput, midnight, monthName, now, rangeName, resolve, siteZone, toInput,
  weekdays} from './time.js';

const SHOWN = ['15m', '1h', '6h', '24h', '7d'];

/** owner: {range(text), shift(part), zoomOut()} */
export class RangeBar {
  constructor(box, owner) {
    this.owner = owner;
    this.presets = h('div', {class: 'segments', role: 'group', 'aria-label': t('range')},
      SHOWN.map((one) => h('button', {type: 'button', 'data-range': one,
        title: t('range.' + one), onclick: () => owner.range(one)}, one)));
    this.button = h('button', {type: 'button', class: 'range-name'}, '');
    this.shown = {year: 0, month: 0};
    box.append(this.presets, popover(this.button, (close) => this.#fill(close)),
      h('div', {class: 'segments'},
        h('button', {type: 'button', class: 'square', 'aria-label': t('earlier'), title: t('earlier'),
          onclick: () => owner.shift(-0.5)}, icon('left')),
        h('button', {type: 'button', class: 'square', 'aria-label': t('later'), title: t('later'),
          onclick: () => owner.shift(0.5)}, icon('right')),
        h('button', {type: 'button', class: 'square', 'aria-label': t('zoomout'),
          title: t('zoomout'), onclick: () => owner.zoomOut()}, icon('out'))));
  }

  show(range) {
    this.range = range;
    for (const button of this.presets.children) {
      button.setAttribute('aria-pressed', String(button.dataset.range === range));
    }
    this.button.replaceChildren(SHOWN.includes(range) ? t('range.other') : rangeName(range));
    this.button.classList.toggle('on', !SHOWN.includes(range));
  }

  #fill(close) {
    const pick = (range) => {
      close();
      this.owner.range(range);
    };
    const {from, to} = resolve(this.range);
    const first = h('input', {type: 'datetime-local', step: 1, value: toInput(from)});
    const last = h('input', {type: 'datetime-local', step: 1, value: toInput(to)});
    const wrong = h('p', {class: 'bad', role: 'alert', hidden: true}, t('range.wrong'));
    this.shown = day(Math.min(to - 1, now()));
    const calendar = h('div', {class: 'calendar'});
    this.#month(calendar, pick);
    return [
      h('div', {class: 'range-lists'},
        h('div', {class: 'list'}, DAYS.concat(PRESETS).map((one) => h('button',
          {type: 'button', class: 'item', 'aria-pressed': String(one === this.range),
            onclick: () => pick(one)}, t('range.' + one)))),
        h('div', {}, calendar,
          h('form', {class: 'between', onsubmit: (event) => {
            event.preventDefault();
            const [a, b] = [fromInput(first.value), fromInput(last.value)];
            wrong.hidden = a < b;
            if (a < b) {
              pick(absolute(a, b));
            }
          }}, h('label', {}, t('range.from'), first), h('label', {}, t('range.to'), last), wrong,
          h('button', {type: 'submit', class: 'primary'}, t('range.show')),
          h('p', {class: 'soft'}, t('range.zone', {zone: siteZone()}))))),
    ];
  }

  #month(box, pick) {
    const {year, month} = this.shown;
    const start = atSite(year, month, 1);
    const lead = (new Date(Date.UTC(year, month - 1, 1)).getUTCDay() + 6) % 7;
    const count = new Date(Date.UTC(year, month, 0)).getUTCDate();
    const today = midnight(now());
    const {from, to} = resolve(this.range);
    const turn = (step) => {
      const moved = new Date(Date.UTC(year, month - 1 + step, 1));
      this.shown = {year: moved.getUTCFullYear(), month: moved.getUTCMonth() + 1};
      this.#month(box, pick);
      box.querySelector(step < 0 ? 'button' : 'button:nth-of-type(2)').focus();
    };
    const days = [];
    for (let i = 1; i <= count; i++) {
      const at = midnight(start, i - 1);
      days.push(h('button', {type: 'button', disabled: at > now(),
        'aria-label': monthName(year, month) + ' ' + i,
        'aria-current': at === today ? 'date' : null,
        class: at < to && midnight(at, 1) > from ? 'in' : '',
        onclick: (event) => {
          const other = event.shiftKey ? [Math.min(at, midnight(from)), Math.max(at, from)] : [at, at];
          pick(absolute(other[0], midnight(other[1], 1)));
        }}, String(i)));
    }
    box.replaceChildren(
      h('div', {class: 'month'},
        h('button', {type: 'button', class: 'quiet square', 'aria-label': t('month.before'),
          onclick: () => turn(-1)}, icon('left')),
        h('b', {'aria-live': 'polite'}, monthName(year, month)),
        h('button', {type: 'button', class: 'quiet square', 'aria-label': t('month.after'),
          onclick: () => turn(1)}, icon('right'))),
      h('div', {class: 'days'}, weekdays().map((one) => h('span', {}, one)),
        Array.from({length: lead}, () => h('i', {})), days));
  }
}
