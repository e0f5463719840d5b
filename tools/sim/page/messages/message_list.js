// SPDX-License-Identifier: MIT
/* The messages of a conversation. Only a window of them is in the page, which moves as a person
 * scrolls. A change redraws only the messages that have changed. */

import { giveFocus, h, noteFocus } from "../base/dom.js";
import { icon } from "../base/icons.js";
import { isNotice, positionOf } from "../state/state.js";
import { dayText, isSameDay } from "../text/dates.js";
import { drawMessage } from "./message.js";
import { drawToolbar, takeMessageKey } from "./message_menu.js";

const ROW_MIN = 26; // pixels of the smallest message
const MARGIN = 16; // messages in the page at first, besides those that are seen
const STEP = 20; // by which the window moves: more of them are a long task on a busy machine
const NEAR = 1200; // pixels between what is seen and an end of the window, where it moves
const STUCK = 40; // pixels from the end that still count as the end
const GROUP_S = 300; // between two messages of one author that stand under one name

function isGrouped(before, entry) {
  if (!before || before.onlyFor !== entry.onlyFor) return false;
  const { message: one } = before,
    { message: other } = entry;
  const alike =
    one.user === other.user && one.username === other.username && one.bot_id === other.bot_id;
  return (
    alike &&
    !isNotice(other) &&
    !other.pinned_to &&
    entry.ts - before.ts < GROUP_S &&
    isSameDay(before.ts, entry.ts)
  );
}

export class MessageList {
  /**
   * @param {import("../state/page.js").Page} page
   * @param {{name: string, label: string, inThread?: boolean, older?: function(): Promise<void>,
   *   end?: function()}} options `name` is the first part of the ids of its elements; `older` reads
   *   older messages into the state; `end` is called when the newest message is seen
   */
  constructor(page, options) {
    this.page = page;
    this.options = options;
    this.rows = new Map(); // by ts: {element, entry, look}
    this.start("");
    this.list = h("ol", { class: "message-list", onkeydown: (event) => this.takeKey(event) });
    this.intro = h("div", { class: "intro" });
    this.scroller = h(
      "div",
      {
        class: "scroller",
        tabindex: 0,
        role: "region",
        "aria-label": options.label,
        onscroll: () => this.scrolled(),
      },
      this.intro,
      this.list,
    );
    this.jump = h("button", {
      class: "jump",
      type: "button",
      hidden: true,
      onclick: () => this.toEnd(),
    });
    this.element = h("div", { class: "messages" }, this.scroller, this.jump);
    for (const type of ["pointerover", "focusin"])
      this.list.addEventListener(type, (event) => this.showToolbar(event.target));
    this.list.addEventListener("focusin", (event) =>
      this.setStop(event.target.closest(".message")),
    );
    this.list.addEventListener("pointerleave", () => this.hideToolbar());
    const observer = new ResizeObserver(() => this.keepPlace());
    observer.observe(this.list);
    observer.observe(this.scroller); // the message box grows
  }

  /** Begin anew: another conversation. `mark`: the newest ts that was read before. */
  start(mark) {
    this.mark = mark;
    this.from = ""; // the ts of the first message of the window
    this.to = ""; // the ts behind its last message; "": it reaches to the newest one
    this.stuck = true; // the newest message is seen, and so are those to come
    this.missed = 0; // messages that came while the person looked at older ones
    this.newest = "";
    this.anchor = null; // a row that is seen, and where
    this.reading = false; // older ones
    this.hungry = false; // they are in the state, and not yet in the page
    this.rows.forEach((row) => row.element.remove());
    this.rows.clear();
  }

  /** Show the entries, all that there are. */
  update(entries, { whole }) {
    this.entries = entries;
    this.whole = whole;
    this.countMissed();
    if (this.stuck) this.moveToEnd();
    const before = document.activeElement;
    const focused = this.list.contains(before) && before.closest(".message");
    const note = focused && noteFocus(focused);
    this.sync();
    if (focused && !document.contains(before)) this.focusAgain(focused.dataset.ts, note);
    this.drawJump();
    if (this.stuck) this.options.end?.();
    if (!this.hungry) return;
    this.hungry = false;
    this.showOlder();
  }

  countMissed() {
    const { entries } = this;
    const last = entries[entries.length - 1]?.ts || "";
    for (let i = entries.length - 1; this.newest && i >= 0 && entries[i].ts > this.newest; i--) {
      if (entries[i].message.user === this.page.user) this.stuck = true;
      else this.missed++;
    }
    this.newest = last;
    if (this.stuck) this.missed = 0;
  }

