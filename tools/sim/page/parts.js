// SPDX-License-Identifier: MIT
/* The parts of the page that are still to come; until then each has a plain stand-in. */

import { h } from "./dom.js";

const load = (name) => import(name).catch(() => ({}));
const [text, blocks, modal, home, assistant, table] = await Promise.all(
  ["./text.js", "./blocks.js", "./modal.js", "./home.js", "./assistant.js", "./emoji.js"].map(load),
);
const json = (value) => h("pre", { class: "json" }, JSON.stringify(value, null, 2));

export const drawMrkdwn = text.drawMrkdwn || ((given) => given);
export const drawBlocks = blocks.drawBlocks || ((given) => h("div", null, given.map(json)));
export const drawAttachments = blocks.drawAttachments || json;
export const drawModal = modal.drawModal || ((view) => h("dialog", { class: "dialog" }, json(view)));
export const drawHome = home.drawHome || json;
export const drawAssistant = assistant.drawAssistant || json;
export const emoji = table.emoji || (() => "");
export const emojiNames = table.emojiNames || [];
