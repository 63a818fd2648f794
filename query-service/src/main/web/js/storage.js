// How long the history is kept, and its coarser copies: what is wanted, what is, and what is
// computed of it; a past range is computed again from here.
import {h, option, redraw} from './dom.js';
import {t} from './i18n.js';
import {change, get} from './api.js';
import {Action} from './action.js';
import {tell} from './failures.js';
import {words} from './words.js';
import {fromInput, length, midnight, moment, now, toInput} from './time.js';

const EVERY_MS = 5000;
const BADGE = {ok: 'up', computing: 'up', running: 'up', done: 'up', pending: 'stuck',
  differs: 'stuck', waiting: 'stuck', refused: 'stuck', failed: 'down'};
/** What the button beside it does. */
const BY_HAND = /: POST \S+ \{.*} does it$/;
const UNITS = ['B', 'kB', 'MB', 'GB', 'TB'];

/** 1234567 as 1.2 MB; nothing where the database does not tell. */
export function size(bytes) {
  if (bytes === null || bytes === undefined) {
    return '–';
  }
  const unit = Math.min(UNITS.length - 1, bytes < 1 ? 0 : Math.floor(Math.log10(bytes) / 3));
  return (bytes / 1000 ** unit).toFixed(unit === 0 ? 0 : 1) + '\u202f' + UNITS[unit];
}

const when = (time) => (time ? moment(Date.parse(time)) : '–');
const iso = (text) => new Date(fromInput(text)).toISOString();
const kept = (duration) => (duration && duration !== 'forever' ? duration : t('storage.forever'));
const badge = (state) => h('span', {class: 'badge ' + (BADGE[state] || 'off')},
  t('storage.state.' + state));

function table(title, keys, rows, ...after) {
  return h('section', {class: 'card wide'}, h('h2', {}, title),
    rows.length === 0 ? null : h('div', {class: 'scroll', tabindex: 0, role: 'region', 'aria-label': title},
      h('table', {}, h('thead', {}, h('tr', {}, keys.map((key) => h('th', {scope: 'col'}, t(key))))),
        h('tbody', {}, rows))), ...after);
}

export class Storage {
  #timer = 0;
  #closed = false;
  #last = null;
  /** By policy or backfill; kept from look to look, for what they say and what is typed into them. */
  #actions = new Map();
  #form = null;

  constructor(box) {
    this.message = h('div', {class: 'message top'});
    this.stale = h('p', {class: 'hint'});
    this.body = h('div', {class: 'complete'}, h('p', {class: 'soft'}, t('loading')));
    box.replaceChildren(h('div', {class: 'pipeline'}, this.message, this.body));
  }

  title() {
    return t('storage');
  }

  show() {
    this.#look();
  }

