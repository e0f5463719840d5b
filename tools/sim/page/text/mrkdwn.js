// SPDX-License-Identifier: MIT
/* Slack's mrkdwn: *bold* _italic_ ~strike~ `code` ```block``` > quote, mentions, links and dates
 * (https://docs.slack.dev/messaging/formatting-message-text). Pure, and linear in the text: each
 * alternative of a pattern fails at the first character that it does not take. */

import {
  around,
  entityNode,
  isSpace,
  isWord,
  pairMarks,
  splitUrl,
  textNode,
  unescape,
} from "./markup.js";

const PART = new RegExp(
  [
    "<(?<entity>[^<>\\n]+)>",
    "`(?<code>[^`\\n]+)`",
    ":(?<emoji>[a-z0-9_+'\\-]{1,100}):(?::skin-tone-(?<tone>[2-6]):)?",
    "(?<url>\\bhttps?://[^\\s<>|`]+)",
    "(?<mark>(?<same>[*_~])\\k<same>*)",
  ].join("|"),
  "gi",
);
const KINDS = { "*": "bold", _: "italic", "~": "strike" };

/* The texts and the entities of code: no mark and no emoji is in it. */
function codeNodes(text) {
  const nodes = [];
  text.split(/<([^<>\n]+)>/).forEach((piece, i) => {
    if (i % 2 === 1) nodes.push(entityNode(piece));
    else if (piece !== "") nodes.push(textNode(unescape(piece)));
  });
  return nodes;
}

/* A mark stands at the edge of a word, and touches what it marks. Several in a row are text. */
function markPart(text, at, mark) {
  if (mark.length > 1) return textNode(mark);
  const [before, after] = around(text, at, at + 1);
  return {
    mark,
    kind: KINDS[mark],
    opens: !isWord(before) && !isSpace(after),
    closes: !isSpace(before) && !isWord(after),
  };
}

function urlParts(found) {
  const [url, rest] = splitUrl(unescape(found));
  return [{ kind: "link", url, children: [textNode(url)] }, textNode(rest)];
}

function partsOf(text, links) {
  const parts = [];
  let end = 0;
  for (const found of text.matchAll(PART)) {
    const { entity, code, emoji, tone, url, mark } = found.groups;
    if (found.index > end) parts.push(textNode(unescape(text.slice(end, found.index))));
    end = found.index + found[0].length;
    if (entity) parts.push(entityNode(entity));
    else if (code) parts.push({ kind: "code", children: codeNodes(code) });
    else if (emoji) parts.push({ kind: "emoji", name: emoji, tone });
    else if (url && links) parts.push(...urlParts(url));
    else if (url) parts.push(textNode(unescape(url)));
    else parts.push(markPart(text, found.index, mark));
  }
  if (end < text.length) parts.push(textNode(unescape(text.slice(end))));
  return parts;
}

/* Marks do not reach over the end of a line. */
function lineNodes(lines, links) {
  return lines.flatMap((line, i) => [
    ...(i > 0 ? [{ kind: "break" }] : []),
    ...pairMarks(partsOf(line, links)),
  ]);
}

function quoteText(line) {
  return /^(?:>|&gt;) ?/.exec(line)?.[0].length;
}

/* The paragraphs and quotes of a text without blocks of code. */
function paragraphs(text, links) {
  const nodes = [];
  const lines = text.split("\n");
  for (let at = 0; at < lines.length;) {
    const start = at;
    if (/^(?:>{3}|(?:&gt;){3})/.test(lines[at])) {
      const rest = lines.slice(at);
      rest[0] = rest[0].replace(/^(?:>{3}|(?:&gt;){3}) ?/, "");
      nodes.push({ kind: "quote", children: lineNodes(rest, links) });
      break;
    }
    const quoted = quoteText(lines[at]) !== undefined;
    while (at < lines.length && (quoteText(lines[at]) !== undefined) === quoted) at++;
    const chosen = lines.slice(start, at);
    if (quoted) {
      const inner = chosen.map((line) => line.slice(quoteText(line)));
      nodes.push({ kind: "quote", children: lineNodes(inner, links) });
    } else if (chosen.some((line) => line !== "")) {
      nodes.push({ kind: "paragraph", children: lineNodes(chosen, links) });
    }
  }
  return nodes;
}

/**
 * The nodes of a mrkdwn text.
 * @param {string} text
 * @param {{links?: boolean}} options links: bare URLs become links; not in a `verbatim` text
 * @returns {Array<Object>} paragraph, quote and pre
 */
export function parseMrkdwn(text, { links = true } = {}) {
  const pieces = text.split("```");
  const whole = pieces.length % 2 === 1 ? pieces.length : pieces.length - 1;
  const nodes = [];
  for (let i = 0; i < whole; i++) {
    const last = i === whole - 1 && whole < pieces.length;
    const piece = last ? `${pieces[i]}\`\`\`${pieces[i + 1]}` : pieces[i];
    if (i % 2 === 1) {
      nodes.push({ kind: "pre", children: codeNodes(piece.replace(/^\n|\n$/g, "")) });
    } else {
      const edges = piece.slice(i > 0 && piece[0] === "\n" ? 1 : 0);
      nodes.push(...paragraphs(i < whole - 1 ? edges.replace(/\n$/, "") : edges, links));
    }
  }
  return nodes;
}

/** The nodes of a plain text: line breaks and, unless `emoji` is false, emoji. */
export function parsePlain(text, { emoji = true } = {}) {
  const nodes = [];
  text.split("\n").forEach((line, i) => {
    if (i > 0) nodes.push({ kind: "break" });
    const pieces = emoji ? line.split(/:([a-z0-9_+'-]{1,100}):(?::skin-tone-([2-6]):)?/i) : [line];
    for (let at = 0; at < pieces.length; at += 3) {
      if (pieces[at] !== "") nodes.push(textNode(pieces[at]));
      if (at + 1 < pieces.length)
        nodes.push({ kind: "emoji", name: pieces[at + 1], tone: pieces[at + 2] });
    }
  });
  return nodes;
}
