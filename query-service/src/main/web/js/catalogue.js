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

const pattern = (glob) => new RegExp('^' + glob.split(/\*+/)
  .map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&')).join('.*') + '$', 's');

/** By a list of entries: what it has for a text. A large site asks for 50,000 points. */
const indexes = new WeakMap();

function indexOf(list) {
  if (!indexes.has(list)) {
    indexes.set(list, {exact: new Map(list.map((one) => [one.match, one])), found: new Map(),
      place: new Map(list.map((one, i) => [one, i])), patterns: list.filter((one) =>
        one.match.includes('*')).map((one) => ({one, regex: pattern(one.match)}))});
  }
  return indexes.get(list);
}

/** The entries for a text: the exact one first, then patterns in their order. */
function entries(list, text) {
  const {exact, found, patterns} = indexOf(list);
  if (!found.has(text)) {
    const own = exact.get(text);
    found.set(text, [...(own ? [own] : []), ...patterns
      .filter(({one, regex}) => one !== own && regex.test(text)).map(({one}) => one)]);
  }
  return found.get(text);
}

export function deviceName(device) {
  const found = entries(channels, device).find((one) => named(one.name));
  return found ? named(found.name) : device;
}

/** Where a device stands in the catalogue; those that are not in it come last. */
export function deviceOrder(device) {
  return indexOf(channels).place.get(entries(channels, device)[0]) ?? channels.length;
}

function find(device, field) {
  for (const channel of entries(channels, device)) {
    const points = entries(channel.points, field);
    if (points.length > 0) {
      return {...points[0], order: indexOf(channel.points).place.get(points[0])};
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
