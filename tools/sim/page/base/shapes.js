// SPDX-License-Identifier: MIT
/* Reads JSON of any shape. Everything that a bot sends goes through these functions: a member of the
 * wrong type counts as missing, and a type that the page does not know is shown as its JSON. */

import { h } from "./dom.js";

/** A string; "" for anything else. A number is written out. */
export function asText(value) {
  if (typeof value === "string") return value;
  return typeof value === "number" ? String(value) : "";
}

/** An array; an empty one for anything else. */
export function asList(value) {
  return Array.isArray(value) ? value : [];
}

/** An object that is not an array; an empty one for anything else. */
export function asObject(value) {
  return value !== null && typeof value === "object" && !Array.isArray(value) ? value : {};
}

/** A finite number, also one that is written in a string; `fallback` for anything else. */
export function asNumber(value, fallback = 0) {
  const number = typeof value === "string" && value.trim() !== "" ? Number(value) : value;
  return typeof number === "number" && Number.isFinite(number) ? number : fallback;
}

/** The text of a text object ({type, text}) or of a string. */
export function textOf(value) {
  return typeof value === "string" ? value : asText(asObject(value).text);
}

/** A function of a table, found by the type of an object; undefined for a type that is not there. */
export function byType(table, type) {
  return typeof type === "string" && Object.hasOwn(table, type) ? table[type] : undefined;
}

/** A URL that a person may follow: http, https and mailto. Anything else is null. */
export function linkUrl(value) {
  const url = asText(value).trim();
  return /^(?:https?:\/\/|mailto:)[^\s]/i.test(url) && URL.canParse(url) ? url : null;
}

/* --- unknown types --- */

const JSON_MAX = 5000;

/* Too deep for JSON.stringify() is as good as unknown. */
function written(value) {
  try {
    return JSON.stringify(value, null, 2) ?? String(value);
  } catch (error) {
    return `(${error.message})`;
  }
}

/**
 * An element for a value that cannot be drawn.
 * @param {*} value
 * @param {string} kind "block", "element" …
 * @param {string} [why] else: the page does not know its type
 */
export function drawUnknown(value, kind, why) {
  const type =
    typeof value?.type === "string" && value.type !== "" ? ` “${value.type.slice(0, 80)}”` : "";
  const text = written(value);
  const shown =
    text.length > JSON_MAX ? `${text.slice(0, JSON_MAX)}\n… ${text.length} characters` : text;
  return h(
    "details",
    { class: "unknown" },
    h(
      "summary",
      null,
      h("bdi", null, `${kind}${type}: ${why || "the page does not know this type"}`),
    ),
    h("pre", { tabindex: "0" }, shown),
  );
}
