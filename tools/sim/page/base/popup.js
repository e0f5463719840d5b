// SPDX-License-Identifier: MIT
/* Menus and lists that open below an element. They are popovers: above everything else, also above
 * an open dialog, and not cut off by a pane that scrolls. */

import { h } from "./dom.js";
import { icon } from "./icons.js";

const GAP = 4;
const HEIGHT_MAX = 320;

/* Below the anchor, or above it if there is too little room below and more above; no higher than the room there. */
function put(anchor, popup) {
  const at = anchor.getBoundingClientRect();
  const below = innerHeight - at.bottom - 2 * GAP,
    above = at.top - 2 * GAP;
  const up = below < HEIGHT_MAX && above > below;
  popup.style.setProperty("max-height", `${Math.min(HEIGHT_MAX, up ? above : below)}px`);
  const { width, height } = popup.getBoundingClientRect();
  const left = Math.max(GAP, Math.min(at.left, innerWidth - width - GAP));
  popup.style.setProperty("left", `${left}px`);
  popup.style.setProperty("top", `${up ? at.top - GAP - height : at.bottom + GAP}px`);
}

/**
 * Show a popup below its anchor, for as long as it is open.
 * @param {HTMLElement} anchor
 * @param {HTMLElement} popup an element with the attribute `popover`, in the document
 */
export function openBelow(anchor, popup) {
  const follow = () => put(anchor, popup);
  popup.showPopover();
  popup.style.setProperty("min-width", `${anchor.getBoundingClientRect().width}px`);
  follow();
  addEventListener("scroll", follow, { capture: true, passive: true });
  addEventListener("resize", follow, { passive: true });
  const grows = new ResizeObserver(follow);
  grows.observe(popup);
  popup.addEventListener("toggle", function closed(event) {
    if (event.newState !== "closed") return;
    removeEventListener("scroll", follow, { capture: true });
    removeEventListener("resize", follow);
    grows.disconnect();
    popup.removeEventListener("toggle", closed);
  });
}

function moveFocus(event, items) {
  const at = items.indexOf(document.activeElement);
  const target = {
    ArrowDown: items[(at + 1) % items.length],
    ArrowUp: items[(at - 1 + items.length) % items.length],
    Home: items[0],
    End: items[items.length - 1],
  }[event.key];
  if (!target) return;
  event.preventDefault();
  target.focus();
}

/**
 * Open a menu below a button.
 * @param {HTMLElement} button
 * @param {Array<HTMLElement>} items with the role menuitem; the menu closes when one is clicked
 */
export function openMenu(button, items) {
  const menu = h(
    "div",
    {
      class: "block-popup block-menu",
      role: "menu",
      popover: "auto",
      "aria-label": button.getAttribute("aria-label"),
      onkeydown: (event) => moveFocus(event, items),
      onclick: (event) => event.target.closest("[role=menuitem]") && menu.hidePopover(),
      ontoggle: (event) => {
        button.setAttribute("aria-expanded", String(event.newState === "open"));
        if (event.newState !== "closed") return;
        if (menu.contains(document.activeElement)) button.focus();
        menu.remove();
      },
    },
    items,
  );
  button.after(menu);
  openBelow(button, menu);
  items[0]?.focus();
}

/* --- menus of actions that a person can do --- */

/**
 * @typedef {Object} Action
 * @property {string} text
 * @property {string} icon
 * @property {string} [key] that does the same
 * @property {boolean} [danger]
 * @property {boolean} [first] of a group
 * @property {function()} run
 */

function drawItem(action) {
  const classes = ["block-menu-item menu-item", action.danger && "danger", action.first && "first"];
  return h(
    "button",
    {
      class: classes.filter(Boolean).join(" "),
      role: "menuitem",
      type: "button",
      tabindex: -1,
      onclick: action.run,
    },
    icon(action.icon),
    h("span", { class: "menu-text" }, action.text),
    action.key ? h("kbd", { "aria-hidden": "true" }, action.key) : null,
  );
}

/**
 * Open a menu below what has opened it.
 * @param {HTMLElement} anchor
 * @param {Array<Action>} actions
 */
export function openActions(anchor, actions) {
  openMenu(anchor, actions.map(drawItem));
}
