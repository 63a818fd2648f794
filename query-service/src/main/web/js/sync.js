// Reads Redis now, and says when what was there is in the database.
import {t} from './i18n.js';
import {Action} from './action.js';
import {post} from './api.js';
import {words} from './words.js';

export class SyncNow extends Action {
  constructor(after) {
    super(t('sync.now'), () => post('sync', new URLSearchParams({timeout: '20s'})),
      (done) => (done.state === 'done' ? t('sync.done', {ms: done.took_ms})
        : t('sync.waits', {what: words(done.waiting_for.slice(0, 3).join('; '))})), after);
    this.box.hidden = true;
  }

  /** Only a service that runs by a site's file knows where Redis is. */
  offer(possible) {
    this.box.hidden = !possible;
  }
}
