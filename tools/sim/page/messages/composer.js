// SPDX-License-Identifier: MIT
/* The box in which a person writes: messages, commands, files; with completion. Above it a line says
 * what the app does. */

import { ask } from "../base/dialogs.js";
import { h, replace } from "../base/dom.js";
import { icon, iconButton } from "../base/icons.js";
import { openActions } from "../base/popup.js";
import { openPicker } from "./picker.js";
import { parseCommand, Suggestions, typedText } from "./typing.js";

/**
 * Show the status of a conversation.
 * @param {import("../state/page.js").Page} page
 * @param {HTMLElement} element
 * @param {string} key place() of the conversation
 */
export function drawStatus(page, element, key) {
  const status = page.state.assistants.get(key)?.status;
  const text = status ? `${page.appName()} ${status}` : "";
  if (element.textContent !== text) element.textContent = text;
  element.classList.toggle("busy", text !== "");
}

const GROWS = CSS.supports("field-sizing", "content"); // by itself
const FILE_MAX = 12 * 1024 * 1024; // bytes; base64 makes a third more of them
const SHORTCUT_HINT =
  "The simulator does not know the settings of your app: give the callback id that its code listens to.";
const LINK_HINT =
  "The app gets link_shared, as if its settings had the domain, and may answer with chat.unfurl.";

function growToText(area) {
  area.style.height = "auto";
  area.style.height = `${area.scrollHeight}px`;
}

export class Composer {
  /**
   * @param {import("../state/page.js").Page} page
   * @param {Object} options
   * @param {string} options.name the id of its text area
   * @param {function(): {channel: string, thread: string, key: string, title: string}} options.target
   *   where the text goes; `key` names the draft
   * @param {function()} [options.editLast] edits the newest own message
   * @param {function()} [options.leave] what Escape does
   */
  constructor(page, options) {
    this.page = page;
    this.options = options;
    this.files = [];
    this.text = h("textarea", {
      class: "composer-text",
      id: options.name,
      rows: 1,
      "aria-describedby": "composer-hint",
      oninput: () => this.typed(),
      onkeydown: (event) => this.takeKey(event),
      onpaste: (event) => this.pasted(event),
    });
    this.suggestions = new Suggestions(this.text, {
      sources: () => page.sources(),
      changed: () => this.changed(),
    });
    this.chosen = h("ul", { class: "composer-files", "aria-label": "Files to send", hidden: true });
    this.sendButton = h(
      "button",
      { class: "send", "aria-label": "Send", title: "Send" },
      icon("send"),
    );
    this.picker = h("input", { type: "file", multiple: true, hidden: true, "aria-label": "Files" });
    this.picker.addEventListener("change", () => this.picked());
    this.element = this.draw();
  }

  draw() {
    const attributes = {
      class: "composer",
      onsubmit: (event) => {
        event.preventDefault();
        this.send();
      },
      ondragover: (event) => event.preventDefault(),
      ondrop: (event) => this.dropped(event),
    };
    const tool = (sign, label, run) => iconButton("tool", sign, label, run);
    const tools = [
      tool("add", "Attach a file", () => this.picker.click()),
      tool("face", "Emoji", (button) =>
        openPicker(this.page, button, (name) => this.insert(`:${name}: `)),
      ),
      tool("at", "Mention somebody", () => this.insert("@")),
      tool("workflow", "Shortcuts", (button) => this.openShortcuts(button)),
    ];
    const bar = h("div", { class: "composer-bar" }, tools, this.sendButton);
    const parts = [this.suggestions.element, this.text, this.chosen, bar, this.picker];
    return h("form", attributes, parts);
  }

  /** Show the draft of where the text goes now. */
  update() {
    const { key, title } = this.options.target();
    if (key !== this.key) {
      this.key = key;
      this.text.value = sessionStorage.getItem(`draft ${key}`) || "";
      this.setFiles([]);
      this.suggestions.close();
    }
    this.text.placeholder = title;
    this.text.setAttribute("aria-label", title);
  }

  focus() {
    this.text.focus();
  }

  changed() {
    const draft = `draft ${this.key}`;
    if (this.text.value) sessionStorage.setItem(draft, this.text.value);
    else sessionStorage.removeItem(draft);
    if (!GROWS) growToText(this.text);
    this.sendButton.disabled = this.text.value.trim() === "" && this.files.length === 0;
  }

