// SPDX-License-Identifier: MIT
/* Completion of what a person types: @people, #channels, :emoji: and /commands. */

const ITEMS_MAX = 8;
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
  { pattern: /^\/([^\s]*)$/, items: commandItems },
];

/**
 * The completions of the word at the end of a text.
 * @param {string} before the text before the caret
 * @param {{people: Array, channels: Array, commands: Array<string>, emojiNames: Array<string>,
 *   emoji: function(string): string}} sources
 * @returns {{from: number, items: Array<Item>}|null} `from`: where the typed word begins
 */
export function complete(before, sources) {
  for (const { pattern, items } of kinds) {
    const match = pattern.exec(before);
    if (!match) continue;
    const found = items(match[1], sources);
    return found.length > 0 ? { from: before.length - match[1].length - 1, items: found } : null;
  }
  return null;
}
