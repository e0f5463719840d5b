// SPDX-License-Identifier: MIT
/* The drawer beside the conversation: what the wire says, what may go wrong, and the bot's side. */

import { appPanel } from "./app.js";
import { h, replace } from "./dom.js";
import { faultsPanel } from "./faults.js";
import { ROWS_MAX, applyWire, beginWire, clearWire, matches } from "./wire.js";
import { wireDetails } from "./wire_details.js";
import { wireList } from "./wire_list.js";

/** How long a search waits for the next letter. */
const TYPING_MS = 150;

/* The drawer that is on the page. There is one. */
let drawer = null;

/* --- the line that says what a button did --- */

function drawTeller() {
  const line = h("p", { class: "drawer-status", role: "status", "aria-live": "polite" });
  let timer = 0;
  function tell(text, bad = false) {
    clearTimeout(timer);
    line.classList.toggle("bad", bad);
    replace(line, text);
    if (!bad) timer = setTimeout(() => replace(line), 8000);
  }
  return { line, tell };
}

/* --- the filters --- */

function select(label, options, onchange) {
  return h("label", { class: "wire-filter" }, h("span", { class: "unseen" }, label),
    h("select", { onchange: (event) => onchange(event.target.value) },
      options.map(([value, text]) => h("option", { value }, text))));
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

/* --- the wire --- */

function wirePanel(api, tell, app) {
  const wire = beginWire();
  const filter = { kind: "", direction: "", failed: false, text: "" };
  const details = wireDetails({ wire, api, tell, app });
  const list = wireList(details.show);
  const count = h("span", { class: "wire-count", role: "status" });
  let shown = [], added = 0, frame = 0;

  function paint() {
    frame = 0;
    const of = shown.length === wire.rows.length ? "" : ` of ${wire.rows.length}`;
    const dropped = wire.dropped > 0 ? `; ${wire.dropped} older ones are gone` : "";
    const text = `${shown.length}${of} row${shown.length === 1 ? "" : "s"}${dropped}`;
    if (count.textContent !== text) replace(count, text);
    list.show(shown, added);
    added = 0;
  }

  function refilter() {
    shown = wire.rows.filter((row) => matches(row, filter));
    paint();
  }

  function clear() {
    clearWire(wire);
    details.show(null);
    list.select(null);
    refilter();
    tell("The list is empty.");
  }

  /* A row that begins to match, because it has failed, comes where it belongs. */
  function place(row, fresh) {
    if (!matches(row, filter) || (!fresh && shown.includes(row))) return;
    const at = fresh ? 0 : shown.findIndex((one) => one.id < row.id);
    shown.splice(at < 0 ? shown.length : at, 0, row);
    if (shown.length > ROWS_MAX) shown.pop();
    if (at === 0) added++;
  }

  function take(entry) {
    const news = applyWire(wire, entry);
    if (!news) return;
    place(news.row, news.fresh);
    details.update(news.row);
    if (!frame) frame = requestAnimationFrame(paint);
  }

  details.show(null);
  const element = h("div", { class: "wire" },
    drawFilters(filter, refilter),
    h("div", { class: "wire-bar" }, count, h("button", { type: "button", class: "small-button",
      onclick: clear }, "Clear")),
    h("div", { class: "wire-panes" }, list.element, details.element));
  return { element, take, shown: paint, wire };
}

/* --- the tabs --- */

function chooseTab(tabs, chosen) {
  for (const tab of tabs) {
    const here = tab === chosen;
    tab.button.setAttribute("aria-selected", String(here));
    tab.button.setAttribute("tabindex", here ? "0" : "-1");
    tab.panel.hidden = !here;
  }
  chosen.part.shown();
}

function tabKey(tabs, event) {
  const at = tabs.findIndex((tab) => tab.button === event.target);
  const steps = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: tabs.length - 1 };
  if (at < 0 || steps[event.key] === undefined) return;
  event.preventDefault();
  const next = tabs[(steps[event.key] + tabs.length) % tabs.length];
  chooseTab(tabs, next);
  next.button.focus();
}

function drawTabs(parts) {
  const tabs = parts.map(({ id, label, part }) => ({
    part,
    button: h("button", { type: "button", role: "tab", id: `tab-${id}`,
      "aria-controls": `panel-${id}`, onclick: () => chooseTab(tabs, tabs.find(
        (tab) => tab.part === part)) }, label),
    panel: h("div", { role: "tabpanel", id: `panel-${id}`, "aria-labelledby": `tab-${id}`,
      class: "drawer-panel" }, part.element),
  }));
  const bar = h("div", { class: "drawer-tabs", role: "tablist", "aria-label": "Drawer",
    onkeydown: (event) => tabKey(tabs, event) }, tabs.map((tab) => tab.button));
  chooseTab(tabs, tabs[0]);
  return [bar, tabs.map((tab) => tab.panel)];
}

/**
 * Draw the drawer. There is one on the page, which updateDrawer() keeps up to date.
 * @param {import("./state.js").State} state of which it shows the app and the faults
 * @param {{get: function, post: function}} api of api.js
 * @returns {HTMLElement}
 */
export function drawDrawer(state, api) {
  const { line, tell } = drawTeller();
  const shared = {
    app: { ...state.app }, faults: state.faults ?? [], workspace: state.workspace.id,
  };
  const wire = wirePanel(api, tell, () => shared.app);
  const faults = faultsPanel(shared, api, tell);
  const app = appPanel(shared, api, wire.wire);
  drawer = { shared, wire, faults, app };
  return h("div", { class: "drawer" },
    drawTabs([
      { id: "wire", label: "Wire", part: wire },
      { id: "faults", label: "Let something go wrong", part: faults },
      { id: "app", label: "App", part: app },
    ]),
    line);
}

/** Take an entry of the feed. */
export function updateDrawer(entry) {
  if (!drawer) return;
  drawer.wire.take(entry);
  if (entry.kind === "app") Object.assign(drawer.shared.app, entry.app ?? entry);
  if (entry.kind === "fault") drawer.shared.faults = entry.faults ?? [];
  if (entry.kind === "app") drawer.app.changed();
  if (entry.kind === "fault") drawer.faults.changed();
}
