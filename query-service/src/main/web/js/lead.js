// Stands in the page itself, before everything else: what the service is asked in any case is on
// its way while the rest of the page is still being read.
import {get} from './api.js';
import {parse} from './address.js';
import {plan, question, requests} from './question.js';
import {DAYS, span} from './ranges.js';

const state = parse(location.hash);
const names = Promise.all([get('catalogue'), get('measurements')]);
const asked = [];

/** The first charts' data, taken for numbers as it is most often right; see ahead.js. */
function askAhead() {
  const {from, to} = span(state.range, Date.now());
  const what = plan(state, from, to);
  for (const request of state.panels.flatMap((points) => requests(points, () => what.fn))) {
    const {path, params} = question(request, what, from, to, 0);
    // Points have numbers for names; what is called otherwise may be a text, which has no mean.
    if (path === 'query' || request.fields.every((field) => /^\d/.test(field))) {
      asked.push({path, params: [...params], answer: get(path, params)});
    }
  }
}

// Energy is asked for by what a point is, days by the site's zone.
if (state.view === 'explore' && state.fn !== 'energy' && !DAYS.includes(state.range)) {
  askAhead();
}
// Behind a proxy, /history may have been asked for where the page lives at /history/: then all that
// it asked for by relative addresses is looked for one folder too high, and is not there.
names.catch((e) => {
  if ((e.kind === 'html' || e.status === 404) && !location.pathname.endsWith('/')) {
    location.replace(location.pathname + '/' + location.search + location.hash);
  }
});
// Who waits for it has the failure.
[names, ...asked.map((one) => one.answer)].forEach((one) => one.catch(() => {}));
globalThis.hissrvLead = {names, asked};
