// SPDX-License-Identifier: MIT
/* The object that the parts of the page share: the state, the person who acts, the place that is
 * shown, and what a person can do. */

import { emoji, emojiNames } from "../text/emoji.js";
import { act as send, get } from "./api.js";
import { formatRoute, parseRoute, threadOf } from "./route.js";
import {
  actors,
  addOlder,
  appUser,
  directMessage,
  isVisible,
  newestTs,
  PAGE_MESSAGES,
  place,
  unreadCount,
} from "./state.js";

const ENTERED_MAX = 1000; // messages
const TOAST_MS = 8000;

/* The bytes of a file of the person, in base64. */
function readFile(file) {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(reader.result.slice(reader.result.indexOf(",") + 1));
    reader.onerror = () => reject(new Error(`The browser cannot read ${file.name}`));
    reader.readAsDataURL(file);
  });
}

export class Page {
  /**
   * @param {{draw: function(), redraw: function()}} drawing `draw` draws all parts, `redraw` has that
   *   done at the next frame
   */
  constructor({ draw, redraw }) {
    this.draw = draw;
    this.redraw = redraw;
    this.state = null;
    this.user = "";
    this.editing = null; // {channel, ts} of the message that the person edits
    this.entered = new Map(); // the values of the inputs of messages, by person and message
    this.read = new Map(); // the newest ts that was seen, by place()
    this.route = parseRoute(location.hash);
    this.names = {
      user: (id) => this.state.people.get(id)?.name || null,
      channel: (id) => this.state.channels.get(id)?.name || null,
      users: () => [...this.state.people.values()],
      channels: () =>
        [...this.state.channels.values()].filter((channel) => isVisible(channel, this.user)),
      team: (id) => this.state.workspaces.find((team) => team.id === id)?.name || null,
    };
    this.emoji = (name) => (name && emoji(name)) || "";
    window.addEventListener("hashchange", () => this.goTo(location.hash));
    document.addEventListener("click", (event) => this.followed(event));
  }

  /** Show a new state, after a snapshot. */
  begin(state) {
    this.state = state;
    const all = actors(state);
    const known = sessionStorage.getItem("person");
    this.user = (all.find((person) => person.id === known) || all[0])?.id || "";
    for (const key of state.messages.keys())
      if (!this.read.has(key)) this.read.set(key, newestTs(state, key));
  }

  /* --- the place that is shown --- */

  /** The channel that is shown: that of the address, if the person sees it, else the first one. */
  get channel() {
    const { state, user, route } = this;
    const own = directMessage(state, user);
    if (route.channel === user) return own?.id || user;
    const wanted = state.channels.get(route.channel);
    if (wanted?.type === "im") return own?.id || user;
    if (wanted && isVisible(wanted, user)) return wanted.id;
    const seen = [...state.channels.values()].filter((channel) => isVisible(channel, user));
    return (seen.find((channel) => channel.name === "general") || seen[0])?.id || user;
  }

  /** True if no message of the channel is older than those in the state. */
  isWhole(channel) {
    const { whole, messages } = this.state;
    return whole.has(channel) || (messages.get(channel) || []).length < PAGE_MESSAGES;
  }

  /** True while the direct message with the app is shown. */
  get isApp() {
    return this.channel === this.user || this.state.channels.get(this.channel)?.type === "im";
  }

  /** The thread that is shown: {channel, ts}, or null. One of somebody else's messages is not. */
  get thread() {
    const thread = threadOf(this.route);
    const channel = thread && this.state.channels.get(thread.channel);
    return channel && isVisible(channel, this.user) ? thread : null;
  }

  /** The address of a place: what is not named stays, but for what belongs to another channel. */
  addressOf(changes) {
    const moves = changes.channel !== undefined && changes.channel !== this.route.channel;
    const kept = moves ? { ...this.route, tab: "", message: "" } : { ...this.route, message: "" };
    return formatRoute({ ...kept, ...changes });
  }

  show(changes) {
    const address = this.addressOf(changes);
    this.goTo(address);
  }

  /* At once: what is typed from now on is meant for the new place. */
  goTo(address) {
    if (address !== location.hash) history.pushState(null, "", address);
    this.route = parseRoute(address);
    this.draw();
  }

  /* A link within the page that is opened here, not in another tab. */
  followed(event) {
    const address = event.target.closest?.("a[href]")?.getAttribute("href");
    const elsewhere = event.ctrlKey || event.metaKey || event.shiftKey || event.defaultPrevented;
    if (!address?.includes("=") || !address.startsWith("#") || elsewhere) return;
    event.preventDefault();
    this.goTo(address);
  }

