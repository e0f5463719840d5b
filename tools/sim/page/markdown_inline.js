// SPDX-License-Identifier: MIT
/* The inline part of standard markdown, as Slack's markdown block takes it: **bold**, *italic*,
 * ~~strike~~, `code`, [links](https://…), and Slack's own <@U…> and :emoji:. Pure, and linear. */

import { around, entityNode, isSpace, isWord, splitUrl, textNode, unescape } from "./entities.js";
import { pairMarks } from "./marks.js";

const PART = new RegExp(
  [
    "\\\\(?<escaped>[!-/:-@[-`{-~])",
    "(?<ticks>`+)",
    "<(?<entity>[@#!][^<>\\n]+|[a-z][a-z0-9+.-]{0,20}:[^<>\\n]*)>",
    ":(?<emoji>[a-z0-9_+'\\-]{1,100}):(?::skin-tone-(?<tone>[2-6]):)?",
    "(?<url>\\bhttps?://[^\\s<>|`\\]]+)",
    "(?<open>!?\\[)",
    "\\]\\([ ]?<?(?<target>[^\\s()<>]{0,2000}(?:\\([^\\s()<>]{0,500}\\)[^\\s()<>]{0,500})?)>?" +
      '(?: "[^"\\n]{0,500}")?[ ]?\\)',
    "(?<end>\\])",
    "(?<mark>(?<same>[*_~])\\k<same>*)",
  ].join("|"),
  "gi",
);

/* The marks of a run: *** is ** and *, in the order in which they open, and the other way round in
 * which they close. One ~ is a text. */
function markParts(text, at, run) {
  const [before, after] = around(text, at, at + run.length);
  const left = !isSpace(after) && (isWord(after) || !isWord(before));
  const right = !isSpace(before) && (isWord(before) || !isWord(after));
  const opens = run[0] === "_" ? left && !isWord(before) : left;
  const closes = run[0] === "_" ? right && !isWord(after) : right;
  if (run.length > 3 || (run[0] === "~" && run.length !== 2)) return [textNode(run)];
  if (run[0] === "~") return [{ mark: run, kind: "strike", opens, closes }];
  const one = { mark: run[0], kind: "italic", opens, closes };
  const two = { mark: run.slice(0, 2), kind: "bold", opens, closes };
  return [[one], [two], closes && !opens ? [one, two] : [two, one]][run.length - 1];
}

/* The code that a run of backticks opens, and its end; -1 for the end of a run without a partner.
 * `missing` remembers the runs for which the text has no partner any more. */
function codeAt(text, ticks, start, missing) {
  if (missing.has(ticks.length)) return { end: -1 };
  const other = new RegExp(`(?<!\`)\`{${ticks.length}}(?!\`)`, "g");
  other.lastIndex = start;
  const found = other.exec(text);
  if (!found) missing.add(ticks.length);
  if (!found) return { end: -1 };
  const code = text.slice(start, found.index).replace(/\n/g, " ");
  const padded = /^ .*[^ ].* $/.test(code);
  return { end: other.lastIndex, code: padded ? code.slice(1, -1) : code };
}

function urlParts(found) {
  const [url, rest] = splitUrl(unescape(found));
  return [{ kind: "link", url, children: [textNode(url)] }, textNode(rest)];
}

/* The parts of what a pattern found, apart from code. */
function foundParts(text, found) {
  const { escaped, entity, emoji, tone, url, open, target, end, mark } = found.groups;
  if (escaped) return [textNode(escaped)];
  if (entity) return [entityNode(entity)];
  if (emoji) return [{ kind: "emoji", name: emoji, tone }];
  if (url) return urlParts(url);
  if (open) return [{ mark: open, pair: "[", kind: "link", opens: true, closes: false }];
  if (target !== undefined)
    return [
      {
        mark: found[0],
        pair: "[",
        kind: "link",
        opens: false,
        closes: true,
        more: { url: unescape(target) },
      },
    ];
  return end ? [textNode(end)] : markParts(text, found.index, mark);
}

/* A line of its own for two spaces or a backslash at the end; Slack keeps all other lines, too. */
function textParts(text) {
  return text.split("\n").flatMap((line, i, lines) => {
    const shown = i < lines.length - 1 ? line.replace(/(?: {2,}|\\)$/, "") : line;
    const nodes = shown === "" ? [] : [textNode(unescape(shown))];
    return i > 0 ? [{ kind: "break" }, ...nodes] : nodes;
  });
}

/**
 * The nodes of the text of a paragraph.
 * @param {string} text
 * @returns {Array<Object>}
 */
export function parseInline(text) {
  const parts = [];
  const missing = new Set();
  let end = 0;
  PART.lastIndex = 0;
  for (let found; (found = PART.exec(text)) !== null;) {
    if (found.index > end) parts.push(...textParts(text.slice(end, found.index)));
    end = PART.lastIndex;
    const { ticks } = found.groups;
    const code = ticks ? codeAt(text, ticks, end, missing) : null;
    if (!ticks) parts.push(...foundParts(text, found));
    else if (code.end < 0) parts.push(textNode(ticks));
    else parts.push({ kind: "code", children: [textNode(code.code)] });
    if (code && code.end >= 0) PART.lastIndex = end = code.end;
  }
  if (end < text.length) parts.push(...textParts(text.slice(end)));
  return pairMarks(parts);
}
