// What there is to choose: devices, and the series and fields of each, as the database has them.
import {get} from './api.js';
import {deviceName, deviceOf, deviceOrder, deviceTags, point} from './catalogue.js';
import {t} from './i18n.js';

const MOST_SERIES = 40;

let measurements = [];
let known = null;
const series = new Map();

let collator = null;
export const byNumber = (a, b) =>
  (collator ||= new Intl.Collator(undefined, {numeric: true})).compare(a, b);

export function setMeasurements(body) {
  measurements = body.measurements;
  known = null;
}

export const all = () => measurements;

export const measurement = (name) => measurements.find((one) => one.name === name);

/** number, text or flag; number where it is not known. */
export function typeOf(name, field) {
  const found = measurement(name)?.fields.find((one) => one.name === field);
  return found ? found.type : 'number';
}

/** Asks for them anew: what was not there may have come. */
export async function lookAgain() {
  setMeasurements(await get('measurements'));
}

export const hasField = (name, field) =>
  Boolean(measurement(name)?.fields.some((one) => one.name === field));

const select = (name, tags) => {
  const params = new URLSearchParams({measurement: name});
  for (const [tag, value] of Object.entries(tags)) {
    params.append('tag.' + tag, value);
  }
  return params;
};

/** Every device, in the catalogue's order: {key, name, m, tags}; each asks anew after lookAgain(). */
export async function devices() {
  known ||= list().catch((e) => {
    known = null;
    throw e;
  });
  return (await known).map((one) => ({...one}));
}

async function list() {
  const all = await Promise.all(measurements.map(async (one) => {
    const tag = deviceTags().find((name) => one.tags.includes(name));
    if (!tag) {
      return [{m: one.name, tags: {}}];
    }
    const answer = await get('tags', new URLSearchParams({measurement: one.name}));
    return (answer.tags[tag] || []).map((value) => ({m: one.name, tags: {[tag]: value}}));
  }));
  return all.flat()
    .map((one) => ({...one, key: deviceOf(one.m, one.tags)}))
    .map((one) => ({...one, name: deviceName(one.key)}))
    .sort((a, b) => deviceOrder(a.key) - deviceOrder(b.key) || byNumber(a.key, b.key));
}

/** Whether the database has any series with these tags. */
export async function exists(one) {
  if (!measurement(one.m)) {
    return false;
  }
  const answer = await get('tags', select(one.m, one.tags));
  return Object.values(answer.tags).some((values) => values.length > 0);
}

/**
 * The series of a device with their fields: [{m, tags, fields: [{f, info}]}], live values before
 * the windows that are stored beside them.
 */
export async function seriesOf(device) {
  const key = device.m + '|' + device.key;
  if (!series.has(key)) {
    series.set(key, find(device).catch((e) => {
      series.delete(key);
      throw e;
    }));
  }
  return series.get(key);
}

async function find(device) {
  const tags = measurement(device.m).tags;
  let found = [device.tags];
  for (const tag of [...tags].sort((a, b) => (b === 'interval') - (a === 'interval'))) {
    if (tag in device.tags) {
      continue;
    }
    const more = await Promise.all(found.map(async (one) => {
      const values = (await get('tags', select(device.m, one))).tags[tag] || [];
      return values.sort(byNumber).map((value) => ({...one, [tag]: value}));
    }));
    found = more.flat().slice(0, MOST_SERIES);
  }
  return Promise.all(found.map(async (one) => {
    const answer = await get('fields', select(device.m, one));
    const fields = answer.fields.map((field) =>
      ({f: field.name, type: field.type, info: point(device.key, field.name)}));
    fields.sort((a, b) => a.info.order - b.info.order || byNumber(a.f, b.f));
    return {m: device.m, tags: one, fields};
  }));
}

/** What tells the series of one device apart: "1m windows", "m". */
export const seriesName = (one) => Object.entries(one.tags)
  .filter(([tag, value]) => value !== '' && !deviceTags().includes(tag))
  .map(([tag, value]) => (tag === 'interval' ? t('picker.windows', {length: value})
    : tag + ' ' + value)).join(', ');

export function forget() {
  known = null;
  series.clear();
}
