// Names and units: which entry of the catalogue holds for a device and a point.
import {named, t} from './i18n.js';

const STATISTIC = /^(.+)_(avg|min|max|last|count)$/;

let channels = [];
let site = {device_tags: []};

export function setCatalogue(body) {
  channels = body.channels;
  site = body.site;
}

export const hasNames = () => channels.length > 0;
export const siteName = () => named(site.name || {});

/** The tags that tell a device, the first that a series has. */
export const deviceTags = () => ['channel', ...site.device_tags];

/** By what the catalogue knows the device of a series. */
export function deviceOf(measurement, tags) {
  if (tags.channel) {
    return tags.channel;
  }
  const tag = site.device_tags.find((one) => tags[one]);
  return tag ? tag + ':' + tags[tag] : measurement;
}

function matches(glob, text) {
  if (!glob.includes('*')) {
    return glob === text;
  }
  const escaped = glob.split(/\*+/).map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp('^' + escaped.join('.*') + '$', 's').test(text);
}

/** The entries for a text: the exact one first, then patterns in their order. */
function entries(list, text) {
  return [...list.filter((one) => one.match === text),
    ...list.filter((one) => one.match !== text && matches(one.match, text))];
}

export function deviceName(device) {
  const found = entries(channels, device).find((one) => named(one.name));
  return found ? named(found.name) : device;
}

/** Where a device stands in the catalogue; those that are not in it come last. */
export function deviceOrder(device) {
  const place = channels.indexOf(entries(channels, device)[0]);
  return place < 0 ? channels.length : place;
}

function find(device, field) {
  for (const channel of entries(channels, device)) {
    const points = entries(channel.points, field);
    if (points.length > 0) {
      return {...points[0], order: channel.points.indexOf(points[0])};
    }
  }
  return null;
}

/** {name, unit, decimals, kind, states, known}: of a window's statistic such as 1_avg too. */
export function point(device, field) {
  const exact = find(device, field);
  if (exact) {
    return {unit: '', ...exact, name: named(exact.name) || field, known: true};
  }
  const statistic = STATISTIC.exec(field);
  const base = statistic && find(device, statistic[1]);
  if (base) {
    const count = statistic[2] === 'count';
    return {...base, unit: count ? '' : base.unit || '', decimals: count ? 0 : base.decimals,
      kind: 'gauge', states: undefined, known: true,
      name: (named(base.name) || statistic[1]) + ' ' + t('statistic.' + statistic[2])};
  }
  return {name: field, unit: '', kind: 'gauge', known: false, order: Infinity};
}

/** Points that the catalogue has for a device, for searching before they are asked for. */
export const pointNames = (device) =>
  entries(channels, device).flatMap((one) => one.points.map((p) => named(p.name) || p.match));
