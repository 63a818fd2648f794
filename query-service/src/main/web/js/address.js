// The address carries the whole view, so that it can be sent, kept and gone back to.
//
//   #/explore?r=1h&p=telemetry,channel=1001,type=m,interval=:1+2;inst,instance=1,type=M:1&p=...
//
// r: the range. p: one chart, its series separated by ";", each measurement, tags, then ":" and the
// fields. fn, every: function and interval where they are chosen by hand. vs: compared with.
import {isRange} from './ranges.js';

export const VIEWS = ['explore', 'completeness', 'pipeline', 'storage'];
export const FUNCTIONS = ['auto', 'mean', 'min', 'max', 'last', 'sum', 'count', 'stddev', 'energy'];

const code = encodeURIComponent;
const MOST_TOLD = 60;

/** What a page shows that was opened without anything behind the #. */
export const initial = () =>
  ({view: 'explore', range: '6h', panels: [], fn: 'auto', every: 'auto', versus: '', name: '',
    empty: true, unread: []});

/** Identity of a series: measurement and tags. */
export const seriesKey = (series) => series.m
  + Object.keys(series.tags).sort().map((tag) => ',' + code(tag) + '=' + code(series.tags[tag]))
    .join('');

export const pointKey = (one) => seriesKey(one) + ':' + code(one.f);

function writePanel(panel) {
  const groups = new Map();
  for (const one of panel) {
    const key = code(one.m) + Object.entries(one.tags)
      .map(([tag, value]) => ',' + code(tag) + '=' + code(value)).join('');
    groups.set(key, [...groups.get(key) || [], code(one.f)]);
  }
  return [...groups].map(([key, fields]) => key + ':' + fields.join('+')).join(';');
}

function readPanel(text) {
  const panel = [];
  for (const group of text.split(';')) {
    const [series, fields] = group.split(':');
    const [measurement, ...tags] = series.split(',');
    for (const field of fields ? fields.split('+') : []) {
      panel.push({
        m: decodeURIComponent(measurement),
        tags: Object.fromEntries(tags.map((tag) => tag.split('=').map(decodeURIComponent))),
        f: decodeURIComponent(field),
      });
    }
  }
  return panel;
}

export function format(state) {
  const pairs = [];
  if (state.view === 'explore') {
    pairs.push('r=' + state.range);
    if (state.fn !== 'auto') {
      pairs.push('fn=' + state.fn);
    }
    if (state.every !== 'auto') {
      pairs.push('every=' + state.every);
    }
    if (state.versus) {
      pairs.push('vs=' + state.versus);
    }
    if (state.name) {
      pairs.push('n=' + code(state.name));
    }
    for (const panel of state.panels) {
      pairs.push('p=' + writePanel(panel));
    }
  }
  return '#/' + state.view + (pairs.length ? '?' + pairs.join('&') : '');
}

/** The state in an address; what cannot be read in it (unread) is as in a page opened without. */
export function parse(hash) {
  const state = initial();
  const found = /^#\/([a-z]+)(?:\?(.*))?$/s.exec(hash);
  if (!found) {
    return old(hash, state);
  }
  if (VIEWS.includes(found[1])) {
    state.view = found[1];
  } else {
    state.unread.push(found[1]);
  }
  for (const pair of found[2] ? found[2].split('&') : []) {
    const at = pair.indexOf('=');
    // A link that was cut on its way: the rest of it still counts.
    if (!taken(state, pair.slice(0, at), pair.slice(at + 1))) {
      state.unread.push(pair.slice(0, MOST_TOLD));
    }
  }
  return state;
}

function taken(state, key, value) {
  try {
    return take(state, key, value);
  } catch {
    return false;
  }
}

/** Whether it could be read. */
function take(state, key, value) {
  if (key === 'r' && isRange(value)) {
    state.range = value;
  } else if (key === 'fn' && FUNCTIONS.includes(value)) {
    state.fn = value;
  } else if (key === 'every' && /^(raw|\d{1,5}[smhd])$/.test(value)) {
    state.every = value;
  } else if (key === 'vs' && ['1d', '7d'].includes(value)) {
    state.versus = value;
  } else if (key === 'n') {
    state.name = decodeURIComponent(value).slice(0, 80);
  } else if (key === 'p') {
    const panel = readPanel(value);
    if (panel.length === 0 && value !== '') {
      return false;
    }
    state.panels.push(panel);
    state.empty = false;
  } else {
    return false;
  }
  return true;
}

/** Addresses of the first page: #m=telemetry&t.channel=1001&f=1&range=15m. */
function old(hash, state) {
  const params = new URLSearchParams(hash.slice(1));
  if (!params.get('m')) {
    return {...state, unread: /^#?\/?$/.test(hash) ? [] : [hash.slice(0, MOST_TOLD)]};
  }
  const tags = {};
  for (const [key, value] of params) {
    if (key.startsWith('t.')) {
      tags[key.slice(2)] = value;
    }
  }
  const range = params.get('range');
  return {...state, empty: false, range: isRange(range) ? range : '1h',
    panels: [params.getAll('f').map((f) => ({m: params.get('m'), tags, f}))]};
}
