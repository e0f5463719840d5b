// SPDX-License-Identifier: MIT
/* The emoji picker. */

import { bestOf } from "./completion.js";
import { h, replace } from "./dom.js";
import { openBelow } from "./popup.js";

const FOUND_MAX = 96;
const COLUMNS = 8;
const often = ["thumbsup", "eyes", "white_check_mark", "heart", "tada", "joy", "pray", "rocket"];

function moveFocus(items, event) {
  const at = items.indexOf(document.activeElement);
  const steps = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: COLUMNS, ArrowUp: -COLUMNS };
  if (at < 0 || !(event.key in steps)) return;
  event.preventDefault();
  const next = at + steps[event.key];
  if (next < 0) event.currentTarget.querySelector("input").focus();
  else items[Math.min(next, items.length - 1)].focus();
}

/**
 * Let a person choose an emoji.
 * @param {import("./page.js").Page} page
 * @param {HTMLElement} anchor
 * @param {function(string)} chosen called with its name
 */
export function openPicker(page, anchor, chosen) {
  const { emojiNames, emoji } = page.sources();
  const grid = h("div", { class: "picker-grid", role: "group", "aria-label": "Emoji" });
  const before = document.activeElement;
  const choose = (name) => {
    picker.hidePopover();
    chosen(name);
  };
  const fill = () => {
    const typed = search.value.trim().replaceAll(":", "").toLowerCase();
    const names = typed ? bestOf(emojiNames, typed, (name) => [name], FOUND_MAX) : [...new Set([...often, ...emojiNames])].slice(0, FOUND_MAX);
    // Without a table of emoji, and for a workspace's own ones, what was typed is a name.
    const shown = typed && !names.includes(typed) ? [...names, typed] : names;
    replace(
      grid,
      shown.map((name) =>
        h("button", { class: "picker-item", type: "button", "aria-label": name, title: `:${name}:`, onclick: () => choose(name) }, emoji(name) || `:${name}:`),
      ),
    );
  };
  const search = h("input", {
    class: "field", type: "search", "aria-label": "Search emoji", placeholder: "Search emoji", autocomplete: "off",
    oninput: fill,
    onkeydown: (event) => {
      if (event.key !== "Enter" && event.key !== "ArrowDown") return;
      event.preventDefault();
      if (event.key === "Enter") grid.firstElementChild?.click();
      else grid.firstElementChild?.focus();
    },
  });
  const picker = h(
    "div",
    {
      class: "picker",
      popover: "auto",
      role: "dialog",
      "aria-label": "Emoji",
      onkeydown: (event) => moveFocus([...grid.children], event),
      ontoggle: (event) => {
        if (event.newState === "open") return;
        if (picker.contains(document.activeElement)) before.focus();
        picker.remove();
      },
    },
    search,
    grid,
  );
  fill();
  document.body.append(picker);
  openBelow(anchor, picker);
  search.focus();
}
