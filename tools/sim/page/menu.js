// SPDX-License-Identifier: MIT
/* Menus of actions that a person can do. */

import { h } from "./dom.js";
import { icon } from "./icons.js";
import { openMenu } from "./popup.js";

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
