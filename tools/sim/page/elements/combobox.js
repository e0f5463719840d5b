// SPDX-License-Identifier: MIT
/* A select with search: a box in which one types, above a list of options. It follows the ARIA
 * pattern of a combobox with a listbox, and is used by the keyboard alone:
 * https://www.w3.org/WAI/ARIA/apg/patterns/combobox/ */

import { h, newId, replace } from "../base/dom.js";
import { icon } from "../base/icons.js";
import { openBelow } from "../base/popup.js";

const SHOWN_MAX = 100; // options in the list; typing finds the others

/**
 * @typedef {Object} Entry an option
 * @property {string} key no two options have the same
 * @property {string} label
 * @property {string} [description]
 * @property {*} value
 *
 * @typedef {Object} ComboboxOptions
 * @property {Object} attributes that name the box
 * @property {string} placeholder
 * @property {boolean} multiple
 * @property {boolean} clearable an empty box means: nothing is chosen
 * @property {number} max of a multiple one
 * @property {Array<Entry>} chosen
 * @property {number} waitMs a pause in typing before `find` is called
 * @property {function(string): Promise<{groups: Array<{label: string, entries: Array<Entry>}>,
 *   note?: string}>} find options for what is typed; it may throw a sentence
 * @property {function(Array<Entry>)} keep what is chosen so far, while the list of a multiple one is
 *   open
 * @property {function(Array<Entry>, HTMLElement): Promise<boolean>} change false: it is undone
 */
class Combobox {
  constructor(options) {
    this.options = options;
    this.chosen = options.chosen;
    this.settled = options.chosen; // what the bot knows of
    this.shown = []; // the entries of the list, and their elements
    this.active = -1;
    this.search = 0; // the newest one: answers of older ones come too late
    this.timer = 0;
    this.build();
    this.showChosen();
  }

  build() {
    const { options } = this;
    const listId = newId("list");
    const keep = (event) => event.preventDefault(); // the focus stays in the box
    this.list = h("div", {
      id: listId,
      role: "listbox",
      "aria-label": options.placeholder,
      "aria-multiselectable": options.multiple ? "true" : null,
    });
    this.note = h("p", { class: "select-note", role: "status" });
    this.popup = h(
      "div",
      { class: "block-popup", popover: "manual", onmousedown: keep },
      this.note,
      this.list,
    );
    this.input = this.box(listId);
    this.chips = h("span", { class: "select-chips", onmousedown: keep });
    this.element = h("div", { class: "select" }, this.chips, this.input, icon("down"), this.popup);
  }

  box(listId) {
    return h("input", {
      class: "select-input",
      type: "text",
      role: "combobox",
      autocomplete: "off",
      dir: "auto",
      "aria-autocomplete": "list",
      "aria-expanded": "false",
      "aria-controls": listId,
      ...this.options.attributes,
      oninput: () => this.typed(),
      onkeydown: (event) => this.pressed(event),
      onclick: () => this.open(),
      onblur: () => this.left(),
    });
  }

  /* --- what is chosen --- */

  showChosen() {
    const { multiple, placeholder } = this.options;
    const [first] = this.chosen;
    if (multiple)
      replace(
        this.chips,
        this.chosen.map((entry) => this.chip(entry)),
      );
    this.input.value = multiple || !first ? "" : first.label;
    this.input.placeholder = multiple && first ? "" : placeholder;
  }

  chip(entry) {
    return h(
      "span",
      { class: "select-chip" },
      h("bdi", null, entry.label),
      h(
        "button",
        {
          type: "button",
          class: "select-remove",
          "aria-label": `Remove ${entry.label}`,
          onclick: () => this.choose(entry),
        },
        icon("close"),
      ),
    );
  }

  isChosen(entry) {
    return this.chosen.some(({ key }) => key === entry.key);
  }

  /* A choice counts at once; those of a multiple select count when the person leaves its list. */
  async settle() {
    const before = this.settled;
    if (this.chosen === before) return;
    this.settled = this.chosen;
    if (await this.options.change(this.chosen, this.input)) return;
    this.chosen = this.settled = before;
    this.options.keep(before);
    this.showChosen();
  }

  choose(entry) {
    if (this.options.multiple) {
      this.toggle(entry);
      return;
    }
    this.close();
    if (!this.isChosen(entry)) this.chosen = [entry];
    this.showChosen();
    this.settle();
  }

