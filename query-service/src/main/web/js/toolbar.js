// What stands above the charts: range, live, what is drawn of it, views, export.
import {h, icon, option, popover} from './dom.js';
import {t} from './i18n.js';
import {FUNCTIONS} from './address.js';
import {RangeBar} from './range.js';
import {savedViews} from './views.js';
import {csv, png} from './export.js';

const EVERY = ['auto', 'raw', '1s', '10s', '1m', '5m', '15m', '1h', '1d'];

export class Toolbar {
  /** owner: the view; see explore.js. */
  constructor(box, owner) {
    const {page, moving} = owner;
    this.range = new RangeBar(box, {range: (range) => page.go({range, name: ''}),
      shift: (part) => moving.shift(part), zoomOut: () => moving.zoomOut()});
    this.live = h('button', {type: 'button', class: 'live', onclick: () => owner.toggleLive()});
    this.fn = select(t('function'), FUNCTIONS, (one) => t('fn.' + one), (fn) => page.go({fn}));
    this.every = select(t('every'), EVERY, (one) => t('every.' + one) || one,
      (every) => page.go({every}));
    this.versus = select(t('versus'), ['', '1d', '7d'], (one) => t('versus.' + (one || 'none')),
      (versus) => page.go({versus}));
    const views = h('button', {type: 'button'}, icon('star'), t('views'));
    const menu = h('button', {type: 'button', 'aria-label': t('export'), title: t('export')},
      icon('download'));
    const save = (name, image, write) => (close) => h('button', {type: 'button', class: 'item',
      onclick: () => {
        close();
        write(owner.panels, owner.state);
      }}, icon(image), t(name));
    const ways = [save('export.csv', 'download', csv), save('export.png', 'image', png)];
    box.prepend(h('button', {type: 'button', class: 'narrow-only square',
      'aria-label': t('picker.title'), 'aria-controls': 'picker',
      onclick: (event) => owner.picker.open(event.currentTarget)}, icon('menu')));
    box.append(this.live, h('span', {class: 'grow'}), this.fn, this.every, this.versus,
      popover(views, (close) => savedViews(page, close)),
      popover(menu, (close) => ways.map((way) => way(close))));
  }

  /** Has the controls show the address's state. */
  mark(state) {
    this.range.show(state.range);
    this.fn.value = state.fn;
    this.every.value = EVERY.includes(state.every) ? state.every : 'auto';
    this.versus.value = state.versus;
  }

  /** waits: nothing has been drawn yet. */
  showLive({live, failed, waits}) {
    this.live.className = failed ? 'live failed' : live && !waits ? 'live on' : 'live';
    this.live.setAttribute('aria-pressed', String(live));
    this.live.textContent = failed ? t('live.failed') : waits ? t('loading')
      : live ? t('live.on') : t('live.off');
    this.live.title = t(live ? 'live.pause' : 'live.start');
  }
}

function select(label, values, text, pick) {
  return h('select', {'aria-label': label, title: label,
    onchange: (event) => pick(event.target.value)}, values.map((one) => option(one, text(one))));
}
