// The way of the samples: Redis, Kafka, database; what moves, what stands and why.
import {h, redraw} from './dom.js';
import {t} from './i18n.js';
import {get, post} from './api.js';
import {Action} from './action.js';
import {SyncNow} from './sync.js';
import {alertsCard, deadLetters, siteFile} from './trouble.js';
import {explain, tell} from './failures.js';
import {stands, stateText} from './standing.js';
import {ago, length, moment, now} from './time.js';
import {words} from './words.js';

const EVERY_MS = 4000;
const RATE_OVER = 8;

const count = (value) => (value === null || value === undefined ? '–'
  : new Intl.NumberFormat('en').format(value).replaceAll(',', '\u202f'));

export class Pipeline {
  #timer = 0;
  #seen = [];
  #last = null;
  #status = null;
  #closed = false;
  /** By connector; kept from look to look, for what it says and what is typed into it. */
  #restarts = new Map();

  constructor(box) {
    this.message = h('div', {class: 'message top'});
    this.stale = h('p', {class: 'hint'});
    this.flow = h('div', {class: 'flow', role: 'list', 'aria-label': t('pipeline')});
    this.verdict = h('p', {class: 'verdict', role: 'status'});
    this.tasks = h('div', {class: 'tasks'});
    this.sync = new SyncNow(() => this.#look());
    box.replaceChildren(h('div', {class: 'pipeline'}, this.message,
      h('section', {class: 'card'}, this.verdict, this.flow, this.sync.box), this.tasks));
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
      this.#status = status;
      this.message.replaceChildren();
      if (!this.#closed) {
        this.#draw(status, false);
        document.body.dataset.ready = String(Number(document.body.dataset.ready || 0) + 1);
      }
    } catch (e) {
      tell(this.message, e, () => this.#look());
      if (this.#last) {
        this.stale.textContent = t('pipeline.stale', {time: length(Date.now() - this.#last)});
        this.message.append(this.stale);
        this.#seen = [];
        if (!this.#closed) {
          this.#draw(this.#status, true);
        }
      }
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

  /** old: it is not known whether it is so still, and nothing of it is to look alive. */
  #draw(status, old) {
    this.old = old;
    this.tasks.classList.toggle('stale', old);
    const connectors = status.connect?.connectors || [];
    const source = connectors.find((one) => one.role === 'source');
    const sink = connectors.find((one) => one.role === 'sink');
    const rate = this.#rate();
    const synced = status.last_sync ? Date.parse(status.last_sync) : null;
    this.verdict.className = 'verdict ' + (status.status === 'running' ? 'good'
      : status.status === 'starting' ? '' : 'bad');
    const partly = status.status === 'running' && ['kafka', 'connect'].some((part) => status[part]?.state === 'off');
    this.verdict.textContent = t('verdict.' + (partly ? 'partly' : status.status))
      + (synced === null ? '' : ' ' + t('verdict.newest', {time: ago(synced)}));
    this.sync.offer(Boolean(status.site));
    this.flow.replaceChildren(
      this.#stage('source', t('stage.source'), worse(connectorState(source), status.source?.state),
        sourceFigures(source, status.source), status.source?.message),
      this.#arrow(rate === null ? '' : t('rate', {rate: rate >= 10 ? Math.round(rate) : rate.toFixed(1)})),
      this.#stage('kafka', 'Kafka', status.kafka?.state, [
        [t('stage.waiting'), count(status.queue_size), status.queue_size > 10000 ? 'bad' : ''],
        [t('stage.processed'), count(status.processed)]], status.kafka?.message),
      this.#arrow(''),
      this.#stage('sink', t('stage.sink'), worse(connectorState(sink), status.sink?.state), [
        [t('stage.failed'), count(status.failed), status.failed > 0 ? 'bad' : ''],
        [t('stage.standing'), count(status.sink?.stuck ? status.sink.stuck.length : null),
          status.sink?.stuck?.length ? 'bad' : '']], status.sink?.message),
      this.#arrow(''),
      this.#stage('store', t('stage.store'), status.store?.state, [
        [t('stage.newest'), synced === null ? '–' : ago(synced), synced !== null && now() - synced > 120e3 ? 'bad' : ''],
        [t('stage.engine'), status.store?.message || '–']]));
    redraw(this.tasks, ...siteFile(status.site), ...standing(status.sink), ...alertsCard(status.alerts),
      ...sourceParts(status.source), ...deadLetters(status.kafka),
      ...connectors.map((one) => this.#connector(one)),
      ...['source', 'sink', 'kafka', 'connect', 'store'].filter((part) => status[part]
        && ['down', 'off'].includes(status[part].state)
          && !(status[part].state === 'off' && ['source', 'sink'].includes(part))).map((part) => this.#part(part, status[part])));
  }

  #stage(part, name, state, figures, hint) {
    const told = this.old ? t('note.stale') : t(stateText(part, state || 'off', this.#status));
    return h('div', {class: 'stage-box ' + (this.old ? 'off' : state || 'off'), role: 'listitem', title: words(hint)},
      h('div', {class: 'stage-head'}, h('span', {class: 'dot', 'aria-hidden': 'true'}),
        h('b', {}, name), h('span', {class: 'state'}, told)),
      h('dl', {}, figures.flatMap(([label, value, mark]) =>
        [h('dt', {}, label), h('dd', {class: mark || ''}, value)])));
  }

  #arrow(text) {
    return h('div', {class: 'arrow', role: 'presentation'}, h('span', {}, text));
  }

  #part(name, part) {
    return h('section', {class: 'card'}, h('h2', {}, t('part.' + name)),
      h('p', {}, part.state === 'off' ? t('part.off', {why: words(part.message)})
        : t('part.down', {why: words(part.message)})),
      part.since ? h('p', {class: 'soft'}, t('since', {time: moment(Date.parse(part.since))})) : null);
  }

  #connector(one) {
    return h('section', {class: 'card', 'aria-label': one.name},
      h('h2', {}, one.name, ' ', h('span', {class: 'badge ' + connectorState(one)}, one.state)),
      one.trace ? trace(one.trace) : null,
      ['PAUSED', 'STOPPED'].includes(one.state) ? h('p', {class: 'bad'}, t('tasks.stopped', one))
        : one.tasks.length === 0 ? h('p', {class: 'bad'}, t('tasks.none')) : null,
      ...one.tasks.map((task) => h('div', {class: 'task'},
        h('p', {}, h('b', {}, t('task', {id: task.id})), ' ',
          h('span', {class: 'badge ' + (task.state === 'RUNNING' ? 'up' : 'down')}, task.state), ' ',
          h('span', {class: 'soft'}, task.worker),
          task.worker_answers === false ? h('span', {class: 'bad'}, ' ' + t('worker.silent')) : null),
        task.trace ? trace(task.trace) : null)),
      this.#restart(one));
  }

  /** Where something failed, or has just been started again. */
  #restart(one) {
    const failed = one.state === 'FAILED' || one.tasks.some((task) => task.state === 'FAILED');
    if (!failed && !this.#restarts.has(one.name)) {
      return null;
    }
    if (!this.#restarts.has(one.name)) {
      this.#restarts.set(one.name, new Action(t('restart'),
        () => post(`connectors/${encodeURIComponent(one.name)}/restart`),
        (done) => (done.state === 'restarted' ? t('restart.done') : t('restart.none')),
        () => this.#look()));
    }
    const action = this.#restarts.get(one.name);
    action.button.hidden = !failed;
    return action.box;
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

const ORDER = ['down', 'degraded', 'unknown', 'up', 'off'];

/** The worse of two states. */
const worse = (a, b) => ORDER.find((one) => one === a || one === b) || 'off';

/** What the source's tasks told last, over all tasks. */
const told = (source) => (source?.tasks || []).flatMap((task) =>
  (task.parts || []).map((one) => ({...one, task})));

/** {badge, text} of a source: what it does, or did when its task was heard of last. */
function doing(one) {
  if (one.task.overdue) {
    return {badge: 'off', text: t('sources.silent', {time: ago(Date.parse(one.task.told))})};
  }
  const key = stands(one.task, one) ? 'stuck' : one.state === 'ok' ? 'ok' : 'tries';
  return {badge: key === 'ok' ? 'up' : 'stuck', text: t('sources.' + key)};
}

function sourceFigures(connector, source) {
  const parts = told(source);
  const waiting = parts.map((one) => one.waiting).filter((one) => typeof one === 'number');
  const newest = parts.map((one) => Date.parse(one.newest)).filter((one) => one > 0);
  return [[t('stage.from'), connector?.name || '–'],
    ...(waiting.length ? [[t('stage.waiting'), count(waiting.reduce((a, b) => a + b, 0))]] : []),
    ...(newest.length ? [[t('stage.newest'), ago(Math.max(...newest))]] : [])];
}

const heads = (keys) => h('thead', {}, h('tr', {}, keys.map((key) =>
  h('th', {scope: 'col'}, t(key)))));

/** Partitions that do not move: since when, at which record, and why. */
function standing(sink) {
  if (!sink?.stuck?.length) {
    return [];
  }
  return [h('section', {class: 'card wide'}, h('h2', {}, t('standing')),
    h('div', {class: 'scroll', tabindex: 0, role: 'region', 'aria-label': t('standing')},
      h('table', {}, heads(['standing.record', 'standing.since', 'stage.waiting', 'standing.tries',
        'standing.reason']),
      h('tbody', {}, sink.stuck.map((one) => h('tr', {},
        h('th', {scope: 'row'}, t('record', one)),
        h('td', {}, moment(Date.parse(one.since)) + ' (' + length(one.stuck_ms) + ')'),
        h('td', {class: 'n'}, count(one.waiting)), h('td', {class: 'n'}, count(one.tries)),
        h('td', {class: 'reason bad'}, words(one.reason) || t('standing.untold')))))))) ];
}

/** What each source in Redis does, as its tasks told it. */
function sourceParts(source) {
  const parts = told(source);
  if (parts.length === 0) {
    return [];
  }
  return [h('section', {class: 'card wide'}, h('h2', {}, t('sources')),
    h('div', {class: 'scroll', tabindex: 0, role: 'region', 'aria-label': t('sources')},
      h('table', {}, heads(['sources.name', 'sources.state', 'stage.waiting', 'stage.newest',
        'standing.reason']),
      h('tbody', {}, parts.map((one) => h('tr', {},
        h('th', {scope: 'row'}, one.name, ' ', h('span', {class: 'soft'}, one.type)),
        h('td', {}, h('span', {class: 'badge ' + doing(one).badge}, doing(one).text)),
        h('td', {class: 'n'}, count(one.waiting)),
        h('td', {class: 'n'}, one.newest ? ago(Date.parse(one.newest)) : '–'),
        h('td', {class: 'reason bad'}, one.state === 'ok' && !one.trouble ? ''
          : [words(one.reason), one.since ? t('since', {time: moment(Date.parse(one.since))}) : '']
            .filter(Boolean).join(' · '))))))))];
}

/** A Java trace: its causes in plain sight, the rest behind a fold. */
function trace(text) {
  const lines = text.split('\n');
  const causes = lines.filter((line, i) => i === 0 || line.startsWith('Caused by:'))
    .map((line) => line.replace(/^(Caused by: )?[\w.$]+\.(\w+(?:Exception|Error)): /, '$2: '));
  return h('div', {class: 'trace'}, h('p', {class: 'bad'}, words(causes[causes.length - 1])),
    h('details', {}, h('summary', {}, t('trace')), h('pre', {tabindex: 0}, text)));
}
