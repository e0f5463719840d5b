// SPDX-License-Identifier: MIT
/* Messages of a bot that wants to harm: markup, scripts, URLs, styles, sizes and directions of text.
 * No script runs, no request leaves, and a person can still use the page. */
import assert from "node:assert";
import { story } from "./harness.js";
import { person } from "./person.js";

const RUN = "globalThis.hacked=1";
const urls = [
  `javascript:${RUN}`, `JaVaScRiPt:${RUN}`, ` javascript:${RUN}`, `java\nscript:${RUN}`, `java\tscript:${RUN}`,
  `\u0001javascript:${RUN}`, `vbscript:${RUN}`, `data:text/html,<script>${RUN}</script>`,
  `data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg' onload='${RUN}'/>`, "blob:https://evil.test/x",
  "//evil.test/x.png", "https://evil.test/x.png", "https:evil.test", "file:///etc/passwd", "view-source:x",
  `https://evil.test/"onmouseover="${RUN}`, `https://evil.test/'><script>${RUN}</script>`,
];
const texts = [
  `<script>${RUN}</script>`, `<img src=x onerror=${RUN}>`, `<svg onload=${RUN}>`, `<iframe srcdoc="<script>parent.hacked=1</script>">`,
  `&lt;script&gt;${RUN}&lt;/script&gt;`, `&amp;lt;img src=x onerror=${RUN}&amp;gt;`, `"><b onclick=${RUN}>x</b>`,
  "<!channel|<b>x</b>>", `<!date^1392734382^{date}^javascript:${RUN}|x>`, `<!date^99999999999999^{date_long}|x>`,
  `<@U${"9".repeat(5000)}|<script>>`, `<#C1|</a><script>${RUN}</script>>`, "<!subteam^S1|<i>>", `:${"a".repeat(5000)}:`,
  ":__proto__: :constructor: :toString:", "<style>*{display:none}</style>", `<a href="javascript:${RUN}">x</a>`,
  "\u202Egnihton \u202D\u2066 \u2067\u200F", "\u0000\u0007\uFFFE\uFEFF", "e\u0301".repeat(2000) + "\u0310".repeat(3000),
  "*".repeat(4000), "_*~`".repeat(4000), "<".repeat(4000), "> ".repeat(4000), "[".repeat(4000), "`".repeat(4000), "\n".repeat(4000),
  ...urls.flatMap((url) => [`<${url}|click>`, `<${url}>`, url, `[click](${url})`, `![click](${url})`, `<${url}`, `[click]: ${url}\n[click]`]),
];
const signs = [
  "*", "_", "~", "`", "<", ">", "[", "]", "!", "(", "\n", "&", "> ", "- ", "1. ", "|", "#", "```", "* a ", "_a", "<a|", "www.",
  "https://a.b/(", "@", "\\", "|a|\n|-|\n", "\t", ":a", ":a:", "&amp;", "**a", "[a](", "![a](", "[a]: b\n", "- a\n  ", "<!date^1^",
  "a*b_c", "***", "\r\n", "<@U1>", "\u202e", "\n> ", "\n- ", "\n```\n", "e\u0301", "<a>b</a>",
];
const style = "red;background:url(https://evil.test/x);position:fixed;inset:0";

