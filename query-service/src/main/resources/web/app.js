// The page of the query service: choose, draw, refresh. No build step; runs as it stands.
'use strict';

const RANGES = [
  // Short ranges show the points themselves (the service leaves out what would not be seen), longer
  // ones means of a few hundred windows.
  {name: '5m', ms: 300e3, interval: null},
  {name: '15m', ms: 900e3, interval: null},
  {name: '1h', ms: 3600e3, interval: null},
  {name: '6h', ms: 21600e3, interval: '30s'},
  {name: '24h', ms: 86400e3, interval: '2m'},
  {name: '7d', ms: 604800e3, interval: '15m'},
  {name: '30d', ms: 2592000e3, interval: '1h'},
];
const COLORS = ['#0d9488', '#6366f1', '#ea580c', '#db2777', '#65a30d', '#0284c7', '#9333ea',
  '#ca8a04', '#dc2626', '#64748b'];
const MOST_LINES = 40;
const MOST_POINTS = 1200;
const FIRST_FIELDS = 3;
const CHOICES_EVERY = 6;
const TIMEOUT_MS = 20000;
const ANY = '\u0000any';

const $ = (id) => document.getElementById(id);
const state = {
  measurements: [], measurement: null, tags: {}, fields: [], range: RANGES[0],
  refresh: 5, chart: null, signature: '', timer: 0, run: 0, rounds: 0,
};

// ---- talking to the service

async function get(path, params) {
  const query = params && params.toString();
  const abort = new AbortController();
  const timer = setTimeout(() => abort.abort(), TIMEOUT_MS);
  try {
    const answer = await fetch(path + (query ? '?' + query : ''), {signal: abort.signal});
    const body = await answer.json();
    if (!answer.ok && !(path === 'health' && body.parts)) {
      throw new Error(body.message || 'the service answered with status ' + answer.status);
    }
    return body;
  } catch (e) {
    if (e.name === 'AbortError') {
      throw new Error('the service did not answer within ' + TIMEOUT_MS / 1000 + ' s');
    }
    if (e instanceof TypeError) {
      throw new Error('the service cannot be reached; trying again');
    }
    throw e;
  } finally {
    clearTimeout(timer);
  }
}

/** measurement, and the chosen tags as parameters. */
function selection() {
  const params = new URLSearchParams({measurement: state.measurement.name});
  for (const [tag, value] of Object.entries(state.tags)) {
    params.append('tag.' + tag, value);
  }
  return params;
}

function queryParams() {
  const params = selection();
  for (const field of state.fields) {
    params.append('field', field);
  }
  params.set('range', state.range.ms / 1000 + 's');
  if (state.range.interval) {
    params.set('interval', state.range.interval);
    params.set('function', 'mean');
  } else {
    params.set('max_points', Math.max(MOST_POINTS, 8 * state.fields.length));
  }
  return params;
}

// ---- the address carries the choice

function readAddress() {
  const params = new URLSearchParams(location.hash.slice(1));
  state.wanted = params.get('m');
  state.range = RANGES.find((one) => one.name === params.get('range')) || state.range;
  state.fields = params.getAll('f');
  state.tags = {};
  for (const [key, value] of params) {
    if (key.startsWith('t.')) {
      state.tags[key.slice(2)] = value;
    }
  }
  const refresh = params.get('refresh');
  if ([...$('refresh').options].some((option) => option.value === refresh)) {
    state.refresh = Number(refresh);
  }
  $('refresh').value = String(state.refresh);
}

function writeAddress() {
  const params = new URLSearchParams({m: state.measurement.name, range: state.range.name});
  for (const [tag, value] of Object.entries(state.tags)) {
    params.append('t.' + tag, value);
  }
  for (const field of state.fields) {
    params.append('f', field);
  }
  params.set('refresh', state.refresh);
  history.replaceState(null, '', '#' + params);
}

// ---- the form

