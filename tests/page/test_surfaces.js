// SPDX-License-Identifier: MIT
/* Everything that is not a message and its buttons: reactions, edits, files, the home tab, the
 * assistant, answers that grow, several people. */
import assert from "node:assert";
import { story } from "./harness.js";
import { person } from "./person.js";

for (const transport of ["socket", "http"])
  story(`reactions, edits, deletions and files over ${transport}`, { bot: "showcase", transport }, async ({ page, sim }) => {
    const { main, write, sees, press, composer } = person(page);
    await write("hello");
    const greeting = await sees("Hey there @ann!");
    await press(greeting, "Add reaction");
    const search = page.getByRole("dialog", { name: "Emoji" }).getByRole("searchbox");
    if (await page.evaluate(async () => (await import("/page/text/emoji.js")).emojiNames.length > 0)) {
      await search.fill("no_such_emoji");
      await page.getByRole("status").getByText("Slack has no emoji :no_such_emoji:").waitFor();
      await page.keyboard.press("Enter"); // chooses nothing
    }
    await search.fill("eyes");
    await page.keyboard.press("Enter");
    const eyes = greeting.getByRole("button", { name: /^eyes, 1/, pressed: true });
    await eyes.waitFor();
    await sim.call("reactions.add", { channel: "C0GENERAL1", timestamp: await greeting.getAttribute("data-ts"), name: "eyes" });
    await greeting.getByRole("button", { name: /^eyes, 2/ }).click();
    await greeting.getByRole("button", { name: /^eyes, 1/, pressed: false }).waitFor();

    const own = await sees("hello");
    await press(own, "Edit");
    await page.getByRole("textbox", { name: "Edit message" }).fill("good morning");
    await page.keyboard.press("Enter");
    await sees("good morning (edited)");
    const { ts } = await sim.call("chat.postMessage", { channel: "C0GENERAL1", text: "first" });
    await sees("first");
    await sim.call("chat.update", { channel: "C0GENERAL1", ts, text: "second" });
    await sees("second (edited)");
    assert.equal(await main.getByText("first").count(), 0);
    await sim.call("chat.delete", { channel: "C0GENERAL1", ts });
    await main.getByText("second").waitFor({ state: "detached" });

    const files = page.waitForEvent("filechooser");
    await main.getByRole("button", { name: "Attach a file" }).click();
    await (await files).setFiles({ name: "notes.txt", mimeType: "text/plain", buffer: Buffer.from("a note") });
    await composer().fill("see here");
    await composer().press("Enter");
    await (await sees("see here")).getByRole("link", { name: /notes\.txt/ }).waitFor();
  });

story("a home tab that its button changes", { bot: "home", transport: "http" }, async ({ page }) => {
  const { main, open } = person(page);
  await open("Home");
  for (const glasses of [0, 1, 2]) {
    await main.getByText(`Glasses of water today: ${glasses}`).waitFor();
    await main.getByRole("button", { name: "One more" }).click();
  }
  await page.getByRole("button", { name: "Act as ben" }).click();
  await main.getByText("Glasses of water today: 0").waitFor();
});

story("an assistant with prompts, a status and an answer", { bot: "assistant" }, async ({ page, sim }) => {
  const { main, thread, sees } = person(page);
  await main.getByRole("button", { name: "Assistant" }).click();
  await sees("Hello! I see that you look at #general", thread);
  await page.getByRole("complementary", { name: "Assistant" }).getByRole("button", { name: "Close assistant" }).waitFor();
  await thread.getByRole("button", { name: /What can you do/ }).click();
  await sees(/they would say/, thread);
  await thread.getByRole("heading", { name: "What can you do?" }).waitFor();
  const thread_ts = new URLSearchParams(new URL(page.url()).hash.slice(1)).get("thread").split("/")[1];
  await sim.call("assistant.threads.setStatus", { channel_id: "D0ANN00001", thread_ts, status: "is thinking of more" });
  await thread.getByRole("status").filter({ hasText: "is thinking of more" }).waitFor();
  await sim.call("chat.postMessage", { channel: "D0ANN00001", thread_ts, text: "Nothing more" });
  await sees("Nothing more", thread);
  await thread.getByText("is thinking of more").waitFor({ state: "detached" });
});

story("an answer that grows, and that a person stops", { bot: "showcase" }, async ({ page, sim }) => {
  const { write, sees } = person(page);
  await write("a question");
  const question = await sees("a question");
  const at = { channel: "C0GENERAL1", thread_ts: await question.getAttribute("data-ts"), recipient_user_id: "U0ANN00001", recipient_team_id: "T0SIM00001" };
  const { ts } = await sim.call("chat.startStream", { ...at, markdown_text: "One, " });
  await question.getByRole("button", { name: /^1 reply/ }).click();
  const { thread } = person(page);
  const answer = await sees("One,", thread);
  assert.equal(await answer.getAttribute("aria-busy"), "true");
  await sim.call("chat.appendStream", { channel: at.channel, ts, markdown_text: "**two**, " });
  await sees("One, two,", thread);
  const rate = { type: "button", action_id: "rate", text: { type: "plain_text", text: "Good" } };
  await sim.call("chat.stopStream", { channel: at.channel, ts, markdown_text: "three.", blocks: [{ type: "actions", elements: [rate] }] });
  await (await sees("One, two, three.", thread)).getByRole("button", { name: "Good" }).waitFor();
  await page.locator("[aria-busy=true]").waitFor({ state: "detached" });
  await sim.call("chat.startStream", { ...at, markdown_text: "endless" });
  await (await sees("endless", thread)).getByRole("button", { name: "Stop" }).click();
  await page.locator("[aria-busy=true]").waitFor({ state: "detached" });
});

story("what one person sees alone, and several workspaces", { bot: "showcase", sim: ["--workspaces", "2", "--installed"] }, async ({ page, sim }) => {
  const { main, write, sees, open } = person(page);
  await write("/echo only for ann");
  await sees("only for ann");
  const element = { type: "plain_text_input", action_id: "name" };
  const label = { type: "plain_text", text: "Name" };
  await sim.call("chat.postMessage", { channel: "C0GENERAL1", text: "Who?", blocks: [{ type: "input", block_id: "b", dispatch_action: true, label, element }] });
  await main.getByRole("textbox", { name: "Name" }).fill("typed by ann");
  await page.getByRole("button", { name: "Act as ben" }).click();
  await main.getByText("only for ann").waitFor({ state: "detached" });
  assert.equal(await main.getByRole("textbox", { name: "Name" }).inputValue(), "");
  await page.getByRole("button", { name: "Act as ann" }).click();
  await sees("only for ann");
  assert.equal(await main.getByRole("textbox", { name: "Name" }).inputValue(), "typed by ann");
  await page.getByRole("button", { name: "Act as ben" }).click();
  await write("hello");
  await sees("Hey there @ben!");
  await page.getByRole("combobox", { name: "Workspace" }).selectOption({ index: 1 });
  await main.getByText("Hey there @ben!").waitFor({ state: "detached" });
  await write("is anybody there?");
  await sees("is anybody there?");
  assert.match(await sim.cli("transcript"), /^simulated2 +#general +ann: is anybody there\?$/m);
  await open("random");
  await main.getByRole("heading", { name: "#random" }).waitFor();
  const ben = page.getByRole("button", { name: "Act as ben" });
  await ben.focus(); // another workspace, by its address, has another ben
  await page.evaluate(() => location.assign("#workspace=T0SIM00001"));
  await sees("Hey there @ben!");
  assert(await page.getByRole("combobox", { name: "Act as" }).evaluate((list) => list === document.activeElement));
});
