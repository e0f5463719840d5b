// SPDX-License-Identifier: MIT
/* The panel of the wire: the filters, the list of the rows that they let through, and the pane for
 * one of them. */

import { h, replace } from "./dom.js";
import { ROWS_MAX, applyWire, beginWire, clearWire, matches } from "./wire.js";
import { wireDetails } from "./wire_details.js";
import { WireList } from "./wire_list.js";

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
  return `${shown}${shown === all ? "" : ` of ${all}`} row${all === 1 ? "" : "s"}${dropped}`;
}

function drawPanel(filters, [count, clear], panes) {
  const button = h("button", { type: "button", class: "small-button", onclick: clear }, "Clear");
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
