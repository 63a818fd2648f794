// Charts by the keyboard.
import {at as place} from './data.js';
import {resolve} from './time.js';

/** Arrow keys move the crosshair, with Shift the range; + and - zoom, 0 goes back to live. */
export function chartKey(view, event, panel) {
  const {from, to} = resolve(view.state.range);
  const arrow = {ArrowLeft: -1, ArrowRight: 1}[event.key];
  if (arrow && event.shiftKey) {
    view.moving.shift(arrow * 0.5);
  } else if (arrow) {
    step(view, panel, arrow, (from + to) / 2);
  } else if (event.key === '+') {
    view.zoom(from + (to - from) / 4, to - (to - from) / 4);
  } else if (event.key === '-') {
    view.zoomOut();
  } else if (event.key === '0') {
    view.page.go({range: '1h'});
  } else {
    return;
  }
  event.preventDefault();
}

/** Puts the crosshair on the next value and says it; begins in the middle. */
function step(view, panel, way, middle) {
  const times = panel.numbers[0]?.times || [];
  if (times.length === 0) {
    return;
  }
  const time = view.cursor === null ? middle : view.cursor;
  const found = place(times, time);
  const i = found + (way > 0 && times[found] > time ? 0 : way);
  const next = times[Math.max(0, Math.min(times.length - 1, i))];
  panel.chart.point(next);
  view.hover(next);
  view.announce.textContent = panel.chart.tip.textContent;
}
