// The page: its head, its views, and the address that says which is shown.
import {names} from './ahead.js';
import './uplot.js';
import {css, forgetStyles, h, icon, redraw} from './dom.js';
import {lang, setLanguage, t} from './i18n.js';
import {get} from './api.js';
import {always} from './kept.js';
import {format, parse, VIEWS} from './address.js';
import {setCatalogue, siteName} from './catalogue.js';
import {forget, setMeasurements} from './directory.js';
import {correctNow, moment, setNow, setZone} from './time.js';
import {explain, sayWhenSlow, tell} from './failures.js';
import {stateText} from './standing.js';
import {words} from './words.js';
import {Completeness} from './completeness.js';
import {Explore} from './explore.js';
import {Pipeline} from './pipeline.js';
import {Storage} from './storage.js';

const KINDS = {explore: Explore, completeness: Completeness, pipeline: Pipeline, storage: Storage};
const THEME = 'hissrv.theme';
const THEMES = ['auto', 'light', 'dark'];
const STRIP_MS = 5000;
/** A file that was taken so long before may not have been in use yet. */
const TAKING_MS = 10000;
/** Who looks so much later than it meant to has slept meanwhile, as a laptop does. */
const SLEPT_MS = 4 * STRIP_MS;
/** The version of the script that runs here; null where a proxy has renamed it. */
const OWN = new URL(document.querySelector('script[src*="app.js"]')?.src || location.href)
  .searchParams.get('v');
/** Head and controls wait so long for the first chart. */
const FURNISH_MS = 150;

class Page {
  #view = null;
  #strip = 0;
  #start = 0;
  #starts = 0;
  #looks = 0;
  #looked = 0;
  #taken = null;
  #namedAt;
  #known = '';

  constructor() {
    this.state = parse(location.hash);
    this.main = document.getElementById('main');
    this.head = document.getElementById('head');
    addEventListener('popstate', () => this.#moved());
    addEventListener('hashchange', () => this.#moved());
    // Paper is light; what is drawn already is turned into that (print.css).
    addEventListener('beforeprint', () => {
      this.printing = true;
      document.documentElement.classList.toggle('drawn-dark', Boolean(css('--dark')));
    });
    addEventListener('afterprint', () => {
      this.printing = false;
    });
  }

  async start() {
    if (!this.theme) {
      this.#theme(always.get(THEME) || 'auto');
      this.#prepare();
    }
    clearTimeout(this.#start);
    const run = ++this.#starts;
    const answered = sayWhenSlow(this.main);
    try {
      const [catalogue, measurements] = await names();
      if (run !== this.#starts) {
        return; // somebody has pressed a button meanwhile
      }
      this.#names(catalogue);
      setMeasurements(measurements);
      this.nothing = measurements.measurements.length === 0;
      this.named = true;
    } catch (e) {
      if (run !== this.#starts) {
        return;
      }
      this.#drop();
      this.furnish();
      tell(this.main, e, () => this.start());
      this.#states();
      if (e.kind !== 'unauthorised') {
        // A token that is being typed must not be taken away.
        this.#startLater();
      }
      return;
    } finally {
      answered();
    }
    if (this.furnished) {
      this.#header();
    }
    // The state of the parts can wait for the chart, but not for long.
    await Promise.race([this.#show(), new Promise((resolve) => setTimeout(resolve, 1000))]);
    this.furnish();
    this.#states();
  }

  #startLater() {
    clearTimeout(this.#start);
    this.#start = setTimeout(() => this.start(), STRIP_MS);
  }

  /** Gives whether they are others than before. */
  #names(catalogue) {
    setCatalogue(catalogue);
    setZone(catalogue.site.timezone, catalogue.offsets);
    setNow(catalogue.now);
    this.#namedAt = catalogue.now;
    const before = this.#known;
    this.#known = JSON.stringify({...catalogue, now: null});
    return this.#known !== before;
  }

  /** taken: when the service took its hissrv.yml; of several services each tells its own. */
  async #renew(taken) {
    // Names that were asked for while the service took a file may be those of the one before.
    const isFresh = Date.parse(taken) > this.#namedAt - TAKING_MS;
    const before = this.#taken || (isFresh ? 'another' : taken);
    if (before && taken && taken !== before && this.#names(await get('catalogue'))) {
      this.#redraw();
    }
    this.#taken = taken;
  }

  /** Charts are begun while names and measurements are on their way, and the rest after them. */
  #prepare() {
    if (this.state.view === 'explore') {
      this.#view = new Explore(this.main, this);
      setTimeout(() => this.furnish(), FURNISH_MS);
    } else {
      this.furnish();
    }
  }

  /** Everything but the view's own drawing; once. */
  furnish() {
    if (!this.furnished) {
      this.furnished = true;
      this.#header();
      this.#view?.furnish?.();
    }
  }

  #enter(Kind) {
    this.#drop();
    this.#view = new Kind(this.main, this);
    if (this.furnished) {
      this.#view.furnish?.();
    }
  }

  #drop() {
    this.#view?.close();
    this.#view = null;
  }

  /** Changes the state and the address; replace: without a step for Back. */
  go(change, replace) {
    const view = this.state.view;
    this.state = {...this.state, unread: replace ? this.state.unread : [], ...change};
    const hash = format(this.state);
    if (hash !== location.hash) {
      history[replace ? 'replaceState' : 'pushState'](null, '', hash);
    }
    if (this.state.view !== view) {
      this.#header();
    }
    this.#show();
  }

