// SPDX-License-Identifier: MIT
/* Draws texts: mrkdwn, standard markdown, plain text and rich text. Each is parsed into nodes by a
 * pure module; here the nodes become elements. */

import { h, replace } from "../base/dom.js";
import { asList, asObject, asText, byType, linkUrl, drawUnknown, textOf } from "../base/shapes.js";
import { dateText } from "./dates.js";
import { parseMarkdown } from "./markdown.js";
import { parseMrkdwn, parsePlain } from "./mrkdwn.js";
import { richTextNodes } from "./rich_text.js";

const CHARACTERS_MAX = 20000; // drawn before a person asks for the rest
const TONES = ["", "", "\u{1F3FB}", "\u{1F3FC}", "\u{1F3FD}", "\u{1F3FE}", "\u{1F3FF}"];

/* A text with a direction of its own. Its children are in one element: Chromium looks for the
 * direction anew at each child that a bdi gets, which takes the square of their number. */
function isolated(attributes, ...children) {
  return h("bdi", attributes, h("span", null, children));
}

/* --- inline --- */

function name(context, kind, id) {
  const find = context.names?.[kind];
  return asText(typeof find === "function" ? find(id) : "");
}

function mention(context, id, text, kind) {
  const mine = kind === "user" && id === context.me;
  return h(
    "bdi",
    {
      class: mine ? "text-mention text-mention-me" : "text-mention",
      title: id,
      [`data-${kind}`]: id,
    },
    text,
  );
}

function toned(character, tone) {
  if (!TONES[tone]) return character;
  const [first, ...others] = character;
  return [first, TONES[tone], ...others.filter((one, i) => i > 0 || one !== "\uFE0F")].join("");
}

function fromCodes(codes) {
  const points = codes.split("-").map((code) => Number.parseInt(code, 16));
  return points.every((point) => point > 0 && point <= 0x10ffff)
    ? String.fromCodePoint(...points)
    : "";
}

function emoji(node, context) {
  const known =
    node.unicode && /^[0-9a-f-]{1,60}$/i.test(node.unicode)
      ? fromCodes(node.unicode)
      : toned(asText(context.emoji?.(node.name)), node.tone);
  const code = `:${node.name}:`;
  return known
    ? h("span", { class: "text-emoji", role: "img", "aria-label": code, title: code }, known)
    : code;
}

function link(node, context) {
  const href = linkUrl(node.url);
  const shown = drawNodes(node.children, context);
  return href
    ? h("a", { href, target: "_blank", rel: "noopener noreferrer" }, isolated(null, shown))
    : isolated(
        { class: "link-refused", title: `not a link that the page follows: ${node.url}` },
        shown,
      );
}

function date(node, context) {
  const timeZone = node.timeZone || context.timeZone;
  let text;
  try {
    text = dateText(node.timestamp, asText(node.format), { timeZone });
  } catch {
    text = dateText(node.timestamp, asText(node.format)); // a time zone that does not exist
  }
  if (text === null) return node.fallback || asText(node.format);
  const instant = new Date(node.timestamp * 1000);
  const time = h("time", { datetime: instant.toISOString(), title: instant.toString() }, text);
  const href = linkUrl(node.url);
  return href ? h("a", { href, target: "_blank", rel: "noopener noreferrer" }, time) : time;
}

