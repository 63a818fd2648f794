// A button that asks the service to do something, and says how it ended.
import {h} from './dom.js';
import {t} from './i18n.js';
import {explain, notice} from './failures.js';

export class Action {
  /**
   * @param label the button's text
   * @param call does it: a promise of the service's answer
   * @param told the answer in words
   * @param after what is done when it has ended
   */
  constructor(label, call, told, after) {
    this.call = call;
    this.told = told;
    this.after = after;
    this.answer = h('span', {class: 'soft', role: 'status'});
    this.button = h('button', {type: 'button', onclick: () => this.run()}, label);
    this.box = h('div', {class: 'action'}, this.button, ' ', this.answer);
  }

  async run() {
    this.button.disabled = true;
    this.answer.textContent = t('action.runs');
    try {
      this.answer.textContent = this.told(await this.call());
    } catch (e) {
      // Only somebody with a token may; it is asked for here, and tried at once.
      this.answer.replaceChildren(e.kind === 'unauthorised' ? notice(e, () => this.run())
        : explain(e).what);
    }
    this.button.disabled = false;
    this.after();
  }
}