  /* --- the window --- */

  /* Positions in the entries: of the first message of the window, and behind its last one. */
  get first() {
    return positionOf(this.entries, this.from);
  }

  get last() {
    return this.to ? positionOf(this.entries, this.to) : this.entries.length;
  }

  /* As many messages as are seen, and some more. */
  get size() {
    return Math.ceil(this.scroller.clientHeight / ROW_MIN) + MARGIN;
  }

  /* The most messages in the page: room for those that are seen, wherever the window begins. */
  get longest() {
    return 2 * this.size + 2 * STEP;
  }

  setWindow(first, last) {
    this.from = this.entries[Math.max(0, first)]?.ts || "";
    this.to = this.entries[last]?.ts || "";
  }

  /* The window ends with the newest message, and keeps its beginning while it is not too long. */
  moveToEnd() {
    const { length } = this.entries;
    const first = this.from ? this.first : 0;
    const isLong = !this.from || length - first > this.longest;
    this.setWindow(isLong ? length - this.size : first, length);
  }

  async showOlder() {
    const { first, last } = this;
    if (this.reading) return;
    if (first > 0) {
      this.setWindow(first - STEP, Math.min(last, first - STEP + this.longest));
      this.sync();
    } else if (!this.whole && this.options.older) {
      await this.readOlder();
      this.hungry = true;
    }
  }

  async readOlder() {
    if (this.reading) return;
    this.reading = true;
    await this.options.older();
    this.reading = false;
  }

  showNewer() {
    const { last } = this;
    if (last >= this.entries.length) return;
    this.setWindow(Math.max(this.first, last + STEP - this.longest), last + STEP);
    this.sync();
  }

  /* --- rows --- */

  lookOf(entry, before) {
    const day = !before || !isSameDay(before.ts, entry.ts);
    const isNew = Boolean(this.mark) && entry.ts > this.mark && (!before || before.ts <= this.mark);
    return { day, isNew, grouped: !day && !isNew && isGrouped(before, entry) };
  }

  /* Make the rows those of the window, without moving what is seen. */
  sync() {
    const { first, last, entries } = this;
    const shown = entries.slice(first, last);
    const wanted = new Set(shown.map((entry) => entry.ts));
    for (const [ts, row] of this.rows) {
      if (wanted.has(ts)) continue;
      row.element.remove();
      this.rows.delete(ts);
    }
    let next = this.list.firstElementChild;
    shown.forEach((entry, i) => {
      const known = this.rows.get(entry.ts)?.element;
      const element = this.row(entry, entries[first + i - 1]);
      if (known && known !== element) {
        if (known === next) next = next.nextElementSibling;
        if (this.anchor?.row === known) this.anchor.row = element;
        known.remove();
      }
      if (element === next) next = next.nextElementSibling;
      else this.list.insertBefore(element, next);
    });
    this.intro.hidden = !this.whole || first > 0;
    if (!this.stop?.contains(document.activeElement))
      this.setStop(this.list.lastElementChild?.querySelector(".message"));
    this.keepPlace();
  }

  /* The row of an entry: the one that is there, if it still looks the same. */
  row(entry, before) {
    const known = this.rows.get(entry.ts);
    const { day, isNew, grouped } = this.lookOf(entry, before);
    const editing =
      this.page.editing?.ts === entry.ts && this.page.editing.channel === entry.channel;
    const look = `${day} ${isNew} ${grouped} ${editing} ${this.page.user}`;
    if (
      known &&
      known.entry === entry &&
      known.look === look &&
      known.replies === this.repliesOf(entry)
    )
      return known.element;
    const { name, inThread } = this.options;
    const element = h(
      "li",
      { class: "row" },
      day ? h("h2", { class: "day" }, h("span", null, dayText(entry.ts))) : null,
      isNew ? h("h2", { class: "new-line" }, h("span", null, "New")) : null,
      drawMessage(this.page, entry, { grouped, list: name, inThread, editing }),
    );
    this.rows.set(entry.ts, { element, entry, look, replies: this.repliesOf(entry) });
    return element;
  }

  repliesOf(entry) {
    return this.options.inThread
      ? undefined
      : this.page.state.messages.get(`${entry.channel}/${entry.ts}`);
  }

