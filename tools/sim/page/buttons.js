// SPDX-License-Identifier: MIT
/* Buttons that show an icon only. */

import { h } from "./dom.js";
import { icon } from "./icons.js";

/**
 * A button with an icon.
 * @param {string} look its class
 * @param {string} sign the name of the icon
 * @param {string} label
 * @param {function(HTMLElement)} run called with the button
 */
export function iconButton(look, sign, label, run) {
  const attributes = { class: look, type: "button", "aria-label": label, title: label };
  return h("button", { ...attributes, onclick: (event) => run(event.currentTarget) }, icon(sign));
}
