// SPDX-License-Identifier: MIT
/* Everything of the payload collection that Slack draws: blocks, attachments and views. */
import fs from "node:fs";
import path from "node:path";
import { source } from "./harness.js";

const folder = process.env.SLACK_PAYLOADS_DIR ?? path.join(source, "../shared/payloads");

function files(at) {
  const entries = fs.readdirSync(at, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1));
  return entries.flatMap((entry) => {
    const file = path.join(at, entry.name);
    return entry.isDirectory() ? files(file) : [file];
  });
}

/** A file as JSON, or as the JSON in a form's `payload`; null if it has neither. */
function read(file) {
  const text = fs.readFileSync(file, "utf8");
  for (const candidate of [text, new URLSearchParams(text.trim()).get("payload") ?? ""]) {
    try {
      return JSON.parse(candidate);
    } catch {} // the next one
  }
  return null;
}

/** The parts of a value that are drawn: a view, or an object with blocks or attachments. */
function drawn(value, where) {
  if (value === null || typeof value !== "object") return [];
  const found = [];
  const view = (value.type === "modal" || value.type === "home") && Array.isArray(value.blocks);
  if (view) found.push({ where, surface: value.type, view: value, blocks: value.blocks });
  else if (nonEmpty(value.blocks)) found.push({ where, surface: "message", blocks: value.blocks });
  if (nonEmpty(value.attachments)) found.push({ where, surface: "message", attachments: value.attachments });
  for (const [key, member] of Object.entries(value))
    if (key !== "blocks" && key !== "attachments") found.push(...drawn(member, `${where}/${key}`));
  return found;
}

function nonEmpty(list) {
  return Array.isArray(list) && list.length > 0 && list.every((item) => item && typeof item === "object");
}

/**
 * All surfaces of the collection, each once.
 * @returns {{where: string, surface: "message"|"modal"|"home", view?: Object, blocks?: Object[],
 *   attachments?: Object[]}[]|null} null: there is no collection
 */
export function surfaces() {
  if (!fs.existsSync(folder)) return null;
  const once = new Map();
  for (const file of files(folder).filter((one) => !one.includes("/api_shape/"))) // blank unions, whose types are ""
    for (const found of drawn(read(file), path.relative(folder, file))) {
      const { where, ...content } = found;
      const key = JSON.stringify(content);
      if (!once.has(key)) once.set(key, found);
    }
  return [...once.values()];
}
