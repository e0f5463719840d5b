// SPDX-License-Identifier: MIT
/* One of each kind of block and element of Block Kit, as small as Slack accepts it, with most of the
 * members that it has. */
const plain = (text) => ({ type: "plain_text", text, emoji: true });
const marked = (text) => ({ type: "mrkdwn", text });
const option = (name) => ({ text: plain(name), value: name.toLowerCase(), description: plain(`about ${name}`) });
const image = { type: "image", image_url: "https://example.com/i.png", alt_text: "An image" };
const button = { type: "button", action_id: "button", text: plain("Press"), value: "v", style: "primary" };
const options = [option("One"), option("Two"), option("Three")];
const rich = { type: "rich_text", elements: [
  { type: "rich_text_section", elements: [
    { type: "text", text: "styled", style: { bold: true, italic: true, strike: true, underline: true, code: true, highlight: true } },
    { type: "link", url: "https://example.com", text: "link" }, { type: "user", user_id: "U1" }, { type: "usergroup", usergroup_id: "S1" },
    { type: "channel", channel_id: "C1" }, { type: "team", team_id: "T1" }, { type: "broadcast", range: "here" },
    { type: "color", value: "#ff8800" }, { type: "date", timestamp: 1392734382, format: "{date}", fallback: "then" },
    { type: "emoji", name: "wave", skin_tone: 3, unicode: "1f44b-1f3fc" }, { type: "canvas", file_id: "F1" }] },
  { type: "rich_text_list", style: "ordered", indent: 1, offset: 2, border: 1, elements: [{ type: "rich_text_section", elements: [{ type: "text", text: "item" }] }] },
  { type: "rich_text_quote", elements: [{ type: "text", text: "quote" }] },
  { type: "rich_text_preformatted", elements: [{ type: "text", text: "code" }] }] };
const axes = { categories: ["a", "b"], x_label: "x", y_label: "y" };
const series = [{ name: "one", data: [{ label: "a", value: 1 }, { label: "b", value: -2 }] }];
const charts = [{ type: "pie", segments: [{ label: "a", value: 1 }, { label: "b", value: 2 }] },
  ...["bar", "line", "area"].map((type) => ({ type, series, axis_config: axes }))];
const rows = [[{ type: "raw_text", text: "Name" }, { type: "raw_text", text: "Count" }], [rich, { type: "raw_number", value: 1.5 }]];
const task = { task_id: "t", title: "Task", status: "in_progress", details: rich, output: rich, sources: [{ type: "url", url: "https://example.com", text: "source" }] };
const card = { type: "card", hero_image: image, icon: image, title: marked("Card"), subtitle: plain("sub"), body: marked("body"), subtext: plain("small"), actions: [button] };
const menu = (type) => ({ type, action_id: type, placeholder: plain(`Choose ${type}`), options });

/** Elements that act at once. */
export const elements = [
  button, { ...button, type: "workflow_button", workflow: { trigger: { url: "https://slack.com/shortcuts/x" } } },
  { type: "overflow", action_id: "overflow", options }, { ...menu("checkboxes"), initial_options: [options[0]] },
  { ...menu("radio_buttons"), initial_option: options[1] }, menu("datepicker"), { ...menu("timepicker"), timezone: "Europe/Berlin" }, menu("datetimepicker"),
  menu("static_select"), menu("multi_static_select"), menu("external_select"), menu("multi_external_select"), menu("users_select"),
  menu("multi_users_select"), menu("conversations_select"), menu("multi_conversations_select"), menu("channels_select"), menu("multi_channels_select"),
  { type: "rich_text_input", action_id: "rich_text_input", initial_value: rich, placeholder: plain("Write rich_text_input") },
];

/** Elements of input blocks alone. */
export const inputs = [
  { type: "plain_text_input", multiline: true, min_length: 2, max_length: 20 }, { type: "email_text_input" }, { type: "url_text_input" },
  { type: "number_input", is_decimal_allowed: true, min_value: "1", max_value: "9" }, { type: "file_input", filetypes: ["pdf"], max_files: 2 },
].map((element) => ({ ...element, action_id: element.type }));

