// SPDX-License-Identifier: MIT
/* A person and the showcase, over both transports. The transcript is that of the same acts when
 * they are commands of a terminal. */
import assert from "node:assert";
import { startBot, startSimulator, story } from "./harness.js";
import { person } from "./person.js";

const select = {
  channel: "#general", text: "Choose a fruit",
  blocks: [{ type: "section", text: { type: "mrkdwn", text: "Choose a fruit" },
    accessory: { type: "external_select", action_id: "fruit", min_query_length: 2,
      placeholder: { type: "plain_text", text: "Fruit" } } }],
};

/** The conversation in a terminal: its transcript. */
async function inTerminal(transport) {
  const sim = await startSimulator();
  const bot = await startBot(sim, "showcase", transport);
  const send = (...words) => sim.cli("send", ...words);
  try {
    await send("message", "hello");
    await sim.cli("transcript", "--wait", "2");
    await send("click", "hello_click");
    await sim.cli("transcript", "--wait", "4");
    await send("mention", "what is this?");
    await sim.cli("transcript", "--wait", "6");
    await send("command", "/echo", "good morning");
    await send("command", "/echo");
    await send("command", "/later", "good night");
    await sim.cli("transcript", "--wait", "10");
    await send("shortcut", "open_form");
    await sim.cli("transcript", "--wait", "12");
    await send("submit", "form", "name/value=Al");
    await send("submit", "form", "name/value=Ada");
    await sim.cli("transcript", "--wait", "15");
    await send("open-messages");
    await sim.call("chat.postMessage", select);
    await send("options", "fruit", "ap");
    return await sim.cli("transcript", "--wait", "18");
  } finally {
    await bot.stop();
    await sim.stop();
  }
}

/** The same on the page. */
async function onPage({ page, sim }) {
  const { thread, composer, write, sees, press, run, dialog, open } = person(page);
  await write("hello");
  await (await sees("Hey there @ann!")).getByRole("button", { name: "Click me" }).click();
  await sees("@ann clicked the button");

  await composer().pressSequentially("@bo");
  await page.getByRole("listbox", { name: "Suggestions" }).getByRole("option", { name: /^bot/, selected: true }).waitFor();
  await composer().press("Enter");
  await composer().pressSequentially("what is this?");
  await composer().press("Enter");
  await press(await sees("what is this?"), /^1 reply/);
  await sees("You said: what is this?", thread);

  await write("/echo good morning");
  await sees("good morning");
  await write("/echo");
  await sees("usage: /echo TEXT");
  await write("/later good night");
  await sees("later: good night");

  await run("open_form");
  const form = dialog("A form");
  await form.getByRole("textbox", { name: "Your name" }).fill("Al");
  await form.getByRole("button", { name: "Send" }).click();
  await form.getByText("At least 3 characters").waitFor();
  await form.getByRole("textbox", { name: "Your name" }).fill("Ada");
  await form.getByRole("button", { name: "Send" }).click();
  await form.waitFor({ state: "detached" });
  await open("Messages");
  await sees("Thank you, Ada");

  await open("general");
  await sim.call("chat.postMessage", select);
  await (await sees("Choose a fruit")).getByRole("combobox", { name: "Fruit" }).fill("ap");
  await page.getByRole("option", { name: "apricot" }).waitFor();
  assert.equal(await page.getByRole("option", { name: "cherry" }).count(), 0);
  return sim.cli("transcript", "--wait", "18");
}

for (const transport of ["socket", "http"])
  story(`a conversation with the showcase over ${transport}`, { bot: "showcase", transport }, async (scene) => {
    const [there, here] = await Promise.all([inTerminal(transport), onPage(scene)]);
    assert.equal(here, there);
  });
