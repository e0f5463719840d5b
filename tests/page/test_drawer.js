// SPDX-License-Identifier: MIT
/* The drawer in a real browser: the wire, replays and copies, faults by a click, the bot's side. */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { promisify } from "node:util";

import { applyWire, beginWire, callsAfter } from "../../tools/sim/page/drawer/wire.js";
import { build, story, violations } from "./harness.js";
import { runCopies } from "./kit_program.js";
import { person } from "./person.js";

const dark = { page: { colorScheme: "dark" } }, narrow = { page: { colorScheme: "dark", viewport: { width: 420, height: 800 } } };
const showcase = { bot: "showcase", page: { permissions: ["clipboard-read", "clipboard-write"] } };

/** The drawer, open at a tab. */
async function drawer(page, tab = "Wire") {
  const { wire } = person(page);
  const toggle = page.getByRole("button", { name: "Wire", exact: true });
  if (await toggle.getAttribute("aria-expanded") !== "true") await toggle.click();
  await wire.getByRole("tab", { name: tab }).click();
  const list = wire.getByRole("listbox");
  return {
    wire, list, row: (name) => list.getByRole("option", { name }).first(),
    button: (name) => wire.getByRole("button", { name }),
    details: wire.getByRole("region", { name: "Details" }),
    says: (text) => wire.getByRole("status").filter({ hasText: text }).waitFor(),
  };
}

/** Runs what was copied, as in a terminal. */
async function paste(text, env) {
  const pasted = promisify(execFile)("sh", ["-eu"], { env: { ...env, PATH: `${build}:${process.env.PATH}` } });
  pasted.child.stdin.end(text);
  await pasted;
}

const copied = (page) => page.evaluate(() => navigator.clipboard.readText());

