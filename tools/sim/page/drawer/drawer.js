// SPDX-License-Identifier: MIT
/* The drawer beside the conversation: what the wire says, what may go wrong, and the bot's side. */

import { h, replace } from "../base/dom.js";
import { appPanel } from "./app.js";
import { faultsPanel } from "./faults.js";
import { wirePanel } from "./wire_panel.js";

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
 * @param {import("../state/state.js").State} state of which it shows the app and the faults
 * @param {{get: function, post: function}} api of api.js
 * @returns {HTMLElement}
 */
export function drawDrawer(state, api) {
  const { line, tell } = drawTeller();
  const shared = {
    app: { ...state.app }, faults: state.faults ?? [], workspace: state.workspace.id,
  };
  const wire = wirePanel({
    api, tell, app: () => shared.app, workspaces: state.workspaces,
  });
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
