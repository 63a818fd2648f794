// Zooming and panning by mouse, wheel and fingers: shown at once, asked for when the hand rests.
import {absolute} from './ranges.js';
import {now, resolve} from './time.js';

const REST_MS = 250;
const LEAST_MS = 1000;
/** Two fingers closer than this tell nothing about a scale. */
const LEAST_PINCH = 24;

export class Moving {
  #pan = null;
  #wheeled = null;
  #pinch = null;
  #timer = 0;

  /** view: see explore.js. */
  constructor(view) {
    this.view = view;
  }

  #range() {
    return resolve(this.view.state.range);
  }

  #go(from, to) {
    this.view.page.go({range: absolute(from, to), name: ''});
  }

  /** Whether charts show other times than the address, so that nothing may draw over them. */
  get busy() {
    return Boolean(this.#pan || this.#wheeled || this.#pinch?.range);
  }

  zoom(from, to) {
    const least = Math.max(to - from, LEAST_MS);
    const middle = (from + to) / 2;
    this.#go(middle - least / 2, middle + least / 2);
  }

  zoomOut() {
    const {from, to} = this.#range();
    const half = (to - from) / 2;
    const end = Math.min(to + half, Math.max(to, now()));
    this.#go(end - 4 * half, end);
  }

  shift(part) {
    const {from, to} = this.#range();
    const step = (to - from) * part;
    this.#go(from + step, to + step);
  }

  startPan(u, event) {
    const {from, to} = this.#range();
    this.#pan = {from, to, x: event.clientX, scale: (to - from) / u.over.clientWidth, moved: 0};
    const move = (e) => this.#pan && this.panBy(e.clientX - this.#pan.x);
    const stop = () => {
      removeEventListener('pointermove', move);
      removeEventListener('mousemove', move);
      removeEventListener('mouseup', stop);
      removeEventListener('pointerup', stop);
      removeEventListener('pointercancel', stop);
      this.#endPan();
    };
    addEventListener(event.pointerType ? 'pointermove' : 'mousemove', move);
    addEventListener(event.pointerType ? 'pointerup' : 'mouseup', stop);
    addEventListener('pointercancel', stop);
  }

  panBy(pixels) {
    const {from, to, scale} = this.#pan;
    this.#pan.moved = -pixels * scale;
    this.view.preview([from + this.#pan.moved, to + this.#pan.moved]);
  }

  #endPan() {
    const pan = this.#pan;
    this.#pan = null;
    if (pan?.moved) {
      this.#go(pan.from + pan.moved, pan.to + pan.moved);
    }
  }

  /** With Ctrl zooms about the pointer, with Shift or sideways moves; else the page scrolls. */
  wheel(event, u) {
    const sideways = event.shiftKey ? event.deltaY || event.deltaX : event.deltaX;
    if (!u || (!event.ctrlKey && Math.abs(sideways) < Math.abs(event.shiftKey ? 1 : event.deltaY))) {
      return;
    }
    event.preventDefault();
    const {from, to} = this.#wheeled || this.#range();
    let next;
    if (event.ctrlKey) {
      const x = event.clientX - u.over.getBoundingClientRect().left;
      const middle = from + (to - from) * (x / u.over.clientWidth);
      const factor = event.deltaY > 0 ? 1.25 : 0.8;
      next = {from: middle - (middle - from) * factor, to: middle + (to - middle) * factor};
    } else {
      const step = (to - from) * sideways / 2000;
      next = {from: from + step, to: to + step};
    }
    this.#wheeled = next;
    this.view.preview([next.from, next.to]);
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.#wheeled = null;
      this.zoom(next.from, next.to);
    }, REST_MS);
  }

  /** Two fingers: the times under them stay under them. Gives whether it has taken the event. */
  finger(event, u) {
    const pinch = this.#pinch || (this.#pinch = {fingers: new Map(), times: null, range: null});
    if (event.type === 'pointerdown') {
      pinch.fingers.set(event.pointerId, event.clientX);
      if (pinch.fingers.size === 2) {
        this.#pan = null;
        pinch.left = u.over.getBoundingClientRect().left;
        pinch.times = [...pinch.fingers.values()].map((x) => u.posToVal(x - pinch.left, 'x') * 1000);
      }
    } else if (event.type === 'pointermove') {
      if (pinch.fingers.has(event.pointerId)) {
        pinch.fingers.set(event.pointerId, event.clientX);
        this.#spread(pinch, u);
      }
    } else {
      pinch.fingers.delete(event.pointerId);
      this.#pinch = pinch.fingers.size > 0 && !pinch.range ? pinch : null;
      if (pinch.range) {
        this.zoom(...pinch.range);
      }
    }
    return Boolean(pinch.times);
  }

  #spread(pinch, u) {
    const places = [...pinch.fingers.values()].map((x) => x - pinch.left);
    if (!pinch.times || places.length !== 2 || Math.abs(places[1] - places[0]) < LEAST_PINCH) {
      return;
    }
    const scale = (pinch.times[1] - pinch.times[0]) / (places[1] - places[0]);
    const from = pinch.times[0] - places[0] * scale;
    pinch.range = [from, from + u.over.clientWidth * scale];
    this.view.preview(pinch.range);
  }
}
