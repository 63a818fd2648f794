// What went wrong: alerts as they stand, and the last records that could not be written.
import {h} from './dom.js';
import {t} from './i18n.js';
import {ago, moment} from './time.js';
import {words} from './words.js';

const heads = (keys) => h('thead', {}, h('tr', {}, keys.map((key) => h('th', {scope: 'col'}, t(key)))));

const card = (title, keys, rows) => [h('section', {class: 'card wide'}, h('h2', {}, title),
  h('div', {class: 'scroll', tabindex: 0, role: 'region', 'aria-label': title},
    h('table', {}, heads(keys), h('tbody', {}, rows))))];

/** A changed hissrv.yml that cannot be used; nothing where it can, or where there is none. */
export function siteFile(site) {
  if (site?.state !== 'refused') {
    return [];
  }
  return [h('section', {class: 'card wide'}, h('h2', {}, t('site.refused')), h('p', {}, t('site.refused.stays')),
    site.problems.slice(0, 5).map((problem) => h('p', {class: 'reason bad'}, words(problem))))];
}

const BADGE = {raised: 'down', pending: 'stuck', ok: 'up', elsewhere: 'off'};

/** Nothing where the site's file has no alerts, or the service has no such file. */
export function alertsCard(alerts) {
  if (!alerts?.length) {
    return [];
  }
  return card(t('alerts'), ['alerts.name', 'alerts.state', 'alerts.condition', 'alerts.value', 'standing.reason'],
    alerts.map((one) => h('tr', {},
      h('th', {scope: 'row'}, one.name, ' ', h('span', {class: 'soft'}, t('alerts.' + one.level))),
      h('td', {}, h('span', {class: 'badge ' + BADGE[one.state]}, t('alerts.' + one.state)),
        one.state === 'elsewhere' ? '' : ' ' + t('since', {time: moment(Date.parse(one.since))})),
      h('td', {}, h('code', {}, one.condition)),
      h('td', {class: 'n'}, one.value === null ? t('alerts.unknown') : one.value),
      h('td', {class: 'reason bad'}, one.error ? t('alerts.untold', {why: words(one.error)}) : ''))));
}

/** The last records of the dead-letter topic: when, from where, why. */
export function deadLetters(kafka) {
  if (!kafka?.last_failed?.length) {
    return [];
  }
  return card(t('failed.last'), ['failed.when', 'standing.record', 'standing.reason'],
    kafka.last_failed.map((one) => h('tr', {},
      h('td', {title: moment(Date.parse(one.time))}, ago(Date.parse(one.time))),
      h('th', {scope: 'row'}, one.topic ? t('record', one) : t('failed.untold')),
      h('td', {class: 'reason'}, words(one.reason) || t('failed.untold')))));
}
