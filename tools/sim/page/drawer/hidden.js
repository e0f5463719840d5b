// SPDX-License-Identifier: MIT
/* Characters that a reader does not see, or that turn the text round: controls, formats, line
 * separators. In text that is pasted elsewhere they would hide what it says, and a terminal obeys
 * some of them. Pure. */

/** Those of a text, one by one. A new line is seen. */
export const HIDDEN = /[^\P{Cc}\n]|[\p{Cf}\p{Zl}\p{Zp}]/gu;

/** A character as the octal escapes of its bytes, for a string of C and for printf. */
export function octal(character) {
  return [...new TextEncoder().encode(character)]
    .map((byte) => `\\${byte.toString(8).padStart(3, "0")}`).join("");
}

/** JSON whose strings show them as \uXXXX. */
export function visibleJson(value) {
  return JSON.stringify(value).replace(HIDDEN, (character) => character.split("")
    .map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`).join(""));
}