function option(value, text, selected) {
  const element = document.createElement('option');
  element.value = value;
  element.textContent = text;
  element.selected = selected;
  return element;
}

const byNumber = new Intl.Collator(undefined, {numeric: true}).compare;

async function loadMeasurements() {
  state.measurements = (await get('measurements')).measurements;
  const names = state.measurements.map((one) => one.name);
  const wanted = state.measurement ? state.measurement.name : state.wanted;
  const name = names.includes(wanted) ? wanted : names.includes('telemetry') ? 'telemetry' : names[0];
  $('measurement').replaceChildren(...names.map((one) => option(one, one, one === name)));
  state.measurement = state.measurements.find((one) => one.name === name) || null;
  if (!state.measurement) {
    throw new Error('nothing has been stored yet; the page looks again by itself');
  }
  if (name !== wanted) {
    state.tags = {};
    state.fields = [];
    state.fresh = true;
  }
}

/** Fills tags and fields for the chosen measurement; only values that go together are offered. */
async function loadChoices() {
  const measurement = state.measurement;
  for (const tag of Object.keys(state.tags)) {
    if (!measurement.tags.includes(tag)) {
      delete state.tags[tag];
    }
  }
  const selects = [];
  const forAll = await get('tags', new URLSearchParams({measurement: measurement.name}));
  if (state.fresh) {
    // Begin with one channel's live values, not with the windows that are stored beside them.
    if ((forAll.tags.interval || []).includes('')) {
      state.tags.interval = '';
    }
    if (forAll.tags.channel) {
      state.tags.channel = forAll.tags.channel.sort(byNumber)[0];
    }
  }
  state.fresh = false;
  for (const tag of measurement.tags) {
    const values = forAll.tags[tag].sort(byNumber);
    const chosen = tag in state.tags && values.includes(state.tags[tag]) ? state.tags[tag] : ANY;
    if (chosen === ANY) {
      delete state.tags[tag];
    }
    const select = document.createElement('select');
    select.dataset.tag = tag;
    select.append(option(ANY, 'any', chosen === ANY));
    for (const value of values) {
      select.append(option(value, value === '' ? '(none)' : value, chosen === value));
    }
    select.addEventListener('change', () => {
      if (select.value === ANY) {
        delete state.tags[tag];
      } else {
        state.tags[tag] = select.value;
      }
      changed();
    });
    const label = document.createElement('label');
    label.append(tag, select);
    selects.push(label);
  }
  $('tags').replaceChildren(...selects);
  await loadFields();
}

async function loadFields() {
  const answer = await get('fields', selection());
  const names = answer.fields.filter((field) => field.type === 'number' || field.type === 'mixed')
    .map((field) => field.name).sort(byNumber);
  state.fields = state.fields.filter((name) => names.includes(name));
  if (state.fields.length === 0 && !state.cleared) {
    state.fields = names.slice(0, FIRST_FIELDS);
  }
  const rows = names.map((name) => {
    const box = document.createElement('input');
    box.type = 'checkbox';
    box.value = name;
    box.checked = state.fields.includes(name);
    box.addEventListener('change', () => {
      state.fields = [...$('fields').querySelectorAll('input:checked')].map((one) => one.value);
      state.cleared = state.fields.length === 0;
      writeAddress();
      refresh();
    });
    const label = document.createElement('label');
    label.append(box, name);
    return label;
  });
  if (rows.length === 0) {
    const none = document.createElement('p');
    none.className = 'none';
    none.textContent = 'no field of numbers for this choice';
    rows.push(none);
  }
  $('fields').replaceChildren(...rows);
  filterFields();
}

function filterFields() {
  const text = $('filter').value.toLowerCase();
  for (const label of $('fields').querySelectorAll('label')) {
    label.hidden = !label.textContent.toLowerCase().includes(text);
    label.style.display = label.hidden ? 'none' : '';
  }
}

async function changed() {
  try {
    await loadFields();
    writeAddress();
  } catch (e) {
    showError(e.message);
    return;
  }
  await refresh();
}

