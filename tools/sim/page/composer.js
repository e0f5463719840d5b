// SPDX-License-Identifier: MIT
/* The box in which a person writes: messages, commands, files; with completion. */

import { complete } from "./completion.js";
import { ask } from "./dialogs.js";
import { h, replace } from "./dom.js";
import { readFile } from "./files.js";
import { openActions } from "./menu.js";
import { icon } from "./icons.js";
import { parseCommand, typedText } from "./typed.js";

const GROWS = CSS.supports("field-sizing", "content"); // by itself
const FILE_MAX = 12 * 1024 * 1024; // bytes; base64 makes a third more of them

function growToText(area) {
  area.style.height = "auto";
  area.style.height = `${area.scrollHeight}px`;
}

export class Composer {
  /**
   * @param {import("./page.js").Page} page
   * @param {{name: string, target: function(): {channel: string, thread: string, key: string, title: string},
   *   editLast?: function(), leave?: function()}} options `target`: where the text goes
   */
  constructor(page, options) {
    this.page = page;
    this.options = options;
    this.completion = null; // {from, items, at}
    this.files = [];
    this.draw();
  }

  draw() {
    const { name } = this.options;
    this.text = h("textarea", {
      class: "composer-text",
      id: name,
      rows: 1,
      "aria-autocomplete": "list",
      "aria-controls": `${name}-list`,
      "aria-describedby": "composer-hint",
      oninput: () => this.typed(),
      onkeydown: (event) => this.takeKey(event),
      onclick: () => this.suggest(),
      onblur: () => this.closeList(),
      onpaste: (event) => this.pasted(event),
    });
    this.picker = h("input", { type: "file", multiple: true, hidden: true, "aria-label": "Files", tabindex: -1, onchange: () => this.picked() });
    this.chosen = h("ul", { class: "composer-files", "aria-label": "Files to send", hidden: true });
    this.popup = h("ul", { class: "completion", id: `${name}-list`, role: "listbox", "aria-label": "Suggestions", hidden: true });
    this.sendButton = h("button", { class: "send", type: "submit", "aria-label": "Send", title: "Send", disabled: true }, icon("send"));
    this.element = h(
      "form",
      {
        class: "composer",
        onsubmit: (event) => {
          event.preventDefault();
          this.send();
        },
        ondragover: (event) => event.preventDefault(),
        ondrop: (event) => this.dropped(event),
      },
      this.popup,
      this.text,
      this.chosen,
      h("div", { class: "composer-bar" }, this.drawTools(), this.sendButton),
      this.picker,
    );
  }

  drawTools() {
    const tool = (sign, label, run) =>
      h("button", { class: "tool", type: "button", "aria-label": label, title: label, onclick: run }, icon(sign));
    return [
      tool("add", "Attach a file", () => this.picker.click()),
      tool("face", "Emoji", (event) => this.page.pickEmoji(event.currentTarget, (name) => this.insert(`:${name}: `))),
      tool("at", "Mention somebody", () => this.insert("@")),
      tool("workflow", "Shortcuts", (event) => this.openShortcuts(event.currentTarget)),
    ];
  }

  /** Show the draft of where the text goes now. */
  update() {
    const { key, title } = this.options.target();
    if (key !== this.key) {
      this.key = key;
      this.text.value = sessionStorage.getItem(`draft ${key}`) || "";
      this.files = [];
      this.drawFiles();
      this.changed();
      this.closeList();
    }
    this.text.placeholder = title;
    this.text.setAttribute("aria-label", title);
  }

  focus() {
    this.text.focus();
  }

  changed() {
    if (this.text.value) sessionStorage.setItem(`draft ${this.key}`, this.text.value);
    else sessionStorage.removeItem(`draft ${this.key}`);
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
    this.suggest();
  }

  /* --- sending --- */

  async send() {
    const text = this.text.value.trim();
    const { files } = this;
    if (!text && files.length === 0) return;
    const target = this.options.target();
    const command = files.length === 0 && parseCommand(text);
    this.text.value = "";
    this.files = [];
    this.drawFiles();
    this.changed();
    this.closeList();
    const answer = command ? await this.sendCommand(command, target) : await this.sendMessage(text, files, target);
    if (answer.ok || this.text.value || this.key !== target.key) return;
    this.text.value = text; // nothing that a person has typed is lost
    this.files = files;
    this.drawFiles();
    this.changed();
  }

  sendCommand(command, { channel, thread }) {
    if (!thread) return this.page.act("command", { ...command, channel });
    return this.page.refuse("Slack has no commands in threads: use it in the channel.");
  }

  async sendMessage(text, files, { channel, thread }) {
    const typed = typedText(text);
    if (files.length === 0) return this.page.act("message", { text: typed, channel, thread });
    let answer = null;
    for (const [i, file] of files.entries()) {
      const data = await readFile(file).catch((error) => this.page.refuse(error.message));
      if (data.ok === false) return data;
      answer = await this.page.act("upload", { name: file.name, data, channel, thread, text: i === 0 ? typed : "" });
      if (!answer.ok) return answer;
    }
    return answer;
  }

