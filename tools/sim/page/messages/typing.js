// SPDX-License-Identifier: MIT
/* The text that a person types: as the simulator takes it, and its completion. The list of
 * completions is above the text area, which keeps the focus and whose keys choose. */

import { h, replace } from "../base/dom.js";

/* --- the text as the simulator takes it, and back; pure --- */

const COMMAND = /^(\/[a-z0-9_.-]+)(?:\s+([\s\S]*))?$/i;

/** The text as the simulator takes it: @here and the like become Slack's markup. */
export function typedText(text) {
  return text.replace(/(^|[\s(])@(here|channel|everyone)\b/g, "$1<!$2>");
}

/** A command and its text; null: the text is a message. */
export function parseCommand(text) {
  const match = COMMAND.exec(text.trim());
  return match ? { command: match[1], text: match[2] || "" } : null;
}

/** The text of a message as a person types it: @ann for <@U…>, and no escapes. */
export function editableText(text, names) {
  return text
    .replace(/<@([A-Z0-9]+)(?:\|[^>]*)?>/g, (all, id) =>
      names.user(id) ? `@${names.user(id)}` : all,
    )
    .replace(
      /<#([A-Z0-9]+)(?:\|([^>]*))?>/g,
      (all, id, name) => `#${name || names.channel(id) || id}`,
    )
    .replace(/<!(here|channel|everyone)(?:\|[^>]*)?>/g, "@$1")
    .replace(/<((?:https?|mailto):[^|>]+)(?:\|[^>]*)?>/g, "$1")
    .replaceAll("&lt;", "<")
    .replaceAll("&gt;", ">")
    .replaceAll("&amp;", "&");
}

/* --- completion of @people, #channels, :emoji: and /commands; pure --- */

const ITEMS_MAX = 8;
const COMMANDS_NOTE = "Commands appear here once they were used: type any /command.";
const EMOJI_MIN = 2; // letters after the colon, as in Slack

/**
 * @typedef {Object} Item
 * @property {string} insert in the place of what was typed
 * @property {string} text
 * @property {string} [detail]
 * @property {string} [sign] an emoji or a letter before it
 */

/* The best place where a name has the typed text: 0 is its beginning, 1 the beginning of a word, 2
 * another place, -1 none. */
function rank(names, typed) {
  const ranks = names.map((name) => {
    const at = name.toLowerCase().indexOf(typed);
    if (at <= 0) return at;
    return /[\s_-]/.test(name[at - 1]) ? 1 : 2;
  });
  const good = ranks.filter((value) => value >= 0);
  return good.length > 0 ? Math.min(...good) : -1;
}

/** The candidates whose names fit, the best first. `namesOf` gives the names of a candidate. */
export function bestOf(candidates, typed, namesOf, max = ITEMS_MAX) {
  const wanted = typed.toLowerCase();
  const found = [];
  for (const candidate of candidates) {
    const value = rank(namesOf(candidate), wanted);
    if (value >= 0) found.push({ candidate, value });
  }
  return found
    .sort((a, b) => a.value - b.value)
    .slice(0, max)
    .map(({ candidate }) => candidate);
}

function peopleItems(typed, sources) {
  const groups = ["here", "channel", "everyone"].map((name) => ({
    name,
    real_name: "Notify people",
  }));
  const all = [...sources.people.filter((person) => !person.deactivated), ...groups];
  return bestOf(all, typed, (person) => [person.name, person.real_name || ""]).map((person) => ({
    insert: `@${person.name} `,
    text: person.name,
    detail: person.real_name,
    sign: "@",
  }));
}

function channelItems(typed, sources) {
  return bestOf(sources.channels, typed, (channel) => [channel.name]).map((channel) => ({
    insert: `#${channel.name} `,
    text: channel.name,
    sign: "#",
  }));
}

function emojiItems(typed, sources) {
  if (typed.length < EMOJI_MIN) return [];
  return bestOf(sources.emojiNames, typed, (name) => [name]).map((name) => ({
    insert: `:${name}: `,
    text: `:${name}:`,
    sign: sources.emoji(name) || "",
  }));
}

function commandItems(typed, sources) {
  return bestOf(sources.commands, `/${typed}`, (command) => [command]).map((command) => ({
    insert: `${command} `,
    text: command,
    detail: "A command of the app",
    sign: "/",
  }));
}

const kinds = [
  { pattern: /(?:^|[\s(])@([\p{L}\d._-]*)$/u, items: peopleItems },
  { pattern: /(?:^|[\s(])#([\p{L}\d_-]*)$/u, items: channelItems },
  { pattern: /(?:^|[\s(]):([a-z\d_+-]*)$/i, items: emojiItems },
  { pattern: /^\/([^\s/]*)$/, items: commandItems, note: COMMANDS_NOTE },
];

/**
 * The completions of the word at the end of a text.
 * @param {string} before the text before the caret
 * @param {{people: Array, channels: Array, commands: Array<string>, emojiNames: Array<string>,
 *   emoji: function(string): string}} sources
 * @returns {{from: number, items: Array<Item>, note?: string}|null} `from`: where the typed word
 *   begins; `note`: a sentence that stands in the place of items
 */
export function complete(before, sources) {
  for (const { pattern, items, note } of kinds) {
    const match = pattern.exec(before);
    if (!match) continue;
    const found = items(match[1], sources);
    const from = before.length - match[1].length - 1;
    if (found.length > 0) return { from, items: found };
    return note ? { from, items: [], note } : null;
  }
  return null;
}

/* --- the list --- */

export class Suggestions {
  /**
   * @param {HTMLTextAreaElement} area
   * @param {{sources: function(): Object, changed: function()}} options `sources`: as complete()
   *   takes them; `changed` is called after a completion
   */
  constructor(area, options) {
    this.area = area;
    this.options = options;
    this.found = null; // {from, items} of complete(), and `at`, the chosen one
    this.id = `${area.id}-suggestions`;
    const attributes = { class: "completion", id: this.id, hidden: true };
    this.element = h("ul", { ...attributes, role: "listbox", "aria-label": "Suggestions" });
    area.setAttribute("aria-autocomplete", "list");
    area.setAttribute("aria-controls", this.id);
    area.addEventListener("click", () => this.update());
    area.addEventListener("blur", () => this.close());
  }

  /** Show what completes the text before the caret. */
  update() {
    const { value, selectionStart, selectionEnd } = this.area;
    const before = value.slice(0, selectionStart);
    const found = selectionStart === selectionEnd && complete(before, this.options.sources());
    this.found = found ? { ...found, at: 0 } : null;
    this.draw();
  }

  close() {
    this.found = null;
    this.draw();
  }

  draw() {
    const { found } = this;
    this.element.hidden = !found;
    if (!found) {
      this.area.removeAttribute("aria-activedescendant");
      return;
    }
    const note = { class: "completion-note", role: "option", "aria-disabled": "true" };
    const items = found.items.map((item, i) => this.drawItem(item, i));
    replace(this.element, found.note ? h("li", note, found.note) : items);
    if (found.note) return;
    this.area.setAttribute("aria-activedescendant", `${this.id}-${found.at}`);
    this.element.children[found.at].scrollIntoView({ block: "nearest" });
  }

  drawItem(item, i) {
    const attributes = {
      class: "completion-item",
      id: `${this.id}-${i}`,
      role: "option",
      "aria-selected": String(i === this.found.at),
      onpointerdown: (event) => {
        event.preventDefault(); // the text area keeps the focus
        this.accept(item);
      },
    };
    const sign = h("span", { class: "completion-sign", "aria-hidden": "true" }, item.sign);
    const detail = item.detail ? h("span", { class: "quiet" }, item.detail) : null;
    return h("li", attributes, sign, h("span", null, item.text), detail);
  }

  accept(item) {
    const { area, found } = this;
    area.setRangeText(item.insert, found.from, area.selectionStart, "end");
    this.close();
    this.options.changed();
  }

  /** Take a key. False: it is not for the list. */
  takeKey({ key, shiftKey }) {
    if (!this.found || (this.found.note && key !== "Escape")) return false;
    const { items, at } = this.found;
    const steps = { ArrowDown: 1, ArrowUp: items.length - 1 };
    if (key in steps) {
      this.found.at = (at + steps[key]) % items.length;
      this.draw();
    } else if (key === "Tab" || (key === "Enter" && !shiftKey && !this.isTyped(items[at]))) {
      this.accept(items[at]);
    } else if (key === "Escape") {
      this.close();
    } else {
      return false;
    }
    return true;
  }

  /* True if the text has the whole item already: Enter sends it. */
  isTyped(item) {
    const { value, selectionStart } = this.area;
    return item.insert.trim() === value.slice(this.found.from, selectionStart);
  }
}
