// SPDX-License-Identifier: MIT
/* Standard markdown: the part of CommonMark, with tables and task lists, that Slack's markdown block
 * takes (https://docs.slack.dev/reference/block-kit/blocks/markdown-block). Pure. The inline part is
 * linear. Each level of quotes and lists reads its lines once more, and there are at most DEPTH_MAX
 * of them. */

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

/* --- inline: **bold**, *italic*, ~~strike~~, `code`, [links](https://…), <@U…> and :emoji: --- */

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
function parseInline(text) {
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

/* --- blocks --- */

const DEPTH_MAX = 10;
const FENCE = /^ {0,3}(`{3,}(?=[^`]*$)|~{3,})[ ]*([^\s`]*)/;
const HEADING = /^ {0,3}(#{1,6})(?:[ \t]+(.*))?$/;
const RULE = /^ {0,3}(?:(?:\*[ \t]*){3,}|(?:-[ \t]*){3,}|(?:_[ \t]*){3,})$/;
const QUOTE = /^ {0,3}> ?/;
const ITEM = /^( {0,8})([-*+]|\d{1,9}[.)])(?:[ \t]+|$)/;
const TASK = /^\[([ xX])\][ \t]+/;
const DELIMITERS = /^ {0,3}\|?[ \t]*:?-+:?[ \t]*(?:\|[ \t]*:?-+:?[ \t]*)*\|?[ \t]*$/;

function isBlank(line) {
  return line.trim() === "";
}

function takeFence(lines, at) {
  const [, fence, language] = FENCE.exec(lines[at]);
  const indent = lines[at].length - lines[at].trimStart().length;
  let end = at + 1;
  const closes = (line) =>
    line.trim().length >= fence.length && [...line.trim()].every((one) => one === fence[0]);
  while (end < lines.length && !closes(lines[end])) end++;
  const code = lines.slice(at + 1, end).map((line) => {
    const spaces = line.length - line.trimStart().length;
    return line.slice(Math.min(indent, spaces));
  });
  return [{ kind: "pre", language, children: [textNode(code.join("\n"))] }, end + 1];
}

function takeHeading(lines, at) {
  const [, marks, text = ""] = HEADING.exec(lines[at]);
  const shown = text.replace(/(?:^|[ \t])#+[ \t]*$/, "");
  return [{ kind: "heading", level: marks.length, children: parseInline(shown) }, at + 1];
}

function takeQuote(lines, at, depth) {
  let end = at;
  while (end < lines.length && QUOTE.test(lines[end])) end++;
  const inner = lines.slice(at, end).map((line) => line.replace(QUOTE, ""));
  return [{ kind: "quote", children: blocksOf(inner, depth + 1) }, end];
}

/* --- lists --- */

function indentOf(line) {
  return line.length - line.trimStart().length;
}

/* The end of the lines of an item: those that are indented below its marker, and the paragraph that
 * goes on without an indent. */
function itemEnd(lines, at, indent) {
  let end = at + 1;
  while (end < lines.length) {
    const blank = isBlank(lines[end]);
    const next = blank ? lines[end + 1] : lines[end];
    if (next === undefined || isBlank(next)) break;
    const inside = indentOf(next) > indent + 1;
    if (!inside && (blank || startsBlock(lines, end))) break;
    end++;
  }
  return end;
}

function itemNode(lines, marker, depth) {
  const width = marker[0].length;
  const inner = lines.map((line, i) =>
    i === 0 ? line.slice(width) : line.slice(Math.min(indentOf(line), width)),
  );
  const task = TASK.exec(inner[0]);
  if (task) inner[0] = inner[0].slice(task[0].length);
  const checked = task ? task[1] !== " " : undefined;
  return { checked, children: blocksOf(inner, depth + 1) };
}

function takeList(lines, at, depth) {
  const first = ITEM.exec(lines[at]);
  const sign = first[2].slice(-1);
  const items = [];
  let end = at;
  for (;;) {
    const marker = end < lines.length ? ITEM.exec(lines[end]) : null;
    if (!marker || marker[2].slice(-1) !== sign || RULE.test(lines[end])) break;
    const start = end;
    end = itemEnd(lines, start, marker[1].length);
    items.push(itemNode(lines.slice(start, end), marker, depth));
    if (end < lines.length && isBlank(lines[end]) && ITEM.test(lines[end + 1] || "")) end++;
  }
  const ordered = /\d/.test(first[2]);
  const start = ordered ? Number.parseInt(first[2], 10) : undefined;
  return [{ kind: "list", ordered, start, items }, end];
}

/* --- tables --- */

/* The cells of a row; a bar behind a backslash is a text. */
function cellsOf(line) {
  const inner = line
    .trim()
    .replace(/^\|/, "")
    .replace(/(?<!\\)\|$/, "");
  return inner.split(/(?<!\\)\|/).map((cell) => cell.trim().replace(/\\\|/g, "|"));
}

function startsTable(lines, at) {
  const [line, next = ""] = [lines[at], lines[at + 1]];
  return (
    line.includes("|") && DELIMITERS.test(next) && cellsOf(line).length === cellsOf(next).length
  );
}

function takeTable(lines, at) {
  const aligns = cellsOf(lines[at + 1]).map((cell) => {
    if (cell.endsWith(":")) return cell.startsWith(":") ? "center" : "right";
    return "left";
  });
  const rowOf = (line) => {
    const cells = cellsOf(line);
    return aligns.map((align, i) => parseInline(cells[i] || ""));
  };
  let end = at + 2;
  while (end < lines.length && lines[end].includes("|")) end++;
  const rows = lines.slice(at + 2, end).map(rowOf);
  return [{ kind: "table", aligns, head: rowOf(lines[at]), rows }, end];
}

/* --- blocks --- */

function takeRule(lines, at) {
  return [{ kind: "rule" }, at + 1];
}

/* In this order: --- is a rule, and no item of a list. */
const starts = [
  [(lines, at) => FENCE.test(lines[at]), takeFence],
  [(lines, at) => HEADING.test(lines[at]), takeHeading],
  [(lines, at) => RULE.test(lines[at]), takeRule],
  [(lines, at) => QUOTE.test(lines[at]), takeQuote],
  [(lines, at) => ITEM.test(lines[at]), takeList],
  [startsTable, takeTable],
];

function startsBlock(lines, at) {
  return starts.find(([test]) => test(lines, at))?.[1];
}

function takeParagraph(lines, at) {
  let end = at + 1;
  while (end < lines.length && !isBlank(lines[end]) && !startsBlock(lines, end)) end++;
  const text = lines
    .slice(at, end)
    .map((line) => line.trimStart())
    .join("\n");
  return [{ kind: "paragraph", children: parseInline(text.trimEnd()) }, end];
}

function blocksOf(lines, depth) {
  if (depth > DEPTH_MAX) return [{ kind: "paragraph", children: [textNode(lines.join("\n"))] }];
  const nodes = [];
  for (let at = 0; at < lines.length;) {
    if (isBlank(lines[at])) {
      at++;
      continue;
    }
    const take = startsBlock(lines, at) || takeParagraph;
    const [node, end] = take(lines, at, depth);
    nodes.push(node);
    at = end;
  }
  return nodes;
}

/**
 * The nodes of a markdown text.
 * @param {string} text
 * @returns {Array<Object>} paragraph, heading, list, quote, pre, table and rule
 */
export function parseMarkdown(text) {
  return blocksOf(text.replace(/\r\n?/g, "\n").replace(/\t/g, "    ").split("\n"), 0);
}
