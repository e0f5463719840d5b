// SPDX-License-Identifier: MIT
/* The state of the page, as a value: begin() makes it from a snapshot, apply() from the state before
 * and an entry of the feed. Nothing here touches the page or the network, and a state that
 * was handed out never changes. Only this module knows the kinds of the feed. */

/**
 * @typedef {Object} Entry a message as a conversation shows it
 * @property {string} ts
 * @property {string} channel
 * @property {string} thread of the first message of its thread; "" outside of threads
 * @property {string} onlyFor the person who sees an ephemeral one; else ""
 * @property {boolean} streaming it grows
 * @property {boolean} markdown its text is standard markdown, and stands above its blocks
 * @property {Object} message as Slack shows it
 *
 * @typedef {Object} State
 * @property {number} id of the feed's newest entry that is in it
 * @property {Object} workspace
 * @property {Array<Object>} workspaces
 * @property {Map<string, Object>} people by id
 * @property {Map<string, Object>} channels by id
 * @property {Map<string, Array<Entry>>} messages by place(), oldest first
 * @property {Set<string>} whole the channels of which no older message is left to ask for
 * @property {Map<string, Array<Object>>} views the stack of open modals by person
 * @property {Map<string, Object>} homes by person
 * @property {Map<string, Object>} assistants status, title and prompts by place()
 * @property {Array<string>} commands that people have used
 * @property {Array<string>} shortcuts that they have used: callback ids
 * @property {Array<string>} messageShortcuts the same of shortcuts on messages
 * @property {string} bot the user id of the app
 * @property {Object} app
 * @property {Array<Object>} faults
 */

export const PAGE_MESSAGES = 200; // that are read at once
const LIST_MAX = 20000; // messages of a conversation: as many as the simulator keeps
const LIST_LESS = 1000; // that are forgotten at once

/** The key of a conversation: a channel, or a thread in it. */
export function place(channel, thread = "") {
  return thread ? `${channel}/${thread}` : channel;
}

/* --- messages --- */

/* `said`: {channel, message, user?, streaming?, markdown?} */
function toEntry({ channel, message, user, streaming, markdown }) {
  const thread = message.thread_ts && message.thread_ts !== message.ts ? message.thread_ts : "";
  return {
    ts: message.ts,
    channel,
    thread,
    onlyFor: user || "",
    streaming: streaming === true,
    markdown: markdown === true,
    message,
  };
}

/* A reply is in its thread; one that was sent to the channel, too, is in both. */
function placesOf(entry) {
  if (!entry.thread) return [entry.channel];
  const broadcast = entry.message.subtype === "thread_broadcast";
  const thread = place(entry.channel, entry.thread);
  return broadcast ? [thread, entry.channel] : [thread];
}

/** The position of the first entry that is not older than `ts`. */
export function positionOf(list, ts) {
  let low = 0,
    high = list.length;
  if (high === 0 || list[high - 1].ts < ts) return high;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (list[middle].ts < ts) low = middle + 1;
    else high = middle;
  }
  return low;
}

function putInto(list, entry) {
  const at = positionOf(list, entry.ts);
  const same = at < list.length && list[at].ts === entry.ts;
  list.splice(at, same ? 1 : 0, entry);
}

function removeFrom(list, ts) {
  const at = positionOf(list, ts);
  if (at < list.length && list[at].ts === ts) list.splice(at, 1);
}

/* --- drafts: a state under construction, whose parts are copied before their first change --- */

function draftOf(state) {
  return { state: { ...state }, owned: new Set() };
}

function own(draft, name) {
  if (!draft.owned.has(name)) {
    const Kind = draft.state[name].constructor;
    draft.state[name] = Kind === Array ? [...draft.state[name]] : new Kind(draft.state[name]);
    draft.owned.add(name);
  }
  return draft.state[name];
}

function ownList(draft, key) {
  const messages = own(draft, "messages");
  if (!draft.owned.has(`messages ${key}`)) {
    messages.set(key, [...(messages.get(key) || [])]);
    draft.owned.add(`messages ${key}`);
  }
  return messages.get(key);
}