function color({ value }) {
  const swatch = h("span", { class: "block-swatch", "aria-hidden": "true" });
  if (/^#[0-9a-f]{3,8}$/i.test(value)) swatch.style.setProperty("background-color", value);
  return h("span", null, swatch, h("code", null, value));
}

function wrap(tag) {
  return (node, context) => h(tag, null, drawNodes(node.children, context));
}

/* --- blocks of a text --- */

function pre(node, context) {
  return h(
    "pre",
    { class: "text-code", tabindex: "0", "data-language": node.language || null },
    h("code", null, drawNodes(node.children, context)),
  );
}

function listItem(item, context) {
  const content = drawNodes(item.children, context);
  if (item.checked === undefined) return h("li", null, content);
  return h(
    "li",
    { class: "text-task" },
    h("input", {
      type: "checkbox",
      checked: item.checked,
      disabled: true,
      "aria-label": item.checked ? "done" : "to do",
    }),
    h("div", null, content),
  );
}

function list(node, context) {
  const classes = `text-list indent-${node.indent || 0}${node.border ? " text-border" : ""}`;
  return h(
    node.ordered ? "ol" : "ul",
    { class: classes, start: node.ordered && node.start > 1 ? node.start : null },
    node.items.map((item) => listItem(item, context)),
  );
}

function table(node, context) {
  const cells = (tag, row) =>
    row.map((cell, i) =>
      h(
        tag,
        { class: `align-${node.aligns[i]}`, scope: tag === "th" ? "col" : null },
        drawNodes(cell, context),
      ),
    );
  return h(
    "div",
    { class: "table-frame", tabindex: "0", role: "group", "aria-label": "Table" },
    h(
      "table",
      { class: "block-table" },
      h("thead", null, h("tr", null, cells("th", node.head))),
      h(
        "tbody",
        null,
        node.rows.map((row) => h("tr", null, cells("td", row))),
      ),
    ),
  );
}

const kinds = {
  text: (node) => node.text,
  break: () => h("br"),
  bold: wrap("strong"),
  italic: wrap("em"),
  strike: wrap("s"),
  underline: wrap("u"),
  highlight: wrap("mark"),
  code: wrap("code"),
  link,
  date,
  emoji,
  color,
  user: (node, context) =>
    mention(
      context,
      node.id,
      `@${name(context, "user", node.id) || node.label || node.id}`,
      "user",
    ),
  channel: (node, context) =>
    mention(
      context,
      node.id,
      `#${name(context, "channel", node.id) || node.label || node.id}`,
      "channel",
    ),
  usergroup: (node, context) =>
    mention(
      context,
      node.id,
      `@${(name(context, "usergroup", node.id) || node.label || node.id).replace(/^@/, "")}`,
      "usergroup",
    ),
  team: (node, context) =>
    mention(context, node.id, name(context, "team", node.id) || node.id, "team"),
  broadcast: (node) => h("span", { class: "text-mention text-mention-me" }, `@${node.range}`),
  canvas: (node) => h("span", { class: "text-mention" }, `Canvas ${node.id}`),
  paragraph: wrap("p"),
  pre,
  quote: wrap("blockquote"),
  heading: (node, context) =>
    h(
      "p",
      {
        class: `text-heading level-${node.level}`,
        role: "heading",
        "aria-level": Math.min(6, node.level + 2),
      },
      drawNodes(node.children, context),
    ),
  list,
  table,
  rule: () => h("hr", { class: "block-divider" }),
  unknown: (node) => drawUnknown(node.value, "rich text part"),
};

function drawNodes(nodes, context) {
  return asList(nodes).map((node) => kinds[node.kind](node, context));
}

/* --- texts --- */

/* A text that is longer than anybody reads is drawn up to a limit, with a button for the rest. */
function drawLong(element, text, draw) {
  if (text.length <= CHARACTERS_MAX) return replace(element, draw(text));
  const whole = text.slice(0, CHARACTERS_MAX).toWellFormed?.() ?? text.slice(0, CHARACTERS_MAX);
  const more = h(
    "button",
    { type: "button", class: "show-more", onclick: () => replace(element, draw(text)) },
    `Show all ${text.length.toLocaleString("en-US")} characters`,
  );
  return replace(element, draw(whole), more);
}

/** A text with Slack's mrkdwn; `verbatim`: bare URLs are no links. */
export function drawMrkdwn(text, context, verbatim = false) {
  return drawLong(h("div", { class: "marked" }), asText(text), (shown) =>
    drawNodes(parseMrkdwn(shown, { links: !verbatim }), context),
  );
}

/** A text with standard markdown. */
export function drawMarkdown(text, context) {
  return drawLong(h("div", { class: "marked marked-markdown" }), asText(text), (shown) =>
    drawNodes(parseMarkdown(shown), context),
  );
}

/** A plain text, with emoji unless `emoji` is false. It stays in its line. */
export function drawPlain(text, context, emoji = true) {
  return h(
    "bdi",
    { class: "marked-plain" },
    drawLong(h("span", null), asText(text), (shown) =>
      drawNodes(parsePlain(shown, { emoji }), context),
    ),
  );
}

/** A block or a value of type rich_text. */
export function drawRichText(block, context) {
  return h("div", { class: "marked marked-rich" }, drawNodes(richTextNodes(block), context));
}

/** A text object: {type: "mrkdwn" | "plain_text", text}; a string counts as plain text. */
export function drawText(object, context) {
  const { type, verbatim, emoji } = asObject(object);
  const draw = byType(
    {
      mrkdwn: () => drawMrkdwn(textOf(object), context, verbatim === true),
      rich_text: () => drawRichText(object, context),
    },
    type,
  );
  return draw ? draw() : drawPlain(textOf(object), context, emoji !== false);
}