for (const [transport, look] of [["socket", {}], ["http", dark]])
  story(`the wire over ${transport} shows a greeting, by the keyboard alone`, { ...showcase, transport, ...look }, async ({ page }) => {
    const { write, sees } = person(page);
    await write("hello");
    await sees("Hey there");
    const { wire, list, row, details } = await drawer(page);
    await row(/^event message hello to the app over (HTTP|Socket Mode) acknowledged after \d+ ms/).waitFor();
    await row(/^call chat\.postMessage Hey there .* from the app answered after/).waitFor();
    await list.focus();
    await page.keyboard.press("End");
    await page.keyboard.press("Home");
    assert.equal(await list.locator('[aria-selected="true"]').count(), 1);
    await row(/^event message hello/).click();
    const tree = details.getByRole("tree", { name: "Payload" });
    const item = (name) => tree.getByRole("treeitem", { name });
    await item(/^event: \{/).focus();
    await page.keyboard.press("ArrowLeft");
    assert.equal(await item(/^event: \{/).getAttribute("aria-expanded"), "false");
    assert.equal(await item('text: "hello"').isVisible(), false);
    for (const key of ["ArrowRight", "ArrowRight"]) await page.keyboard.press(key);
    assert.equal(await page.evaluate(() => document.activeElement.textContent), 'type: "message"');
    assert.equal(await item('text: "hello"').isVisible(), true);
    assert.deepEqual(await violations(page, "#drawer"), []);
  });

story("filters show what was asked for", showcase, async ({ sim, page }) => {
  const { wire, list } = await drawer(page);
  const names = async (count) => {
    await wire.getByText(new RegExp(`^${count} (of \\d+ rows|rows?)$`)).waitFor();
    return list.getByRole("option").allTextContents();
  };
  await sim.cli("send", "command", "/echo", "one");
  await sim.cli("send", "shortcut", "nowhere").catch(() => {}); // it exits with 1: nobody takes it
  await wire.getByRole("combobox", { name: "Kind" }).selectOption("Commands");
  assert.match((await names(1))[0], /\/echo/);
  await wire.getByRole("combobox", { name: "Kind" }).selectOption("All kinds");
  await wire.getByRole("checkbox", { name: "Failed only" }).check();
  assert.match((await names(1))[0], /shortcut.*no ack within 3 s/);
  await wire.getByRole("checkbox", { name: "Failed only" }).uncheck();
  await wire.getByRole("searchbox", { name: "Filter by text" }).fill("ONE");
  assert.match((await names(1))[0], /\/echo/);
  await wire.getByRole("searchbox", { name: "Filter by text" }).fill("no such text");
  await wire.getByText(/^The filter lets none of \d+ rows through\.$/).waitFor();
  await wire.getByRole("searchbox", { name: "Filter by text" }).fill("ONE");
  await list.getByRole("option", { name: /echo/ }).click();
  await wire.getByRole("button", { name: "Send again" }).click();
  await wire.getByRole("status").getByText("Sent again.").waitFor();
  assert.match(await sim.cli("transcript"), /runs \/echo one -> .*: one\n(.*\n)*.*runs \/echo again -> .*: one/);
  await wire.getByRole("button", { name: "Clear" }).click();
  await wire.getByText("No delivery and no call yet.").waitFor();
  assert.equal(await list.getByRole("option").count(), 0);
});

story("what was copied runs, and what was sent again comes again", { ...showcase, transport: "http" }, async ({ sim, page }) => {
  const { write, sees } = person(page);
  await write("hello");
  await sees("Hey there");
  const { row, button, says } = await drawer(page);
  await row(/^event message hello/).click();
  await button("Copy as test").click();
  await says("Copied the test in C.");
  assert.match(await copied(page), /slack_test_expect\(t, "chat\.postMessage",[^]*slack_test_message\(t, "hello"\);/);
  const shown = await page.content();
  for (const name of ["SLACK_BOT_TOKEN", "SLACK_APP_TOKEN", "SLACK_SIGNING_SECRET"]) assert.ok(!shown.includes(sim.env[name]));
  /* The bot greets once more; with the command, a person has written once more, too. */
  const greets = async (entries, times) =>
    assert.equal((await sim.cli("transcript", "--wait", String(entries))).match(/Hey there/g).length, times);
  await button("Copy as curl").click();
  await says("Copied the request");
  await paste(await copied(page), sim.env);
  await greets(3, 2);
  await button("Copy as command").click();
  await says("Copied the slackapp");
  await paste(await copied(page), {});
  await greets(5, 3);
  await button("Send again").first().click();
  await says("Sent again.");
  await greets(6, 4);
  await button("Send again as a retry").click(); // the app knows the event
  await says("Sent again, as a retry.");
  await row(/^event message hello .* retry 1/).waitFor();
  await greets(6, 4);
});

const acts = ["message hello", "message goodbye", "click hello_click", "mention what is this?", "command /echo good morning",
  "command /later good night", "command /nope", "shortcut open_form", "shortcut nowhere", "submit form name/value=Al",
  "submit form name/value=Ada", "options fruit ap", "react eyes", "open-home", "step add_up a=1"];
for (const transport of ["socket", "http"])
  story(`all that came over ${transport} passes as copied tests`, { ...showcase, transport, page: false }, async ({ sim }) => {
    for (const act of acts) await sim.cli("send", ...act.split(" ")).catch(() => {}); // some are refused
    const wire = beginWire();
    const { entries } = await (await fetch(`${sim.url}/sim/wire`)).json();
    entries.reverse().forEach((entry) => applyWire(wire, entry));
    const rows = wire.rows.filter((row) => row.what === "delivery");
    assert.ok(rows.length > acts.length);
    assert.deepEqual(runCopies(rows.map((row) => ({ row, calls: callsAfter(wire, row) }))), rows.map(() => ""));
  });

story("faults begin and end by a click, and each says what it did", { ...showcase, ...dark }, async ({ page }) => {
  const { wire, button, says } = await drawer(page, "Let something go wrong");
  await button(/Refresh the sockets/).click();
  await says(/^refresh: happened to \d connections?\.$/);
  await button(/Lose the next ack/).click();
  await says("lost-ack: acts 1 time.");
  await wire.getByLabel("fault", { exact: true }).selectOption("api-error");
  await wire.getByLabel("method").fill("chat.postMesage");
  await wire.getByLabel("error").fill("fatal_error");
  await button("Start").click();
  await says(/METHOD of api-error is a method of Slack/);
  await wire.getByLabel("method").fill("chat.postMessage");
  await button("Start").click();
  await says("api-error chat.postMessage fatal_error: acts 1 time.");
  await button("End api-error chat.postMessage fatal_error").click();
  await says("api-error chat.postMessage fatal_error has ended.");
  await button("End lost-ack").click();
  await wire.getByText("Nothing goes wrong at the moment.").waitFor();
  await button(/Slack's tiers/).click();
  await wire.getByRole("button", { name: /Slack's tiers/, pressed: true }).waitFor();
  await button(/Uninstall the app/).click();
  await says("The app is not installed any more.");
  await button(/Install it again/).click();
  await says("The app is installed again.");
  await button(/Pass an hour/).click();
  await says("An hour has passed.");
  assert.deepEqual(await violations(page, "#drawer"), []);
  const { write, sees } = person(page);
  await write("hello"); // all that did it no harm
  await sees("Hey there");
});

story("a call that has no answer yet waits before one's eyes", {}, async ({ sim, page }) => {
  const { row } = await drawer(page);
  await sim.cli("fault", "api-slow", "auth.test", "3600000");
  sim.call("auth.test", {}).catch(() => {}); // the end of the simulator ends it
  await row(/^call auth\.test .* waiting for \d+\.\d s/).waitFor();
});

const log = path.join(os.tmpdir(), `slackapp-page-${process.pid}.log`);
story("the bot's side: its connections, what it answers, its log", { ...showcase, ...narrow, sim: ["--log", log] }, async ({ bot, page }) => {
  try {
    const { write, sees } = person(page);
    await write("hello");
    await sees("Hey there");
    fs.writeFileSync(log, `${bot.log}level=warn token=xoxb-1-secret\n`);
    await drawer(page);
    const { wire } = await drawer(page, "App");
    await wire.getByText(/Connected over Socket Mode, with \d connections?\.$/).waitFor();
    await wire.getByRole("row", { name: "event message 1 0" }).waitFor();
    await wire.getByRole("log").getByText("level=warn token=[redacted]").waitFor();
    fs.appendFileSync(log, "one more line\n");
    await wire.getByRole("log").getByText("one more line").waitFor();
    assert.deepEqual(await violations(page, "#drawer"), []);
  } finally {
    fs.rmSync(log, { force: true });
  }
});
