// SPDX-License-Identifier: MIT
/* The text that a person types, as the simulator takes it, and back. Pure. */

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