// ---- the chart

/** One line per series and field: label, and values by time. */
function linesOf(answer) {
  const lines = [];
  for (const series of answer.series) {
    const tags = Object.entries(series.tags)
      .filter(([tag]) => !(tag in state.tags))
      .map(([tag, value]) => tag + '=' + value).join(' ');
    // The service marks silences where it may have left points out: a row without any value.
    const marks = series.rows.filter((row) => row.slice(1).every((value) => value === null))
      .map((row) => row[0] / 1000);
    series.columns.slice(1).forEach((field, i) => {
      const points = series.rows.filter((row) => typeof row[i + 1] === 'number')
        .map((row) => [row[0] / 1000, row[i + 1]]);
      if (points.length > 0) {
        lines.push({label: (tags ? tags + ' \u00b7 ' : '') + field, points,
          marks: state.range.interval ? null : marks});
      }
    });
  }
  return lines;
}

/** The usual distance of two points of a line, in seconds. */
function step(points) {
  const steps = [];
  for (let i = 1; i < points.length; i++) {
    steps.push(points[i][0] - points[i - 1][0]);
  }
  steps.sort((a, b) => a - b);
  return steps.length ? steps[steps.length >> 1] : Infinity;
}

/**
 * Columns as uPlot takes them: the union of all times; undefined where a line merely has no point
 * at another line's time (drawn through), null where it was silent (a gap).
 */
function columns(lines) {
  const times = new Set();
  const all = lines.map((line) => {
    const usual = step(line.points);
    const gaps = [];
    line.points.forEach(([time], i) => {
      times.add(time);
      const before = i > 0 ? line.points[i - 1][0] : time;
      const mark = line.marks ? line.marks.find((one) => one > before && one < time)
        : time - before > 2.5 * usual ? before + usual : undefined;
      if (mark !== undefined) {
        gaps.push([before, time]);
        times.add(mark);
      }
    });
    return {values: new Map(line.points), gaps};
  });
  const sorted = [...times].sort((a, b) => a - b);
  return [sorted, ...all.map(({values, gaps}) => {
    let next = 0;
    return sorted.map((time) => {
      if (values.has(time)) {
        return values.get(time);
      }
      while (next < gaps.length && gaps[next][1] <= time) {
        next++;
      }
      return next < gaps.length && time > gaps[next][0] ? null : undefined;
    });
  })];
}

const css = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

function draw(answer, lines) {
  const data = columns(lines);
  const signature = lines.map((line) => line.label).join('\n') + css('--text');
  const bounds = [answer.start / 1000, Math.min(answer.end, Date.now()) / 1000];
  const size = {width: $('chart').clientWidth, height: 360};
  $('empty').hidden = lines.length > 0;
  if (lines.length === 0) {
    $('empty').textContent = state.fields.length === 0
      ? 'Choose a field.' : 'No data in this range.';
    if (state.chart) {
      state.chart.destroy();
      state.chart = null;
    }
    return;
  }
  state.bounds = bounds;
  if (state.chart && state.signature === signature) {
    state.chart.setData(data);
    return;
  }
  if (state.chart) {
    state.chart.destroy();
  }
  state.signature = signature;
  const axis = {stroke: css('--soft'), grid: {stroke: css('--grid'), width: 1},
    ticks: {stroke: css('--grid'), width: 1}};
  state.chart = new uPlot({
    ...size,
    cursor: {points: {size: 7}},
    scales: {x: {time: true, range: (u, min, max) => u.zoomed ? [min, max] : state.bounds}},
    axes: [
      {...axis, values: [
        [86400, '{YYYY}-{MM}-{DD}', null, null, null, null, null, null, 1],
        [3600, '{HH}:{mm}', '\n{YYYY}-{MM}-{DD}', null, '\n{MM}-{DD}', null, null, null, 1],
        [60, '{HH}:{mm}', '\n{YYYY}-{MM}-{DD}', null, '\n{MM}-{DD}', null, null, null, 1],
        [1, '{HH}:{mm}:{ss}', '\n{YYYY}-{MM}-{DD}', null, '\n{MM}-{DD}', null, null, null, 1],
      ]},
      {...axis, size: 64}],
    series: [{}, ...lines.map((line, i) => ({
      label: line.label, stroke: COLORS[i % COLORS.length], width: 1.6,
      dash: i >= COLORS.length ? [6, 3] : undefined,
      spanGaps: false, points: {show: line.points.length < 60, size: 4},
    }))],
    hooks: {
      setSelect: [(u) => { u.zoomed = u.select.width > 0; }],
      setCursor: [showCursor],
      ready: [(u) => u.over.addEventListener('dblclick', () => {
        u.zoomed = false;
        u.setData(u.data);
      })],
    },
  }, data, $('chart'));
}

