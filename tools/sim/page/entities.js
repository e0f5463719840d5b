// SPDX-License-Identifier: MIT
/* The parts that Slack's two markups have in common: escapes, and what stands in angle brackets
 * (https://docs.slack.dev/messaging/formatting-message-text). Pure. */

const ESCAPES = { "&amp;": "&", "&lt;": "<", "&gt;": ">" };

/** The text behind Slack's three escapes. Each is undone once: &amp;lt; is the text &lt;. */
export function unescape(text) {
  return text.replace(/&(?:amp|lt|gt);/g, (escape) => ESCAPES[escape]);
}

/** A node of plain text. */
export function textNode(text) {
  return { kind: "text", text };
}

function command(body, label) {
  const [name, ...values] = body.split("^");
  if (/^(?:here|channel|everyone)$/.test(name)) return { kind: "broadcast", range: name };
  if (name === "subteam" && values[0]) return { kind: "usergroup", id: values[0], label };
  if (name === "date" && values.length >= 2) {
    const [timestamp, format, url] = values;
    return { kind: "date", timestamp: Number(timestamp), format, url, fallback: label };
  }
  return textNode(label || `<${unescape(body)}>`);
}

/**
 * The node of what stands between < and >: a mention, a date or a link.
 * @param {string} inside without the brackets
 */
export function entityNode(inside) {
  const bar = inside.indexOf("|");
  const body = bar < 0 ? inside : inside.slice(0, bar);
  const label = bar < 0 ? "" : unescape(inside.slice(bar + 1));
  if (/^@[UW][A-Z0-9]+$/i.test(body)) return { kind: "user", id: body.slice(1), label };
  if (/^#[CGD][A-Z0-9]+$/i.test(body)) return { kind: "channel", id: body.slice(1), label };
  if (body.startsWith("!")) return command(body.slice(1), label);
  if (!/^[a-z][a-z0-9+.-]*:/i.test(body)) return textNode(`<${unescape(inside)}>`);
  const url = unescape(body);
  const shown = label || url.replace(/^mailto:/i, "");
  return { kind: "link", url, children: [textNode(shown)] };
}

/** A bare URL in a text without the punctuation that follows it, and the rest. */
export function splitUrl(found) {
  let end = found.length;
  while (end > 0 && ".,;:!?'\"*_~".includes(found[end - 1])) end--;
  if (found[end - 1] === ")" && !found.slice(0, end).includes("(")) end--;
  return [found.slice(0, end), found.slice(end)];
}

/** Whether a character of a text is a letter or a digit, of any script. */
export function isWord(character) {
  return /[\p{L}\p{N}]/u.test(character);
}

/** Whether it is white space, or the end of the text. */
export function isSpace(character) {
  return character === "" || /\s/.test(character);
}

/** The whole characters before and behind a place of a text; "" at its ends. */
export function around(text, start, end) {
  const low = text.charCodeAt(start - 1) >> 10 === 0x37; // the second half of a pair
  const before = start > 0 ? text.slice(low ? start - 2 : start - 1, start) : "";
  const next = text.codePointAt(end);
  return [before, next === undefined ? "" : String.fromCodePoint(next)];
}
