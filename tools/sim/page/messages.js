// SPDX-License-Identifier: MIT
/* The messages of a conversation. Only a window of them is in the page: at its end the newest ones,
 * and older ones as a person scrolls up. A change redraws only the messages that have changed. */

import { h } from "./dom.js";
import { icon } from "./signs.js";
import { drawMessage } from "./message.js";
import { drawToolbar, takeMessageKey } from "./message_menu.js";
import { dayText, isSameDay } from "./times.js";

const WINDOW = 120; // messages in the page while its end is shown
const STEP = 80; // that are added as a person scrolls up
const NEAR = 800; // pixels from the top, where older ones are added
const STUCK = 40; // pixels from the end that still count as the end
const GROUP_S = 300; // between two messages of one author that stand under one name

function isGrouped(before, entry) {
  if (!before || before.onlyFor !== entry.onlyFor) return false;
  const { message: one } = before, { message: other } = entry;
  const alike = one.user === other.user && one.username === other.username && one.bot_id === other.bot_id;
  return alike && !other.subtype && !other.pinned_to && entry.ts - before.ts < GROUP_S && isSameDay(before.ts, entry.ts);
}

export class MessageList {
  /**
   * @param {import("./page.js").Page} page
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
      { class: "scroller", tabindex: 0, role: "region", "aria-label": options.label, onscroll: () => this.scrolled() },
      this.intro,
      this.list,
    );
    this.jump = h(
      "button",
      { class: "jump", type: "button", hidden: true, onclick: () => this.toEnd() },
    );
    this.element = h("div", { class: "messages" }, this.scroller, this.jump);
    for (const type of ["pointerover", "focusin"])
      this.list.addEventListener(type, (event) => this.showToolbar(event.target));
    this.list.addEventListener("pointerleave", () => this.hideToolbar());
    new ResizeObserver(() => this.resized()).observe(this.list);
  }

  /** Begin anew: another conversation. `mark`: the newest ts that was read before. */
  start(mark) {
    this.mark = mark;
    this.from = ""; // the ts of the first message in the page
    this.stuck = true; // to the end
    this.missed = 0; // messages that came while the person looked at older ones
    this.newest = "";
    this.reading = false; // older ones
    this.rows.forEach((row) => row.element.remove());
    this.rows.clear();
  }