/** Everything that takes a text or a URL, with these. */
function surfaces(text, url) {
  const plain = { type: "plain_text", text: text || "x" }, mrkdwn = { type: "mrkdwn", text: text || "x" };
  const image = { type: "image", image_url: url, alt_text: text, title: plain };
  const button = { type: "button", action_id: text, value: text, text: plain, url, style: text };
  const option = { text: plain, value: text, description: plain, url };
  return [
    { blocks: [
      { type: "section", block_id: text, text: mrkdwn, fields: [plain, mrkdwn], accessory: button },
      { type: "section", text: plain, accessory: image }, { type: "header", text: plain }, { type: "markdown", text },
      { type: "context", elements: [image, mrkdwn] }, image,
      { type: "image", slack_file: { id: text, url }, alt_text: text },
      { type: "video", video_url: url, thumbnail_url: url, title: plain, title_url: url, alt_text: text, provider_name: text, provider_icon_url: url, author_name: text, description: plain },
      { type: "file", external_id: text, source: "remote", file: { url_private: url, name: text, title: text, permalink: url, thumb_360: url, mimetype: "image/svg+xml" } },
      { type: "actions", elements: [button, { type: "overflow", action_id: "o", options: [option, option] },
        { type: "static_select", action_id: "s", placeholder: plain, options: [option] },
        { type: "checkboxes", action_id: "c", options: [option] }, { type: "radio_buttons", action_id: "r", options: [option] },
        { type: "datepicker", action_id: "d", initial_date: text, placeholder: plain },
        { type: "users_select", action_id: "u", initial_user: text, placeholder: plain },
        { type: "workflow_button", text: plain, workflow: { trigger: { url } } }, { type: text, text: plain }] },
      { type: "input", label: plain, hint: plain, element: { type: "plain_text_input", action_id: text, initial_value: text, placeholder: plain } },
      { type: "rich_text", elements: [
        { type: "rich_text_section", elements: [{ type: "text", text, style: { bold: text } }, { type: "link", url, text }, { type: "link", url, unsafe: true },
          { type: "user", user_id: text }, { type: "emoji", name: text, unicode: text, url }, { type: "color", value: style },
          { type: "date", timestamp: 9e15, format: text, url, fallback: text }, { type: text, url }] },
        { type: "rich_text_list", style: text, indent: 1e9, offset: -1e9, border: 1e9, elements: [{ type: "rich_text_section", elements: [{ type: "text", text }] }] },
        { type: "rich_text_preformatted", language: text, elements: [{ type: "text", text }] }] },
      { type: "table", column_settings: [{ align: style, is_wrapped: text }], rows: [[{ type: "raw_text", text }, { type: "rich_text", elements: [] }]] },
      { type: "task_card", task_id: text, title: text, status: text, sources: [{ type: "url", url, text }] },
      { type: "card", title: mrkdwn, subtitle: mrkdwn, body: mrkdwn, icon: image, hero_image: image, actions: [button] },
      { type: "alert", level: text, text: mrkdwn }, { type: text, text, url }, { type: "__proto__" }, { type: "constructor" }, {},
    ] },
    { attachments: [{ color: style, pretext: text, author_name: text, author_link: url, author_icon: url, title: text, title_link: url, text,
      fields: [{ title: text, value: text }], image_url: url, thumb_url: url, footer: text, footer_icon: url, from_url: url, original_url: url,
      service_icon: url, service_name: text, ts: text, mrkdwn_in: text, callback_id: text,
      actions: [{ type: "button", name: text, text, url, style: text, value: text, confirm: { text } }] }] },
  ];
}

/** The traces that a script, a foreign request or a style of the bot would leave. */
function harm() {
  const found = [];
  const all = [...document.querySelectorAll("*")];
  if (globalThis.hacked) found.push("a script has run");
  for (const element of all) {
    const at = element.outerHTML.slice(0, 200);
    if (/^(script|iframe|object|embed|base|style|link|meta)$/i.test(element.tagName) && !document.head.contains(element)) found.push(`an element: ${at}`);
    for (const { name, value } of element.attributes) {
      if (/^on/i.test(name)) found.push(`a listener as an attribute: ${at}`);
      if (name === "style" && /url|fixed|inset/i.test(value)) found.push(`a style: ${at}`);
      if (/^(href|src|action|formaction|srcset|poster|data|xlink:href)$/i.test(name)) found.push(...badUrl(element, name, value, at));
    }
  }
  return found;

  function badUrl(element, name, value, at) {
    const url = new URL(value, location.href);
    if (element.tagName === "A") {
      if (!/^(https?|mailto):$/.test(url.protocol)) return [`a link: ${at}`];
      if (url.origin === location.origin) return [];
      return element.target === "_blank" && /noopener/.test(element.rel) && /noreferrer/.test(element.rel) ? [] : [`a link that knows the page: ${at}`];
    }
    return url.protocol === "data:" || url.protocol === "blob:" || url.origin === location.origin ? [] : [`a source: ${at}`];
  }
}

