// What a failure means for people, and what they can do.
import {h, redraw} from './dom.js';
import {answeredAt, setToken} from './api.js';
import {t} from './i18n.js';
import {moment, now} from './time.js';
import {words} from './words.js';

/** Since when nothing was heard of the service, for whoever comes by later. */
function since(kind) {
  const at = ['unreachable', 'html'].includes(kind) && answeredAt();
  return at ? ' ' + t('fail.since', {time: moment(Math.floor((now() - Date.now() + at) / 1000) * 1000)}) : '';
}

/** {what, todo} of an error. */
export function explain(e) {
  const kind = e.kind || 'other';
  const own = ['service', 'refused', 'unauthorised'].includes(kind);
  const values = {status: e.status, message: own ? words(e.message) : e.message || ''};
  // Whether a token is missing, not known, or may only read.
  const why = kind === 'unauthorised' && e.message ? ' ' + values.message : '';
  const what = t('fail.' + kind, values);
  return {
    kind,
    what: (kind === 'html' && e.message ? what + ' “' + e.message + '”' : what + why) + since(kind),
    todo: t('fail.' + (tookTooLong(e) ? 'timeout' : kind) + '.todo', values),
  };
}

/** What took too long takes as long again. */
export const tookTooLong = (e) => e.kind === 'timeout' || e.status === 504;

/** Whether it may pass by itself, so that the page asks again. */
export const passes = (e) =>
  !['unauthorised', 'refused', 'other'].includes(e.kind || 'other') && !tookTooLong(e);

/** A notice for an error, with a field for the token where that is what is missing. */
export function notice(e, again) {
  const {kind, what, todo} = explain(e);
  const box = h('div', {class: 'notice', role: 'alert'}, h('b', {}, what), ' ', todo);
  if (kind === 'unauthorised') {
    const token = h('input', {type: 'password', 'aria-label': t('token'), placeholder: t('token'),
      autocomplete: 'off'});
    box.append(h('form', {class: 'token', onsubmit: (event) => {
      event.preventDefault();
      setToken(token.value.trim());
      token.value = '';
      again();
    }}, token, h('button', {type: 'submit'}, t('token.use'))));
  } else {
    box.append(' ', h('button', {type: 'button', onclick: again}, t('retry')));
  }
  return box;
}

/** After so long people wonder whether anything is going on. */
const SLOW_MS = 4000;

/**
 * Says in a box that an answer takes long, unless what is returned is called before.
 *
 * @param told is told when that is said, and when it is over
 */
export function sayWhenSlow(box, told = () => {}) {
  const hint = h('p', {class: 'hint', role: 'status'}, t('slow'));
  const timer = setTimeout(() => {
    box.prepend(hint);
    told(true);
  }, SLOW_MS);
  return () => {
    clearTimeout(timer);
    hint.remove();
    told(false);
  };
}

/**
 * Shows it in a box that is looked at again and again: a token that is being typed stays, and what
 * is said already is not said anew.
 */
export function tell(box, e, again) {
  const fresh = notice(e, again);
  const said = box.querySelector(':scope > .notice');
  if (said?.textContent !== fresh.textContent) {
    redraw(box, fresh);
  }
}
