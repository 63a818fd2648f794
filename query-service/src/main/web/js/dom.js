// Elements without a framework: h('button', {class: 'x', onclick: f}, 'text').

export function h(tag, props, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(props || {})) {
    if (value === undefined || value === null || value === false) {
      continue;
    }
    if (name.startsWith('on')) {
      element.addEventListener(name.slice(2), value);
    } else if (name === 'class') {
      element.className = value;
    } else if (name === 'value' || name === 'checked' || name === 'selected') {
      element[name] = value;
    } else {
      element.setAttribute(name, value === true ? '' : value);
    }
  }
  element.append(...children.flat().filter((child) => child !== null && child !== undefined));
  return element;
}

const SVG = 'http://www.w3.org/2000/svg';

/** Icons, drawn as paths in a 16 by 16 box. */
const ICONS = {
  left: 'M10 3 5 8l5 5',
  right: 'M6 3l5 5-5 5',
  out: 'M7 11.5A4.5 4.5 0 1 0 7 2.500a4.500 4.500 0 0 0 0 9zM10.500 10.500 14 14M5 7h4',
  close: 'M4 4l8 8M12 4l-8 8',
  add: 'M8 3v10M3 8h10',
  menu: 'M2 4h12M2 8h12M2 12h12',
  sun: 'M8 5a3 3 0 1 0 0 6 3 3 0 0 0 0-6zM8 1v1.500M8 13.500V15M1 8h1.500M13.500 8H15M3 3l1 1M12 12l1 1M13 3l-1 1M4 12l-1 1',
  table: 'M2 3h12v10H2zM2 6.500h12M2 10h12M6.500 3v10',
  download: 'M8 2v8M4.500 7 8 10.500 11.500 7M3 13.500h10',
  image: 'M2 3h12v10H2zM2 11l4-4 3 3 2-2 3 3',
  star: 'M8 2l1.800 3.800 4.200.500-3.100 2.900.800 4.100L8 11.300l-3.700 2 .800-4.100L2 6.300l4.200-.500z',
};

export function icon(name) {
  const svg = document.createElementNS(SVG, 'svg');
  svg.setAttribute('viewBox', '0 0 16 16');
  svg.setAttribute('class', 'icon');
  svg.setAttribute('aria-hidden', 'true');
  const path = document.createElementNS(SVG, 'path');
  path.setAttribute('d', ICONS[name]);
  svg.append(path);
  return svg;
}

export function option(value, text, selected) {
  return h('option', {value, selected}, text);
}

const CONTROLS = 'a, button, input, select, summary, [tabindex]';

/** What a control is, as far as that outlives its being drawn anew. */
const kind = (one) => one.nodeName + one.className + (one.closest('tr')?.dataset.line || '');

/**
 * Puts other elements into a box that is drawn again and again: the focus stays at its place in
 * it, what was unfolded stays open, and what was scrolled stays there.
 */
export function redraw(box, ...children) {
  const found = (selector) => [...box.querySelectorAll(selector)];
  const open = found('details').map((one) => one.open);
  const places = found('.scroll, pre').map((one) => [one.scrollLeft, one.scrollTop]);
  const focused = found(CONTROLS).find((one) => one === document.activeElement);
  const wanted = focused && kind(focused);
  const alike = () => found(CONTROLS).filter((one) => kind(one) === wanted);
  const place = focused ? alike().indexOf(focused) : -1;
  box.replaceChildren(...children);
  found('details').forEach((one, i) => {
    one.open ||= open[i];
  });
  found('.scroll, pre').forEach((one, i) => places[i] && one.scrollTo(...places[i]));
  if (focused) {
    // What is kept and put back is not taken for another of its kind.
    (box.contains(focused) ? focused : alike()[place])?.focus({preventScroll: true});
  }
}

const styles = new Map();

/** A property of the theme; kept, since asking has the whole page styled anew while a chart is made. */
export function css(name) {
  if (!styles.has(name)) {
    styles.set(name, getComputedStyle(document.documentElement).getPropertyValue(name).trim());
  }
  return styles.get(name);
}

export const forgetStyles = () => styles.clear();

/** Resolves when what was drawn is to be seen, or would be in a window that is hidden. */
export const painted = () => new Promise((resolve) => {
  requestAnimationFrame(() => setTimeout(resolve));
  setTimeout(resolve, 100);
});

/** Moves focus within a list of controls by arrow keys. */
export function menuKeys(event, container) {
  const items = [...container.querySelectorAll('button, a, input, select')]
    .filter((one) => one.offsetParent !== null);
  const step = {ArrowDown: 1, ArrowUp: -1}[event.key];
  if (step && items.includes(document.activeElement)
    && document.activeElement.tagName === 'BUTTON') {
    event.preventDefault();
    const next = items.indexOf(document.activeElement) + step;
    items[(next + items.length) % items.length].focus();
  }
}

/** A button that opens a panel below it; Escape and a click elsewhere close it. */
export function popover(button, fill) {
  const panel = h('div', {class: 'popover', hidden: true});
  const root = h('div', {class: 'pop'}, button, panel);
  const close = () => {
    const inside = panel.contains(document.activeElement);
    panel.hidden = true;
    button.setAttribute('aria-expanded', 'false');
    if (inside) {
      button.focus();
    }
  };
  button.setAttribute('aria-expanded', 'false');
  button.addEventListener('click', () => {
    if (!panel.hidden) {
      close();
      return;
    }
    panel.replaceChildren(...fill(close));
    panel.hidden = false;
    button.setAttribute('aria-expanded', 'true');
    panel.classList.toggle('end', button.getBoundingClientRect().left > innerWidth / 2);
    const first = panel.querySelector('button, input, select, a');
    if (first) {
      first.focus();
    }
  });
  root.addEventListener('keydown', (event) => {
    if (event.key === 'Escape' && !panel.hidden) {
      event.stopPropagation();
      close();
    } else {
      menuKeys(event, panel);
    }
  });
  document.addEventListener('pointerdown', (event) => {
    if (!panel.hidden && !root.contains(event.target)) {
      close();
    }
  });
  return root;
}
