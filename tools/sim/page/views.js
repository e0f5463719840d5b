// SPDX-License-Identifier: MIT
/* The modals of the person who acts, and the home tab. */

import { h, replace } from "./dom.js";
import { giveFocus, noteFocus } from "./focus.js";
import { drawHome } from "./home.js";
import { drawModal } from "./modal.js";

/** The values of a surface as Slack's state.values: {block_id: {action_id: value}}. */
export function stateOf(values) {
  const state = { values: {} };
  for (const [key, value] of values) {
    const at = key.indexOf("/");
    (state.values[key.slice(0, at)] ??= {})[key.slice(at + 1)] = value;
  }
  return state;
}

/** @returns {{update: function(), showHome: function(HTMLElement), visit: function(string)}} */
export function createViews(page, element) {
  let shown = null, dialog = null; // the view on top of the stack
  let home = null;
  let asked = ""; // the tab of the app, and the person, that the app has heard of
  const kept = new Map(); // what was entered, by view and by person of a home tab

  function keptOf({ id }) {
    if (!kept.has(id)) kept.set(id, new Map());
    return kept.get(id);
  }

  async function submit(view) {
    const state = stateOf(keptOf(view));
    const answer = await page.ask("submit", { view: view.id, callback_id: view.callback_id, state });
    return { ...answer, ok: answer.ok && answer.acked !== false, errors: answer.body?.response_action === "errors" ? answer.body.errors : {} };
  }

  function closeView(view, clear = false) {
    return page.act("close-view", { view: view.id, clear });
  }

  function draw(view) {
    const before = dialog;
    const note = before && before.dataset.view === view.id ? noteFocus(before) : null;
    const context = page.contextOf("modal", { view: view.id }, {
      values: keptOf(view),
      stack: page.state.views.get(page.user),
      submit: () => submit(view),
      close: (clear) => closeView(view, clear),
    });
    dialog = drawModal(view, context);
    dialog.addEventListener("cancel", (event) => {
      event.preventDefault(); // the app may be told; the answer closes it
      if (event.target === event.currentTarget) closeView(view);
    });
    replace(element, dialog);
    before?.close();
    dialog.showModal();
    giveFocus(dialog, note);
  }

  function update() {
    const stack = page.state.views.get(page.user) || [];
    const top = stack[stack.length - 1] || null;
    if (top === shown) return;
    shown = top;
    const open = new Set([...page.state.views.values()].flat().map((view) => view.id));
    for (const id of kept.keys()) if (!open.has(id) && !id.startsWith("home ")) kept.delete(id);
    if (top) {
      draw(top);
      return;
    }
    dialog?.close();
    dialog = null;
    replace(element);
  }

  /** The app hears of each visit of its tabs: "home", "messages"; "" for another channel. */
  function visit(tab) {
    const wanted = tab && `${tab} ${page.user}`;
    if (wanted === asked) return;
    asked = wanted;
    if (tab) page.ask(`open-${tab}`, {}); // nobody sees whether the app hears it
  }

  /** Show the home tab of the person. */
  function showHome(into) {
    const view = page.state.homes.get(page.user);
    const wanted = view || page.user;
    if (home === wanted) return;
    home = wanted;
    if (!view) {
      replace(into, h("p", { class: "empty" }, "The app has published no home tab for you."));
      return;
    }
    const values = keptOf({ id: `home ${page.user}` });
    const note = noteFocus(into);
    replace(into, drawHome(view, page.contextOf("home", { view: view.id }, { values })));
    giveFocus(into, note);
  }

  return { update, showHome, visit };
}
