// SPDX-License-Identifier: MIT
/* Draws one message, or the box in which a person edits an own one. */

import { h } from "../base/dom.js";
import { avatar, icon } from "../base/icons.js";
import { drawUnknown } from "../base/shapes.js";
import { drawBlocks } from "../blocks/blocks.js";
import { authorOf, isNotice, place } from "../state/state.js";
import { clockText, fullText, momentText, shortClockText, toDate } from "../text/dates.js";
import { drawMarkdown, drawMrkdwn } from "../text/text.js";
import { drawAttachments, drawFiles } from "./attachments.js";
import { pickReaction } from "./picker.js";
import { editableText, typedText } from "./typing.js";

/* --- the box --- */

async function save(page, entry, before, typed) {
  const text = typed.trim();
  const where = { message: entry.ts, channel: entry.channel };
  const changed = text !== "" && text !== before;
  const answer = changed
    ? await page.act("edit", { ...where, text: typedText(text) })
    : { ok: true };
  if (answer.ok) page.edit(null);
}

function takeKey(event, { cancel, done }) {
  event.stopPropagation(); // the keys of a message are letters here
  if (event.key === "Escape") cancel();
  if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
  event.preventDefault();
  done();
}

/* The box for a message. It takes the focus as soon as it is in the page. */
function drawEditBox(page, entry) {
  const text = editableText(entry.message.text || "", page.names);
  const cancel = () => page.edit(null);
  const done = () => save(page, entry, text, area.value);
  const button = (look, label, onclick) =>
    h("button", { class: look, type: "button", onclick }, label);
  const area = h("textarea", { class: "composer-text", "aria-label": "Edit message", rows: 1 });
  area.value = text;
  area.addEventListener("keydown", (event) => takeKey(event, { cancel, done }));
  queueMicrotask(() => {
    area.focus();
    area.setSelectionRange(text.length, text.length);
  });
  const buttons = [button("button", "Cancel", cancel), button("button primary", "Save", done)];
  return h("div", { class: "edit-box" }, area, h("div", { class: "edit-buttons" }, buttons));
}

/* --- the message --- */

const FACES_MAX = 4;

function drawTime(ts, text) {
  return h(
    "time",
    { class: "time", title: fullText(ts), datetime: toDate(ts).toISOString() },
    text,
  );
}

function drawHead(page, entry, grouped) {
  const author = authorOf(page.state, entry.message);
  if (grouped) return h("span", { class: "unseen author" }, `${author.name} `);
  return h(
    "div",
    { class: "message-head" },
    h("span", { class: "author" }, author.name),
    author.isApp ? h("span", { class: "badge" }, "App") : null,
    drawTime(entry.ts, clockText(entry.ts)),
  );
}

/* The element that a text goes on in: its last paragraph, if it ends with one. */
function endOf(text) {
  let last = text;
  while (last && last.tagName !== "P") last = last.lastElementChild;
  return last || text;
}

/* Blocks stand in the place of a text, unless it is standard markdown. */
function drawContent({ message, markdown }, context) {
  const { text, blocks } = message;
  const drawn = blocks?.length ? drawBlocks(blocks, context) : null;
  if (text && markdown) return [drawMarkdown(text, context), drawn];
  return drawn || (text ? drawMrkdwn(text, context) : null);
}

function drawText(page, entry, context) {
  const { message } = entry;
  const classes = isNotice(message) ? "text quiet" : "text";
  const edited = message.edited
    ? h("span", { class: "edited", title: fullText(message.edited.ts) }, " (edited)")
    : null;
  const caret = entry.streaming
    ? h("span", { class: "caret", role: "img", "aria-label": "is writing" })
    : null;
  const text = h("div", { class: classes }, drawContent(entry, context));
  endOf(text).append(...[caret, edited].filter(Boolean));
  return text;
}

function drawStop(page, entry) {
  if (!entry.streaming) return null;
  const stop = () =>
    page.act("stop-stream", { channel: entry.channel, thread: entry.thread || entry.ts });
  return h("button", { class: "chip", type: "button", onclick: stop }, icon("stop"), "Stop");
}

function namesOf(page, users) {
  const names = users.map((id) => page.names.user(id) || id);
  return new Intl.ListFormat("en").format(names);
}

function drawReaction(page, entry, reaction) {
  const users = reaction.users || [];
  const own = users.includes(page.user);
  const reactions = reaction.count === 1 ? "1 reaction" : `${reaction.count} reactions`;
  const label = `${reaction.name}, ${reactions}: ${namesOf(page, users)}`;
  return h(
    "button",
    {
      class: "chip reaction",
      type: "button",
      "aria-pressed": String(own),
      "aria-label": label,
      title: label,
      onclick: () => page.react(entry, reaction.name),
    },
    h("span", { class: "sign" }, page.emoji(reaction.name) || `:${reaction.name}:`),
    h("span", { class: "count" }, reaction.count),
  );
}