/** Blocks of every kind. */
export const blocks = [
  { type: "header", text: plain("Header") }, { type: "divider" }, { ...image, title: plain("Title") }, rich,
  { type: "section", text: marked("*b* _i_ ~s~ `c`\n> q\n```p```<https://example.com|l> <@U1> <#C1> <!here> :tada:"), fields: [marked("*a*"), plain("b")], accessory: image },
  { type: "context", elements: [image, marked("text"), plain("text")] }, { type: "actions", elements },
  { type: "context_actions", elements: [
    { type: "feedback_buttons", action_id: "feedback", positive_button: { text: plain("Good"), value: "good" }, negative_button: { text: plain("Bad"), value: "bad" } },
    { type: "icon_button", action_id: "icon", icon: "trash", text: plain("Delete"), visible_to_user_ids: ["U1"] }] },
  ...inputs.map((element) => ({ type: "input", block_id: element.type, label: plain(`Label of ${element.type}`), hint: plain("Hint"), element })),
  { type: "markdown", text: "# H\n**b** *i* ~~s~~ `c` [l](https://example.com)\n\n- a\n  1. b\n- [x] c\n\n> q\n\n---\n| a | b |\n|--|:-:|\n| 1 | 2 |\n```js\nx\n```" },
  { type: "video", title: plain("Video"), title_url: "https://example.com/v", video_url: "https://example.com/e", thumbnail_url: "https://example.com/t.png", alt_text: "A video", description: plain("text"), author_name: "ann", provider_name: "tube" },
  { type: "file", external_id: "X", source: "remote", file: { title: "Report", size: 1234, pretty_type: "PDF", permalink: "https://example.com/f" } },
  { type: "call", call_id: "R1", call: { v1: { name: "Standup", join_url: "https://example.com/j" } } },
  { type: "share_shortcut", title: "Shortcut", description: "text", button_label: "Start", url: "https://example.com/s" },
  { type: "table", rows, column_settings: [{ align: "center", is_wrapped: true }, null] },
  { type: "data_table", caption: "Data", rows: [rows[0], ...Array.from({ length: 30 }, () => rows[1])], page_size: 10, row_header_column_index: 0 },
  ...charts.map((chart) => ({ type: "data_visualization", title: "Chart", chart })),
  { type: "task_card", ...task }, { type: "plan", title: "Plan", tasks: [task, { ...task, status: "complete" }] },
  card, { type: "carousel", elements: [{ ...card, block_id: "a" }, { ...card, block_id: "b" }] },
  { type: "container", title: plain("Container"), subtitle: marked("sub"), slack_icon: { type: "icon", name: "spark" }, is_collapsible: true, child_blocks: [{ type: "section", text: plain("inside") }] },
  ...["default", "info", "warning", "error", "success"].map((level) => ({ type: "alert", level, text: marked("alert") })),
].map((block, i) => ({ block_id: `block-${i}`, ...block }));

/** Attachments, as messages had before blocks. */
export const attachments = [{ color: "good", pretext: "pre", author_name: "ann", author_link: "https://example.com", author_icon: image.image_url,
  title: "Title", title_link: "https://example.com", text: "*text*", fields: [{ title: "Field", value: "_v_", short: true }], image_url: image.image_url,
  thumb_url: image.image_url, footer: "foot", footer_icon: image.image_url, ts: 1392734382, fallback: "f", callback_id: "c", mrkdwn_in: ["text"],
  actions: [{ name: "a", type: "button", text: "Old", value: "o", style: "danger", confirm: { title: "Sure?", text: "t", ok_text: "Yes", dismiss_text: "No" } },
    { name: "s", type: "select", text: "Game", options: [{ text: "Chess", value: "c" }] }] },
{ color: "#123456", blocks: [{ type: "section", text: plain("in an attachment") }] }];

export { plain, marked };
