// SPDX-License-Identifier: MIT
/* axe-core finds nothing serious on any screen, and everything is done by the keyboard alone. */
import assert from "node:assert";
import { story, violations } from "./harness.js";
import { person } from "./person.js";

const text = (value) => ({ type: "plain_text", text: value });
const option = (value) => ({ text: text(value), value });
const elements = [
  { type: "button", action_id: "b", text: text("Go"), style: "primary" }, { type: "button", action_id: "d", text: text("Stop"), style: "danger" },
  { type: "static_select", action_id: "s", placeholder: text("Size"), options: [option("small"), option("large")] },
  { type: "datepicker", action_id: "p", placeholder: text("Day") }, { type: "overflow", action_id: "o", options: [option("one"), option("two")] },
  { type: "checkboxes", action_id: "c", options: [option("salt"), option("pepper")] }, { type: "radio_buttons", action_id: "r", options: [option("tea"), option("coffee")] },
];
const blocks = [
  { type: "header", text: text("Deploy") }, { type: "divider" },
  { type: "section", text: { type: "mrkdwn", text: "*bold* `code` <https://example.com|a link> <@U0ANN00001> <#C0GENERAL1> :tada:\n> quote" } },
  { type: "actions", elements }, { type: "context", elements: [{ type: "mrkdwn", text: "small print" }] },
  { type: "image", image_url: "https://example.com/x.png", alt_text: "a picture" },
];
const home = { type: "home", blocks };

/** Each screen: how a person comes to it. */
const screens = {
  async messages({ sim }, { write, sees, composer, press }) {
    await sim.call("chat.postMessage", { channel: "#general", text: "Deploy", blocks, attachments: [{ color: "#36a64f", title: "A title", text: "attached" }] });
    await sees("small print");
    await write("hello");
    await press(await sees("Hey there @ann!"), "Reply in thread");
    await composer().fill("@b");
  },
  async drawer({ page }, { wire }) {
    await page.getByRole("button", { name: "Wire" }).click();
    await wire.getByRole("listbox", { name: /^Deliveries and calls/ }).getByRole("option").first().click();
    await wire.getByRole("button", { name: "Copy as curl" }).waitFor();
  },
  async faults({ page }, { wire }) {
    await wire.getByRole("tab", { name: "Let something go wrong" }).click();
    await wire.getByRole("button", { name: "Start" }).waitFor();
  },
  async app(scene, { wire }) {
    await wire.getByRole("tab", { name: "App" }).click();
  },
  async home({ page, sim }, { open, main }) {
    await page.getByRole("button", { name: "Wire" }).click();
    await sim.call("views.publish", { user_id: "U0ANN00001", view: home });
    await open("Home");
    await main.getByRole("heading", { name: "Deploy" }).waitFor();
  },
  async assistant({ page, sim }, { main, thread, sees }) {
    await main.getByRole("button", { name: "Assistant" }).click();
    await thread.waitFor();
    const thread_ts = new URLSearchParams(new URL(page.url()).hash.slice(1)).get("thread").split("/")[1];
    await sim.call("assistant.threads.setSuggestedPrompts", { channel_id: "D0ANN00001", thread_ts, title: "Ask me", prompts: [{ title: "What?", message: "What?" }] });
    await sim.call("assistant.threads.setStatus", { channel_id: "D0ANN00001", thread_ts, status: "is thinking" });
    await thread.getByRole("button", { name: "What?" }).waitFor();
    await sim.call("chat.startStream", { channel: "D0ANN00001", thread_ts, markdown_text: "It *grows*" });
    await sees("It grows", thread);
  },
  async modal(scene, { open, run, dialog }) {
    await open("general");
    await run("open_form");
    const form = dialog("A form");
    await form.getByRole("textbox", { name: "Your name" }).fill("Al");
    await form.getByRole("button", { name: "Send" }).click();
    await form.getByText("At least 3 characters").waitFor();
  },
};

async function walk(scene, rules) {
  const found = {};
  for (const [name, go] of Object.entries(screens)) {
    await go(scene, person(scene.page));
    const list = await violations(scene.page, "body", rules);
    if (list.length > 0) found[name] = list;
  }
  assert.deepEqual(found, {});
}

story("axe-core finds nothing serious on any screen", { bot: "showcase" }, (scene) => walk(scene));
story("every screen has contrast when it is dark", { bot: "showcase", page: { colorScheme: "dark" } }, (scene) => walk(scene, ["color-contrast"]));

story("axe-core finds nothing serious in a narrow window", { bot: "showcase", page: { viewport: { width: 390, height: 800 } } }, async ({ page, sim }) => {
  const { main, sidebar, write, sees } = person(page);
  await sim.call("chat.postMessage", { channel: "#general", text: "Deploy", blocks });
  await write("hello");
  await sees("Hey there @ann!");
  assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), 390);
  assert.deepEqual(await violations(page), []);
  await main.getByRole("button", { name: "Side bar" }).click();
  await sidebar.getByRole("link", { name: "random" }).waitFor();
  assert.deepEqual(await violations(page), []);
  await page.mouse.click(380, 400); // beside it
  await sidebar.getByRole("link", { name: "random" }).waitFor({ state: "hidden" });
  await write("hello again");
  await sees("hello again");
});

story("a person without a mouse greets, clicks, replies and fills in a form", { bot: "showcase" }, async ({ page }) => {
  const { composer, sees, thread, dialog } = person(page);
  const keys = async (...all) => {
    for (const key of all) await page.keyboard.press(key);
  };
  await page.getByRole("link", { name: "Skip to the message box" }).focus();
  await keys("Enter");
  await page.keyboard.type("hello");
  await keys("Enter");
  const greeting = await sees("Hey there @ann!");
  await greeting.focus();
  await greeting.getByRole("button", { name: "Click me" }).focus();
  await keys("Enter");
  await sees("@ann clicked the button");
  await greeting.focus();
  await keys("t");
  await thread.getByRole("textbox", { name: /^Reply/ }).waitFor();
  await page.keyboard.type("a reply");
  await keys("Enter");
  await sees("a reply", thread);
  await composer().focus();
  await page.getByRole("main").getByRole("button", { name: "Shortcuts" }).focus();
  await keys("Enter", "Enter");
  await page.keyboard.type("open_form");
  await keys("Enter");
  await dialog("A form").getByRole("textbox", { name: "Your name" }).waitFor();
  await page.keyboard.type("Al");
  await keys("Enter");
  await dialog("A form").getByText("At least 3 characters").waitFor();
  await keys("Escape");
  await dialog("A form").waitFor({ state: "detached" });
});
