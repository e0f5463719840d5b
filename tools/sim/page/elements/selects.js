// SPDX-License-Identifier: MIT
/* Selects, single and multiple: a table of sources, each of which finds the options for what a person
 * has typed. */

import { asList, asNumber, asObject, asText, textOf } from "../base/shapes.js";
import { createCombobox } from "./combobox.js";
import { beginValue, changeValue, keepValue, nameAttributes } from "./place.js";

const TYPING_MS = 250; // a pause in typing after which the bot is asked
const QUERY_LENGTH = 3; // Slack's default of min_query_length
const ENTRIES_MAX = 10000; // Slack takes 100 options
const CHOSEN_MAX = 1000;

/* --- entries --- */

function optionEntry(option) {
  const { text, value, description } = asObject(option);
  return {
    key: `${asText(value)}\n${textOf(text)}`,
    label: textOf(text) || asText(value),
    description: textOf(description),
    value: option,
  };
}

/* The groups of options, or of option groups. */
function optionGroups({ options, option_groups: groups }) {
  const given = asList(groups).length > 0 ? asList(groups) : [{ options }];
  return given.map((group) => ({
    label: textOf(asObject(group).label),
    entries: asList(asObject(group).options).slice(0, ENTRIES_MAX).map(optionEntry),
  }));
}

/* The entries that have what is typed in their label, or in their description. */
function matching(groups, typed) {
  const wanted = typed.trim().toLowerCase();
  if (wanted === "") return groups;
  return groups.map(({ label, entries }) => ({
    label,
    entries: entries.filter((entry) =>
      `${entry.label} ${entry.description || ""}`.toLowerCase().includes(wanted),
    ),
  }));
}

/* --- sources --- */

function staticSource(element) {
  const groups = optionGroups(element);
  return { entryOf: optionEntry, find: async (typed) => ({ groups: matching(groups, typed) }) };
}

function externalSource(element, { context, blockId }) {
  const least = asNumber(element.min_query_length, QUERY_LENGTH);
  return {
    entryOf: optionEntry,
    waitMs: TYPING_MS,
    find: async (typed) => {
      if (typed.length < least)
        return { groups: [], note: `Type at least ${least} character${least === 1 ? "" : "s"}` };
      const answer = await context.suggest(asText(element.action_id), blockId, typed);
      return {
        groups: optionGroups(Array.isArray(answer) ? { options: answer } : asObject(answer)),
      };
    },
  };
}

/* A source of people or conversations: the surface has them. */
function namedSource(list, labelOf) {
  const entryOf = (value) => {
    const id = asText(value);
    return { key: id, label: labelOf(list.find((one) => one.id === id) || { id }), value: id };
  };
  const groups = [{ label: "", entries: list.map(({ id }) => entryOf(id)) }];
  return { entryOf, find: async (typed) => ({ groups: matching(groups, typed) }) };
}

function usersSource(element, { context }) {
  const users = asList(context.names?.users?.()).filter((user) => !user.deactivated);
  return namedSource(
    users,
    (user) => user.real_name || user.name || asText(context.names?.user?.(user.id)) || user.id,
  );
}

function channelLabel(context) {
  return ({ id, name, type }) => {
    const shown = name || asText(context.names?.channel?.(id)) || id;
    return shown === "" || type === "im" || type === "mpim" ? shown : `#${shown}`;
  };
}

function channelsSource(element, { context }) {
  const channels = asList(context.names?.channels?.());
  const open = channels.filter((one) => one.type === "channel");
  return namedSource(open, channelLabel(context));
}

/* The kinds of Slack's filter, by the types of conversations that the page has. */
const FILTER_KINDS = { channel: "public", group: "private", im: "im", mpim: "mpim" };

function conversationsSource(element, { context }) {
  const include = asList(asObject(element.filter).include);
  const channels = asList(context.names?.channels?.());
  const chosen = channels.filter(
    (one) => include.length === 0 || include.includes(FILTER_KINDS[one.type]),
  );
  return namedSource(chosen, channelLabel(context));
}

/* --- the types --- */

/* Sources, and the names of the value and the initial value of one, and of several. */
const sources = {
  static: { source: staticSource, one: "option", text: "Select an option" },
  external: { source: externalSource, one: "option", text: "Select an option" },
  users: { source: usersSource, one: "user", text: "Select a user" },
  conversations: {
    source: conversationsSource,
    one: "conversation",
    text: "Select a conversation",
  },
  channels: { source: channelsSource, one: "channel", text: "Select a channel" },
};

function initialOf(element, { context }, one, multiple) {
  const initial = element[multiple ? `initial_${one}s` : `initial_${one}`];
  const current = one === "conversation" && element.default_to_current_conversation === true;
  if (initial !== undefined || !current || !context.channel)
    return initial ?? (multiple ? [] : null);
  return multiple ? [context.channel] : context.channel;
}

function drawSelect(element, place, { source, one, text }, multiple) {
  const name = multiple ? `selected_${one}s` : `selected_${one}`;
  const begin = beginValue(place, name, initialOf(element, place, one, multiple));
  const { entryOf, find, waitMs = 0 } = source(element, place);
  const valueOf = (entries) => {
    const values = entries.map(({ value }) => value);
    return { [name]: multiple ? values : (values[0] ?? null) };
  };
  const given = multiple ? asList(begin) : [begin];
  return createCombobox({
    attributes: nameAttributes(place, text),
    placeholder: textOf(element.placeholder) || text,
    multiple,
    clearable: place.optional,
    max: asNumber(element.max_selected_items, Infinity),
    chosen: given
      .slice(0, CHOSEN_MAX)
      .map(entryOf)
      .filter(({ label }) => label !== ""),
    waitMs,
    find,
    keep: (entries) => keepValue(place, valueOf(entries)),
    change: (entries, input) => changeValue(place, input, valueOf(entries)),
  });
}

export const selectElements = Object.fromEntries(
  Object.entries(sources).flatMap(([kind, row]) => [
    [`${kind}_select`, (element, place) => drawSelect(element, place, row, false)],
    [`multi_${kind}_select`, (element, place) => drawSelect(element, place, row, true)],
  ]),
);
