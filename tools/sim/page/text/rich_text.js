// SPDX-License-Identifier: MIT
/* Rich text: a block of type rich_text as nodes, and nodes as the block that a rich text input
 * submits (https://docs.slack.dev/reference/block-kit/blocks/rich-text-block). Pure. */

import { asList, asNumber, asObject, asText, byType } from "../base/shapes.js";
import { textNode } from "./markup.js";

const DEPTH_MAX = 8; // of elements in each other; Slack has sections in a list
const INDENT_MAX = 8;
const STYLES = ["bold", "italic", "strike", "underline", "highlight", "code"];

/* --- the parts of a section --- */

function lines(text) {
  return text
    .split("\n")
    .flatMap((line, i) => [
      ...(i > 0 ? [{ kind: "break" }] : []),
      ...(line === "" ? [] : [textNode(line)]),
    ]);
}

const parts = {
  text: (part) => lines(asText(part.text)),
  link: (part) => [
    {
      kind: "link",
      url: asText(part.url),
      children: [textNode(asText(part.text) || asText(part.url))],
    },
  ],
  user: (part) => [{ kind: "user", id: asText(part.user_id), label: "" }],
  usergroup: (part) => [{ kind: "usergroup", id: asText(part.usergroup_id), label: "" }],
  channel: (part) => [{ kind: "channel", id: asText(part.channel_id), label: "" }],
  team: (part) => [{ kind: "team", id: asText(part.team_id) }],
  broadcast: (part) => [{ kind: "broadcast", range: asText(part.range) }],
  color: (part) => [{ kind: "color", value: asText(part.value) }],
  canvas: (part) => [{ kind: "canvas", id: asText(part.file_id) }],
  date: (part) => [
    {
      kind: "date",
      timestamp: asNumber(part.timestamp, NaN),
      format: asText(part.format),
      url: asText(part.url),
      fallback: asText(part.fallback),
      timeZone: asText(part.timezone),
    },
  ],
  emoji: (part) => [
    {
      kind: "emoji",
      name: asText(part.name),
      tone: asText(part.skin_tone),
      unicode: asText(part.unicode),
    },
  ],
};

/* The nodes of a part, inside of one node for each style. A part may be an element in its turn. */
function partNodes(part, depth) {
  const { type, style } = asObject(part);
  const make = byType(parts, type);
  const nodes = make ? make(part) : [elementNode(part, depth)];
  const styles = STYLES.filter((name) => asObject(style)[name] === true);
  return styles.reduce((children, kind) => [{ kind, children }], nodes);
}

function partsOf({ elements: list }, depth) {
  return asList(list).flatMap((part) => partNodes(part, depth));
}

/* --- the elements of a block --- */

function listNode(element, depth) {
  return {
    kind: "list",
    ordered: element.style === "ordered",
    start: asNumber(element.offset) + 1,
    indent: Math.max(0, Math.min(INDENT_MAX, Math.trunc(asNumber(element.indent)))),
    border: asNumber(element.border) > 0,
    items: asList(element.elements).map((item) => ({ children: partNodes(item, depth) })),
  };
}

const elements = {
  rich_text_section: (element, depth) => ({ kind: "paragraph", children: partsOf(element, depth) }),
  rich_text_preformatted: (element, depth) => ({
    kind: "pre",
    language: asText(element.language),
    children: partsOf(element, depth),
  }),
  rich_text_quote: (element, depth) => ({ kind: "quote", children: partsOf(element, depth) }),
  rich_text_list: listNode,
};

function elementNode(element, depth) {
  const make = depth < DEPTH_MAX ? byType(elements, asObject(element).type) : undefined;
  return make ? make(element, depth + 1) : { kind: "unknown", value: element };
}

/**
 * The nodes of a rich text.
 * @param {Object} block of type rich_text
 * @returns {Array<Object>}
 */
export function richTextNodes(block) {
  return asList(asObject(block).elements).flatMap((element) => partNodes(element, 0));
}

/* --- the way back --- */

function styled(part, styles) {
  return styles.length === 0
    ? part
    : { ...part, style: Object.fromEntries(styles.map((name) => [name, true])) };
}

const written = {
  text: ({ text }) => ({ type: "text", text }),
  break: () => ({ type: "text", text: "\n" }),
  link: ({ url, children }) => ({
    type: "link",
    url,
    text: children.map((one) => one.text).join(""),
  }),
  user: ({ id }) => ({ type: "user", user_id: id }),
  usergroup: ({ id }) => ({ type: "usergroup", usergroup_id: id }),
  channel: ({ id }) => ({ type: "channel", channel_id: id }),
  broadcast: ({ range }) => ({ type: "broadcast", range }),
  date: ({ timestamp, format, url, fallback }) => ({
    type: "date",
    timestamp,
    format,
    ...(url && { url }),
    ...(fallback && { fallback }),
  }),
  emoji: ({ name, tone }) => ({ type: "emoji", name, ...(tone && { skin_tone: Number(tone) }) }),
};

function writtenParts(nodes, styles = []) {
  return nodes.flatMap((node) => {
    if (STYLES.includes(node.kind)) return writtenParts(node.children, [...styles, node.kind]);
    const write = byType(written, node.kind);
    return write ? [styled(write(node), styles)] : [];
  });
}

const BLOCK_TYPES = {
  paragraph: "rich_text_section",
  quote: "rich_text_quote",
  pre: "rich_text_preformatted",
};

/**
 * The rich text of the nodes of a mrkdwn text.
 * @param {Array<Object>} nodes of parseMrkdwn()
 * @returns {Object} a block of type rich_text
 */
export function richTextOf(nodes) {
  return {
    type: "rich_text",
    elements: nodes.map(({ kind, children }) => ({
      type: BLOCK_TYPES[kind],
      elements: writtenParts(children),
    })),
  };
}

/* --- as the text that a person edits --- */

const marks = { bold: "*", italic: "_", strike: "~", code: "`" };

function editedPart(node) {
  const mark = marks[node.kind];
  if (mark) return `${mark}${node.children.map(editedPart).join("")}${mark}`;
  switch (node.kind) {
    case "text":
      return node.text;
    case "break":
      return "\n";
    case "link": {
      const label = node.children.map(editedPart).join("");
      return label === node.url ? node.url : `<${node.url}|${label}>`;
    }
    case "user":
      return `<@${node.id}>`;
    case "channel":
      return `<#${node.id}>`;
    case "usergroup":
      return `<!subteam^${node.id}>`;
    case "broadcast":
      return `<!${node.range}>`;
    case "emoji":
      return `:${node.name}:${node.tone ? `:skin-tone-${node.tone}:` : ""}`;
    default:
      return asText(node.fallback) || asText(node.value);
  }
}

function editedBlock(node) {
  if (node.kind === "list")
    return node.items.map(({ children }) => `• ${children.map(editedBlock).join("")}`).join("\n");
  const text = (node.children || []).map(editedPart).join("");
  if (node.kind === "quote") return text.replace(/^/gm, "> ");
  return node.kind === "pre" ? `\`\`\`\n${text}\n\`\`\`` : text;
}

/** The mrkdwn text of a rich text, for the box in which a person edits it. */
export function editedText(block) {
  return richTextNodes(block).map(editedBlock).join("\n");
}