function drawReactions(page, entry) {
  const { reactions } = entry.message;
  if (!reactions?.length) return null;
  return h(
    "div",
    { class: "reactions", role: "group", "aria-label": "Reactions" },
    reactions.map((reaction) => drawReaction(page, entry, reaction)),
    h(
      "button",
      {
        class: "chip add-reaction",
        type: "button",
        "aria-label": "Add reaction",
        onclick: (event) => pickReaction(page, entry, event.currentTarget),
      },
      icon("face"),
    ),
  );
}

function drawReplies(page, entry) {
  const { message } = entry;
  const known = page.state.messages.get(place(entry.channel, entry.ts)) || [];
  const count = Math.max(message.reply_count || 0, known.length);
  const isAssistant = Boolean(message.assistant_app_thread);
  if ((count === 0 && !isAssistant) || entry.thread) return null;
  const users = message.reply_users || [...new Set(known.map((reply) => reply.message.user))];
  const newest = message.latest_reply || known[known.length - 1]?.ts;
  return h(
    "button",
    {
      class: "replies",
      type: "button",
      onclick: () => page.show({ thread: place(entry.channel, entry.ts) }),
    },
    h(
      "span",
      { class: "faces" },
      users.slice(0, FACES_MAX).map((user) => avatar(authorOf(page.state, { user }))),
    ),
    h(
      "span",
      { class: "reply-count" },
      count === 0 ? "Open the assistant" : count === 1 ? "1 reply" : `${count} replies`,
    ),
    newest ? h("span", { class: "time" }, `Last reply ${momentText(newest)}`) : null,
  );
}

function drawNotes({ message, onlyFor }) {
  const note = (sign, text) => h("p", { class: "note" }, icon(sign), text);
  return [
    message.cut?.length
      ? note("warning", `Too long for the page: ${message.cut.join(", ")}`)
      : null,
    onlyFor ? note("eye", "Only visible to you") : null,
    message.pinned_to?.length ? note("pin", "Pinned by the app") : null,
    message.subtype === "thread_broadcast" ? note("thread", "Replied in a thread") : null,
  ];
}

function drawGutter(page, entry, grouped) {
  const author = authorOf(page.state, entry.message);
  const shown = grouped
    ? drawTime(entry.ts, shortClockText(entry.ts))
    : avatar({ ...author, sign: page.emoji(author.emoji) });
  return h("div", { class: "gutter" }, shown);
}

function drawBody(page, entry, id, editing) {
  const { attachments, files } = entry.message;
  const context = page.context(entry);
  return h(
    "div",
    { id },
    editing ? drawEditBox(page, entry) : drawText(page, entry, context),
    attachments?.length ? drawAttachments(attachments, context) : null,
    files?.length ? drawFiles(files, context) : null,
  );
}

function drawArticle(page, entry, id, { grouped, inThread, editing }) {
  const looks = ["message", grouped && "grouped", entry.onlyFor && "ephemeral"];
  const attributes = {
    class: looks.filter(Boolean).join(" "),
    id,
    tabindex: -1,
    "aria-labelledby": `${id}-head ${id}-body`,
    "aria-busy": entry.streaming ? "true" : null,
    "data-ts": entry.ts,
  };
  const main = [
    drawNotes(entry),
    h("div", { id: `${id}-head` }, drawHead(page, entry, grouped)),
    drawBody(page, entry, `${id}-body`, editing),
    drawStop(page, entry),
    drawReactions(page, entry),
    inThread ? null : drawReplies(page, entry),
  ];
  const gutter = drawGutter(page, entry, grouped);
  return h("article", attributes, gutter, h("div", { class: "message-main" }, main));
}

/* Nothing that a bot sends stops the page: what cannot be drawn is shown as its JSON. */
function drawUndrawable(entry, id, error) {
  reportError(error);
  return h(
    "article",
    { class: "message", id, tabindex: -1, "aria-label": "A message", "data-ts": entry.ts },
    h("div", { class: "gutter" }),
    drawUnknown(entry.message, "message", error.message),
  );
}

/**
 * Draw a message.
 * @param {import("../state/page.js").Page} page
 * @param {import("../state/state.js").Entry} entry
 * @param {{grouped: boolean, list: string, inThread: boolean, editing: boolean}} how `grouped`: under another of the
 *   same author; `list`: a name that makes the ids of the elements the only ones on the page
 * @returns {HTMLElement}
 */
export function drawMessage(page, entry, how) {
  const id = `${how.list}-${entry.ts}`;
  try {
    return drawArticle(page, entry, id, how);
  } catch (error) {
    return drawUndrawable(entry, id, error);
  }
}
