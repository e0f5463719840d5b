// SPDX-License-Identifier: MIT
/* Menus that a button opens: by arrow keys, Home, End and first letters; Escape and a click beside
 * them close them. They are popovers, so that nothing of the page covers or cuts them. */

import { h } from "./dom.js";
import { icon } from "./signs.js";

const EDGE = 8; // pixels between a popover and the edges of the window

/** Put a popover under its anchor, or above it where there is more room. */
export function putBeside(popover, anchor) {
  const from = anchor.getBoundingClientRect();
  const { width, height } = popover.getBoundingClientRect();
  const below = window.innerHeight - from.bottom - EDGE;
  const top = below >= height || below >= from.top ? from.bottom + 4 : from.top - height - 4;
  const left = Math.min(from.left, window.innerWidth - width - EDGE);
  popover.style.top = `${Math.max(EDGE, Math.min(top, window.innerHeight - height - EDGE))}px`;
  popover.style.left = `${Math.max(EDGE, left)}px`;
}

/**
 * Show a popover beside its anchor. When it closes, the focus goes back to where it was, and the
 * popover is gone.
 * @returns {function()} closes it
 */
export function openPopover(popover, anchor) {
  const before = document.activeElement;
  popover.popover = "auto";
  document.body.append(popover);
  popover.showPopover();
  putBeside(popover, anchor);
  anchor.setAttribute("aria-expanded", "true");
  popover.addEventListener("toggle", (event) => {
    if (event.newState !== "closed") return;
    const focused = popover.contains(document.activeElement) || document.activeElement === document.body;
    popover.remove();
    anchor.removeAttribute("aria-expanded");
    if (focused) before?.focus();
  });
  return () => popover.hidePopover();
}

function moveFocus(items, event) {
  const at = items.indexOf(document.activeElement);
  const next = {
    ArrowDown: items[(at + 1) % items.length],
    ArrowUp: items[(at - 1 + items.length) % items.length],
    Home: items[0],
    End: items[items.length - 1],
  }[event.key];
  const typed = event.key.length === 1 && event.key.toLowerCase();
  const found = next || (typed && items.find((item) => item.textContent.toLowerCase().startsWith(typed)));
  if (!found) return;
  event.preventDefault();
  found.focus();
}

/**
 * Open a menu.
 * @param {HTMLElement} anchor the button
 * @param {string} label
 * @param {Array<{text: string, icon?: string, key?: string, danger?: boolean, run: function()}|null>}
 *   entries null: a line between two groups
 */
export function openMenu(anchor, label, entries) {
  let close = null;
  const menu = h(
    "div",
    { class: "menu", role: "menu", "aria-label": label, onkeydown: (event) => moveFocus(items, event) },
    entries.map((entry) =>
      entry === null
        ? h("div", { class: "menu-line", role: "separator" })
        : h(
            "button",
            {
              class: entry.danger ? "menu-item danger" : "menu-item",
              role: "menuitem",
              tabindex: -1,
              onclick: () => {
                close();
                entry.run();
              },
            },
            entry.icon ? icon(entry.icon) : null,
            h("span", { class: "menu-text" }, entry.text),
            entry.key ? h("kbd", { "aria-hidden": "true" }, entry.key) : null,
          ),
    ),
  );
  const items = [...menu.querySelectorAll("[role=menuitem]")];
  close = openPopover(menu, anchor);
  items[0]?.focus();
}
