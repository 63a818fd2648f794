// Reads Redis now, and says when what was there is in the database.
import {h} from './dom.js';
import {t} from './i18n.js';
import {post} from './api.js';
import {explain} from './failures.js';

export class SyncNow {
  constructor(after) {
    this.after = after;
    this.answer = h('span', {class: 'soft', role: 'status'});
    this.button = h('button', {type: 'button', onclick: () => this.#run()}, t('sync.now'));
    this.box = h('p', {class: 'sync', hidden: true}, this.button, ' ', this.answer);
  }

  /** Only a service that runs by a site's file knows where Redis is. */
  offer(possible) {
    this.box.hidden = !possible;
  }

  async #run() {
    this.button.disabled = true;
    this.answer.textContent = t('sync.runs');
    try {
      const done = await post('sync', new URLSearchParams({timeout: '20s'}));
      this.answer.textContent = done.state === 'done' ? t('sync.done', {ms: done.took_ms})
        : t('sync.waits', {what: done.waiting_for.slice(0, 3).join('; ')});
    } catch (e) {
      this.answer.textContent = explain(e).what;
    }
    this.button.disabled = false;
    this.after();
  }
}
