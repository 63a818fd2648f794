// Numbers and states for people.
import {named, t} from './i18n.js';

/** A value with as many decimals as the catalogue says, else as many as it needs. */
export function number(value, decimals) {
  if (typeof value !== 'number') {
    return value === true ? t('flag.true') : value === false ? t('flag.false') : String(value);
  }
  const size = Math.abs(value);
  if (size >= 1e9 || (size !== 0 && size < 1e-4 && decimals === undefined)) {
    return value.toExponential(3).replace('e+', 'e').replaceAll('-', '\u2212');
  }
  const text = decimals === undefined ? String(Number(value.toPrecision(6))) : value.toFixed(decimals);
  return /^-0(\.0+)?$/.test(text) ? text.slice(1) : text.replace('-', '\u2212');
}

/** What a state's value means. */
export function stateName(value, info) {
  const text = typeof value === 'number' ? String(value) : String(value);
  const states = info.states || {};
  return states[text] ? named(states[text]) || text
    : number(value, info.decimals);
}
