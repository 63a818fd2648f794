// The view of curves: what is chosen, which range, and everything that happens to both.
import {forgetStyles, h, icon, painted} from './dom.js';
import {t} from './i18n.js';
import {pointKey} from './address.js';
import {plan} from './question.js';
import {chartKey} from './keys.js';
import {Moving} from './moving.js';
import {Panel} from './panel.js';
import {Picker} from './picker.js';
import {share} from './sizes.js';
import {Toolbar} from './toolbar.js';
import {absolute} from './ranges.js';
import {rangeName, resolve} from './time.js';
import {firstPanels} from './first.js';
import {tell} from './failures.js';
import {forget} from './directory.js';

const LIVE_MS = 5000;

export class Explore {
  #panels = [];
  #active = 0;
  #timer = 0;
  #run = 0;
  /** The run whose questions are under way; null for none. */
  #asking = null;
  /** Where the crosshair is, as a time; null before it is anywhere. */
  cursor = null;
  #paused = false;
  #furnished = false;
  #drawn = false;

  /**
   * page: {state, go(change, replace), furnish()}: the address; see main.js. The controls are not
   * there before furnish().
   */
  constructor(box, page) {
    this.page = page;
    this.moving = new Moving(this);
    this.side = h('aside', {class: 'card picker', id: 'picker', 'aria-label': t('picker.title')});
    this.bar = h('div', {class: 'toolbar'});
    this.list = h('div', {class: 'panels'});
    this.message = h('div', {class: 'message top'});
    this.announce = h('p', {class: 'hidden', 'aria-live': 'polite'});
    this.paper = h('p', {class: 'print-only'});
    this.work = h('div', {class: 'work'}, this.paper, this.bar, this.message, this.list);
    this.root = h('div', {class: 'explore'}, this.side, this.work);
    this.box = box;
    this.observer = new ResizeObserver(() => this.layout());
    this.observer.observe(this.list);
    this.onWindow = () => {
      forgetStyles();
      this.layout();
    };
    addEventListener('resize', this.onWindow);
    this.onVisible = () => !document.hidden && this.refresh();
    document.addEventListener('visibilitychange', this.onVisible);
  }

  /** Everything but the charts, which are what people came for. */
  furnish() {
    if (this.#furnished) {
      return;
    }
    this.#furnished = true;
    this.#attach();
    this.picker = new Picker(this.side, this);
    this.toolbar = new Toolbar(this.bar, this);
    this.work.append(h('button', {type: 'button', class: 'quiet add', onclick: () => this.addPanel()},
      icon('add'), t('addchart')), this.announce);
    this.#mark();
  }

