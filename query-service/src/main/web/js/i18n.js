// The language of the page, and what it says in it.
import {always} from './kept.js';
import {EN} from './text-en.js';
import {ZH} from './text-zh.js';

const TEXTS = {en: EN, zh: ZH};
const STORED = 'hissrv.language';

function first() {
  const stored = always.get(STORED);
  if (stored in TEXTS) {
    return stored;
  }
  return navigator.language.toLowerCase().startsWith('zh') ? 'zh' : 'en';
}

let language = first();
document.documentElement.lang = language === 'zh' ? 'zh-CN' : 'en';

export const lang = () => language;

export function setLanguage(next) {
  language = next;
  always.set(STORED, next);
  document.documentElement.lang = next === 'zh' ? 'zh-CN' : 'en';
}

/** The text of a key, {names} replaced. */
export function t(key, values) {
  const text = TEXTS[language][key];
  if (text === undefined) {
    return key;
  }
  return text.replace(/\{(\w+)\}/g, (all, name) =>
    values && values[name] !== undefined ? String(values[name]) : all);
}

/** The text of a name of the catalogue: {en, zh}. */
export const named = (names) => names[language] || names.en || names.zh || '';
