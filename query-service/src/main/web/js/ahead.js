// What was asked for by the page's first script (lead.js) is not asked for again. What is numbers was
// guessed there, and most often right. A wrong guess costs the service a question, and nobody's time.
import {get} from './api.js';

/** An answer that was asked for by so much earlier is as good: a live chart asks on from there. */
const SLACK_MS = 3000;

// Where a proxy's policy forbids the first script, nothing was asked ahead.
const lead = globalThis.hissrvLead || {names: null, asked: []};

/** [catalogue, measurements] */
export function names() {
  const found = lead.names || Promise.all([get('catalogue'), get('measurements')]);
  lead.names = null;
  return found;
}

const FREE = ['start', 'end', 'field'];
const rest = (params) => params.filter(([name]) => !FREE.includes(name)).join('&');
const values = (params, name) => params.filter(([one]) => one === name).map(([, value]) => value);

function serves(one, path, params) {
  const away = (name) => Math.abs(values(one.params, name)[0] - values(params, name)[0]);
  const windows = values(params, 'interval').length > 0;
  return one.path === path && rest(one.params) === rest(params)
    && away('start') <= (windows ? 0 : SLACK_MS) && away('end') <= SLACK_MS
    && values(params, 'field').every((field) => values(one.params, 'field').includes(field));
}

/** The answer to a question: the one that was asked for ahead, once, or a fresh one. */
export async function answerTo(path, params, signal) {
  const at = lead.asked.findIndex((one) => serves(one, path, [...params]));
  if (at >= 0) {
    const [found] = lead.asked.splice(at, 1);
    try {
      return await found.answer;
    } catch {
      // Asked again below, so that what is wrong is said where it belongs.
    }
  }
  return get(path, params, signal);
}
