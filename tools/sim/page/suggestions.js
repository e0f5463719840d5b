// SPDX-License-Identifier: MIT
/* The list of completions above a text area. The focus stays in the text area, whose keys choose. */

import { complete } from "./completion.js";
import { h, replace } from "./dom.js";

export class Suggestions {
  /**
   * @param {HTMLTextAreaElement} area
   * @param {{sources: function(): Object, changed: function()}} options `sources`: as complete()
   *   takes them; `changed` is called after a completion
   */
  constructor(area, options) {
    this.area = area;
    this.options = options;
    this.found = null; // {from, items} of complete(), and `at`, the chosen one
    this.id = `${area.id}-suggestions`;
    const attributes = { class: "completion", id: this.id, hidden: true };
    this.element = h("ul", { ...attributes, role: "listbox", "aria-label": "Suggestions" });
    area.setAttribute("aria-autocomplete", "list");
    area.setAttribute("aria-controls", this.id);
    area.addEventListener("click", () => this.update());
    area.addEventListener("blur", () => this.close());
  }

  /** Show what completes the text before the caret. */
  update() {
    const { value, selectionStart, selectionEnd } = this.area;
    const before = value.slice(0, selectionStart);
    const found = selectionStart === selectionEnd && complete(before, this.options.sources());
    this.found = found ? { ...found, at: 0 } : null;
    this.draw();
  }

  close() {
    this.found = null;
    this.draw();
  }

  draw() {
    const { found } = this;
    this.element.hidden = !found;
    if (!found) {
      this.area.removeAttribute("aria-activedescendant");
      return;
    }
    replace(
      this.element,
      found.items.map((item, i) => this.drawItem(item, i)),
    );
    this.area.setAttribute("aria-activedescendant", `${this.id}-${found.at}`);
    this.element.children[found.at].scrollIntoView({ block: "nearest" });
  }

  drawItem(item, i) {
    const attributes = {
      class: "completion-item",
      id: `${this.id}-${i}`,
      role: "option",
      "aria-selected": String(i === this.found.at),
      onpointerdown: (event) => {
        event.preventDefault(); // the text area keeps the focus
        this.accept(item);
      },
    };
    const sign = h("span", { class: "completion-sign", "aria-hidden": "true" }, item.sign);
    const detail = item.detail ? h("span", { class: "quiet" }, item.detail) : null;
    return h("li", attributes, sign, h("span", null, item.text), detail);
  }

  accept(item) {
    const { area, found } = this;
    area.setRangeText(item.insert, found.from, area.selectionStart, "end");
    this.close();
    this.options.changed();
  }

  /** Take a key. False: it is not for the list. */
  takeKey({ key, shiftKey }) {
    if (!this.found) return false;
    const { items, at } = this.found;
    const steps = { ArrowDown: 1, ArrowUp: items.length - 1 };
    if (key in steps) {
      this.found.at = (at + steps[key]) % items.length;
      this.draw();
    } else if (key === "Tab" || (key === "Enter" && !shiftKey && !this.isTyped(items[at]))) {
      this.accept(items[at]);
    } else if (key === "Escape") {
      this.close();
    } else {
      return false;
    }
    return true;
  }

  /* True if the text has the whole item already: Enter sends it. */
  isTyped(item) {
    const { value, selectionStart } = this.area;
    return item.insert.trim() === value.slice(this.found.from, selectionStart);
  }
}
