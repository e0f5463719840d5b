// SPDX-License-Identifier: MIT
/* The modals of the person who acts, and the home tab. */

import { giveFocus, h, noteFocus, replace } from "../base/dom.js";
import { asObject } from "../base/shapes.js";
import { drawBlocks } from "../blocks/blocks.js";
import { renewed, stateOf } from "../elements/place.js";
import { drawModal } from "./modal.js";

/**
 * The home tab that the app has published for a person.
 * @param {Object} view as Slack shows it
 * @param {import("../elements/place.js").Context} context
 */
export function drawHome(view, context) {
  const surface = { ...renewed(context), surface: "home" };
  return h("div", { class: "view-home" }, drawBlocks(asObject(view).blocks, surface));
}

const HOME = "home "; // begins the key of what was entered into a home tab

export class Views {
  /**
   * @param {import("../state/page.js").Page} page
   * @param {HTMLElement} element of the open modal
   */
  constructor(page, element) {
    this.page = page;
    this.element = element;
    this.shown = null; // the view on top of the stack
    this.dialog = null; // that shows it
    this.home = null; // the home tab that is shown
    this.visited = ""; // the tab of the app, and the person, that the app has heard of
    this.entered = new Map(); // the values of each view, and of each home tab
  }

  valuesOf(key) {
    if (!this.entered.has(key)) this.entered.set(key, new Map());
    return this.entered.get(key);
  }

  /* --- modals --- */

  async submit(view) {
    const state = stateOf(this.valuesOf(view.id));
    const args = { view: view.id, callback_id: view.callback_id, state };
    const answer = await this.page.ask("submit", args);
    const { response_action: action, errors } = answer.body || {};
    const ok = answer.ok && answer.acked !== false;
    return { ...answer, ok, errors: action === "errors" ? errors : {} };
  }

  close(view, clear = false) {
    return this.page.act("close-view", { view: view.id, clear });
  }

  draw(view) {
    const { page, dialog: before } = this;
    const note = before?.dataset.view === view.id ? noteFocus(before) : null;
    const context = page.contextOf(
      "modal",
      { view: view.id },
      {
        values: this.valuesOf(view.id),
        stack: page.state.views.get(page.user),
        submit: () => this.submit(view),
        close: (clear) => this.close(view, clear),
      },
    );
    const dialog = drawModal(view, context);
    dialog.addEventListener("cancel", (event) => {
      if (event.target !== dialog) return;
      event.preventDefault(); // the app may want to hear of it; the answer closes the dialog
      this.close(view);
    });
    this.dialog = dialog;
    replace(this.element, dialog);
    before?.close();
    dialog.showModal();
    giveFocus(dialog, note);
  }

  update() {
    const { views } = this.page.state;
    const top = views.get(this.page.user)?.at(-1) || null;
    if (top === this.shown) return;
    this.shown = top;
    const open = new Set([...views.values()].flat().map((view) => view.id));
    for (const key of this.entered.keys())
      if (!open.has(key) && !key.startsWith(HOME)) this.entered.delete(key);
    if (top) {
      this.draw(top);
      return;
    }
    this.dialog?.close();
    this.dialog = null;
    replace(this.element);
  }

  /* --- the tabs of the app --- */

  /** The app hears of each visit of its tabs: "home", "messages"; "" for another channel. */
  visit(tab) {
    const wanted = tab && `${tab} ${this.page.user}`;
    if (wanted === this.visited) return;
    this.visited = wanted;
    if (tab) this.page.ask(`open-${tab}`, {}); // nobody sees whether the app hears it
  }

  /** Show the home tab of the person. */
  showHome(into) {
    const { page } = this;
    const view = page.state.homes.get(page.user);
    const wanted = view || page.user;
    if (this.home === wanted) return;
    this.home = wanted;
    if (!view) {
      replace(into, h("p", { class: "empty" }, "The app has published no home tab for you."));
      return;
    }
    const values = this.valuesOf(HOME + page.user);
    const note = noteFocus(into);
    replace(into, drawHome(view, page.contextOf("home", { view: view.id }, { values })));
    giveFocus(into, note);
  }
}
