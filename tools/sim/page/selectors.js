// SPDX-License-Identifier: MIT
/* The parts of the state that a person sees. Pure. */

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
