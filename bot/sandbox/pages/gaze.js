// Where a person looks in a chat: at its end, or at the first of several messages that come at once.

import { iconButton } from "./dom.js";

const NEAR_THE_END = 160;
const UNSEEN = 40;
const ABOVE = 6;
const BURST_PAUSE = 4000;

/** Shows what comes, and takes nobody away from what they scrolled to unless they have just acted. */
export class Gaze {
  constructor(log) {
    this.log = log;
    this.down = iconButton("down", "To the newest message", () => {
      this.toEnd();
      log.focus({ preventScroll: true });
    }, { class: "round down", hidden: true });
    log.addEventListener("scroll", () => this.pointDown());
    this.toEnd();
  }

  /** Look at the newest message. */
  toEnd() {
    this.first = null; // the number of the message that stays in sight when more than fits comes
    this.isAwaiting = false;
    this.cameAt = -Infinity;
    this.look();
  }

  /** The person acts: what comes next is the answer, wherever they have scrolled. */
  acted() {
    this.isAwaiting = true;
  }

  /** Let the chat change, and go on looking where one looked. */
  during(change) {
    const follows = this.follows();
    change();
    if (follows) this.look();
    this.pointDown();
  }

  /** Let a message change where it stands: nothing may move from under a finger. */
  within(change) {
    const isAtEnd = this.isAtEnd();
    change();
    if (isAtEnd) this.look();
    this.pointDown();
  }

  /** Let a message come: with its number when it is the bot's, with null when it is the person's. */
  came(number, change) {
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
      this.cameAt = performance.now();
    }
    if (follows) this.look();
    this.pointDown();
  }

  /** Show that there is more below, when there is. */
  pointDown() {
    this.down.hidden = this.below() < UNSEEN;
  }

  follows() {
    if (Math.abs(this.log.scrollTop - this.at) > 1) this.first = null; // they scrolled by themselves
    return this.first !== null || this.below() < NEAR_THE_END;
  }

  isQuiet() {
    return performance.now() - this.cameAt > BURST_PAUSE;
  }

  isAtEnd() {
    return this.below() < 2;
  }

  below() {
    return this.log.scrollHeight - this.log.scrollTop - this.log.clientHeight;
  }

  /** What fits leaves the end in sight; of what does not, the beginning is read first. */
  look() {
    const first = this.first === null ? null : this.log.querySelector(`[data-message="${this.first}"]`);
    this.log.scrollTop = first ? first.offsetTop - this.log.offsetTop - ABOVE : this.log.scrollHeight;
    this.at = this.log.scrollTop;
  }
}