  /** Show the entries, all that there are. */
  update(entries, { whole }) {
    this.entries = entries;
    this.whole = whole;
    this.countMissed();
    const shown = this.window();
    const before = document.activeElement;
    const kept = this.list.contains(before) ? before.closest("[data-focus]")?.dataset.focus : undefined;
    const focused = this.list.contains(before) ? before.closest(".message")?.dataset.ts : undefined;
    this.sync(shown);
    if (focused && !document.contains(before)) this.focusAgain(focused, kept);
    this.intro.hidden = !whole || shown[0] !== entries[0];
    if (this.stuck) this.scroller.scrollTop = this.scroller.scrollHeight;
    this.drawJump();
    if (this.stuck) this.options.end?.();
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

  /* The entries in the page: from `from`, which moves on with the newest ones while they are seen. */
  window() {
    const { entries } = this;
    if (this.stuck || !this.from) {
      const first = Math.max(0, entries.length - WINDOW);
      const at = entries.findIndex((entry) => entry.ts >= this.from);
      if (!this.from || at < 0 || entries.length - at > WINDOW + STEP) this.from = entries[first]?.ts || "";
    }
    const at = entries.findIndex((entry) => entry.ts >= this.from);
    return at < 0 ? [] : entries.slice(at);
  }

  lookOf(entry, before) {
    const day = !before || !isSameDay(before.ts, entry.ts);
    const isNew = Boolean(this.mark) && entry.ts > this.mark && (!before || before.ts <= this.mark);
    return { day, isNew, grouped: !day && !isNew && isGrouped(before, entry) };
  }

  sync(shown) {
    const wanted = new Set(shown.map((entry) => entry.ts));
    for (const [ts, row] of this.rows) {
      if (wanted.has(ts)) continue;
      row.element.remove();
      this.rows.delete(ts);
    }
    let next = this.list.firstElementChild;
    shown.forEach((entry, i) => {
      const element = this.row(entry, shown[i - 1]);
      if (element === next) next = next.nextElementSibling;
      else this.list.insertBefore(element, next);
    });
  }

  /* The row of an entry: the one that is there, if it still looks the same. */
  row(entry, before) {
    const known = this.rows.get(entry.ts);
    const { day, isNew, grouped } = this.lookOf(entry, before);
    const editing = this.page.editing?.ts === entry.ts && this.page.editing.channel === entry.channel;
    const look = `${day} ${isNew} ${grouped} ${editing} ${this.page.user}`;
    if (known && known.entry === entry && known.look === look && known.replies === this.repliesOf(entry)) return known.element;
    const { name, inThread } = this.options;
    const element = h(
      "li",
      { class: "row" },
      day ? h("h2", { class: "day" }, h("span", null, dayText(entry.ts))) : null,
      isNew ? h("h2", { class: "new-line" }, h("span", null, "New")) : null,
      drawMessage(this.page, entry, { grouped, list: name, inThread, editing }),
    );
    known?.element.replaceWith(element);
    this.rows.set(entry.ts, { element, entry, look, replies: this.repliesOf(entry) });
    return element;
  }

  repliesOf(entry) {
    return this.options.inThread ? undefined : this.page.state.messages.get(`${entry.channel}/${entry.ts}`);
  }

  focusAgain(ts, kept) {
    const message = this.rows.get(ts)?.element.querySelector(".message");
    const control = kept && message?.querySelector(`[data-focus="${CSS.escape(kept)}"]`);
    (control || message || this.scroller).focus({ preventScroll: true });
  }

  /* --- scrolling --- */

  scrolled() {
    const { scrollTop, scrollHeight, clientHeight } = this.scroller;
    this.stuck = scrollHeight - scrollTop - clientHeight < STUCK;
    if (this.stuck && this.missed > 0) {
      this.missed = 0;
      this.drawJump();
    }
    if (this.stuck) this.options.end?.();
    this.drawJump();
    if (scrollTop < NEAR) this.showOlder();
  }

  resized() {
    if (this.stuck) this.scroller.scrollTop = this.scroller.scrollHeight;
  }

  async showOlder() {
    const at = this.entries.findIndex((entry) => entry.ts >= this.from);
    if (this.reading || this.stuck) return;
    if (at > 0) {
      this.from = this.entries[Math.max(0, at - STEP)].ts;
    } else if (!this.whole && this.options.older) {
      this.reading = true;
      await this.options.older().finally(() => {
        this.reading = false;
      });
      return;
    } else {
      return;
    }
    this.keepPlace(() => this.sync(this.window()));
    this.intro.hidden = !this.whole || this.from !== this.entries[0]?.ts;
  }

  /** Change what is above without moving what is seen. */
  keepPlace(change) {
    const fromEnd = this.scroller.scrollHeight - this.scroller.scrollTop;
    change();
    this.scroller.scrollTop = this.scroller.scrollHeight - fromEnd;
  }

  drawJump() {
    const text = this.missed === 0 ? "Newest messages" : this.missed === 1 ? "1 new message" : `${this.missed} new messages`;
    this.jump.hidden = this.stuck;
    if (this.jump.dataset.text !== text) this.jump.replaceChildren(icon("down"), text);
    this.jump.dataset.text = text;
  }

  toEnd() {
    this.stuck = true;
    this.from = "";
    this.update(this.entries, this);
  }

  /** Bring a message into sight and give it the focus. False: it is not there. */
  goTo(ts) {
    if (!this.entries.some((entry) => entry.ts === ts)) return false;
    this.stuck = false;
    if (!this.from || ts < this.from) {
      const at = this.entries.findIndex((entry) => entry.ts === ts);
      this.from = this.entries[Math.max(0, at - STEP / 2)].ts;
      this.sync(this.window());
    }
    const message = this.rows.get(ts).element.querySelector(".message");
    message.scrollIntoView({ block: "center" });
    message.focus({ preventScroll: true });
    message.classList.add("found");
    return true;
  }

  /* --- the toolbar and the keys --- */

  entryOf(element) {
    return this.rows.get(element.dataset.ts)?.entry;
  }

  showToolbar(target) {
    const message = target.closest?.(".message");
    if (!message || message === this.tooled) return;
    if (this.toolbar?.contains(document.activeElement)) return;
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
    const next = { ArrowDown: all[at + 1], ArrowUp: all[at - 1], Home: all[0], End: all[all.length - 1] }[event.key];
    if (next) next.focus();
    else if (event.key === "Escape" || event.key === "ArrowDown") this.options.leave?.();
    else if (!takeMessageKey(this.page, this.entryOf(message), { ...eventParts(event), currentTarget: message })) return;
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