/** Under the pointer: that moment's values instead of the last ones. */
function showCursor(u) {
  const at = u.cursor.idx;
  const rows = $('latest').tBodies[0].rows;
  state.lines.forEach((line, i) => {
    if (!rows[i]) {
      return;
    }
    let [time, value] = line.points[line.points.length - 1];
    if (at != null && u.cursor.left >= 0 && typeof u.data[i + 1][at] === 'number') {
      [time, value] = [u.data[0][at], u.data[i + 1][at]];
    }
    rows[i].cells[1].textContent = number(value);
    rows[i].cells[4].textContent = moment(time);
  });
}

const number = (value) => Math.abs(value) >= 1e7 || (value !== 0 && Math.abs(value) < 1e-3)
  ? value.toExponential(4)
  : value.toLocaleString('en', {maximumFractionDigits: 3, useGrouping: false});
const moment = (seconds) => {
  const date = new Date(seconds * 1000);
  const time = date.toLocaleTimeString('en-GB');
  return date.toDateString() === new Date().toDateString()
    ? time : date.toLocaleDateString('sv') + ' ' + time;
};

function table(lines) {
  const rows = lines.map((line, i) => {
    const values = line.points.map((point) => point[1]);
    const [time, last] = line.points[line.points.length - 1];
    const row = document.createElement('tr');
    const key = document.createElement('span');
    key.className = 'key';
    key.style.background = COLORS[i % COLORS.length];
    const name = document.createElement('td');
    name.append(key, line.label);
    row.append(name);
    const low = values.reduce((a, b) => Math.min(a, b));
    const high = values.reduce((a, b) => Math.max(a, b));
    for (const value of [last, low, high]) {
      const cell = document.createElement('td');
      cell.className = 'n';
      cell.textContent = number(value);
      row.append(cell);
    }
    const at = document.createElement('td');
    at.textContent = moment(time);
    row.append(at);
    return row;
  });
  $('latest').tBodies[0].replaceChildren(...rows);
}

function showError(message) {
  $('error').hidden = !message;
  $('error').textContent = message || '';
}

// ---- the strip of states

async function strip() {
  const items = [];
  const add = (kind, text, strong, hint) => {
    const item = document.createElement('li');
    item.className = kind;
    if (kind) {
      const dot = document.createElement('span');
      dot.className = 'dot';
      item.append(dot);
    }
    item.append(text);
    if (strong !== undefined) {
      const bold = document.createElement('b');
      bold.textContent = strong;
      item.append(' ', bold);
    }
    item.title = hint || '';
    items.push(item);
  };
  try {
    const [health, status] = await Promise.all([get('health'), get('status')]);
    for (const [name, part] of Object.entries(health.parts)) {
      if (part.state !== 'off') {
        add(part.state, name, part.state === 'up' ? undefined : part.state, part.message);
      }
    }
    if (status.queue_size !== null) {
      add('', 'lag', status.queue_size, 'records that the database has not acknowledged yet');
    }
    if (status.failed !== null) {
      add('', 'failed', status.failed, 'records in the dead-letter topic');
    }
    if (status.last_sync) {
      add('', 'synced to', moment(Date.parse(status.last_sync) / 1000), 'newest sample stored');
    }
  } catch (e) {
    add('down', 'service', 'no answer', e.message);
  }
  $('strip').replaceChildren(...items);
}

