// One chart of the view with what belongs to it: title, curves, states, tables, notices.
import {h, icon} from './dom.js';
import {t} from './i18n.js';
import {Chart, color} from './chart.js';
import {Timeline} from './timeline.js';
import {Legend, summary, values} from './table.js';
import {Store} from './data.js';
import {passes, sayWhenSlow, tell} from './failures.js';
import {DAY} from './ranges.js';
import {length, moment, now} from './time.js';
import {exists, hasField, lookAgain} from './directory.js';
import {get} from './api.js';
import {pointKey} from './address.js';
import {deviceName, deviceOf} from './catalogue.js';

const SHIFT = {'1d': DAY, '7d': 7 * DAY};

export class Panel {
  #store = null;
  #before = null;
  #abort = new AbortController();
  /** What was said of the lines beside the title. */
  #noted = '';
  lines = [];

  /** owner: the view; see explore.js. */
  constructor(owner, index) {
    this.owner = owner;
    this.index = index;
    this.asTable = false;
    this.curves = h('div', {class: 'curves'});
    this.states = h('div', {class: 'states'});
    this.message = h('div', {class: 'message'});
    this.title = h('h2', {});
    this.note = h('span', {class: 'note'});
    this.stage = h('div', {class: 'stage', tabindex: 0, role: 'img',
      onkeydown: (event) => owner.chartKey(event, this)}, this.curves, this.states);
    this.legend = new Legend({remove: (ref) => owner.toggle(ref, false, this.index),
      zoom: (from, to) => owner.zoom(from, to)});
    this.table = h('div', {});
    this.tableButton = h('button', {type: 'button', class: 'quiet square', 'aria-pressed': 'false',
      'aria-label': t('astable'), title: t('astable'), onclick: () => this.#toggleTable()},
    icon('table'));
    this.element = h('section', {class: 'card panel', 'aria-label': t('chart', {number: index + 1})},
      h('div', {class: 'panel-head'}, this.title, this.note, this.tableButton,
        h('button', {type: 'button', class: 'quiet square remove', 'aria-label': t('removechart'),
          title: t('removechart'), onclick: () => owner.removePanel(this.index)}, icon('close'))),
      this.message, this.stage, this.legend.element, this.table);
    this.element.addEventListener('pointerdown', () => owner.activate(this.index));
    this.element.addEventListener('focusin', () => owner.activate(this.index));
    this.stage.addEventListener('wheel',
      (event) => owner.moving.wheel(event, this.chart.plot || this.timeline.plot), {passive: false});
    for (const type of ['pointerdown', 'pointermove', 'pointerup', 'pointercancel']) {
      this.stage.addEventListener(type, (event) => this.#touched(event));
    }
    this.chart = new Chart(this.curves, owner);
    this.timeline = new Timeline(this.states, owner);
  }

  /**
   * A finger: a tap puts the crosshair there, a stroke to the side moves the range; two fingers
   * zoom.
   */
  #touched(event) {
    const u = this.chart.plot || this.timeline.plot;
    if (event.pointerType !== 'touch' || !u || this.owner.moving.finger(event, u)) {
      return;
    }
    if (event.type === 'pointerdown' && event.isPrimary) {
      const left = event.clientX - u.over.getBoundingClientRect().left;
      this.owner.startPan(u, event);
      this.chart.point(u.posToVal(left, 'x') * 1000);
    }
  }

  #toggleTable() {
    this.asTable = !this.asTable;
    this.tableButton.setAttribute('aria-pressed', String(this.asTable));
    this.#drawTable();
    this.owner.layout();
  }

  /** Asks for what the panel shows; a panel that was changed meanwhile drops the old answer. */
  async load(points, what, state, bounds, fresh) {
    this.points = points;
    this.what = what;
    this.bounds = bounds;
    if (fresh || !this.#store) {
      this.#abort.abort(new DOMException('replaced', 'AbortError'));
      this.#abort = new AbortController();
      this.#store = null;
      this.element.classList.add('loading');
      if (this.lines.length === 0) {
        // Else it is the name of what is still drawn.
        this.title.textContent = this.#devices();
      }
    }
    const {signal} = this.#abort;
    const answered = sayWhenSlow(this.message, (slow) => {
      this.slow = slow;
      this.owner.showLive();
    });
    let store;
    let before;
    try {
      [store, before] = await this.#stores(state, signal);
      await Promise.all([store, before].map((one) => one && one.load(...bounds, signal)));
    } catch (e) {
      if (signal.aborted) {
        return false;
      }
      this.element.classList.remove('loading');
      this.fail(e);
      return false;
    } finally {
      answered();
    }
    if (signal.aborted) {
      return false;
    }
    this.element.classList.remove('loading');
    this.failed = false;
    this.waits = false;
    this.#describe(store, before, state);
    return true;
  }