  /** Not before the chart: a page that is laid out and painted without one is laid out twice. */
  #attach() {
    if (!this.root.isConnected) {
      this.box.replaceChildren(this.root);
    }
  }

  #mark() {
    if (this.#furnished && this.state.panels.length) {
      this.toolbar.mark(this.state);
      this.picker.mark(this.state.panels.flat());
      this.#showLive();
    }
  }

  get state() {
    return this.page.state;
  }

  get panels() {
    return this.#panels;
  }

  /** Shows the address's state; called for every change of it. */
  async show() {
    const run = ++this.#run;
    clearTimeout(this.#timer);
    if (this.state.empty) {
      try {
        const panels = await firstPanels();
        if (run !== this.#run) {
          return;
        }
        this.page.go({panels: panels.length ? panels : [[]], empty: false}, true);
      } catch (e) {
        tell(this.message, e, () => this.show());
        this.#timer = setTimeout(() => this.show(), LIVE_MS);
      }
      return;
    }
    const {unread} = this.state;
    this.message.replaceChildren(...(unread.length ? [h('p', {class: 'hint', role: 'status'},
      t('link.unread', {parts: unread.join(', ')}))] : []));
    this.#arrange();
    this.#mark();
    await this.#load(run, true);
    // After the curves, which are what people came for.
    if (!this.listed && run === this.#run) {
      this.listed = true;
      this.picker.load();
    }
  }

  #arrange() {
    while (this.#panels.length > this.state.panels.length) {
      this.#panels.pop().close();
    }
    while (this.#panels.length < this.state.panels.length) {
      const panel = new Panel(this, this.#panels.length);
      this.#panels.push(panel);
      this.list.append(panel.element);
    }
    this.list.classList.toggle('many', this.#panels.length > 1);
    this.activate(Math.min(this.#active, this.#panels.length - 1));
  }

  async #load(run, fresh) {
    const {from, to, live} = resolve(this.state.range);
    const what = plan(this.state, from, to);
    const bounds = [from, to];
    this.paper.textContent = [...new Set([this.title(), rangeName(absolute(from, to))])].join(' · ');
    this.#asking = run;
    let done;
    try {
      done = await Promise.all(this.#panels.map((panel, i) =>
        panel.load(this.state.panels[i] || [], what, this.state, bounds, fresh)));
    } finally {
      this.#asking = this.#asking === run ? null : this.#asking;
    }
    if (run !== this.#run) {
      return;
    }
    if (done.some(Boolean) && !this.moving.busy) {
      this.#attach();
      this.layout(true);
      await null; // uPlot draws then.
      if (!this.#drawn) {
        this.#drawn = true;
        performance.mark('shown');
        await (this.#furnished || painted());
      }
      this.page.furnish();
      this.#panels.forEach((panel) => panel.report());
      this.layout();
      await Promise.all(this.#panels.map((panel, i) => done[i] && panel.explain()));
      if (run !== this.#run) {
        return;
      }
      document.body.dataset.ready = String(Number(document.body.dataset.ready || 0) + 1);
    }
    this.page.furnish();
    this.#showLive();
    if ((live && !this.#paused) || this.#waits()) {
      this.#timer = setTimeout(() => this.refresh(),
        this.#waits() ? LIVE_MS : Math.max(LIVE_MS, (what.interval || 0) / 6));
    }
  }

  /** Whether something failed that may pass by itself: it is asked again for a past range, too. */
  #waits() {
    return this.#panels.some((panel) => panel.waits);
  }

  /** Only what is new, and what has failed; while that is asked for, nobody asks once more. */
  refresh() {
    if (this.#asking === this.#run) {
      return;
    }
    clearTimeout(this.#timer);
    const goesOn = resolve(this.state.range).live && !this.#paused;
    if (!this.state.empty && (goesOn || this.#waits()) && !document.hidden) {
      this.#load(this.#run, this.#panels.some((panel) => panel.failed));
      this.picker?.lookAgain();
    }
  }

  reload() {
    forget();
    this.show();
  }

  /** Says beside the range whether what is drawn is of now. */
  showLive() {
    if (this.#furnished) {
      this.#showLive();
    }
  }

  isLive() {
    return resolve(this.state.range).live && !this.#paused;
  }

  toggleLive() {
    if (!resolve(this.state.range).live) {
      this.page.go({range: '1h'});
      return;
    }
    this.#paused = !this.#paused;
    this.#showLive();
    this.refresh();
  }

  #showLive() {
    const live = this.isLive();
    const failed = live && this.#panels.some((panel) => panel.failed);
    this.toolbar.showLive({live, failed, waits: live && (!this.#drawn || this.#panels.some((panel) => panel.slow))});
  }

  // ---- sizes

  /** Shares the window's height among the charts; draw: with what has come. */
  layout(draw) {
    share(this.#panels, this.list, draw);
  }

  // ---- moving in time: see moving.js

  zoom(from, to) {
    this.moving.zoom(from, to);
  }

  zoomOut() {
    this.moving.zoomOut();
  }

  startPan(u, event) {
    this.moving.startPan(u, event);
  }

  panBy(pixels) {
    this.moving.panBy(pixels);
  }

  /** Moves the charts to other times before their data is there. */
  preview(bounds) {
    this.#panels.forEach((panel) => panel.show(bounds));
  }

  chartKey(event, panel) {
    chartKey(this, event, panel);
  }

  hover(time) {
    this.cursor = time;
    this.#panels.forEach((panel) => panel.cursor(time));
  }

  // ---- choosing

  activate(index) {
    this.#active = Math.max(0, index);
    this.#panels.forEach((panel, i) =>
      panel.element.classList.toggle('active', i === this.#active && this.#panels.length > 1));
  }

  toggle(ref, on, index) {
    const key = pointKey(ref);
    const panels = this.state.panels.map((panel) => [...panel]);
    if (on) {
      panels[this.#active].push(ref);
    } else {
      panels.forEach((panel, i) => {
        if (index === undefined || i === index) {
          panels[i] = panel.filter((one) => pointKey(one) !== key);
        }
      });
    }
    this.page.go({panels, name: ''});
  }

  addPanel() {
    this.#active = this.state.panels.length;
    this.page.go({panels: [...this.state.panels, []], name: ''});
  }

  removePanel(index) {
    const panels = this.state.panels.filter((one, i) => i !== index);
    this.page.go({panels: panels.length ? panels : [[]], name: ''});
  }

  close() {
    this.#run++;
    clearTimeout(this.#timer);
    this.observer.disconnect();
    removeEventListener('resize', this.onWindow);
    document.removeEventListener('visibilitychange', this.onVisible);
    this.#panels.forEach((panel) => panel.close());
  }

  title() {
    return this.state.name || rangeName(this.state.range);
  }

  /** For tests and for the curious: the charts as they are. */
  get plots() {
    return this.#panels.map((panel) => panel.chart.plot);
  }
}
