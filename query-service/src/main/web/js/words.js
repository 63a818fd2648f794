// What the service says by itself, in English: on a Chinese page its known sentences are said in
// Chinese, told by their form. What has no known form is shown as it is, as the service's words.
import {lang, t} from './i18n.js';
import {moment} from './time.js';
import {FORMS} from './words-zh.js';

const NUMBERS = {n: '\\d+', m: '\\d+', p: '\\d+', o: '\\d+', state: '[A-Z_]+', version: '\\S+'};

const UNITS = {s: 'unit.s', min: 'unit.min', h: 'unit.h', days: 'unit.d'};

let known = null;

/** {expression, names, text} of each form: {n} is a number, {why} says something itself. */
function forms() {
  known ||= FORMS.map(([english, text]) => {
    const names = [];
    const expression = english.split(/(\{\w+\})/).map((part) => {
      const hole = /^\{(\w+)\}$/.exec(part);
      if (!hole) {
        return part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
      }
      names.push(hole[1]);
      return '(' + (NUMBERS[hole[1]] || (hole[1] === 'why' ? '.+' : '(?:(?!; ).)+?')) + ')';
    }).join('');
    return {expression: new RegExp('^' + expression + '$', 's'), names, text};
  });
  return known;
}

/** By a form that the whole text has; null where there is none. */
function whole(text) {
  for (const {expression, names, text: chinese} of forms()) {
    const found = expression.exec(text);
    if (found) {
      return names.reduce((said, name, i) =>
        said.replace('{' + name + '}', () => filled(name, found[i + 1])), chinese);
    }
  }
  return null;
}

/** What stands in a form's hole: a reason, a length such as 5 min, a moment, or a name. */
function filled(name, text) {
  if (name === 'why') {
    return inChinese(text);
  }
  const length = /^(\d+) (s|min|h|days)$/.exec(text);
  return length ? length[1] + ' ' + t(UNITS[length[2]])
    : /^\d{4}-\d\d-\d\dT[\d:.]+Z$/.test(text) ? moment(Date.parse(text)) : text;
}

function inChinese(text) {
  const said = whole(text);
  if (said !== null) {
    return said;
  }
  const parts = text.split('; ');
  if (parts.length > 1) {
    return parts.map(inChinese).join('；');
  }
  // The name of a part, a policy or an exception before what is said of it.
  const headed = /^([^\s:]+): (.+)$/s.exec(text);
  const rest = headed && whole(headed[2]);
  return rest ? headed[1] + '：' + rest : t('words.own', {text});
}

/** What the service said, for people. */
export const words = (text) => (!text || lang() === 'en' ? text || '' : inChinese(text));