  toggle(entry) {
    const { max, keep } = this.options;
    const others = this.chosen.filter(({ key }) => key !== entry.key);
    const adds = others.length === this.chosen.length;
    if (adds && others.length >= max) {
      this.note.textContent = `At most ${max}: remove one first`;
      return;
    }
    this.chosen = adds ? [...others, entry] : others;
    this.showChosen();
    keep(this.chosen);
    if (!this.isOpen()) this.settle();
    this.input.focus();
    if (this.isOpen()) this.find("");
  }

  /* --- the list --- */

  isOpen() {
    return this.popup.matches(":popover-open");
  }

  open() {
    if (this.isOpen()) return;
    this.input.select();
    this.input.setAttribute("aria-expanded", "true");
    openBelow(this.element, this.popup);
    this.find("");
  }

  close() {
    if (this.isOpen()) this.popup.hidePopover();
    this.search++;
    clearTimeout(this.timer);
    this.input.setAttribute("aria-expanded", "false");
    this.activate(-1);
  }

  async find(typed) {
    const search = ++this.search;
    this.note.textContent = "Searching …";
    let found;
    try {
      found = await this.options.find(typed);
    } catch (error) {
      found = { groups: [], note: error.message };
    }
    if (search === this.search) this.show(found, typed);
  }

  show({ groups, note }, typed) {
    const count = groups.reduce((sum, { entries }) => sum + entries.length, 0);
    let left = SHOWN_MAX;
    this.shown = [];
    replace(
      this.list,
      groups.map(({ label, entries }) => {
        const options = entries.slice(0, left).map((entry) => this.option(entry));
        left -= options.length;
        if (options.length === 0 || !label) return options;
        return h(
          "div",
          { role: "group", "aria-label": label, class: "select-group" },
          h("div", { class: "select-label", role: "presentation" }, h("bdi", null, label)),
          options,
        );
      }),
    );
    const more = count > SHOWN_MAX ? `${count - SHOWN_MAX} more: type to find them` : "";
    this.note.textContent = note || (count === 0 ? "No matches" : more);
    const last = this.shown.findIndex(({ entry }) => entry.key === this.activeKey);
    const chosen = this.shown.findIndex(({ entry }) => this.isChosen(entry));
    this.activate(last >= 0 ? last : typed ? 0 : chosen); // Enter takes the best match
  }

  option(entry) {
    const element = h(
      "div",
      {
        id: newId("option"),
        role: "option",
        class: "select-option",
        "aria-selected": String(this.isChosen(entry)),
        onclick: () => this.choose(entry),
      },
      h("bdi", null, entry.label),
      entry.description &&
        h("span", { class: "option-description" }, h("bdi", null, entry.description)),
    );
    this.shown.push({ entry, element });
    return element;
  }

  activate(index) {
    this.shown[this.active]?.element.classList.remove("active");
    this.active = index;
    this.activeKey = this.shown[index]?.entry.key;
    const element = this.shown[index]?.element;
    element?.classList.add("active");
    element?.scrollIntoView({ block: "nearest" });
    if (element) this.input.setAttribute("aria-activedescendant", element.id);
    else this.input.removeAttribute("aria-activedescendant");
  }

  /* --- the box --- */

  typed() {
    if (!this.isOpen()) {
      this.input.setAttribute("aria-expanded", "true");
      openBelow(this.element, this.popup);
    }
    this.activate(-1); // what is shown was found for another text
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.find(this.input.value), this.options.waitMs);
  }

  left() {
    const { clearable, multiple } = this.options;
    this.close();
    if (clearable && !multiple && this.input.value === "" && this.chosen.length > 0)
      this.chosen = [];
    this.showChosen();
    this.settle();
  }

  pressed(event) {
    const last = this.shown.length - 1;
    const moves = {
      ArrowDown: Math.min(last, this.active + 1),
      ArrowUp: Math.max(0, this.active - 1),
      PageDown: Math.min(last, this.active + 10),
      PageUp: Math.max(0, this.active - 10),
    };
    if (event.key in moves) {
      event.preventDefault();
      if (this.isOpen()) this.activate(moves[event.key]);
      else this.open();
    } else if (event.key === "Enter" && this.isOpen()) {
      event.preventDefault();
      if (this.shown[this.active]) this.choose(this.shown[this.active].entry);
    } else if (event.key === "Escape" && this.isOpen()) {
      event.preventDefault(); // the dialog around it stays open
      event.stopPropagation();
      this.left();
    } else if (event.key === "Backspace" && this.input.value === "" && this.options.multiple) {
      if (this.chosen.length > 0) this.choose(this.chosen[this.chosen.length - 1]);
    }
  }
}

/**
 * Create a combobox.
 * @param {ComboboxOptions} options
 * @returns {HTMLElement}
 */
export function createCombobox(options) {
  return new Combobox(options).element;
}
