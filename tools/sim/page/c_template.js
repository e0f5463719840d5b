// SPDX-License-Identifier: MIT
/* Writes JSON values as templates of slack_jsonf(), and templates as string literals of C. Pure. */

import { HIDDEN, octal, visibleJson } from "./hidden.js";

const LINE_MAX = 92;

/* JSON.stringify() writes a lone surrogate as \ud800, which no UTF-8 text can have. */
function templateString(text) {
  const json = visibleJson(text.toWellFormed?.() ?? text.replace(/[\ud800-\udfff]/gu, "\ufffd"));
  const body = json.slice(1, -1).replaceAll('\\"', '"').replaceAll("'", "\\'");
  return `'${body.replaceAll("%", "%%")}'`;
}

function templateKey(name) {
  return /^[A-Za-z_]\w*$/.test(name) ? name : templateString(name);
}

/** A value on one line: "{text: 'Hi', blocks: []}". */
export function flatTemplate(value) {
  if (typeof value === "string") return templateString(value);
  if (value === null || typeof value !== "object") return JSON.stringify(value ?? null);
  if (Array.isArray(value)) return `[${value.map(flatTemplate).join(", ")}]`;
  const members = Object.entries(value).map(([name, member]) =>
    `${templateKey(name)}: ${flatTemplate(member)}`);
  return `{${members.join(", ")}}`;
}

function templateLines(value, lead, indent, room) {
  const flat = flatTemplate(value);
  if (value === null || typeof value !== "object" || lead.length + flat.length <= room)
    return [lead + flat];
  const list = Array.isArray(value);
  const inner = " ".repeat(indent + 2);
  const lines = [lead + (list ? "[" : "{")];
  for (const [name, member] of Object.entries(value)) {
    const begin = list ? inner : `${inner}${templateKey(name)}: `;
    lines.push(...templateLines(member, begin, indent + 2, room));
    lines[lines.length - 1] += ",";
  }
  lines.push(" ".repeat(indent) + (list ? "]" : "}"));
  return lines;
}

/** A string literal. Two question marks in a row begin a trigraph in old C. */
export function literal(text) {
  const body = text.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replace(/(?<=\?)\?/g, "\\?");
  return `"${body.replaceAll("\n", "\\n").replaceAll("\r", "\\r").replaceAll("\t", "\\t")
    .replace(HIDDEN, octal)}"`;
}

/** The literals of a template, one below the other, each behind `indent` spaces. */
export function templateLiterals(value, indent) {
  const room = LINE_MAX - indent;
  return templateLines(value, "", 0, room).map((line) => " ".repeat(indent) + literal(line))
    .join("\n");
}