  insert(text) {
    this.text.focus();
    this.text.setRangeText(text, this.text.selectionStart, this.text.selectionEnd, "end");
    this.typed();
  }

  typed() {
    this.changed();
    this.suggestions.update();
  }

  takeKey(event) {
    if (event.isComposing) return;
    if (this.suggestions.takeKey(event)) {
      event.preventDefault();
      event.stopPropagation();
    } else if (event.key === "Enter" && !event.shiftKey) {
      event.preventDefault();
      this.send();
    } else if (event.key === "ArrowUp" && this.text.value === "" && this.options.editLast) {
      event.preventDefault();
      this.options.editLast();
    } else if (event.key === "Escape" && this.options.leave) {
      this.options.leave();
    }
  }

  /* --- sending --- */

  async send() {
    const text = this.text.value.trim();
    const { files } = this;
    if (!text && files.length === 0) return;
    const target = this.options.target();
    const command = files.length === 0 && parseCommand(text);
    this.text.value = "";
    this.setFiles([]);
    this.suggestions.close();
    const answer = command
      ? await this.sendCommand(command, target)
      : await this.sendMessage(text, files, target);
    if (answer.ok || this.text.value || this.key !== target.key) return;
    this.text.value = text; // nothing that a person has typed is lost
    this.setFiles(files);
  }

  sendCommand(command, { channel, thread }) {
    if (!thread) return this.page.act("command", { ...command, channel });
    return this.page.refuse("Slack has no commands in threads: use it in the channel.");
  }

  async sendMessage(text, files, { channel, thread }) {
    const typed = typedText(text);
    if (files.length === 0) return this.page.act("message", { text: typed, channel, thread });
    let answer = await this.page.upload(files[0], { channel, thread, text: typed });
    for (const file of files.slice(1))
      if (answer.ok) answer = await this.page.upload(file, { channel, thread, text: "" });
    return answer;
  }

  /* --- files --- */

  setFiles(files) {
    const remove = (file) => {
      this.setFiles(this.files.filter((other) => other !== file));
      this.focus();
    };
    this.files = files;
    this.chosen.hidden = files.length === 0;
    replace(
      this.chosen,
      files.map((file) => {
        const close = iconButton("chip-close", "close", `Do not send ${file.name}`, () =>
          remove(file),
        );
        return h("li", { class: "chip" }, icon("file"), file.name, close);
      }),
    );
    this.changed();
  }

  addFiles(list) {
    const files = [...list];
    const large = files.find((file) => file.size > FILE_MAX);
    if (large) this.page.toast(`${large.name} has more than 12 MB, too much for the simulator`);
    this.setFiles([...this.files, ...files.filter((file) => file.size <= FILE_MAX)]);
  }

  picked() {
    this.addFiles(this.picker.files);
    this.picker.value = "";
    this.focus();
  }

  pasted(event) {
    const files = event.clipboardData?.files || [];
    if (files.length === 0) return;
    event.preventDefault();
    this.addFiles(files);
  }

  dropped(event) {
    event.preventDefault();
    this.addFiles(event.dataTransfer?.files || []);
  }

  /* --- shortcuts, commands, links --- */

  openShortcuts(anchor) {
    const { page } = this;
    const { commands, shortcuts } = page.state;
    const run = (id) => () => this.runShortcut(id);
    openActions(anchor, [
      ...shortcuts.map((id) => ({ text: id, icon: "workflow", run: run(id) })),
      { text: "Run a shortcut…", icon: "workflow", run: run("") },
      { text: "Share a link that the app unfurls…", icon: "link", run: () => this.shareLink() },
      ...commands.map((command, i) => ({
        text: command,
        icon: "code",
        first: i === 0,
        run: () => this.insert(`${command} `),
      })),
      { text: "Run a command…", icon: "code", run: () => this.insert("/") },
    ]);
  }

  async runShortcut(known) {
    const { channel } = this.options.target();
    const how = { hint: SHORTCUT_HINT, yes: "Run" };
    const id = known || (await ask("Run a shortcut", "Callback id", how));
    if (id) this.page.act("shortcut", { callback_id: id, channel });
  }

  async shareLink() {
    const { channel, thread } = this.options.target();
    const url = await ask("Share a link", "URL", { hint: LINK_HINT, yes: "Share" });
    if (url) this.page.act("link", { url, channel, thread });
  }
}
