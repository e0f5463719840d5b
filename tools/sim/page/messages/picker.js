// SPDX-License-Identifier: MIT
/* The emoji picker. */

import { h, replace } from "../base/dom.js";
import { openBelow } from "../base/popup.js";
import { bestOf } from "./typing.js";

const FOUND_MAX = 96;
const COLUMNS = 8;
const often = ["thumbsup", "eyes", "white_check_mark", "heart", "tada", "joy", "pray", "rocket"];

/* A build without the table of emoji knows no name, and takes each. */
function namesFor(typed, all) {
  if (!typed) return [...new Set([...often, ...all])].slice(0, FOUND_MAX);
  return all.length > 0 ? bestOf(all, typed, (name) => [name], FOUND_MAX) : [typed];
}

class Picker {
  constructor(page, chosen) {
    this.sources = page.sources();
    this.chosen = chosen;
    this.before = document.activeElement;
    this.note = h("p", { class: "hint", role: "status" });
    this.grid = h("div", { class: "picker-grid", role: "group", "aria-label": "Emoji" });
    this.search = h("input", {
      class: "field",
      type: "search",
      "aria-label": "Search emoji",
      placeholder: "Search emoji",
      autocomplete: "off",
      oninput: () => this.fill(),
    });
    const attributes = { class: "picker", popover: "auto", role: "dialog", "aria-label": "Emoji" };
    this.element = h("div", attributes, this.search, this.note, this.grid);
    this.element.addEventListener("keydown", (event) => this.takeKey(event));
    this.element.addEventListener("toggle", (event) => event.newState === "closed" && this.close());
    this.fill();
  }

  fill() {
    const typed = this.search.value.trim().replaceAll(":", "").toLowerCase();
    const names = namesFor(typed, this.sources.emojiNames);
    replace(
      this.grid,
      names.map((name) => this.drawItem(name)),
    );
    this.note.textContent =
      names.length > 0 ? "" : `Slack has no emoji :${typed}:, and the simulator has no others.`;
  }

  drawItem(name) {
    const code = `:${name}:`;
    const attributes = { class: "picker-item", type: "button", "aria-label": name, title: code };
    const choose = () => {
      this.element.hidePopover();
      this.chosen(name);
    };
    return h("button", { ...attributes, onclick: choose }, this.sources.emoji(name) || code);
  }

  close() {
    if (this.element.contains(document.activeElement)) this.before.focus();
    this.element.remove();
  }

  takeKey(event) {
    const items = [...this.grid.children];
    const at = items.indexOf(document.activeElement); // -1: the search
    const steps = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: COLUMNS, ArrowUp: -COLUMNS };
    if (at < 0 && event.key === "Enter") items[0]?.click();
    else if (at < 0 && event.key === "ArrowDown") items[0]?.focus();
    else if (at < 0 || !(event.key in steps)) return;
    else if (at + steps[event.key] < 0) this.search.focus();
    else items[Math.min(at + steps[event.key], items.length - 1)].focus();
    event.preventDefault();
  }
}

/**
 * Let a person choose an emoji.
 * @param {import("../state/page.js").Page} page
 * @param {HTMLElement} anchor
 * @param {function(string)} chosen called with its name
 */
export function openPicker(page, anchor, chosen) {
  const picker = new Picker(page, chosen);
  document.body.append(picker.element);
  openBelow(anchor, picker.element);
  picker.search.focus();
}

/** Let the person choose a reaction to a message. */
export function pickReaction(page, entry, anchor) {
  openPicker(page, anchor, (name) => page.react(entry, name));
}
