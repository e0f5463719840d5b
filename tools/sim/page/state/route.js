// SPDX-License-Identifier: MIT
/* The place that the page shows, as the fragment of its address: a reload, the back button and a
 * copied link lead to it. */

const members = ["workspace", "channel", "tab", "thread", "message"];

/**
 * @typedef {Object} Route each is "" where it is not given
 * @property {string} workspace
 * @property {string} channel
 * @property {string} tab "home", or "" for the messages
 * @property {string} thread "CHANNEL/TS" of the thread beside the conversation
 * @property {string} message the ts of a message to go to
 */

/** @returns {Route} */
export function parseRoute(hash) {
  const given = new URLSearchParams(hash.replace(/^#/, ""));
  return Object.fromEntries(members.map((name) => [name, given.get(name) || ""]));
}

/** The fragment of a route. */
export function formatRoute(route) {
  const given = members.filter((name) => route[name]).map((name) => [name, route[name]]);
  return `#${new URLSearchParams(given).toString().replaceAll("%2F", "/")}`;
}

/** The channel and the ts of the thread in a route; null: no thread is shown. */
export function threadOf(route) {
  const [channel, ts] = route.thread.split("/");
  return channel && ts ? { channel, ts } : null;
}