function putMessage(draft, entry) {
  for (const key of placesOf(entry)) {
    const list = ownList(draft, key);
    putInto(list, entry);
    if (list.length <= LIST_MAX) continue;
    list.splice(0, LIST_LESS);
    own(draft, "whole").delete(key);
  }
}

function removeMessage(draft, channel, ts) {
  for (const [key, list] of draft.state.messages) {
    if (key !== channel && !key.startsWith(`${channel}/`)) continue;
    const at = positionOf(list, ts);
    if (at < list.length && list[at].ts === ts) removeFrom(ownList(draft, key), ts);
  }
}

/** The entry of a message that the feed tells of, as the state knows it; undefined: it is new. */
export function knownEntry(state, said) {
  const [key] = placesOf(toEntry(said));
  const list = state.messages.get(key) || [];
  const found = list[positionOf(list, said.message.ts)];
  return found?.ts === said.message.ts ? found : undefined;
}

/* --- the kinds of the feed --- */

function takeView(draft, said) {
  const views = own(draft, "views");
  const stack = views.get(said.user) || [];
  const others = stack.filter((view) => view.id !== said.view.id);
  const at = stack.findIndex((view) => view.id === said.view.id);
  if (said.action === "closed") views.set(said.user, others);
  else if (said.action === "opened") views.set(said.user, [said.view]);
  else if (at < 0) views.set(said.user, [...stack, said.view]);
  else
    views.set(
      said.user,
      stack.map((view, i) => (i === at ? said.view : view)),
    );
}

function takeStatus(draft, said) {
  const key = place(said.channel, said.thread_ts);
  const { status, title, prompts, prompts_title: promptsTitle, loading_messages: loading } = said;
  const given = { status, title, prompts, promptsTitle, loading };
  const news = Object.entries(given).filter(([, value]) => value !== undefined);
  const known = draft.state.assistants.get(key) || {};
  own(draft, "assistants").set(key, { ...known, ...Object.fromEntries(news) });
}

/* A command or a shortcut is seen when somebody uses it: the app's settings are not known here. */
function takeDelivery(draft, said) {
  const { command, type, callback_id: id } = said.payload || {};
  const see = (name, value) => {
    if (value && !draft.state[name].includes(value)) own(draft, name).push(value);
  };
  if (said.type === "command") see("commands", command);
  if (type === "shortcut") see("shortcuts", id);
  if (type === "message_action") see("messageShortcuts", id);
}

const kinds = {
  message: (draft, said) => putMessage(draft, toEntry(said)),
  ephemeral: (draft, said) => putMessage(draft, toEntry(said)),
  gone: (draft, said) => removeMessage(draft, said.channel, said.ts),
  view: takeView,
  home: (draft, said) => own(draft, "homes").set(said.user, said.view),
  status: takeStatus,
  channel: (draft, said) => own(draft, "channels").set(said.channel.id, said.channel),
  app: (draft, said) => {
    draft.state.app = { ...draft.state.app, ...said.app };
  },
  fault: (draft, said) => {
    draft.state.faults = said.faults;
  },
  delivery: takeDelivery,
};

/* An entry of another workspace changes only the id. */
function takeEntry(draft, said) {
  if (said.id <= draft.state.id) return;
  draft.state.id = said.id;
  if (said.workspace && said.workspace !== draft.state.workspace.id) return;
  if (Object.hasOwn(kinds, said.kind)) kinds[said.kind](draft, said);
}

/**
 * The state after several entries of the feed. An entry that is in the state already changes
 * nothing, and neither does a kind that is not known.
 * @param {State} state
 * @param {Array<Object>} entries
 * @returns {State}
 */
export function applyAll(state, entries) {
  const draft = draftOf(state);
  for (const said of entries) takeEntry(draft, said);
  return draft.state;
}

/** The state after one entry of the feed. */
export function apply(state, said) {
  return applyAll(state, [said]);
}

/**
 * The state with older messages of a channel, as GET /sim/messages gives them.
 * @param {State} state
 * @param {string} channel
 * @param {Array<Object>} messages as Slack shows them
 * @param {boolean} more whether still older ones are left
 */
