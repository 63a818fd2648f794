// What a page shows that was opened without a choice: the site's powers, its battery and its states,
// or else the first points of the first device.
import {get} from './api.js';
import {deviceOf, deviceOrder, point} from './catalogue.js';
import {all as measurements, byNumber, devices, measurement} from './directory.js';
import {isState, power} from './data.js';

/** What is alive is known by what came lately; a site that stands still by its last day. */
const RANGES = ['15m', '1d'];
/**
 * Of more devices the first are asked, and all only where those are silent: a thousand of fifty
 * points each take many seconds.
 */
const MOST_DEVICES = 40;
const MOST_LINES = 5;
const FIRST_FIELDS = 3;
const MOST_STATES = 3;

/** What is asked of a measurement: all of it, or the devices of it that are named. */
function question(m, asked, range) {
  const params = new URLSearchParams({measurement: m, range});
  for (const [tag, value] of (asked || []).flatMap((one) => Object.entries(one.tags))) {
    params.append('tag.' + tag, value);
  }
  return params;
}

/**
 * Every live point of the last minutes, in the catalogue's order; one call a measurement. asked: of
 * these devices; null for all.
 */
async function alive(range, asked) {
  const names = new Set((asked || measurements()).map((one) => one.m || one.name));
  const answers = await Promise.all([...names].map((m) =>
    get('latest', question(m, asked?.filter((one) => one.m === m), range))));
  const points = answers.flatMap((answer) => answer.series
    .filter((series) => !series.tags.interval)
    .flatMap((series) => {
      const m = answer.measurement;
      const tags = Object.fromEntries(measurement(m).tags.map((tag) => [tag, series.tags[tag] || '']));
      const device = deviceOf(m, tags);
      return Object.keys(series.fields).map((f) => ({m, tags, f, device, info: point(device, f)}));
    }));
  return points.sort((a, b) => deviceOrder(a.device) - deviceOrder(b.device)
    || byNumber(a.device, b.device) || a.info.order - b.info.order || byNumber(a.f, b.f));
}

const ref = ({m, tags, f}) => ({m, tags, f});

async function newest() {
  const all = await devices();
  const first = all.length > MOST_DEVICES ? [all.slice(0, MOST_DEVICES)] : [];
  let points = [];
  for (const range of RANGES) {
    for (const asked of [...first, null]) {
      points = points.length ? points : await alive(range, asked);
    }
  }
  return points;
}

const states = (points) => points.filter((one) => one.info.known && isState(one)).slice(0, MOST_STATES);

/** What the other devices of the site show of their states: often why this one is silent. */
export async function statesBeside(device) {
  return states((await newest()).filter((one) => one.device !== device)).map(ref);
}

export async function firstPanels() {
  const points = await newest();
  const numbers = points.filter((one) => !isState(one));
  const perDevice = new Map();
  for (const one of numbers) {
    if (one.info.known && power(one.info.unit) && !perDevice.has(one.device)) {
      perDevice.set(one.device, one);
    }
  }
  const main = [...perDevice.values()].slice(0, MOST_LINES);
  if (main.length < 2) {
    const own = numbers.filter((one) => one.device === numbers[0]?.device);
    return own.length ? [own.slice(0, FIRST_FIELDS).map(ref)] : [];
  }
  const charge = numbers.filter((one) => one.info.unit === '%').slice(0, 1);
  return [main.map(ref), [...charge, ...states(points)].map(ref)].filter((panel) => panel.length > 0);
}
