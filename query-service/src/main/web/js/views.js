// Views kept under a name, in this browser; each is an address.
import {ownKey} from './api.js';
import {h, icon} from './dom.js';
import {t} from './i18n.js';
import {always} from './kept.js';
import {format} from './address.js';

const STORED = ownKey('hissrv.views');

function stored() {
  try {
    const found = JSON.parse(always.get(STORED) || '[]');
    return Array.isArray(found) ? found.filter((one) => one.name && one.hash) : [];
  } catch {
    return [];
  }
}

const store = (views) => always.set(STORED, JSON.stringify(views));

/** What the menu of views shows. */
export function savedViews(page, close) {
  const name = h('input', {type: 'text', maxlength: 80, required: true, value: page.state.name,
    'aria-label': t('views.name'), placeholder: t('views.name')});
  const copied = h('span', {class: 'soft', role: 'status'});
  const list = h('ul', {class: 'views'});
  const fill = () => list.replaceChildren(...stored().map((one) => h('li', {},
    h('a', {href: one.hash, class: 'item', onclick: () => close()}, one.name),
    h('button', {type: 'button', class: 'quiet square', 'aria-label': t('remove', {name: one.name}),
      onclick: () => {
        store(stored().filter((other) => other.name !== one.name));
        fill();
      }}, icon('close')))));
  fill();
  return [list, h('form', {class: 'row', onsubmit: (event) => {
    event.preventDefault();
    const chosen = name.value.trim();
    if (chosen) {
      const hash = format({...page.state, name: chosen});
      if (store([...stored().filter((one) => one.name !== chosen), {name: chosen, hash}])) {
        close();
      } else {
        copied.textContent = t('views.lost');
        fill();
      }
      page.go({name: chosen}, true);
    }
  }}, name, h('button', {type: 'submit', class: 'primary'}, t('views.save'))),
  h('div', {class: 'row'}, h('button', {type: 'button', onclick: async () => {
    try {
      await navigator.clipboard.writeText(location.href);
      copied.textContent = t('views.copied');
    } catch {
      copied.textContent = location.href;
    }
  }}, t('views.copy')), copied)];
}
