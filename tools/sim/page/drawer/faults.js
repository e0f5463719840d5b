// SPDX-License-Identifier: MIT
/* The panel "Let something go wrong": what is in force, the most common mishaps as buttons, and
 * every fault of the simulator as a form. Kinds, units and sentences come from the simulator. */

import { h, replace } from "../base/dom.js";
import { duration } from "./wire.js";

/** The time between two reads of the list of faults in force, while it changes by itself. */
const READ_AGAIN_MS = 1000;
const HOUR_MS = 3600 * 1000;

const many = (count, noun) => `${count} ${noun}${count === 1 ? "" : "s"}`;

/* --- what is in force --- */

function counts(fault) {
  const said = [`has acted ${many(fault.acted, "time")}`];
  if (fault.after > 0) said.push(`lets ${fault.after} pass first`);
  if (fault.left > 0) said.push(`${fault.left} more to come`);
  if (fault.ms > 0) said.push(`${duration(fault.ms)} more`);
  return said.join(", ");
}

function drawActive(fault, end) {
  return h("li", { class: "fault-active" },
    h("div", null, h("code", null, fault.fault), h("span", { class: "quiet" }, ` ${counts(fault)}`)),
    h("button", { type: "button", class: "button small", "aria-label": `End ${fault.fault}`,
      onclick: () => end(fault.fault) }, "End"));
}

function drawInForce(faults, end) {
  if (faults.length === 0) return h("p", { class: "quiet" }, "Nothing goes wrong at the moment.");
  return [h("ul", { class: "fault-list" }, faults.map((fault) => drawActive(fault, end))),
    faults.length > 1 && h("button", { type: "button", class: "button small",
      onclick: () => end("") }, "End all of them")];
}

/* --- the common mishaps --- */

const fault = (label, faults, help) => ({ label, help, path: "/sim/fault", body: { faults } });
const limits = (name, label, help) => ({ label, help, limits: name, path: "/sim/limits",
  body: { limits: name }, done: `The rate limits in force: ${label}.` });
const time = (ms, label, help, passed) => ({ label, help, path: "/sim/clock", body: { ms },
  done: `${passed} has passed.` });

const MISHAPS = [
  ["The app's connections", [
    fault("Refresh the sockets", "refresh", "Slack asks the app to reconnect"),
    fault("Cut them", "drop", "TCP ends without a Close"),
    fault("Let them go half-open", "half-open", "Nothing arrives any more, without notice"),
    { label: "End half-open ones", path: "/sim/fault/clear", body: { name: "half-open" },
      help: "TCP ends at last" },
  ]],
  ["The network", [
    fault("Delay calls by 2 s, for a minute", "api-slow * 2000 --for 60000", "Every answer is late"),
    fault("Cut the next answer", "api-cut *", "The call acts, and its answer is lost"),
    fault("Lose the next ack", "lost-ack", "Slack sends the event again"),
    fault("Send the next event twice", "duplicate", "The app should handle it once"),
  ]],
  ["Time", [
    time(HOUR_MS, "Pass an hour", "Redeliveries, scheduled messages and the ends of tokens come now",
      "An hour"),
    time(60000, "Pass a minute", "The limits of a minute begin anew", "A minute"),
  ]],
  ["Rate limits", [
    fault("Refuse the next call", "api-status * 429 2", "429, with a Retry-After of 2 s"),
    limits("none", "No limits", "The default"),
    limits("tiers", "Slack's tiers", "As for an internal app"),
    limits("distributed", "A distributed app's", "History once a minute, in pages of 15"),
  ]],
  ["The installation", [
    { label: "Uninstall the app", path: "/sim/uninstall", body: {}, ofWorkspace: true,
      help: "Its tokens in this workspace end", done: "The app is not installed any more." },
    { label: "Install it again", path: "/sim/install", body: {}, ofWorkspace: true,
      help: "With the token that it had", done: "The app is installed again." },
  ]],
];

function drawMishap(mishap, cause) {
  return h("button", { type: "button", class: "mishap", "data-limits": mishap.limits,
    "aria-pressed": mishap.limits && "false", onclick: () => cause(mishap) },
    h("span", { class: "mishap-label" }, mishap.label),
    h("span", { class: "mishap-help" }, mishap.help));
}

function drawMishaps(cause) {
  return MISHAPS.map(([title, list]) => h("section", { class: "mishaps" }, h("h4", null, title),
    h("div", { class: "mishap-grid" }, list.map((mishap) => drawMishap(mishap, cause)))));
}

/* --- any fault --- */

function drawField(label, attributes, hint) {
  const id = `fault-${attributes.name}`;
  return h("div", { class: "fault-field" },
    h("label", { for: id }, label),
    h("input", { id, type: "text", autocomplete: "off", spellcheck: "false", ...attributes,
      "aria-describedby": hint && `${id}-hint` }),
    hint && h("span", { id: `${id}-hint`, class: "quiet" }, hint));
}

function drawArgument(argument) {
  const label = argument.name.toLowerCase().replaceAll("_", " ").replace(/ (s|ms)$/, "");
  const number = argument.max !== undefined;
  return drawField(argument.unit ? `${label} (${argument.unit})` : label, {
    name: argument.name, required: argument.required, inputmode: number ? "numeric" : "text",
    placeholder: argument.default, list: argument.name === "METHOD" && "fault-methods",
  }, number ? `up to ${argument.max}` : "");
}

