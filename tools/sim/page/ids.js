// SPDX-License-Identifier: MIT
/* Ids by which elements name each other. */

let ids = 0;

/** An id that no other element of the page has. */
export function newId(prefix) {
  ids += 1;
  return `${prefix}-${ids}`;
}
