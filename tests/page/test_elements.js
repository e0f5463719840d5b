// SPDX-License-Identifier: MIT
/* The elements of Block Kit as a person uses them, without a bot: what goes to the bot, what a modal
 * submits, and what is said when something is wrong. */
import assert from "node:assert";
import { story } from "./harness.js";
import { elements, inputs, marked, plain } from "./kinds.js";
import { surface } from "./surface.js";

const two = { ...elements[2].options[1] };
const one = elements[2].options[0];
async function pickByKeys(page, name, typed) {
  await page.getByRole("combobox", { name }).focus();
  await page.keyboard.type(typed);
  await page.waitForFunction(() => document.querySelectorAll("[role=option]").length === 1 && document.activeElement.hasAttribute("aria-activedescendant"));
  await page.keyboard.press("Enter");
  await page.keyboard.press("Tab");
}

/* The act of a person with each element, and the member of the action that comes of it. */
const uses = {
  button: [(page) => page.getByRole("button", { name: "Press" }).click(), { value: "v" }],
  workflow_button: [(page) => page.getByRole("button", { name: "Press" }).press("Enter"), { value: "v" }],
  overflow: [async (page) => {
    await page.getByRole("button", { name: "More options" }).press("Enter");
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("Enter");
  }, { selected_option: two }],
  checkboxes: [(page) => page.getByRole("checkbox", { name: "Two" }).press("Space"), { selected_options: [one, two] }],
  radio_buttons: [(page) => page.getByRole("radio", { name: "One" }).press("Space"), { selected_option: one }],
  datepicker: [(page) => page.getByLabel("Choose datepicker").fill("2026-12-24"), { selected_date: "2026-12-24" }],
  timepicker: [(page) => page.getByLabel("Choose timepicker").fill("10:30"), { selected_time: "10:30", timezone: "Europe/Berlin" }],
  datetimepicker: [(page) => page.getByLabel("Choose datetimepicker").fill("2026-12-24T10:30"), { selected_date_time: 1798108200 }],
  static_select: [(page) => pickByKeys(page, /static/, "tw"), { selected_option: two }],
  multi_static_select: [(page) => pickByKeys(page, /static/, "tw"), { selected_options: [two] }],
  external_select: [(page) => pickByKeys(page, /external/, "two"), { selected_option: two }],
  multi_external_select: [(page) => pickByKeys(page, /external/, "two"), { selected_options: [two] }],
  users_select: [(page) => pickByKeys(page, /users/, "be"), { selected_user: "U2" }],
  multi_users_select: [(page) => pickByKeys(page, /users/, "be"), { selected_users: ["U2"] }],
  conversations_select: [(page) => pickByKeys(page, /conversations/, "secr"), { selected_conversation: "G1" }],
  multi_conversations_select: [(page) => pickByKeys(page, /conversations/, "secr"), { selected_conversations: ["G1"] }],
  channels_select: [(page) => pickByKeys(page, /channels/, "gen"), { selected_channel: "C1" }],
  multi_channels_select: [(page) => pickByKeys(page, /channels/, "gen"), { selected_channels: ["C1"] }],
  rich_text_input: [async (page) => {
    await page.getByRole("textbox", { name: /rich/ }).fill("*b*");
    await page.keyboard.press("Enter");
  }, { rich_text_value: { type: "rich_text", elements: [{ type: "rich_text_section", elements: [{ type: "text", text: "b", style: { bold: true } }] }] } }],
};

story("each element sends its action, also by the keyboard alone", { page: { timezoneId: "UTC" } }, async ({ page }) => {
  const { actions, took } = await surface(page);
  await page.evaluate((options) => { globalThis.suggest = () => options; }, [two]);
  assert.deepEqual(Object.keys(uses), elements.map(({ type }) => type));
  for (const element of elements) {
    const [use, wanted] = uses[element.type];
    await actions([element]);
    await use(page);
    await page.waitForFunction(() => globalThis.took.some((action) => action.type));
    const [action] = (await took()).filter((act) => act.type);
    const { text, ...sent } = action;
    assert.deepEqual(sent, { type: element.type, block_id: "b", action_id: element.action_id, ...wanted });
    const kept = await page.evaluate((key) => globalThis.context.values.get(key), JSON.stringify(["b", element.action_id]));
    if (!/button|overflow/.test(element.type)) assert.deepEqual(kept, { type: element.type, ...wanted });
  }
});