function drawLimits(kind) {
  if (kind.at_once) return drawField("sockets", { name: "--count", inputmode: "numeric",
    placeholder: "all" }, "how many of them");
  return [
    drawField("share of the calls", { name: "percent", inputmode: "decimal", placeholder: "100 %" }),
    drawField("let pass first", { name: "--after", inputmode: "numeric", placeholder: "0" }),
    drawField("times", { name: "--count", inputmode: "numeric",
      placeholder: kind.count > 0 ? String(kind.count) : "until it is ended" }),
    drawField("for (ms)", { name: "--for", inputmode: "numeric", placeholder: "no limit" }),
  ];
}

/* The request as the command line has it: "5% api-cut chat.postMessage --count 3". */
function requestOf(kind, form) {
  const given = (name) => form.elements[name]?.value.trim() ?? "";
  const percent = given("percent").replace(/\s*%$/, "");
  const words = percent ? [`${percent}%`, kind.name] : [kind.name];
  const last = kind.arguments.findLastIndex((argument) => given(argument.name));
  for (const argument of kind.arguments.slice(0, last + 1))
    words.push(given(argument.name) || argument.default || "");
  for (const option of ["--after", "--count", "--for"])
    if (given(option)) words.push(option, given(option));
  return words.filter(Boolean).join(" ");
}

function drawOptions(kinds) {
  const areas = [...new Set(kinds.map((kind) => kind.area))];
  return areas.map((area) => h("optgroup", { label: area },
    kinds.filter((kind) => kind.area === area).map((kind) =>
      h("option", { value: kind.name }, kind.name))));
}

function drawForm(kinds, cause) {
  const fields = h("div", { class: "fault-fields" });
  const help = h("p", { id: "fault-help", class: "quiet" });
  const said = h("code", { class: "fault-said" });
  const chosen = () => kinds.find((kind) => kind.name === form.elements.kind.value);
  const say = () => replace(said, `slackapp sim fault ${requestOf(chosen(), form)}`);
  const choose = () => {
    replace(help, `${chosen().help}.`);
    replace(fields, chosen().arguments.map(drawArgument), drawLimits(chosen()));
    say();
  };
  const form = h("form", { class: "fault-form", oninput: say,
    onsubmit: (event) => {
      event.preventDefault();
      cause(fault("", requestOf(chosen(), form)));
    } },
  h("div", { class: "fault-field" }, h("label", { for: "fault-kind" }, "fault"),
    h("select", { id: "fault-kind", name: "kind", "aria-describedby": "fault-help",
      onchange: choose }, drawOptions(kinds))),
  help, fields,
  h("datalist", { id: "fault-methods" }, ["*", "chat.*", "chat.postMessage", "chat.update",
    "views.open", "users.info", "conversations.history", "response_url", "webhook", "trigger"].map(
    (value) => h("option", { value }))),
  h("div", { class: "fault-start" }, h("button", { type: "submit", class: "button primary" }, "Start"),
    said));
  choose();
  return form;
}

/* --- the panel --- */

function drawPanel(sections) {
  return h("div", { class: "faults" }, Object.entries(sections).map(([title, content]) =>
    h("section", null, h("h3", null, title), content)));
}

/* The button of the limits that are in force is pressed. */
function markLimits(panel, limits) {
  for (const button of panel.querySelectorAll("[data-limits]"))
    button.setAttribute("aria-pressed", String(button.dataset.limits === limits));
}

/* The simulator's answer, as a sentence. */
function outcomeOf(mishap, answer) {
  const started = answer.faults?.[0];
  if (started?.sockets !== undefined)
    return `${started.fault}: happened to ${many(started.sockets, "connection")}.`;
  if (started?.left > 0) return `${started.fault}: acts ${many(started.left, "time")}.`;
  if (started?.ms > 0) return `${started.fault}: acts for ${duration(started.ms)}.`;
  if (started) return `${started.fault}: acts until it is ended.`;
  if (answer.cleared !== undefined) return `Ended: ${many(answer.cleared, "connection")}.`;
  return mishap.done;
}

/**
 * @param {{faults: Array<Object>, workspace: string}} shared what the drawer knows
 * @param {{get: function, post: function}} api
 * @param {function(string, boolean=)} tell
 * @returns {{element: HTMLElement, shown: function(), changed: function()}} `changed`: the list in
 *   `shared` is another one
 */
export function faultsPanel(shared, api, tell) {
  const inForce = h("div", { class: "fault-in-force" });
  const form = h("div", null);
  let timer = 0, kinds = null;

  async function run(what) {
    try {
      tell(await what());
    } catch (error) {
      tell(error.message, true);
    }
    await read();
  }

  const cause = (mishap) => run(async () => outcomeOf(mishap, await api.post(mishap.path,
    mishap.ofWorkspace ? { ...mishap.body, workspace: shared.workspace } : mishap.body)));

  const end = (name) => run(async () => {
    const { cleared } = await api.post("/sim/fault/clear", { name });
    return cleared === 1 ? `${name || "One fault"} has ended.` : `Ended: ${many(cleared, "fault")}.`;
  });

  /* An item that has the focus keeps it: the list is drawn again only when it differs. */
  function changed() {
    const text = JSON.stringify(shared.faults);
    if (inForce.dataset.shown !== text) replace(inForce, drawInForce(shared.faults, end));
    inForce.dataset.shown = text;
  }

  async function read() {
    clearTimeout(timer);
    const answer = await api.get("/sim/fault").catch(() => null);
    if (!answer) return;
    shared.faults = answer.faults;
    if (!kinds) replace(form, drawForm(kinds = answer.kinds, cause));
    markLimits(element, answer.limits);
    changed();
    if (shared.faults.length > 0 && element.checkVisibility())
      timer = setTimeout(read, READ_AGAIN_MS);
  }

  const element = drawPanel({ "In force": inForce, "Common mishaps": drawMishaps(cause),
    "Any fault": form });
  changed();
  return { element, shown: read, changed };
}