  focusAgain(ts, note) {
    const message = this.rows.get(ts)?.element.querySelector(".message");
    if (message && giveFocus(message, note)) return;
    (message || this.scroller).focus({ preventScroll: true });
  }

  /* --- scrolling --- */

  scrolled() {
    const { scrollTop, scrollHeight, clientHeight } = this.scroller;
    const below = scrollHeight - scrollTop - clientHeight;
    this.stuck = this.to === "" && below < STUCK;
    this.dropAnchor();
    if (this.stuck) {
      this.missed = 0;
      this.options.end?.();
    }
    this.drawJump();
    if (scrollTop < NEAR) this.showOlder();
    if (below < NEAR) this.showNewer();
  }

  /* Note a row in the middle of what is seen, and its place. */
  dropAnchor() {
    const { left, top, width, height } = this.scroller.getBoundingClientRect();
    const found = document.elementsFromPoint(left + width / 2, top + height / 2);
    const row = found.find((element) => element.parentElement === this.list);
    this.anchor = row ? { row, top: row.getBoundingClientRect().top } : null;
  }

  /* After a change of the rows or of their heights: the newest message, or the noted row, stays. */
  keepPlace() {
    if (this.stuck) this.scroller.scrollTop = this.scroller.scrollHeight;
    else if (this.anchor?.row.isConnected)
      this.scroller.scrollTop += this.anchor.row.getBoundingClientRect().top - this.anchor.top;
  }

  drawJump() {
    const text =
      this.missed === 0
        ? "Newest messages"
        : this.missed === 1
          ? "1 new message"
          : `${this.missed} new messages`;
    this.jump.hidden = this.stuck;
    if (this.jump.dataset.text !== text) this.jump.replaceChildren(icon("arrow_down"), text);
    this.jump.dataset.text = text;
  }

  toEnd() {
    this.stuck = true;
    this.from = "";
    this.update(this.entries, this);
  }

  /** Bring a message into sight and give it the focus. False: it is not there, or not yet. */
  goTo(ts) {
    const at = positionOf(this.entries, ts);
    if (this.entries[at]?.ts !== ts) {
      if (at === 0 && !this.whole && this.options.older) this.readOlder();
      return false;
    }
    this.stuck = false;
    if (!this.rows.has(ts)) {
      this.setWindow(at - this.size, at + this.size);
      this.sync();
    }
    const message = this.rows.get(ts).element.querySelector(".message");
    message.scrollIntoView({ block: "center" });
    this.dropAnchor(); // the event of the scrolling comes later than a change may
    message.focus({ preventScroll: true });
    message.classList.add("found");
    return true;
  }

  /* --- the toolbar and the keys --- */

  /* Of all messages, the tab key reaches one: that which has the focus, or the newest one. */
  setStop(message) {
    if (this.stop) this.stop.tabIndex = -1;
    this.stop = message;
    if (message) message.tabIndex = 0;
  }

  entryOf(element) {
    return this.rows.get(element.dataset.ts)?.entry;
  }

  showToolbar(target) {
    const message = target.closest?.(".message");
    if (!message || message === this.tooled) return;
    if (this.toolbar?.contains(document.activeElement) || message.querySelector(".edit-box"))
      return;
    this.hideToolbar();
    this.tooled = message;
    this.toolbar = drawToolbar(this.page, this.entryOf(message));
    message.append(this.toolbar);
  }

  hideToolbar() {
    if (this.toolbar?.contains(document.activeElement)) return;
    this.toolbar?.remove();
    this.toolbar = this.tooled = null;
  }

  takeKey(event) {
    const message = event.target.closest(".message");
    if (!message || event.target !== message) return;
    const all = [...this.list.querySelectorAll(".message")];
    const at = all.indexOf(message);
    const next = {
      ArrowDown: all[at + 1],
      ArrowUp: all[at - 1],
      Home: all[0],
      End: all[all.length - 1],
    }[event.key];
    if (next) next.focus();
    else if (event.key === "Escape" || event.key === "ArrowDown") this.options.leave?.();
    else if (
      !takeMessageKey(this.page, this.entryOf(message), {
        ...eventParts(event),
        currentTarget: message,
      })
    )
      return;
    event.preventDefault();
  }

  /** Give the focus to the newest message. */
  focusLast() {
    this.list.lastElementChild?.querySelector(".message").focus();
  }
}

function eventParts({ key, ctrlKey, metaKey, altKey }) {
  return { key, ctrlKey, metaKey, altKey };
}