story("a question is asked first, and its answer no leaves everything as it was", {}, async ({ page }) => {
  const { actions, took } = await surface(page);
  const confirm = { title: plain("Sure?"), text: marked("*Really*"), confirm: plain("Do it"), deny: plain("Leave it"), style: "danger" };
  const asked = ["button", "static_select", "multi_static_select", "checkboxes"].map((type) => ({ ...elements.find((element) => element.type === type), confirm }));
  const dialog = page.getByRole("dialog", { name: "Sure?" });
  const state = () => page.evaluate(() => JSON.stringify([...globalThis.context.values]));
  const act = [uses.button[0], uses.static_select[0], uses.multi_static_select[0], uses.checkboxes[0]];
  for (const [answer, count] of [["Leave it", 0], ["Do it", 1]])
    for (const [i, use] of act.entries()) {
      await actions([asked[i]]);
      const unchanged = await state();
      await use(page);
      await dialog.getByRole("button", { name: answer }).click();
      await dialog.waitFor({ state: "detached" });
      await page.waitForFunction((wanted) => globalThis.took.length === wanted, count);
      assert.equal((await took()).length, count);
      if (count === 0) await page.waitForFunction((wanted) => JSON.stringify([...globalThis.context.values]) === wanted, unchanged);
      if (count === 0 && i === 3) await page.getByRole("checkbox", { name: "Two", checked: false }).waitFor();
    }
});

story("what the bot or the simulator refuses is said beside the element", {}, async ({ page }) => {
  const { actions } = await surface(page);
  await page.evaluate(() => { globalThis.answer = { ok: false, error: "no ack within 3 s" }; });
  await actions([elements[0]]);
  await page.getByRole("button", { name: "Press" }).click();
  await page.getByRole("alert").getByText("no ack within 3 s").waitFor();
  await page.evaluate(() => { globalThis.answer = { ok: true }; });
  await page.getByRole("button", { name: "Press" }).click();
  await page.getByRole("alert").waitFor({ state: "detached" });
});

/* The page's clock stands still, but for pauses in typing: a slow machine types as fast as any. */
async function pauses(page) {
  await page.clock.install();
  await page.clock.pauseAt(Date.now() + 1000);
  return () => page.clock.runFor(1000);
}

story("an external select asks the bot when typing pauses, and takes no answer that is late", {}, async ({ page }) => {
  const { actions, took } = await surface(page);
  await page.evaluate(() => {
    const answers = {};
    globalThis.suggest = (typed) => new Promise((resolve) => { answers[typed] = resolve; });
    globalThis.reply = (typed, text) => answers[typed]({ option_groups: [{ label: { text: "Group" }, options: [{ text: { text }, value: "v" }] }] });
  });
  await actions([{ type: "external_select", action_id: "e", placeholder: plain("Fruit"), min_query_length: 2 }]);
  const box = page.getByRole("combobox", { name: "Fruit" });
  const pause = await pauses(page);
  await box.click();
  await page.getByText("Type at least 2 characters").waitFor();
  for (const typed of ["app", "le"]) {
    await box.pressSequentially(typed);
    await pause();
  }
  assert.deepEqual(await took(), ["app", "apple"]);
  await page.evaluate(() => { globalThis.reply("apple", "Apple"); globalThis.reply("app", "late"); });
  await page.getByRole("group", { name: "Group" }).getByRole("option", { name: "Apple" }).waitFor();
  assert.equal(await page.getByRole("option", { name: "late" }).count(), 0);
  await page.keyboard.press("Escape");
  assert.equal(await box.getAttribute("aria-expanded"), "false");
});

const input = (element, own) => ({ type: "input", block_id: element.action_id, label: plain(`L ${element.action_id}`), element, ...own });
const field = (type, own) => ({ type, action_id: own.id ?? type, ...own });
const modal = (list, own) => ({ type: "modal", id: "V1", title: plain("A form"), submit: plain("Go"), blocks: list, ...own });

