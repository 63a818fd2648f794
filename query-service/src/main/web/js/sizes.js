// How the charts of a view share the window's height, and how far their axes reach.
import {Chart} from './chart.js';
import {zoom} from './plot.js';

const NARROW = matchMedia('(max-width: 900px)');
const LEAST_HEIGHT = 200;
const LEAST_ON_A_PHONE = 220;
const MOST_HEIGHT = 1400;
const LEAST_WIDTH = 200;
const BETWEEN = 14;
/** The button below the last chart. */
const BELOW = 46;

/** list: the element that holds the panels; draw: with what has come, else only to another size. */
export function share(panels, list, draw) {
  const drawn = panels.filter((panel) => panel.bounds);
  if (drawn.length === 0) {
    return;
  }
  if (draw) {
    drawn.forEach((panel) => panel.prepare());
  }
  const top = list.getBoundingClientRect().top + scrollY;
  const curves = drawn.filter((panel) => !panel.curves.hidden);
  const rest = drawn.reduce((sum, panel) => sum + panel.rest, 0) + BETWEEN * (drawn.length - 1)
    + BELOW * zoom();
  const each = (innerHeight - top - rest) / Math.max(1, curves.length);
  const least = NARROW.matches ? LEAST_ON_A_PHONE : LEAST_HEIGHT * zoom();
  const height = Math.round(Math.min(MOST_HEIGHT, Math.max(least, each)));
  const widths = drawn.map((panel) => Math.max(LEAST_WIDTH, panel.stage.clientWidth));
  const axes = panels.map((panel) => Chart.axes(panel.numbers));
  const pads = [Math.max(...axes.map((one) => one[0])), Math.max(...axes.map((one) => one[1]))];
  drawn.forEach((panel, i) => (draw ? panel.draw({width: widths[i], height}, pads)
    : panel.resize({width: widths[i], height})));
}