// ---- the loop

async function refresh() {
  clearTimeout(state.timer);
  const run = ++state.run;
  const strips = strip();
  try {
    if (!state.measurement) {
      await loadMeasurements();
      await loadChoices();
      writeAddress();
    } else if (++state.rounds % CHOICES_EVERY === 0 && !$('choice').contains(document.activeElement)) {
      // What appeared meanwhile is offered, unless somebody is just choosing.
      await loadMeasurements();
      await loadChoices();
    }
    let answer = {series: [], start: Date.now() - state.range.ms, end: Date.now(), rows: 0};
    const params = queryParams();
    if (state.fields.length > 0) {
      const shown = new URLSearchParams(params);
      shown.set('time_format', 'ms');
      answer = await get('query', shown);
    }
    if (run !== state.run) {
      return;
    }
    const all = linesOf(answer);
    const lines = all.slice(0, MOST_LINES);
    state.lines = lines;
    table(lines);
    draw(answer, lines);
    $('title').textContent = [state.measurement.name,
      ...Object.entries(state.tags).map(([tag, value]) => tag + '=' + (value || '(none)'))].join(' \u00b7 ');
    $('info').textContent = answer.rows + ' rows'
      + (state.range.interval ? ', means of ' + state.range.interval : '')
      + (answer.truncated ? ', cut by the limit: choose fewer series or a shorter range' : '')
      + (all.length > lines.length ? ', ' + lines.length + ' of ' + all.length + ' lines drawn' : '');
    $('json').href = 'query?' + params;
    params.set('format', 'csv');
    $('csv').href = 'query?' + params;
    $('csv').download = state.measurement.name + '.csv';
    showError('');
    document.body.dataset.drawn = String(lines.length);
  } catch (e) {
    if (run === state.run) {
      showError(e.message);
      if (!state.chart) {
        $('empty').textContent = '';
      }
    }
  }
  await strips;
  if (run === state.run && state.refresh > 0) {
    state.timer = setTimeout(refresh, state.refresh * 1000);
  }
}

function start() {
  readAddress();
  for (const range of RANGES) {
    const button = document.createElement('button');
    button.type = 'button';
    button.textContent = range.name;
    button.setAttribute('aria-pressed', String(range === state.range));
    button.addEventListener('click', () => {
      state.range = range;
      for (const other of $('ranges').children) {
        other.setAttribute('aria-pressed', String(other === button));
      }
      if (state.chart) {
        state.chart.zoomed = false;
      }
      if (state.measurement) {
        writeAddress();
      }
      refresh();
    });
    $('ranges').append(button);
  }
  $('measurement').addEventListener('change', async () => {
    state.measurement = state.measurements.find((one) => one.name === $('measurement').value);
    state.tags = {};
    state.fields = [];
    state.cleared = false;
    state.fresh = true;
    try {
      await loadChoices();
      writeAddress();
    } catch (e) {
      showError(e.message);
      return;
    }
    refresh();
  });
  $('filter').addEventListener('input', filterFields);
  $('nofields').addEventListener('click', () => {
    state.fields = [];
    state.cleared = true;
    for (const box of $('fields').querySelectorAll('input')) {
      box.checked = false;
    }
    writeAddress();
    refresh();
  });
  $('refresh').addEventListener('change', () => {
    state.refresh = Number($('refresh').value);
    if (state.measurement) {
      writeAddress();
    }
    refresh();
  });
  $('choice').addEventListener('submit', (event) => event.preventDefault());
  new ResizeObserver(() => {
    if (state.chart) {
      state.chart.setSize({width: $('chart').clientWidth, height: 360});
    }
  }).observe($('chart'));
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', refresh);
  refresh();
}

start();