  #moved() {
    const next = parse(location.hash);
    if (format(next) !== format(this.state)) {
      const view = this.state.view;
      this.state = next;
      if (next.view !== view) {
        this.#header();
      }
      this.#show();
    }
  }

  #show() {
    if (!this.named) {
      return null;
    }
    if (this.nothing && this.state.view === 'explore') {
      this.#drop();
      this.main.replaceChildren(h('p', {class: 'hint card'}, t('empty.store')));
      this.#startLater();
      return null;
    }
    const Kind = KINDS[this.state.view];
    if (!(this.#view instanceof Kind)) {
      const inside = this.main.contains(document.activeElement);
      this.#enter(Kind);
      if (inside) {
        // The control that led here goes away with the view that it was in.
        this.main.focus({preventScroll: true});
      }
    }
    window.hissrv = this.#view;
    document.title = [this.#view.title(), siteName(), 'hissrv'].filter(Boolean).join(' · ');
    return this.#view.show();
  }

  #redraw() {
    forget();
    forgetStyles();
    this.#drop();
    this.#header();
    this.#states();
    this.#show();
  }

  #theme(theme) {
    if (theme === 'auto') {
      delete document.documentElement.dataset.theme;
    } else {
      document.documentElement.dataset.theme = theme;
    }
    this.theme = theme;
  }

  #header() {
    this.logo ||= h('img', {src: document.querySelector('link[rel=icon]').href, alt: '', width: 24,
      height: 24});
    this.strip = h('ul', {class: 'strip', 'aria-label': t('strip')},
      this.strip ? [...this.strip.children] : []);
    const tabs = VIEWS.map((view) => h('a', {href: '#/' + view,
      'aria-current': view === this.state.view ? 'page' : null,
      onclick: (event) => {
        event.preventDefault();
        this.go({view});
      }}, t(view)));
    redraw(this.head,
      h('a', {class: 'skip', href: '#main', onclick: (event) => {
        event.preventDefault();
        this.main.focus();
      }}, t('skip')),
      h('h1', {}, this.logo, siteName() || 'hissrv'),
      h('nav', {'aria-label': t('views.nav')}, tabs), this.strip,
      h('div', {class: 'knobs'},
        h('button', {type: 'button', class: 'quiet', lang: lang() === 'zh' ? 'en' : 'zh-CN',
          onclick: () => {
            setLanguage(lang() === 'zh' ? 'en' : 'zh');
            this.#redraw();
          }}, lang() === 'zh' ? 'English' : '中文'),
        h('button', {type: 'button', class: 'quiet square', title: t('theme.' + this.theme),
          'aria-label': t('theme.' + this.theme), onclick: () => {
            this.#theme(THEMES[(THEMES.indexOf(this.theme) + 1) % THEMES.length]);
            always.set(THEME, this.theme);
            this.#redraw();
          }}, icon('sun'))));
    matchMedia('(prefers-color-scheme: dark)').onchange = () => this.printing || this.#redraw();
  }

  /** What waits for minutes by a clock that stood still is old; it is looked at now. */
  #wake() {
    const slept = this.#looked && Date.now() - this.#looked > SLEPT_MS;
    this.#looked = Date.now();
    if (slept && !document.hidden) {
      this.#view?.refresh?.();
    }
  }

  async #states() {
    clearTimeout(this.#strip);
    const look = ++this.#looks;
    this.#wake();
    try {
      const asked = performance.now();
      const [health, status] = await Promise.all([get('health'), get('status')]);
      if (correctNow(status.now, performance.now() - asked)) {
        this.#view?.refresh?.();
      }
      await this.#renew(status.site?.taken);
      const items = Object.entries(health.parts).filter(([, part]) => part.state !== 'off')
        .map(([name, part]) => h('li', {class: part.state, title: words(part.message)},
          h('span', {class: 'dot', 'aria-hidden': 'true'}), t('part.' + name),
          h('span', {class: part.state === 'up' ? 'hidden' : 'why'}, ' ' + t(stateText(name, part.state, status)))));
      if (status.queue_size !== null) {
        items.push(h('li', {title: t('strip.lag')}, t('stage.waiting'), ' ', h('b', {}, String(status.queue_size))));
      }
      if (status.failed) {
        items.push(h('li', {class: 'down', title: t('strip.failed')}, h('span', {class: 'dot', 'aria-hidden': 'true'}),
          t('stage.failed'), ' ', h('b', {}, String(status.failed))));
      }
      if (status.last_sync) {
        items.push(h('li', {title: t('strip.newest')}, t('stage.newest'), ' ',
          h('b', {}, moment(Math.floor(Date.parse(status.last_sync) / 1000) * 1000))));
      }
      if (OWN && status.page && status.page !== OWN) {
        // Only asked for by hand: what is being typed would go.
        items.push(h('li', {class: 'degraded'}, h('span', {class: 'dot', 'aria-hidden': 'true'}), t('strip.renewed'), ' ',
          h('button', {type: 'button', onclick: () => location.reload()}, t('reload'))));
      }
      redraw(this.strip, ...items);
    } catch (e) {
      this.strip.replaceChildren(h('li', {class: 'down'}, h('span', {class: 'dot', 'aria-hidden': 'true'}),
        explain(e).what));
    }
    if (look === this.#looks) {
      this.#strip = setTimeout(() => this.#states(), STRIP_MS);
    }
  }
}

/** Before any chart: a proxy's policy may forbid the style that stands in the page itself. */
async function styled() {
  if (!css('--card')) {
    await new Promise((resolve) => document.head.append(
      h('link', {rel: 'stylesheet', href: 'app.css', onload: resolve, onerror: resolve})));
    forgetStyles();
  }
}

styled().then(() => new Page().start());
