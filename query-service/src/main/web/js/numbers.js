// Numbers and states for people.
import {named, t} from './i18n.js';

const formats = new Map();

/** A value with as many decimals as the catalogue says, else as many as it needs. */
export function number(value, decimals) {
  if (typeof value !== 'number') {
    return value === true ? t('flag.true') : value === false ? t('flag.false') : String(value);
  }
  const size = Math.abs(value);
  if (size >= 1e9 || (size !== 0 && size < 1e-4 && decimals === undefined)) {
    return value.toExponential(3);
  }
  const key = decimals === undefined ? 'free' : decimals;
  if (!formats.has(key)) {
    formats.set(key, new Intl.NumberFormat('en', decimals === undefined
      ? {maximumSignificantDigits: 6, useGrouping: false}
      : {minimumFractionDigits: decimals, maximumFractionDigits: decimals, useGrouping: false}));
  }
  const text = formats.get(key).format(value);
  return /^-0(\.0+)?$/.test(text) ? text.slice(1) : text.replace('-', '\u2212');
}

/** What a state's value means. */
export function stateName(value, info) {
  const text = typeof value === 'number' ? String(value) : String(value);
  const states = info.states || {};
  return states[text] ? named(states[text]) || text
    : number(value, info.decimals);
}
