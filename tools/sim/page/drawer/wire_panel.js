// SPDX-License-Identifier: MIT
/* The panel of the wire: the filters, the list of the rows that they let through, and the pane for
 * one of them. */

import { h, replace } from "../base/dom.js";
import {
  ACK_LIMIT_MS, ROWS_MAX, applyWire, beginWire, clearWire, matches, outcomeOf,
} from "./wire.js";
import { clock, drawOutcome, wireDetails } from "./wire_details.js";

/* --- the list: it has elements for those rows only that are in view, so that ten thousand of them
 * cost as much as twenty --- */

/** The height of a row; wire.css has the same. */
const ROW_PX = 34;
const MARGIN_ROWS = 6;

const KIND_NAMES = { event: "event", command: "command", interaction: "interaction", call: "call" };

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
  h("span", { class: "wire-name one-line" }, h("bdi", null, row.name)),
  h("span", { class: "wire-summary quiet one-line" }, h("bdi", null, row.summary.slice(0, 200))),
  unseen(way),
  row.retries > 0 && h("span", { class: "wire-retry" }, `retry ${row.retries}`),
  state === "failed" ? h("span", { class: "wire-why bad one-line" }, why.slice(0, 40)) : unseen(why),
  unseen(state === "waiting" ? "for" : "after"),
  drawOutcome(row, now),
  h("time", { class: "wire-time" }, clock(row.at)));
}

/* The list box. A row that is chosen, by a click or by a key, goes to `choose`. */
class WireList {
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

/** The time for which a search waits for the next letter. */
const TYPING_MS = 150;

/* --- the filters --- */

function select(label, options, onchange) {
  return h("select", { "aria-label": label, onchange: (event) => onchange(event.target.value) },
    options.map(([value, text]) => h("option", { value }, text)));
}

function drawFilters(filter, changed) {
  let timer = 0;
  const set = (name, value) => {
    filter[name] = value;
    changed();
  };
  const typed = (event) => {
    clearTimeout(timer);
    timer = setTimeout(() => set("text", event.target.value), TYPING_MS);
  };
  return h("div", { class: "wire-filters", role: "search", "aria-label": "Filter the wire" },
    h("input", { type: "search", placeholder: "Filter by text", "aria-label": "Filter by text",
      oninput: typed }),
    select("Kind", [["", "All kinds"], ["event", "Events"], ["command", "Commands"],
      ["interaction", "Interactions"], ["call", "Calls"]], (value) => set("kind", value)),
    select("Direction", [["", "Both ways"], ["to", "To the app"], ["from", "From the app"]],
      (value) => set("direction", value)),
    h("label", { class: "wire-filter" }, h("input", { type: "checkbox",
      onchange: (event) => set("failed", event.target.checked) }), "Failed only"));
}

/* The rows that the filter lets through, newest first. */
function filteredRows(wire, filter) {
  const rows = { list: [], added: 0, filter: () => {
    rows.list = wire.rows.filter((row) => matches(row, filter));
    rows.added = 0;
  }, place };

  /* A row that begins to match, because it has failed, comes where it belongs. */
  function place(row, fresh) {
    if (!matches(row, filter) || (!fresh && rows.list.includes(row))) return;
    const at = fresh ? 0 : rows.list.findIndex((one) => one.id < row.id);
    rows.list.splice(at < 0 ? rows.list.length : at, 0, row);
    if (rows.list.length > ROWS_MAX) rows.list.pop();
    if (at === 0) rows.added++;
  }
  return rows;
}

/* --- what the feed says --- */

/* Reads what was said before the page was opened, when somebody looks for the first time, and then
 * follows the feed: each entry comes once. */
function wireReader(wire, api, tell, { began, took }) {
  let waiting = null; // entries that come while the older ones are read
  let last = 0; // the newest entry that is in the rows

  function add(entry) {
    const news = entry.id > last && applyWire(wire, entry);
    if (news) took(news);
  }

  async function begin() {
    if (waiting) return;
    waiting = [];
    const answer = await api.get("/sim/wire").catch((error) => tell(error.message, true));
    for (const entry of answer?.entries.reverse() ?? []) applyWire(wire, entry);
    last = answer?.id ?? 1;
    began();
    waiting.forEach(add);
  }

  function take(entry) {
    if (last > 0) add(entry);
    else waiting?.push(entry);
  }
  return { begin, take };
}

/* --- the panel --- */

function countOf(rows, wire) {
  const shown = rows.list.length, all = wire.rows.length;
  const dropped = wire.dropped > 0 ? `; ${wire.dropped} older ones are gone` : "";
  if (all === 0) return "No delivery and no call yet.";
  if (shown === 0) return `The filter lets none of ${all} row${all === 1 ? "" : "s"} through${dropped}.`;
  return `${shown}${shown === all ? "" : ` of ${all}`} row${all === 1 ? "" : "s"}${dropped}`;
}

function drawPanel(filters, [count, clear], panes) {
  const button = h("button", { type: "button", class: "button small", onclick: clear }, "Clear");
  return h("div", { class: "wire" }, filters, h("div", { class: "wire-bar" }, count, button),
    h("div", { class: "wire-panes" }, panes));
}

/* Calls `sized` when the element has got a size, and another one. */
function followSize(element, sized) {
  new ResizeObserver(() => sized(element.clientHeight > 0)).observe(element);
}

/**
 * @param {{api: {get: function, post: function}, tell: function(string, boolean=),
 *   app: function(): Object, workspaces: Array<Object>}} drawer `app`: what is known of the app
 * @returns {{element: HTMLElement, take: function(Object), shown: function(), wire: Object}}
 */
export function wirePanel({ api, tell, app, workspaces }) {
  const wire = beginWire();
  const filter = { kind: "", direction: "", failed: false, text: "" };
  const rows = filteredRows(wire, filter);
  const details = wireDetails({ wire, api, tell, app, workspaces });
  const list = new WireList(details.show);
  const count = h("span", { class: "wire-count" });
  let frame = 0;

  function paint() {
    frame = 0;
    replace(count, countOf(rows, wire));
    list.show(rows.list, rows.added);
    rows.added = 0;
  }

  function refilter() {
    rows.filter();
    paint();
  }

  function clear() {
    clearWire(wire);
    details.show(null);
    list.select(null);
    refilter();
    tell("The list is empty.");
  }

  function took({ row, fresh }) {
    rows.place(row, fresh);
    details.update(row);
    if (!frame) frame = requestAnimationFrame(paint);
  }

  const reader = wireReader(wire, api, tell, { began: refilter, took });
  details.show(null);
  followSize(list.element, (visible) => {
    if (visible) reader.begin();
    paint();
  });
  const element = drawPanel(drawFilters(filter, refilter), [count, clear],
    [list.element, details.element]);
  return { element, take: reader.take, shown: paint, wire };
}