export function addOlder(state, channel, messages, more) {
  const draft = draftOf(state);
  for (const message of messages) {
    const entry = toEntry({ channel, message });
    const list = draft.state.messages.get(placesOf(entry)[0]) || [];
    if (list[positionOf(list, entry.ts)]?.ts !== entry.ts) putMessage(draft, entry);
  }
  if (!more) own(draft, "whole").add(channel);
  return draft.state;
}

function byId(list) {
  return new Map((list || []).map((item) => [item.id, item]));
}

/**
 * The state of a snapshot: the answer of GET /sim/state.
 * @returns {State}
 */
export function begin(snapshot) {
  const workspaces = snapshot.workspaces || [];
  const named = workspaces.find(
    (team) => team.id === snapshot.workspace || team.domain === snapshot.workspace,
  );
  const draft = draftOf({
    id: snapshot.id || 0,
    workspace: named || { id: snapshot.workspace, name: snapshot.workspace, domain: "" },
    workspaces,
    people: byId(snapshot.people),
    channels: byId(snapshot.channels),
    messages: new Map(),
    whole: new Set(),
    views: new Map(Object.entries(snapshot.views || {})),
    homes: new Map(Object.entries(snapshot.homes || {})),
    assistants: new Map(),
    commands: snapshot.commands || [],
    shortcuts: snapshot.shortcuts || [],
    messageShortcuts: snapshot.message_shortcuts || [],
    bot: named?.bot || "",
    app: snapshot.app || {},
    faults: snapshot.faults || [],
  });
  for (const said of snapshot.messages || []) putMessage(draft, toEntry(said));
  for (const said of snapshot.statuses || []) takeStatus(draft, said);
  return draft.state;
}

/* --- the parts that a person sees --- */

/** True if the person can open the channel. */
export function isVisible(channel, user) {
  if (channel.type === "im") return channel.user === user;
  return !channel.members || channel.members.includes(user);
}

/** The direct message of the person with the app; undefined until it is opened. */
export function directMessage(state, user) {
  return [...state.channels.values()].find(
    (channel) => channel.type === "im" && channel.user === user,
  );
}

/** The app's user. */
export function appUser(state) {
  return state.people.get(state.bot) || [...state.people.values()].find((person) => person.bot);
}

/** The people one can act as: no bots, nobody who is deactivated. */
export function actors(state) {
  return [...state.people.values()].filter((person) => !person.bot && !person.deactivated);
}

/** The entries of a conversation that the person sees. */
export function entriesFor(state, key, user) {
  const list = state.messages.get(key) || [];
  return list.filter((entry) => !entry.onlyFor || entry.onlyFor === user);
}

/* True for what somebody else has written. Nobody writes the beginning of an assistant's thread. */
function isNews({ onlyFor, message }, user) {
  return message.user !== user && (!onlyFor || onlyFor === user) && !message.assistant_app_thread;
}

/** The number of entries after `ts` that others have written. */
export function unreadCount(state, key, user, ts) {
  const list = state.messages.get(key) || [];
  let count = 0;
  for (let i = list.length - 1; i >= 0 && list[i].ts > ts; i--) if (isNews(list[i], user)) count++;
  return count;
}

/** The ts of the newest entry; "" if there is none. */
export function newestTs(state, key) {
  const list = state.messages.get(key) || [];
  return list.length > 0 ? list[list.length - 1].ts : "";
}

/** True for a message about the channel itself: "has joined", "has set the topic" … */
export function isNotice({ subtype }) {
  return /^(channel|group)_/.test(subtype || "");
}

/**
 * The author of a message, as the page names it.
 * @returns {{id: string, name: string, emoji: string, isApp: boolean}} `emoji`: the name of one
 */
export function authorOf(state, message) {
  const person = state.people.get(message.user);
  const isApp = Boolean(message.bot_id || person?.bot);
  return {
    id: message.user || message.bot_id || "",
    name:
      (message.username && String(message.username)) ||
      person?.real_name ||
      person?.name ||
      message.bot_profile?.name ||
      message.user ||
      "Somebody",
    emoji: String(message.icons?.emoji || "").replaceAll(":", ""),
    isApp,
  };
}