  async #look() {
    clearTimeout(this.#timer);
    try {
      const storage = await get('storage');
      this.#last = Date.now();
      this.message.replaceChildren();
      this.body.classList.remove('stale');
      if (!this.#closed) {
        this.#draw(storage);
        document.body.dataset.ready = String(Number(document.body.dataset.ready || 0) + 1);
      }
    } catch (e) {
      // A service that does not run by a site's file has no such call.
      if (e.status === 404) {
        this.body.replaceChildren(h('section', {class: 'card wide'}, h('h2', {}, t('storage')),
          h('p', {}, t('storage.nofile'))));
        document.body.dataset.ready = String(Number(document.body.dataset.ready || 0) + 1);
        return;
      }
      tell(this.message, e, () => this.#look());
      if (this.#last) {
        this.stale.textContent = t('pipeline.stale', {time: length(Date.now() - this.#last)});
        this.message.append(this.stale);
        this.body.classList.add('stale');
      }
    }
    if (!this.#closed) {
      this.#timer = setTimeout(() => this.#look(), EVERY_MS);
    }
  }

  #draw(storage) {
    redraw(this.body,
      ...(storage.managed ? [] : [h('section', {class: 'card wide'}, h('h2', {}, t('storage')),
        h('p', {}, t('storage.unmanaged')), h('p', {class: 'soft'}, words(storage.message)))]),
      ...(storage.gone ? [h('section', {class: 'card wide'}, h('h2', {}, t('storage.gone')),
        h('p', {}, words(storage.gone.message)))] : []),
      ...(storage.policies.length ? [this.#policies(storage.policies)] : []),
      ...(storage.tasks.length ? [this.#tasks(storage.tasks), this.#backfills(storage)] : []));
  }

  #policies(policies) {
    return table(t('storage.policies'), ['storage.policy', 'storage.kept', 'storage.place',
      'storage.size', 'sources.state', 'standing.reason'], policies.map((one) => h('tr', {},
      h('th', {scope: 'row'}, one.name, ' ', h('span', {class: 'soft'},
        t(one.samples ? 'storage.samples' : 'storage.copy'))),
      h('td', {}, one.samples && !one.wanted.duration ? t('storage.asis') : kept(one.wanted.duration)),
      h('td', {}, one.actual.map((place) => h('div', {}, place.place, ' ',
        h('span', {class: 'soft'}, place.exists ? kept(place.duration) : t('storage.missing'))))),
      h('td', {class: 'n'}, size(one.bytes)),
      h('td', {}, badge(one.state)),
      h('td', {class: 'reason ' + (one.state === 'ok' ? '' : 'bad')}, words(one.message?.replace(BY_HAND, '')),
        one.confirm ? this.#action('policy ' + one.name + ' ' + one.confirm.duration, t('storage.shorten', one.confirm),
          () => this.#shorten(one.confirm), (done) => (done ? t('storage.shortened') : '')).box : null))));
  }

  /** What is deleted does not come back: asked once more. */
  async #shorten(what) {
    return confirm(t('storage.really', what)) ? change('POST', 'storage/apply', what) : null;
  }

  #tasks(tasks) {
    return table(t('storage.tasks'), ['storage.task', 'storage.way', 'storage.every', 'storage.functions',
      'storage.until', 'storage.behind', 'storage.rows', 'sources.state', 'standing.reason'],
    tasks.map((one) => h('tr', {},
      h('th', {scope: 'row'}, one.name),
      h('td', {}, one.source + ' → ' + one.target),
      h('td', {}, one.interval),
      h('td', {}, one.aggregations.map((each) => each.function + (each.alias === each.function ? ''
        : ' (' + each.alias + ')')).join(', ')),
      h('td', {}, when(one.computed_until)),
      h('td', {class: 'n'}, one.behind_s > 0 ? length(one.behind_s * 1000) : '–'),
      h('td', {class: 'n'}, String(one.rows)),
      h('td', {}, badge(one.state)),
      h('td', {class: 'reason ' + (one.state === 'failed' ? 'bad' : '')}, words(one.message)
        || (one.left_out.length ? t('storage.leftout', {fields: one.left_out.join(', ')}) : '')))));
  }

  #backfills(storage) {
    const rows = storage.backfills.map((one) => h('tr', {},
      h('th', {scope: 'row'}, one.task),
      h('td', {}, when(one.start) + ' – ' + when(one.end)),
      h('td', {}, h('progress', {max: 1, value: one.progress,
        'aria-label': t('storage.progress', {task: one.task})}), ' ', Math.floor(one.progress * 100) + ' %'),
      h('td', {class: 'n'}, String(one.rows_written)),
      h('td', {}, badge(one.state)),
      h('td', {class: 'reason bad'}, words(one.message), one.state !== 'running' ? null
        : this.#action('backfill ' + one.id, t('storage.cancel'),
          () => change('DELETE', 'storage/backfill/' + encodeURIComponent(one.id)),
          () => t('storage.cancelled')).box)));
    this.#form = this.#form || this.#newForm(storage.tasks);
    return table(t('storage.backfills'), ['storage.task', 'range', 'storage.progress.head',
      'storage.rows', 'sources.state', 'standing.reason'], rows,
    rows.length ? null : h('p', {class: 'soft'}, t('storage.nobackfill')), this.#form);
  }

  /** Kept from look to look, so that nobody's typing is lost. */
  #newForm(tasks) {
    const task = h('select', {'aria-label': t('storage.task')},
      tasks.map((one) => option(one.name, one.name)));
    const field = (label, time) => h('input', {type: 'datetime-local', 'aria-label': t(label),
      step: 1, value: toInput(time), required: true});
    const [from, to] = [field('range.from', midnight(now(), -7)), field('range.to', midnight(now()))];
    const action = new Action(t('storage.begin'), () => change('POST', 'storage/backfill',
      {task: task.value, start: iso(from.value), end: iso(to.value)}),
    () => t('storage.begun'), () => this.#look());
    return h('form', {class: 'backfill', onsubmit: (event) => event.preventDefault()},
      task, from, h('span', {}, '–'), to, action.box);
  }

  #action(key, label, call, told) {
    if (!this.#actions.has(key)) {
      this.#actions.set(key, new Action(label, call, told, () => this.#look()));
    }
    return this.#actions.get(key);
  }

  close() {
    this.#closed = true;
    clearTimeout(this.#timer);
  }
}
