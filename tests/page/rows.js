// SPDX-License-Identifier: MIT
/* Rows of the wire for the tests of the modules that write them down: what the simulator delivers to
 * examples/showcase.c, one of each kind, with the calls and the ack that it answers. */
import { applyWire, beginWire, callsAfter } from "../../tools/sim/page/drawer/wire.js";

const ann = "U0ANN00001", general = "C0GENERAL1";
const event = (inner, more = {}) => ({
  type: "event",
  payload: {
    token: "redacted:1", team_id: "T0SIM00001", type: "event_callback", event_id: "Ev0SIM00001",
    event: { user: ann, channel: general, ts: "1767225600.000001", ...inner }, ...more,
  },
});
const command = (name, text) => ({
  type: "command",
  payload: {
    command: name, text, user_id: ann, channel_id: general, trigger_id: "redacted:2",
    response_url: "https://hooks.slack.com/redacted/3",
  },
});
const interaction = (type, own) => ({
  type: "interaction",
  payload: { type, user: { id: ann }, trigger_id: "redacted:2", ...own },
});
const message = { type: "message", message_ts: "1767225600.000002", channel_id: general };
const inMessage = { container: message, channel: { id: general }, message: { ts: message.message_ts, text: "Hey" } };
const form = (value) => ({
  view: { id: "V1", type: "modal", callback_id: "form", private_metadata: "",
    state: { values: { name: { value: { type: "plain_text_input", value } } } } },
});
const post = (args) => ["chat.postMessage", args, { ok: true, channel: general, ts: "1767225600.000009" }];
const odd = "100% %s \"quoted\" it's ??/ ???/\" /* \\n */ \u202e\u061c\u0001\n\t日本 \ud83c\udf89";
const refused = { error: "http_error 404" };

/** name: [the delivery, the ack, calls of [method, arguments, answer]]. */
export const deliveries = {
  "a message": [event({ type: "message", text: "hello" }), {}, [post({
    channel: general, text: `Hey there <@${ann}>!`, blocks: JSON.stringify([{
      type: "section", text: { type: "mrkdwn", text: `Hey there <@${ann}>!` },
      accessory: { type: "button", action_id: "hello_click", text: { type: "plain_text", text: "Click me" } },
    }]) })]],
  "a message that nobody takes": [event({ type: "message", text: "goodbye" }), {}],
  "a message in a thread": [event({ type: "message", text: "hello", thread_ts: "1767225599.000001" }), {},
    [post({ channel: general, thread_ts: "1767225599.000001" })]],
  "a mention": [event({ type: "app_mention", text: "<@U0BOT00001> what is it?" }), {},
    [post({ channel: general, text: "You said: what is it?", thread_ts: "1767225600.000001" })]],
  "a reaction": [event({ type: "reaction_added", reaction: "eyes", item: { channel: general, ts: "1.2" } }), {}],
  "a step": [event({ type: "function_executed", function: { callback_id: "add_up" }, inputs: { a: "1", "b-c": 2 } }), {}],
  "a thread of the assistant": [event({ type: "assistant_thread_started",
    assistant_thread: { user_id: ann, channel_id: "D0ANN00001", thread_ts: "1.1", context: {} } }), {}],
  "a notice of dropped events": [{ type: "event", payload: { type: "app_rate_limited", team_id: "T0SIM00001" } }, {}],
  "a redelivery": [{ ...event({ type: "message", text: "goodbye" }), retry_num: 2 }, {}],
  "a command": [command("/echo", odd), { body: odd }],
  "a command over Socket Mode": [{ ...command("/echo", ""), wire: "Socket Mode" }, { body: { text: "usage: /echo TEXT" } }],
  "a command with a response URL": [command("/later", "on"), {}, [["response_url", { text: "later: on" }, { ok: true }]]],
  "an unknown command": [command("/nope", ""), { body: "The app could not do that. Please try again later." }],
  "a failed command": [command("/nope", ""), { body: { response_type: "ephemeral", text: "The app could not do that. Please try again later." } }],
  "a click": [interaction("block_actions", { ...inMessage, actions: [{ type: "button", action_id: "hello_click" }] }), {},
    [post({ channel: general, text: `<@${ann}> clicked the button` })]],
  "a date": [interaction("block_actions", { ...inMessage, actions: [{ type: "datepicker", action_id: "day",
    selected_date: "2026-01-01" }] }), refused],
  "an action in a modal": [interaction("block_actions", { ...form("A"), container: { type: "view" },
    actions: [{ type: "static_select", action_id: "size", selected_option: { value: "large" } }] }), refused],
  "a shortcut": [interaction("shortcut", { callback_id: "open_form" }), {}, [["views.open",
    { trigger_id: "redacted:2", view: JSON.stringify({ type: "modal", callback_id: "form" }) }, { ok: true, view: { id: "V1" } }]]],
  "a shortcut on a message": [interaction("message_action", { ...inMessage, callback_id: "close" }), refused],
  "a form with an error": [interaction("view_submission", form("Al")),
    { body: { response_action: "errors", errors: { name: "At least 3 characters" } } }],
  "a form": [interaction("view_submission", form("Ada")), {}, [post({ channel: ann, text: "Thank you, Ada" })]],
  "a closed form": [interaction("view_closed", { view: { ...form("").view, private_metadata: "it's" } }), refused],
  "options": [interaction("block_suggestion", { ...inMessage, action_id: "fruit", value: "ap" }),
    { body: { options: [{ value: "apple", text: { text: "apple" } }, { value: "apricot" }] } }],
  "options in a modal": [interaction("block_suggestion", { ...form(""), action_id: "fruit", value: "ch" }),
    { body: { options: [{ value: "cherry" }] } }],
  "an attachment's button": [interaction("interactive_message", { callback_id: "old", channel: { id: general },
    message_ts: "1.2", actions: [{ name: "ok", type: "button", value: "yes" }] }), refused],
  "an attachment's options": [interaction("interactive_message", { callback_id: "old", name: "city", value: "os" }), refused],
  "a dialog": [interaction("dialog_submission", { callback_id: "old", submission: { city: "Oslo" }, state: "" }), refused],
  "a dialog with a state": [interaction("dialog_submission", { callback_id: "old", submission: {}, state: "s" }), refused],
  "a canceled dialog": [interaction("dialog_cancellation", { callback_id: "old", state: "" }), refused],
  "a dialog's options": [interaction("dialog_suggestion", { callback_id: "old", name: "city", value: "" }), refused],
};

/** The row of a delivery, and those of its calls, oldest first. */
export function rowOf([delivery, ack, calls = []]) {
  const wire = beginWire();
  let id = 0;
  const take = (entry) => applyWire(wire, { id: ++id, at: id, ...entry });
  const { row } = take({ kind: "delivery", number: 1, wire: "HTTP", ...delivery });
  calls.forEach(([method, args, answer], i) =>
    take({ kind: "call", number: i + 1, method, arguments: args, status: 200, answer, took_ms: 1 }));
  take({ kind: "ack", number: 1, took_ms: 5, error: "", ...ack });
  return { wire, row, calls: callsAfter(wire, row) };
}
