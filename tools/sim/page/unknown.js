// SPDX-License-Identifier: MIT
/* Shows a block or an element of an unknown kind: its JSON, with a note. */

import { h } from "./dom.js";

const JSON_MAX = 5000;

/* Too deep for JSON.stringify() is as good as unknown. */
function written(value) {
  try {
    return JSON.stringify(value, null, 2) ?? String(value);
  } catch (error) {
    return `(${error.message})`;
  }
}

/**
 * An element for a value that cannot be drawn.
 * @param {*} value
 * @param {string} kind "block", "element" …
 * @param {string} [why] else: the page does not know its type
 */
export function showJson(value, kind, why) {
  const type =
    typeof value?.type === "string" && value.type !== "" ? ` “${value.type.slice(0, 80)}”` : "";
  const text = written(value);
  const shown =
    text.length > JSON_MAX ? `${text.slice(0, JSON_MAX)}\n… ${text.length} characters` : text;
  return h(
    "details",
    { class: "unknown" },
    h(
      "summary",
      null,
      h("bdi", null, `${kind}${type}: ${why || "the page does not know this type"}`),
    ),
    h("pre", { tabindex: "0" }, shown),
  );
}