  /* --- files --- */

  addFiles(list) {
    for (const file of list) {
      if (file.size <= FILE_MAX) this.files.push(file);
      else this.page.toast(`${file.name} has more than 12 MB, which is too much for the simulator`);
    }
    this.drawFiles();
    this.changed();
  }

  picked() {
    this.addFiles(this.picker.files);
    this.picker.value = "";
    this.focus();
  }

  pasted(event) {
    const files = [...(event.clipboardData?.files || [])];
    if (files.length === 0) return;
    event.preventDefault();
    this.addFiles(files);
  }

  dropped(event) {
    event.preventDefault();
    this.addFiles([...(event.dataTransfer?.files || [])]);
  }

  drawFiles() {
    const without = (file) => () => {
      this.files = this.files.filter((other) => other !== file);
      this.drawFiles();
      this.changed();
      this.focus();
    };
    this.chosen.hidden = this.files.length === 0;
    replace(
      this.chosen,
      this.files.map((file) =>
        h("li", { class: "chip" }, icon("file"), file.name,
          h("button", { class: "chip-close", type: "button", "aria-label": `Do not send ${file.name}`, onclick: without(file) }, icon("close"))),
      ),
    );
  }

  /* --- shortcuts --- */

  openShortcuts(anchor) {
    const { channel, thread } = this.options.target();
    const { commands, shortcuts } = this.page.state;
    const use = (id) => id && this.page.act("shortcut", { callback_id: id, channel });
    const other = () =>
      ask("Run a shortcut", "Callback id", {
        hint: "The simulator does not know the settings of your app: give the callback id that its code listens to.",
        yes: "Run",
      }).then(use);
    const link = async () => {
      const url = await ask("Share a link", "URL", {
        hint: "The app gets link_shared, as if its settings had the domain, and may answer with chat.unfurl.",
        yes: "Share",
      });
      if (url) this.page.act("link", { url, channel, thread });
    };
    openActions(anchor, [
      ...shortcuts.map((id) => ({ text: id, icon: "workflow", run: () => use(id) })),
      { text: "Another shortcut…", icon: "workflow", run: other },
      { text: "Share a link that the app unfurls…", icon: "link", run: link },
      ...commands.map((command, i) => ({ text: command, icon: "code", first: i === 0, run: () => this.insert(`${command} `) })),
      { text: "Another command…", icon: "code", run: () => this.insert("/") },
    ]);
  }

  /* --- completion --- */

  suggest() {
    const before = this.text.value.slice(0, this.text.selectionStart);
    const found = this.text.selectionStart === this.text.selectionEnd && complete(before, this.page.sources());
    this.completion = found ? { ...found, at: 0 } : null;
    this.drawList();
  }

  drawList() {
    const { completion } = this;
    this.popup.hidden = !completion;
    if (!completion) {
      this.text.removeAttribute("aria-activedescendant");
      return;
    }
    const id = (i) => `${this.options.name}-option-${i}`;
    replace(
      this.popup,
      completion.items.map((item, i) =>
        h(
          "li",
          {
            class: "completion-item", id: id(i), role: "option", "aria-selected": String(i === completion.at),
            onpointerdown: (event) => {
              event.preventDefault();
              this.accept(item);
            },
          },
          h("span", { class: "completion-sign", "aria-hidden": "true" }, item.sign),
          h("span", null, item.text),
          item.detail ? h("span", { class: "quiet" }, item.detail) : null,
        ),
      ),
    );
    this.text.setAttribute("aria-activedescendant", id(completion.at));
    this.popup.children[completion.at].scrollIntoView({ block: "nearest" });
  }

  closeList() {
    this.completion = null;
    this.drawList();
  }

  accept(item) {
    this.text.setRangeText(item.insert, this.completion.from, this.text.selectionStart, "end");
    this.changed();
    this.closeList();
  }

  /* True: the key was for the list of completions. */
  takeListKey(event) {
    const { completion } = this;
    if (!completion) return false;
    const count = completion.items.length;
    const moves = { ArrowDown: 1, ArrowUp: count - 1 };
    if (event.key in moves) {
      completion.at = (completion.at + moves[event.key]) % count;
      this.drawList();
    } else if (event.key === "Tab" || (event.key === "Enter" && !event.shiftKey)) {
      const item = completion.items[completion.at];
      const typed = this.text.value.slice(completion.from, this.text.selectionStart);
      if (event.key === "Enter" && item.insert.trim() === typed) return false;
      this.accept(item);
    } else if (event.key === "Escape") {
      this.closeList();
    } else {
      return false;
    }
    return true;
  }

  takeKey(event) {
    if (event.isComposing) return;
    if (this.takeListKey(event)) {
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
}
