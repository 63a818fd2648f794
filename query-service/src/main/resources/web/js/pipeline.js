// The way of the samples: Redis, Kafka, database; what moves, what stands and why.
import {h} from './dom.js';
import {t} from './i18n.js';
import {get} from './api.js';
import {explain, notice} from './failures.js';
import {ago, length, moment, now} from './time.js';

const EVERY_MS = 4000;
const RATE_OVER = 8;

const count = (value) => (value === null || value === undefined ? '–'
  : new Intl.NumberFormat('en').format(value).replaceAll(',', '\u202f'));

export class Pipeline {
  #timer = 0;
  #seen = [];
  #last = null;
  #closed = false;

  constructor(box) {
    this.message = h('div', {class: 'message top'});
    this.flow = h('div', {class: 'flow', role: 'list', 'aria-label': t('pipeline')});
    this.verdict = h('p', {class: 'verdict', role: 'status'});
    this.tasks = h('div', {class: 'tasks'});
    box.replaceChildren(h('div', {class: 'pipeline'}, this.message,
      h('section', {class: 'card'}, this.verdict, this.flow), this.tasks));
    this.flow.append(h('p', {class: 'soft'}, t('loading')));
  }

  show() {
    this.#look();
  }

  title() {
    return t('pipeline');
  }

  async #look() {
    clearTimeout(this.#timer);
    try {
      const status = await get('status');
      this.#seen.push([Date.now(), status.processed]);
      this.#seen = this.#seen.slice(-RATE_OVER);
      this.#last = Date.now();
      this.message.replaceChildren();
      if (!this.#closed) {
        this.#draw(status);
        document.body.dataset.ready = String(Number(document.body.dataset.ready || 0) + 1);
      }
    } catch (e) {
      const box = notice(e, () => this.#look());
      if (this.#last) {
        box.append(' ', h('span', {class: 'soft'}, t('pipeline.stale',
          {time: length(Date.now() - this.#last)})));
      }
      this.message.replaceChildren(box);
      this.verdict.textContent = this.#last ? '' : explain(e).what;
    }
    if (!this.#closed) {
      this.#timer = setTimeout(() => this.#look(), EVERY_MS);
    }
  }

  /** Records a second, over the last looks; null while there was one only. */
  #rate() {
    const seen = this.#seen.filter(([, processed]) => typeof processed === 'number');
    if (seen.length < 2) {
      return null;
    }
    const [first, last] = [seen[0], seen[seen.length - 1]];
    return Math.max(0, (last[1] - first[1]) / ((last[0] - first[0]) / 1000));
  }

  #draw(status) {
    const connectors = status.connect?.connectors || [];
    const source = connectors.find((one) => one.role === 'source');
    const sink = connectors.find((one) => one.role === 'sink');
    const rate = this.#rate();
    const synced = status.last_sync ? Date.parse(status.last_sync) : null;
    this.verdict.className = 'verdict ' + (status.status === 'running' ? 'good'
      : status.status === 'starting' ? '' : 'bad');
    this.verdict.textContent = t('verdict.' + status.status)
      + (synced === null ? '' : ' ' + t('verdict.newest', {time: ago(synced)}));
    this.flow.replaceChildren(
      this.#stage(t('stage.source'), connectorState(source), [
        [t('stage.from'), source?.name || '–'], ...newest(source)], source?.name),
      this.#arrow(rate === null ? '' : t('rate', {rate: rate >= 10 ? Math.round(rate) : rate.toFixed(1)})),
      this.#stage('Kafka', status.kafka?.state, [
        [t('stage.waiting'), count(status.queue_size), status.queue_size > 10000 ? 'bad' : ''],
        [t('stage.processed'), count(status.processed)]], status.kafka?.message),
      this.#arrow(''),
      this.#stage(t('stage.sink'), connectorState(sink), [
        [t('stage.failed'), count(status.failed), status.failed > 0 ? 'bad' : ''],
        [t('stage.group'), status.kafka?.consumer_group || '–']], sink?.name),
      this.#arrow(''),
      this.#stage(t('stage.store'), status.store?.state, [
        [t('stage.newest'), synced === null ? '–' : ago(synced), synced !== null && now() - synced > 120e3 ? 'bad' : ''],
        [t('stage.engine'), status.store?.message || '–']]));
    this.tasks.replaceChildren(...connectors.map((one) => this.#connector(one)),
      ...['kafka', 'connect', 'store'].filter((part) => status[part]
        && ['down', 'off'].includes(status[part].state)).map((part) => this.#part(part, status[part])));
  }

  #stage(name, state, figures, hint) {
    return h('div', {class: 'stage-box ' + (state || 'off'), role: 'listitem', title: hint},
      h('div', {class: 'stage-head'}, h('span', {class: 'dot', 'aria-hidden': 'true'}),
        h('b', {}, name), h('span', {class: 'state'}, t('state.' + (state || 'off')))),
      h('dl', {}, figures.flatMap(([label, value, mark]) =>
        [h('dt', {}, label), h('dd', {class: mark || ''}, value)])));
  }

  #arrow(text) {
    return h('div', {class: 'arrow', role: 'presentation'}, h('span', {}, text));
  }

  #part(name, part) {
    return h('section', {class: 'card'}, h('h2', {}, t('part.' + name)),
      h('p', {}, part.state === 'off' ? t('part.off', {why: part.message})
        : t('part.down', {why: part.message || ''})),
      part.since ? h('p', {class: 'soft'}, t('since', {time: moment(Date.parse(part.since))})) : null);
  }

  #connector(one) {
    return h('section', {class: 'card', 'aria-label': one.name},
      h('h2', {}, one.name, ' ', h('span', {class: 'badge ' + connectorState(one)}, one.state)),
      one.trace ? trace(one.trace) : null,
      one.tasks.length === 0 ? h('p', {class: 'bad'}, t('tasks.none')) : null,
      ...one.tasks.map((task) => h('div', {class: 'task'},
        h('p', {}, h('b', {}, t('task', {id: task.id})), ' ',
          h('span', {class: 'badge ' + (task.state === 'RUNNING' ? 'up' : 'down')}, task.state), ' ',
          h('span', {class: 'soft'}, task.worker)),
        task.trace ? trace(task.trace) : null)));
  }

  close() {
    this.#closed = true;
    clearTimeout(this.#timer);
  }
}

/** up, down or off of a connector and its tasks. */
function connectorState(one) {
  if (!one) {
    return 'off';
  }
  return one.state === 'RUNNING' && one.tasks.length > 0
    && one.tasks.every((task) => task.state === 'RUNNING') ? 'up' : 'down';
}

const newest = (source) => (source ? [[t('stage.tasks'), String(source.tasks.length)]] : []);

/** A Java trace: its causes in plain sight, the rest behind a fold. */
function trace(text) {
  const lines = text.split('\n');
  const causes = lines.filter((line, i) => i === 0 || line.startsWith('Caused by:'))
    .map((line) => line.replace(/^(Caused by: )?[\w.$]+\.(\w+(?:Exception|Error)): /, '$2: '));
  return h('div', {class: 'trace'}, h('p', {class: 'bad'}, causes[causes.length - 1]),
    h('details', {}, h('summary', {}, t('trace')), h('pre', {tabindex: 0}, text)));
}
