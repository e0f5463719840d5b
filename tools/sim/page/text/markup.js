// SPDX-License-Identifier: MIT
/* The parts that Slack's two markups have in common: escapes, the entities in angle brackets, and
 * marks that come in pairs (https://docs.slack.dev/messaging/formatting-message-text). Pure. */

/* --- escapes and entities --- */

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

/** True for a letter or a digit of any script. */
export function isWord(character) {
  return /[\p{L}\p{N}]/u.test(character);
}

/** True for white space, and for the end of the text. */
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

/* --- marks such as *…* and _…_ become pairs, in a time linear in the number of parts --- */

/**
 * @typedef {Object} Mark a part that may open or close a node; all other parts are nodes already
 * @property {string} mark as it is written: it is text if it has no partner
 * @property {string} [pair] what both marks of a pair have in common; else it is `mark`
 * @property {string} kind of the node that the pair makes
 * @property {boolean} opens
 * @property {boolean} closes
 * @property {Object} [more] members of the node, from the closing mark
 */

/* The partner of each mark. A pair that would cross another one is none: what was opened inside of
 * a pair, and is still open at its end, stays text. */
function partners(parts) {
  const partner = new Map();
  const open = new Map(); // pair -> the last open mark
  parts.forEach((part, at) => {
    if (part.mark === undefined) return;
    const pair = part.pair || part.mark;
    const opener = open.get(pair);
    if (part.closes && opener !== undefined) {
      partner.set(opener, at).set(at, opener);
      for (const [other, place] of open) if (place >= opener) open.delete(other);
    } else if (part.opens) {
      open.set(pair, at);
    }
  });
  return partner;
}

function addText(children, text) {
  const last = children[children.length - 1];
  if (last?.kind === "text") last.text += text;
  else children.push({ kind: "text", text });
}

/**
 * The nodes of a list of nodes and marks.
 * @param {Array<Object|Mark>} parts
 * @returns {Array<Object>}
 */
export function pairMarks(parts) {
  const partner = partners(parts);
  const stack = [[]];
  parts.forEach((part, at) => {
    const children = stack[stack.length - 1];
    const other = partner.get(at);
    if (part.kind === "text" && part.mark === undefined) {
      addText(children, part.text);
    } else if (part.mark === undefined) {
      children.push(part);
    } else if (other === undefined) {
      addText(children, part.mark);
    } else if (other > at) {
      stack.push([]);
    } else {
      stack.pop();
      stack[stack.length - 1].push({ ...part.more, kind: part.kind, children });
    }
  });
  return stack[0];
}