  /**
   * For what the database knows: it refuses a question with anything else in it. What it does not
   * know may have come since it was asked.
   */
  async #stores(state, signal) {
    const isKnown = (one) => hasField(one.m, one.f);
    if (!this.points.every(isKnown)) {
      await lookAgain();
      signal.throwIfAborted();
    }
    const known = this.points.filter(isKnown);
    if (this.#store?.points.length !== known.length) {
      this.#store = new Store(known, this.what);
      this.#before = state.versus ? new Store(known, this.what, SHIFT[state.versus]) : null;
    }
    return [this.#store, this.#before];
  }

  /** Names of the devices that are asked for. */
  #devices() {
    return [...new Set(this.points.map((one) => deviceName(deviceOf(one.m, one.tags))))].join(', ');
  }

  #describe(store, before, state) {
    const many = new Set(this.points.map((one) => deviceOf(one.m, one.tags))).size > 1;
    const title = (line) => (many ? line.device + ' · ' : '') + line.name;
    const live = this.owner.isLive();
    const lines = store.lines().map((line, i) =>
      ({...line, color: color(i), title: title(line), live}));
    const shifted = (before ? before.lines() : []).filter((line) => !line.state).map((line) => ({
      ...line, shifted: true, color: (lines.find((one) => one.key === line.key) || {color: color(9)})
        .color, title: title(line) + ' ' + t('versus.short.' + state.versus)}));
    this.lines = lines.concat(shifted);
    const names = [...new Set(lines.map((line) => line.device))];
    this.title.textContent = names.join(', ') || this.#devices() || t('chart.empty');
    const statesOnly = lines.length > 0 && this.numbers.length === 0;
    this.#noted = [lines.length === 0 ? ''
      : this.what.interval === null ? t('note.raw')
        : t('note.' + (statesOnly ? 'last' : this.what.fn), {every: length(this.what.interval)}),
    store.expired ? t('note.expired', {time: moment(store.expired.before)}) : '',
    store.truncated ? t('note.cut') : ''].filter(Boolean).join(' · ');
    this.note.textContent = this.#noted;
    this.element.dataset.lines = String(this.lines.length);
  }

  get numbers() {
    return this.lines.filter((line) => !line.state && typeof line.values[0] !== 'string');
  }

  get lanes() {
    return this.lines.filter((line) => line.state || typeof line.values[0] === 'string');
  }

  /** Height of everything but the curves. */
  get rest() {
    const lanes = this.lanes.length;
    return this.element.offsetHeight - this.curves.offsetHeight
      - (this.states.offsetHeight - (lanes ? Timeline.height(this.lanes) : 0));
  }

  /** Gives every part its place, so that sizes can be told before anything is drawn. */
  prepare() {
    const numbers = this.numbers;
    this.curves.hidden = numbers.length === 0;
    this.states.hidden = this.lanes.length === 0;
    this.stage.hidden = this.lines.length === 0;
    this.legend.element.hidden = numbers.length === 0;
    this.legend.reserve(numbers.length);
  }

  draw(size, pads) {
    const numbers = this.numbers;
    const lanes = this.lanes;
    if (numbers.length) {
      this.chart.draw(numbers, this.bounds, size, pads);
    } else {
      this.chart.clear();
    }
    if (lanes.length) {
      this.timeline.draw(lanes, this.bounds, size.width, pads);
    } else {
      this.timeline.clear();
    }
  }

  resize({width, height}) {
    this.chart.resize({width, height});
    this.timeline.resize({width, height: this.timeline.plot?.height || 0});
  }

  /** What the chart shows, in figures and words. */
  report() {
    this.#tellFigures();
    this.element.dataset.drawn = String(Number(this.element.dataset.drawn || 0) + 1);
  }

  #tellFigures() {
    this.legend.draw(this.numbers, ...this.bounds);
    this.stage.setAttribute('aria-label', summary(this.lines, ...this.bounds));
    this.#drawTable();
  }

  #drawTable() {
    this.table.replaceChildren(...(this.asTable ? [values(this.lines, ...this.bounds)] : []));
  }

  fail(e) {
    this.failed = true;
    this.waits = passes(e);
    this.#leave();
    tell(this.message, e, () => this.owner.reload());
    this.note.textContent = this.lines.length > 0
      ? [this.#noted, t('note.stale')].filter(Boolean).join(' · ') : '';
    this.owner.showLive();
  }

  /** What was drawn before stays as what it is; what is not asked for any more goes. */
  #leave() {
    const asked = new Set(this.points.map(pointKey));
    const right = this.lines.filter((line) => asked.has(pointKey(line.ref)));
    if (right.length < this.lines.length) {
      this.lines = right;
      this.element.dataset.lines = String(right.length);
      this.owner.layout(true);
      this.#tellFigures();
    }
    this.title.textContent = [...new Set(right.map((line) => line.device))].join(', ') || this.#devices();
  }

  /** Nothing to draw: says why, and where there is something. */
  async explain() {
    if (this.failed) {
      return;
    }
    const {signal} = this.#abort;
    this.message.replaceChildren();
    const missing = this.points.filter((one) => !this.lines.some((line) => line.ref === one));
    if (this.points.length === 0) {
      this.message.replaceChildren(h('p', {class: 'hint'}, t('empty.choose')));
      return;
    }
    if (this.what.fn === 'energy' && this.lines.length === 0 && !this.#store?.expired) {
      this.message.replaceChildren(h('p', {class: 'hint'}, t('empty.energy')));
      return;
    }
    const asked = new Map(missing.map((one) => [deviceOf(one.m, one.tags), one]));
    const found = await Promise.all([...asked].map(([device, one]) => this.#why(device, one)));
    if (!signal.aborted) {
      this.message.replaceChildren(...found.filter(Boolean));
    }
  }

  async #why(device, one) {
    try {
      if (!hasField(one.m, one.f) || !await exists(one)) {
        return h('p', {class: 'hint', role: 'status'}, t('empty.unknown', {name: deviceName(device)}));
      }
      const gone = this.#store?.expired;
      if (gone) {
        return this.#expired(device, gone);
      }
      const params = new URLSearchParams({measurement: one.m, field: one.f, range: '30d',
        time_format: 'ms'});
      for (const [tag, value] of Object.entries(one.tags)) {
        params.append('tag.' + tag, value);
      }
      const answer = await get('latest', params);
      const times = answer.series.flatMap((s) => Object.values(s.fields)).map((v) => v.time);
      const hint = h('p', {class: 'hint', role: 'status'},
        t('empty.range', {name: deviceName(device)}));
      if (times.length) {
        const last = Math.max(...times);
        hint.append(' ', h('button', {type: 'button',
          onclick: () => this.owner.zoom(last - 30 * 60e3, Math.min(now(), last + 5 * 60e3))},
        t('empty.last')));
      }
      return hint;
    } catch {
      return null;
    }
  }

  /** What is gone is no silence; coarser copies may have it still. */
  #expired(device, gone) {
    const hint = h('p', {class: 'hint', role: 'status'},
      t('empty.expired', {name: deviceName(device), time: moment(gone.before)}));
    if (/^\d+[smhd]$/.test(gone.every || '') && this.what.fn !== 'energy') {
      hint.append(' ', h('button', {type: 'button',
        onclick: () => this.owner.page.go({every: gone.every, fn: 'mean'})},
      t('empty.kept', {every: gone.every})));
    }
    return hint;
  }

  cursor(time) {
    this.legend.cursor(time);
  }

  show(bounds) {
    this.bounds = bounds;
    this.chart.show(bounds);
    this.timeline.show(bounds);
  }

  close() {
    this.#abort.abort(new DOMException('closed', 'AbortError'));
    this.chart.clear();
    this.timeline.clear();
    this.element.remove();
  }
}