/** Draws surfaces as the page does, even those that the simulator refuses. */
async function draw(all) {
  const { drawBlocks } = await import("/page/blocks/blocks.js");
  const { drawAttachments } = await import("/page/messages/attachments.js");
  const context = { surface: "message", names: { user: () => null, channel: () => null, team: () => null }, emoji: () => null,
    act: async () => ({ ok: true }), suggest: async () => [], values: new Map(), errors: {}, file: () => null };
  const failed = [];
  const main = document.querySelector("main");
  for (const { blocks, attachments } of all) {
    const before = JSON.stringify(blocks ?? attachments).slice(0, 300);
    try {
      main.append(blocks ? drawBlocks(blocks, context) : drawAttachments(attachments, context));
    } catch (error) {
      failed.push(`${error.stack}\n${before}`);
    }
  }
  return failed;
}

async function unharmed(page) {
  assert.deepEqual(await page.evaluate(harm), []);
}

story("texts and URLs of a bot that wants to harm are drawn, and do nothing", {}, async ({ page }) => {
  const all = [...texts.flatMap((text) => surfaces(text, "https://example.com/")), ...urls.flatMap((url) => surfaces(url, url))];
  assert.deepEqual(await page.evaluate(draw, all), []);
  await unharmed(page);
});

/* A parser or an element that takes the square of a length never comes to the end of these. */
story("long texts of one sign are drawn in time", {}, async ({ page }) => {
  const drawn = await page.evaluate(async (all) => {
    const drawers = await import("/page/text/text.js");
    const context = { surface: "message", names: {}, emoji: () => null };
    for (const sign of all)
      for (const draw of ["drawMrkdwn", "drawMarkdown", "drawPlain"])
        drawers[draw](sign.repeat(20000 / sign.length), context);
    return all.length;
  }, signs);
  assert.equal(drawn, signs.length);
});

story("what a bot can post does nothing", { bot: "showcase" }, async ({ page, sim }) => {
  const { write, sees, open } = person(page);
  let accepted = 0;
  for (const text of texts)
    for (const more of [{}, { username: text, icon_url: urls[11], icon_emoji: text }, ...surfaces(text, urls[11])])
      accepted += await sim.call("chat.postMessage", { channel: "#general", text, ...more }).then(() => 1, () => 0);
  assert(accepted > texts.length, `only ${accepted} were accepted`);
  await write("I can still write");
  await sees("I can still write");
  await unharmed(page);
  await open("random");
});

story("100,000 characters, and 10,000 buttons", { bot: "showcase" }, async ({ page, sim }) => {
  const { sees, write } = person(page);
  const rows = Array.from({ length: 50 }, (_, row) => ({ type: "actions", elements: Array.from({ length: 25 }, (_, column) => (
    { type: "button", action_id: row + column === 0 ? "hello_click" : `b${row}-${column}`, text: { type: "plain_text", text: `Button ${row}-${column}` } })) }));
  for (let i = 0; i < 8; i++) await sim.call("chat.postMessage", { channel: "#general", text: `buttons ${i}`, blocks: rows });
  for (const text of ["x".repeat(100000), "<@U1> *b* _i_ :tada: ".repeat(5000)])
    await sim.call("chat.postMessage", { channel: "#general", text }).catch((error) => assert.match(error.message, /msg_too_long/));
  await sim.call("chat.postMessage", { channel: "#general", text: "x".repeat(39000) });
  await write("hello");
  await (await sees("Hey there @ann!")).getByRole("button", { name: "Click me" }).click();
  await sees("@ann clicked the button");
});
