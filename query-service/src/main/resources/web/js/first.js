// What a page shows that was opened without a choice: the site's powers and its battery, or else
// the first points of the first device.
import {deviceOf, hasNames} from './catalogue.js';
import {devices, seriesOf} from './directory.js';
import {isState, power} from './data.js';

const MOST_DEVICES = 12;
const MOST_LINES = 5;
const FIRST_FIELDS = 3;

/** Live series, not the windows that are stored beside them. */
const live = (series) => !series.tags.interval;

export async function firstPanels() {
  const all = (await devices()).slice(0, hasNames() ? MOST_DEVICES : 1);
  const series = (await Promise.all(all.map((device) => seriesOf(device)))).flat().filter(live);
  const points = series.flatMap((one) => one.fields.map((field) =>
    ({m: one.m, tags: one.tags, f: field.f, info: field.info})));
  const numbers = points.filter((one) => !isState(one));
  const ref = ({m, tags, f}) => ({m, tags, f});
  const powers = numbers.filter((one) => one.info.known && power(one.info.unit)
    && !/reactive|无功/i.test(one.info.name));
  const perDevice = new Map();
  for (const one of powers) {
    const device = deviceOf(one.m, one.tags);
    perDevice.set(device, perDevice.get(device) || one);
  }
  const main = [...perDevice.values()].slice(0, MOST_LINES);
  if (main.length < 2) {
    return numbers.length ? [numbers.slice(0, FIRST_FIELDS).map(ref)] : [];
  }
  const charge = numbers.filter((one) => one.info.unit === '%').slice(0, 1);
  const states = points.filter((one) => one.info.known && isState(one)).slice(0, 3);
  const second = [...charge, ...states];
  return [main.map(ref), second.map(ref)].filter((panel) => panel.length > 0);
}