story("a modal shows what is wrong, and submits state.values", {}, async ({ page }) => {
  await surface(page);
  await page.evaluate((view) => globalThis.open(view, { submit: async () => (globalThis.took.push("submitted"), globalThis.answer),
    upload: async (file) => ({ id: "F1", name: file.name }) }), modal([...inputs.map((element) => input(element)), input(field("plain_text_input", { id: "free", multiline: true }), { optional: true })]));
  const dialog = page.getByRole("dialog", { name: "A form" });
  const go = dialog.getByRole("button", { name: "Go" });
  const box = (id) => dialog.getByLabel(`L ${id}`);
  const error = async (id) => page.locator(`#${(await box(id).getAttribute("aria-describedby")).split(" ").pop()}`).textContent();
  await go.click();
  for (const { action_id: id } of inputs) {
    assert.equal(await box(id).getAttribute("aria-invalid"), "true");
    assert.equal(await error(id), "Please complete this required field.");
  }
  assert.equal(await box("free").getAttribute("aria-invalid"), null);
  const wrong = { plain_text_input: ["x", /At least 2/], email_text_input: ["x", /email/], url_text_input: ["x", /URL/], number_input: ["10", /At most 9/] };
  for (const [id, [text]] of Object.entries(wrong)) await box(id).fill(text);
  await go.click();
  for (const [id, [, sentence]] of Object.entries(wrong)) assert.match(await error(id), sentence);
  const right = { plain_text_input: "xyz", email_text_input: "a@b.co", url_text_input: "https://x.y", number_input: "4.5" };
  for (const [id, text] of Object.entries(right)) await box(id).fill(text);
  await box("file_input").setInputFiles({ name: "a.pdf", mimeType: "application/pdf", buffer: Buffer.from("x") });
  await dialog.getByText("a.pdf").waitFor();
  assert.deepEqual(await page.evaluate(() => globalThis.took), []);
  await page.evaluate(() => { globalThis.answer = { ok: true, errors: { url_text_input: "not <b>this</b> one" } }; });
  await box("free").press("Control+Enter");
  await dialog.getByText("not <b>this</b> one").waitFor();
  assert.equal(await box("url_text_input").getAttribute("aria-invalid"), "true");
  assert.equal(await box("number_input").getAttribute("aria-invalid"), null);
  await page.evaluate(() => { globalThis.answer = { ok: false, error: "no ack" }; });
  await box("number_input").press("Enter");
  await dialog.getByRole("alert").getByText("no ack").waitFor();
  const values = await page.evaluate(() => Object.fromEntries(globalThis.context.values));
  const key = (id) => JSON.stringify([id, id]);
  assert.deepEqual(values[key("number_input")], { type: "number_input", value: "4.5" });
  assert.deepEqual(values[key("file_input")], { type: "file_input", files: [{ id: "F1", name: "a.pdf" }] });
  assert.deepEqual(values[key("free")], { type: "plain_text_input", value: null });
});

story("dispatch_action: on Enter, or while one types; focus_on_load; a stack has a way back", {}, async ({ page }) => {
  const { open, took } = await surface(page);
  const typing = field("plain_text_input", { id: "typing", dispatch_action_config: { trigger_actions_on: ["on_character_entered"] } });
  await open(modal([input(typing, { dispatch_action: true }), input(field("plain_text_input", { id: "enter", focus_on_load: true }), { dispatch_action: true }), input(field("plain_text_input", { id: "still" }))]));
  const box = (id) => page.getByLabel(`L ${id}`);
  assert(await box("enter").evaluate((element) => element === document.activeElement));
  await page.keyboard.type("abc");
  await box("still").fill("x");
  assert.deepEqual(await took(), []);
  await box("enter").press("Enter");
  const pause = await pauses(page);
  await box("typing").pressSequentially("hello");
  await pause();
  assert.deepEqual((await took()).map(({ action_id: id, value }) => [id, value]), [["enter", "abc"], ["typing", "hello"]]);

  for (const [first, begins] of [["plain_text_input", "INPUT"], ["static_select", "INPUT"], [null, "DIV"]]) { // without a focus_on_load
    await open(modal(first ? [input(field(first, { id: "first" }))] : []));
    assert.equal(await page.evaluate(() => document.activeElement.tagName), begins);
  }

  await page.evaluate((view) => globalThis.open(view, { stack: [{}, {}], close: (clear) => globalThis.took.push(clear) }), modal([]));
  for (const name of ["Back", "Close all", "Cancel"]) await page.getByRole("button", { name }).click();
  assert.deepEqual(await took(), [false, true, false]);
});

story("what was entered outlives a redrawing, and so does the focus", {}, async ({ page }) => {
  const { open } = await surface(page);
  const views = [["a/b", "x"], ["a", "b/x"], ["__proto__", "y"], ["gone", "z"]].map(([block, id]) =>
    input(field("plain_text_input", { id, initial_value: "initial" }), { block_id: block, label: plain(`L ${block} ${id}`) }));
  await open(modal(views));
  for (const { label } of views) await page.getByLabel(label.text).fill(label.text);
  await page.getByLabel("L a/b x").evaluate((box) => box.setSelectionRange(2, 3));
  const values = await page.evaluate(async (view) => {
    document.querySelector(".view-body .control-field").focus();
    const { stateOf } = await import("/page/elements/place.js");
    const { values } = globalThis.context;
    const note = globalThis.noteFocus(globalThis.here);
    globalThis.open(view, { values });
    globalThis.giveFocus(globalThis.here, note);
    return JSON.stringify(stateOf(values).values);
  }, modal(views.slice(0, 3)));
  assert.deepEqual(Object.entries(JSON.parse(values)).map(([block, state]) => [block, Object.entries(state).map(([id, { value }]) => [id, value])]),
    [["a/b", [["x", "L a/b x"]]], ["a", [["b/x", "L a b/x"]]], ["__proto__", [["y", "L __proto__ y"]]]]);
  const [text, start, end] = await page.evaluate(() => [document.activeElement.value, document.activeElement.selectionStart, document.activeElement.selectionEnd]);
  assert.deepEqual([text, start, end], ["L a/b x", 2, 3]);
});
