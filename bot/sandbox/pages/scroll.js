// Scrolling of a chat: to its end, or to the first of several messages that come at once.

import { iconButton } from "./dom.js";

const NEAR_THE_END = 160;
const UNSEEN = 40;
const ABOVE = 6;
const BURST_PAUSE = 4000;

/** Follows new messages, but never moves a reader who scrolled up, unless they have just acted. */
export class ChatScroll {
  constructor(log) {
    this.log = log;
    this.down = iconButton("down", "To the newest message", () => {
      this.toEnd();
      log.focus({ preventScroll: true });
    }, { class: "round down", hidden: true });
    log.addEventListener("scroll", () => this.showButton());
    this.toEnd();
  }

  /** Scroll to the newest message. */
  toEnd() {
    this.first = null; // the message that stays visible when more come than fit
    this.isAwaiting = false;
    this.addedAt = -Infinity;
    this.scroll();
  }

  /** The person acts: the next message is the answer, so scroll to it. */
  acted() {
    this.isAwaiting = true;
  }

  /** Change the chat and keep the position. */
  during(change) {
    const follows = this.follows();
    change();
    if (follows) this.scroll();
    this.showButton();
  }

  /** Change a message in place, without moving anything else. */
  within(change) {
    const isAtEnd = this.isAtEnd();
    change();
    if (isAtEnd) this.scroll();
    this.showButton();
  }

  /** Add a message: `number` is the bot's, null is the person's own. */
  added(number, change) {
    const own = number === null;
    const follows = this.follows() || this.isAwaiting || own;
    const begins = this.isAwaiting || this.first === null || (this.isQuiet() && this.isAtEnd());
    change();
    if (own) {
      this.first = null;
      this.isAwaiting = true;
    } else if (follows) {
      if (begins) this.first = number;
      this.isAwaiting = false;
      this.addedAt = performance.now();
    }
    if (follows) this.scroll();
    this.showButton();
  }

  /** Show the button to the end if there is more below. */
  showButton() {
    this.down.hidden = this.below() < UNSEEN;
  }

  follows() {
    if (Math.abs(this.log.scrollTop - this.at) > 1) this.first = null; // they scrolled
    return this.first !== null || this.below() < NEAR_THE_END;
  }

  isQuiet() {
    return performance.now() - this.addedAt > BURST_PAUSE;
  }

  isAtEnd() {
    return this.below() < 2;
  }

  below() {
    return this.log.scrollHeight - this.log.scrollTop - this.log.clientHeight;
  }

  /** Scroll to the end, or to the first new message if they do not all fit. */
  scroll() {
    const first = this.first === null ? null : this.log.querySelector(`[data-message="${this.first}"]`);
    this.log.scrollTop = first ? first.offsetTop - this.log.offsetTop - ABOVE : this.log.scrollHeight;
    this.at = this.log.scrollTop;
  }
}
