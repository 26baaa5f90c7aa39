// Scrolling of a chat: to its end, as Telegram does, unless the reader scrolled up.

import { iconButton } from "./dom.js";

const NEAR_THE_END = 160;
const UNSEEN = 40;

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
    this.isAwaiting = false;
    this.log.scrollTop = this.log.scrollHeight;
  }

  /** The person acts: the next message is the answer, so scroll to it. */
  acted() {
    this.isAwaiting = true;
  }

  /** Change the chat and keep the end in sight if it was. */
  during(change) {
    this.change(change, this.below() < NEAR_THE_END);
  }

  /** Change a message in place, without moving anything else. */
  within(change) {
    this.change(change, this.below() < 2);
  }

  /** Add a message; `number` is the bot's, null is the person's own. */
  added(number, change) {
    const isOwn = number === null;
    this.change(change, isOwn || this.isAwaiting || this.below() < NEAR_THE_END);
    if (isOwn) this.isAwaiting = true;
  }

  /** Show the button to the end if there is more below. */
  showButton() {
    this.down.hidden = this.below() < UNSEEN;
  }

  change(change, follows) {
    change();
    if (follows) this.toEnd();
    this.showButton();
  }

  below() {
    return this.log.scrollHeight - this.log.scrollTop - this.log.clientHeight;
  }
}
