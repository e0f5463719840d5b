// SPDX-License-Identifier: MIT
/* The picture of a person: a letter, since no picture of another host is loaded. */

import { h } from "./dom.js";

const COLORS = 8;

/**
 * A square with the first letter of a name in a colour of its own, or with an emoji.
 * @param {{id: string, name: string, sign?: string, isApp?: boolean}} author `sign`: the emoji
 */
export function avatar({ id, name, sign, isApp }) {
  let sum = 0;
  for (const letter of id || name) sum = (sum * 31 + letter.codePointAt(0)) % 997;
  const look = isApp ? "app" : sum % COLORS;
  const letter = [...name][0] || "?";
  return h(
    "span",
    { class: `avatar avatar-${look}`, "aria-hidden": "true" },
    sign || letter.toUpperCase(),
  );
}
