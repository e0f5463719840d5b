// SPDX-License-Identifier: MIT
/* Lists that may be longer than anybody looks at: a page at a time. */

import { h } from "./dom.js";

const PAGE = 100;

/**
 * The elements of the first items of a list, and a button that draws more of them in its place.
 * @param {Array<*>} list
 * @param {function(*, number): *} draw an item and its index
 * @param {string} what the items are: "blocks"
 * @param {number} [start]
 * @returns {Array<*>}
 */
export function drawPaged(list, draw, what, start = 0) {
  const end = start + PAGE;
  const drawn = list.slice(start, end).map((item, i) => draw(item, start + i));
  if (end >= list.length) return drawn;
  const more = h(
    "button",
    {
      type: "button",
      class: "show-more",
      onclick: () => {
        const next = h("div", { class: "paged" }, drawPaged(list, draw, what, end));
        more.replaceWith(...next.childNodes);
      },
    },
    `Show more of ${list.length.toLocaleString("en-US")} ${what}`,
  );
  return [...drawn, more];
}
