// The list of devices and their points: what is ticked is drawn in the chosen chart.
import {h, icon} from './dom.js';
import {t} from './i18n.js';
import {pointNames} from './catalogue.js';
import {devices, lookAgain, seriesName, seriesOf} from './directory.js';
import {pointKey} from './address.js';
import {explain, notice, passes} from './failures.js';

/** Found by their points; found by their names, where their points would push the others away. */
const OPEN_AT_MOST = 8;
const OPEN_NAMED = 2;
/** What is new on the site is in the list after so long. */
const AGAIN_MS = 60e3;

const identity = (device) => device.m + '|' + device.key;

export class Picker {
  #list = h('div', {class: 'devices'});
  #all = [];
  #failed = false;
  #asked = 0;
  #points = [];
  #chosen = new Set();

  /** owner: {toggle(point, on), root} */
  constructor(box, owner) {
    this.owner = owner;
    this.search = h('input', {type: 'search', placeholder: t('picker.search'),
      'aria-label': t('picker.search'), oninput: () => this.#filter()});
    box.replaceChildren(
      h('div', {class: 'picker-head'}, h('h2', {}, t('picker.title')),
        h('button', {type: 'button', class: 'quiet narrow-only', 'aria-label': t('close'),
          onclick: () => this.close()}, icon('close'))),
      this.search, this.#list);
    this.box = box;
    box.addEventListener('keydown', (event) => {
      if (event.key === 'Escape' && this.isOpen) {
        this.close();
      }
    });
    // On a phone it lies over the charts; a tap beside it means them.
    owner.root.addEventListener('pointerdown', (event) => {
      if (this.isOpen && !box.contains(event.target)) {
        this.close();
      }
    }, true);
  }

  get isOpen() {
    return this.box.classList.contains('open');
  }

  /** On a phone; from: the button that the focus goes back to. */
  open(from) {
    this.from = from;
    this.box.classList.add('open');
    this.search.focus();
  }

  close() {
    this.box.classList.remove('open');
    this.from?.focus();
  }

  async load() {
    this.#asked = Date.now();
    try {
      this.#show(await devices());
      this.#failed = false;
    } catch (e) {
      this.#failed = passes(e);
      this.#list.replaceChildren(notice(e, () => this.load()));
    }
  }

  #show(all) {
    const open = new Set(this.#all.filter((one) => one.details.open).map(identity));
    this.#all = all;
    this.#list.replaceChildren(...all.map((device) => this.#device(device)));
    if (all.length === 0) {
      this.#list.replaceChildren(h('p', {class: 'soft'}, t('picker.nothing')));
    }
    all.forEach((one) => {
      one.details.open = open.has(identity(one));
    });
    this.mark(this.#points);
    if (this.search.value) {
      this.#filter();
    }
  }

  /** Asks once more for what could not be had, and now and then for what is new. */
  async lookAgain() {
    if (this.#failed) {
      this.load();
    } else if (this.#asked && Date.now() - this.#asked > AGAIN_MS) {
      this.#asked = Date.now();
      try {
        await lookAgain();
        const all = await devices();
        if (all.map(identity).join() !== this.#all.map(identity).join()) {
          this.#show(all);
        }
      } catch {
        // What is listed stays; the charts say what is wrong.
      }
    }
  }

  #device(device) {
    const body = h('div', {class: 'points'});
    const details = h('details', {},
      h('summary', {}, h('span', {class: 'name'}, device.name),
        device.name === device.key ? null : h('span', {class: 'id'}, device.key)), body);
    details.addEventListener('toggle', () => {
      if (details.open && !device.filled) {
        this.#fill(device, body);
      }
    });
    const own = [device.name, device.key].join('\n').toLowerCase();
    Object.assign(device, {details, body, own,
      words: [own, ...pointNames(device.key)].join('\n').toLowerCase()});
    return details;
  }

  async #fill(device, body) {
    device.filled = true;
    body.replaceChildren(h('p', {class: 'soft'}, t('loading')));
    try {
      const all = await seriesOf(device);
      const live = all.filter((one) => !one.tags.interval);
      body.replaceChildren(...live.map((one) => this.#series(one, live.length > 1, true)),
        ...all.filter((one) => one.tags.interval).map((one) => this.#series(one, true, false)));
      device.words += '\n' + all.flatMap((one) => one.fields.map((f) => f.info.name)).join('\n')
        .toLowerCase();
      this.#filter();
    } catch (e) {
      device.filled = false;
      body.replaceChildren(h('p', {class: 'bad'}, explain(e).what));
    }
  }

  /** headed: under a name of its own; open: not folded. */
  #series(series, headed, open) {
    const rows = series.fields.map((field) => {
      const ref = {m: series.m, tags: series.tags, f: field.f};
      const key = pointKey(ref);
      const box = h('input', {type: 'checkbox', 'data-key': key, checked: this.#chosen.has(key),
        onchange: () => this.owner.toggle(ref, box.checked)});
      return h('label', {'data-words': (field.info.name + '\n' + field.f).toLowerCase()}, box,
        h('span', {class: 'name'}, field.info.name), ' ',
        h('span', {class: 'unit'}, field.info.unit || ''));
    });
    const name = seriesName(series);
    return headed ? h('details', {class: 'series', open},
      h('summary', {}, name || t('picker.plain')), rows) : h('div', {}, rows);
  }

  /** Ticks what is drawn. */
  mark(points) {
    this.#points = points;
    this.#chosen = new Set(points.map(pointKey));
    for (const box of this.#list.querySelectorAll('input[data-key]')) {
      box.checked = this.#chosen.has(box.dataset.key);
    }
    const devicesOpen = this.#all.filter((one) => one.details.open).length;
    if (devicesOpen === 0 && points.length > 0) {
      const first = this.#all.find((one) => one.m === points[0].m
        && Object.entries(one.tags).every(([tag, value]) => points[0].tags[tag] === value));
      if (first) {
        first.details.open = true;
      }
    }
  }

  /** Every word has to be in the name of the device or of a point, in any order. */
  #filter() {
    const words = this.search.value.toLowerCase().split(/\s+/).filter(Boolean);
    const has = (text) => words.every((word) => text.includes(word));
    const hits = this.#all.filter((device) => has(device.words));
    const named = new Set(hits.filter((device) => has(device.own)));
    const open = new Set(words.length === 0 ? [] : named.size > OPEN_NAMED
      ? hits.filter((device) => !named.has(device)).slice(0, OPEN_AT_MOST - OPEN_NAMED)
      : hits.slice(0, OPEN_AT_MOST));
    const shown = new Set(hits);
    for (const device of this.#all) {
      device.details.hidden = !shown.has(device);
      // What the search has unfolded it folds again; what somebody unfolds stays.
      if (open.has(device) ? !device.details.open : device.found && !open.has(device)) {
        device.found = open.has(device);
        device.details.open = device.found;
      }
      for (const label of device.body.querySelectorAll('label')) {
        label.hidden = !named.has(device) && !has(device.own + '\n' + label.dataset.words);
      }
    }
  }
}