  linkTo(entry) {
    const thread = entry.thread ? place(entry.channel, entry.thread) : "";
    const route = {
      workspace: this.state.workspace.id,
      channel: entry.channel,
      thread,
      message: entry.ts,
    };
    return location.href.replace(/#.*$/, "") + formatRoute(route);
  }

  /** The message of the address was shown: it is not shown again. */
  forgetMessage() {
    this.route = { ...this.route, message: "" };
    history.replaceState(null, "", formatRoute(this.route));
  }

  actAs(user) {
    this.user = user;
    this.editing = null;
    sessionStorage.setItem("person", user);
    this.announce(`You act as ${this.names.user(user)}`);
    this.draw();
  }

  /* --- what is read --- */

  unread(key, user = this.user) {
    return unreadCount(this.state, key, user, this.read.get(key) || "");
  }

  markRead(key) {
    const newest = newestTs(this.state, key);
    if (!document.hasFocus() || newest <= (this.read.get(key) || "")) return;
    this.read.set(key, newest);
    this.redraw();
  }

  async loadOlder(channel) {
    const list = this.state.messages.get(channel) || [];
    const query = {
      workspace: this.state.workspace.id,
      channel,
      before: list[0]?.ts,
      limit: PAGE_MESSAGES,
    };
    await this.load(channel, query);
  }

  /** Read the replies of a thread that are not in the state. */
  async loadThread({ channel, ts }) {
    await this.load(channel, { workspace: this.state.workspace.id, channel, thread: ts });
  }

  async load(channel, query) {
    try {
      const answer = await get("/sim/messages", query);
      const messages = answer.messages.map((found) => found.message);
      this.state = addOlder(this.state, channel, messages, answer.more || Boolean(query.thread));
      this.redraw();
    } catch (error) {
      this.toast(error.message);
    }
  }

  /* --- what a person does --- */

  /** Do something as the person: the answer has `ok`, and else the sentence `error`. */
  async ask(kind, args) {
    try {
      return await send(kind, { user: this.user, workspace: this.state.workspace.id, ...args });
    } catch (error) {
      return { ok: false, error: error.message };
    }
  }

  /** The same, and show what goes wrong. */
  async act(kind, args) {
    const answer = await this.ask(kind, args);
    if (answer.error && !answer.acked)
      this.toast(answer.ok ? this.explain(answer.error) : answer.error);
    return answer;
  }

  /* A sentence for an act that the app has not acknowledged. */
  explain(error) {
    const cure = this.state.app.connected
      ? ""
      : ". Start one with the variables of: slackapp sim env";
    return `The app has not acknowledged it: ${error}${cure}`;
  }

  /** Shows a sentence, and returns the answer of an act that is not possible. */
  refuse(sentence) {
    this.toast(sentence);
    return { ok: false, error: sentence };
  }

  /** Upload a file; `args` say where it is posted, and with which text. */
  async upload(file, args) {
    try {
      return await this.act("upload", { name: file.name, data: await readFile(file), ...args });
    } catch (error) {
      return this.refuse(error.message);
    }
  }

  react(entry, name) {
    const known = (entry.message.reactions || []).find((reaction) => reaction.name === name);
    const own = known?.users?.includes(this.user);
    return this.act(own ? "unreact" : "react", { message: entry.ts, channel: entry.channel, name });
  }

  edit(entry) {
    this.editing = entry && { channel: entry.channel, ts: entry.ts };
    this.redraw();
  }

  /* --- what the parts draw with --- */

  appName() {
    const app = appUser(this.state);
    return app?.real_name || app?.name || "App";
  }

  /** "#general", or the name of the app. */
  titleOf(id) {
    const channel = this.state.channels.get(id);
    if (!channel || channel.type === "im") return this.appName();
    return channel.type === "mpim" ? channel.name : `#${channel.name}`;
  }

  /** The sources of completions. */
  sources() {
    const { people, channels, commands } = this.state;
    const seen = [...channels.values()].filter(
      (channel) => channel.type !== "im" && isVisible(channel, this.user),
    );
    return {
      people: [...people.values()],
      channels: seen,
      commands,
      emojiNames,
      emoji: this.emoji,
    };
  }

  /** The context of a surface's blocks; `where` names the message or the view in acts. */
  contextOf(surface, where, own) {
    return {
      surface,
      me: this.user,
      names: this.names,
      emoji: this.emoji,
      channel: this.channel,
      values: new Map(),
      file: (id) => `/sim/file?id=${encodeURIComponent(id)}&workspace=${this.state.workspace.id}`,
      act: (action, state) =>
        this.ask("click", { ...where, action_id: action.action_id, action, state }),
      upload: (file) => this.uploadInput(file),
      suggest: async (actionId, blockId, typed) => {
        const answer = await this.ask("options", {
          ...where,
          action_id: actionId,
          block_id: blockId,
          value: typed,
        });
        if (answer.error && !answer.acked) throw new Error(answer.error);
        return answer.body || {};
      },
      ...own,
    };
  }

  /** The context of a message. */
  context({ ts, channel }) {
    return this.contextOf(
      "message",
      { message: ts, channel },
      { channel, values: this.valuesOf(`${this.user} ${channel}/${ts}`) },
    );
  }

  /* The values that a person has entered into a message, which outlive a redrawing of it. */
  valuesOf(key) {
    const values = this.entered.get(key) || new Map();
    this.entered.delete(key);
    this.entered.set(key, values);
    if (this.entered.size > ENTERED_MAX) this.entered.delete(this.entered.keys().next().value);
    return values;
  }

  /* A file for an input of a view: no message shares it. */
  async uploadInput(file) {
    const answer = await this.upload(file, { share: false });
    if (!answer.ok || !answer.file)
      throw new Error(answer.error || "The simulator has not kept the file");
    return answer.file;
  }

  /* --- what is said --- */

  /** Tell screen readers; with `visible`, everybody. */
  announce(text, visible = false) {
    document.getElementById("live").textContent = text;
    if (visible) this.showToast(text, "note");
  }

  /** Show a sentence about what went wrong. */
  toast(text) {
    this.showToast(text, "problem");
  }

  showToast(text, kind) {
    const toasts = document.getElementById("toasts");
    const toast = document.createElement("p");
    toast.className = `toast toast-${kind}`;
    if (kind === "problem") toast.setAttribute("role", "alert");
    toast.textContent = text;
    toasts.append(toast);
    if (toasts.matches(":popover-open")) toasts.hidePopover();
    toasts.showPopover(); // above a dialog that has opened since
    setTimeout(() => {
      toast.remove();
      if (!toasts.firstElementChild) toasts.hidePopover();
    }, TOAST_MS);
  }
}
