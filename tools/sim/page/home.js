// SPDX-License-Identifier: MIT
/* The home tab of the app. */

import { drawBlocks } from "./block_kinds.js";
import { h } from "./dom.js";
import { renewed } from "./place.js";
import { asObject } from "./shapes.js";

/**
 * The home tab that the app has published for a person.
 * @param {Object} view as Slack shows it
 * @param {import("./block_kinds.js").Context} context
 */
export function drawHome(view, context) {
  const surface = { ...renewed(context), surface: "home" };
  return h("div", { class: "view-home" }, drawBlocks(asObject(view).blocks, surface));
}
