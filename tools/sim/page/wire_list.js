// SPDX-License-Identifier: MIT
/* The list of the wire's rows: a list box that holds elements for those rows only that are in view,
 * so that ten thousand of them cost as much as twenty. */

import { h, replace } from "./dom.js";
import { ACK_LIMIT_MS, duration, outcomeOf } from "./wire.js";

/** The height of a row; drawer.css has the same. */
const ROW_PX = 34;
const MARGIN_ROWS = 6;

const MARKS = { waiting: "…", good: "✓", near: "▲", failed: "✕" };
const KIND_NAMES = { event: "event", command: "command", interaction: "interaction", call: "call" };

/** The time of day, as the browser's language writes it. */
export function clock(at, fraction = false) {
  return new Date(at).toLocaleTimeString(undefined, {
    hour: "2-digit", minute: "2-digit", second: "2-digit", hour12: false,
    ...(fraction && { fractionalSecondDigits: 3 }),
  });
}

/** The time that a row took, or has been waiting, with a mark for its outcome. */
export function drawOutcome(row, now) {
  const { state, why } = outcomeOf(row);
  const ms = row.tookMs ?? Math.max(0, now - row.at);
  return h("span", { class: `outcome outcome-${state}`, title: why },
    h("span", { class: "outcome-mark", "aria-hidden": "true" }, MARKS[state]), duration(ms));
}

/* The meaning of a row's marks and colours, for people who do not see them. */
function unseen(text) {
  return h("span", { class: "unseen" }, text);
}

function drawRow(row, position, view, now) {
  const call = row.what === "call", { state, why } = outcomeOf(row);
  const way = call ? "from the app" : `to the app over ${row.wire || "nothing"}`;
  return h("div", {
    role: "option", id: `wire ${row.key}`.replaceAll(" ", "-"), class: `wire-row wire-${row.kind}`,
    "aria-selected": String(row === view.chosen), "aria-posinset": position,
    "aria-setsize": view.shown.length, "data-key": row.key,
  },
  h("span", { class: "wire-direction", "aria-hidden": "true" }, call ? "←" : "→"),
  unseen(KIND_NAMES[row.kind]),
  h("span", { class: "wire-name" }, h("bdi", null, row.name)),
  h("span", { class: "wire-summary" }, h("bdi", null, row.summary.slice(0, 200))),
  unseen(way),
  row.retries > 0 && h("span", { class: "wire-retry" }, `retry ${row.retries}`),
  state === "failed" ? h("span", { class: "wire-why" }, why.slice(0, 40)) : unseen(why),
  unseen(state === "waiting" ? "for" : "after"),
  drawOutcome(row, now),
  h("time", { class: "wire-time" }, clock(row.at)));
}

/** The list box. A row that is chosen, by a click or by a key, goes to `choose`. */
export class WireList {
  constructor(choose) {
    this.choose = choose;
    this.shown = [];
    this.chosen = null;
    this.timer = 0;
    this.rows = h("div", { class: "wire-window", role: "presentation" });
    this.space = h("div", { class: "wire-space", role: "presentation" }, this.rows);
    this.element = h("div", {
      class: "wire-list", role: "listbox", tabindex: "0",
      "aria-label": "Deliveries and calls, newest first", onscroll: () => this.paint(),
      onkeydown: (event) => this.keyPressed(event), onclick: (event) => this.clicked(event),
    }, this.space);
  }

  /**
   * Show these rows, newest first, of which `added` are new at the top: a reader who has scrolled
   * down goes on seeing the same ones.
   */
  show(shown, added) {
    this.shown = shown;
    this.space.style.height = `${shown.length * ROW_PX}px`;
    if (this.element.scrollTop > 0) this.element.scrollTop += added * ROW_PX;
    this.paint();
  }

  paint() {
    const { element, rows } = this, now = Date.now();
    const from = Math.max(0, Math.floor(element.scrollTop / ROW_PX) - MARGIN_ROWS);
    const count = Math.ceil(element.clientHeight / ROW_PX) + 2 * MARGIN_ROWS;
    const visible = this.shown.slice(from, from + count);
    rows.style.transform = `translateY(${from * ROW_PX}px)`;
    replace(rows, visible.map((row, i) => drawRow(row, from + i + 1, this, now)));
    const active = this.chosen && rows.querySelector('[aria-selected="true"]');
    if (active) element.setAttribute("aria-activedescendant", active.id);
    else element.removeAttribute("aria-activedescendant");
    this.tick(visible.filter((row) => row.tookMs === null).map((row) => now - row.at));
  }

  /* A row that waits shows for how long. Beyond the limit the tenths say nothing. */
  tick(waiting) {
    clearTimeout(this.timer);
    if (waiting.length === 0 || !this.element.isConnected || this.element.clientHeight === 0) return;
    this.timer = setTimeout(() => this.paint(), Math.min(...waiting) < ACK_LIMIT_MS ? 100 : 1000);
  }

  /** Choose a row, and scroll to it; null: none. */
  select(row) {
    const { element } = this, at = this.shown.indexOf(row) * ROW_PX;
    this.chosen = row;
    if (at >= 0 && at < element.scrollTop) element.scrollTop = at;
    else if (at > element.scrollTop + element.clientHeight - ROW_PX)
      element.scrollTop = at - element.clientHeight + ROW_PX;
    this.paint();
  }

  keyPressed(event) {
    const page = Math.max(1, Math.floor(this.element.clientHeight / ROW_PX) - 1);
    const steps = { ArrowDown: 1, ArrowUp: -1, PageDown: page, PageUp: -page, Home: -Infinity,
      End: Infinity };
    const step = steps[event.key];
    if (step === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    const at = this.chosen ? this.shown.indexOf(this.chosen) + step : 0;
    this.take(this.shown[Math.max(0, Math.min(this.shown.length - 1, at))]);
  }

  clicked(event) {
    const key = event.target.closest("[data-key]")?.dataset.key;
    this.take(this.shown.find((row) => row.key === key));
  }

  take(row) {
    if (!row) return;
    this.select(row);
    this.choose(row);
  }
}
