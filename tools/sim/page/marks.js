// SPDX-License-Identifier: MIT
/* Pairs marks such as *…* and _…_ in a list of parts. Pure, and linear in the number of parts. */

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
