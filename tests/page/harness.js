// SPDX-License-Identifier: MIT
/* The common part of the page's tests: a simulator and a bot as processes, a page in Chromium, and
 * the checks at the end of each test. A test that fails leaves a picture of the page, its
 * accessibility tree and the logs in BUILD/meson-logs/page. */
import { execFile, spawn } from "node:child_process";
import fs from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

export const source = fileURLToPath(new URL("../..", import.meta.url));
export const build = path.resolve(process.env.SLACKAPP_BUILD_DIR ?? path.join(source, "build"));
const LONGEST_MS = 15000;

function skip(reason) {
  fs.writeSync(1, `1..0 # SKIP ${reason}\n`);
  process.exit(0);
}

function find(program) {
  for (const folder of process.env.PATH.split(":"))
    if (fs.existsSync(path.join(folder, program))) return path.join(folder, program);
  return null;
}

const [major, minor] = process.versions.node.split(".").map(Number);
if (major < 20 || (major === 20 && minor < 19)) skip(`the page's tests need node 20.19, and this is ${process.versions.node}`);
const packages = createRequire(path.join(build, "tests/npm/package-lock.json"));

/** A package of tests/npm. Without it, or without Chromium, the test is skipped. */
function load(name) {
  try {
    return packages(name);
  } catch (error) {
    if (error.code !== "MODULE_NOT_FOUND") throw error;
    return skip(`the package ${name} of npm is not installed: ./dev page`);
  }
}

const chromium_path = find("chromium") ?? skip("there is no chromium: ./dev page installs it");
const { chromium } = load("playwright-core");
const axe_source = load("axe-core").source;

// ---- processes ----

const running = new Set();
process.on("exit", () => running.forEach((child) => child.kill("SIGKILL")));

/** Starts a program. `said(pattern)` is the match in its output, as soon as there is one. */
function start(program, args, env) {
  const child = spawn(program, args, { env, stdio: ["ignore", "pipe", "pipe"] });
  const waiting = new Set();
  const started = { log: "", said, stop };
  running.add(child);
  const look = (data) => {
    started.log += data;
    waiting.forEach((wait) => wait());
  };
  child.stdout.on("data", look);
  child.stderr.on("data", look);
  const ended = new Promise((resolve) => child.on("exit", (code) => {
    running.delete(child);
    started.over = true;
    waiting.forEach((wait) => wait());
    resolve(code);
  }));

  function said(pattern) {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => done(reject, new Error(`${program} did not say ${pattern}:\n${started.log}`)), LONGEST_MS);
      function done(settle, value) {
        clearTimeout(timer);
        waiting.delete(wait);
        settle(value);
      }
      function wait() {
        const match = pattern.exec(started.log);
        if (match) done(resolve, match);
        else if (started.over) done(reject, new Error(`${program} has ended:\n${started.log}`));
      }
      waiting.add(wait);
      wait();
    });
  }

  function stop() {
    child.kill("SIGTERM");
    return ended;
  }
  return started;
}

/** A simulator on a port of the kernel's choice. */
export async function startSimulator(...options) {
  const sim = start(path.join(build, "slackapp"), ["sim", "--port", "0", ...options], process.env);
  const [, url] = await sim.said(/listens on (http:\S+)\. /);
  await sim.said(/sim send.*\n\n/);
  const env = Object.fromEntries([...sim.log.matchAll(/^export (\w+)=(.*)$/gm)].map((line) => line.slice(1)));
  const own = { ...process.env, SLACKAPP_SIM: url };

  /** `slackapp sim WORD…`: its output. */
  async function cli(...words) {
    const { stdout } = await promisify(execFile)(path.join(build, "slackapp"), ["sim", ...words], { env: own });
    return stdout;
  }

  /** A call of the Web API by the bot. */
  async function call(method, args) {
    const response = await fetch(`${env.SLACK_API_URL}${method}`, {
      method: "POST",
      headers: { "Authorization": `Bearer ${env.SLACK_BOT_TOKEN}`, "Content-Type": "application/json; charset=utf-8" },
      body: JSON.stringify(args),
    });
    const answer = await response.json();
    if (!answer.ok) throw new Error(`${method}: ${JSON.stringify(answer)}`);
    return answer;
  }
  return Object.assign(sim, { url, env, cli, call });
}

/** An example of the build as the app of a simulator, over "socket" or "http". */
export async function startBot(sim, name, transport) {
  const bot = start(path.join(build, "examples", name), [], {
    PATH: process.env.PATH, ...sim.env, SLACK_TRANSPORT: transport, SLACK_STORE: "memory:",
    SLACK_HTTP_HOST: "127.0.0.1", SLACK_HTTP_PORT: "0",
  });
  if (transport === "http") {
    const [, port] = await bot.said(/event="http listening".* port=(\d+)/);
    await sim.cli("request-url", `http://127.0.0.1:${port}/slack/events`);
  } else {
    await sim.cli("status", "--wait");
  }
  return bot;
}

// ---- the browser ----

let browser = null;
after(() => browser?.close());

/** Chromium. Each host but those of `hosts` is unknown to it: {name: address}. */
export function launch(hosts = {}) {
  const rules = Object.entries(hosts).map(([name, address]) => `MAP ${name} ${address}`);
  rules.push("MAP * ~NOTFOUND", "EXCLUDE 127.0.0.1");
  return chromium.launch({
    executablePath: chromium_path,
    chromiumSandbox: process.getuid() !== 0, // Chromium refuses to have one as root
    args: ["--no-proxy-server", `--host-resolver-rules=${rules.join(",")}`],
  });
}

/** The errors of a page but the `expected` ones, and its requests to other hosts. */
function watch(page, origin, expected) {
  const problems = [];
  page.on("pageerror", (error) => problems.push(`an exception: ${error.stack || error.message}`));
  page.on("console", (message) => {
    // A refusal of the control API is an answer, which the page shows.
    const refused = message.text().startsWith("Failed to load resource") && message.location().url.startsWith(`${origin}/sim/`);
    if (message.type() === "error" && !refused && !expected?.test(message.text())) problems.push(`console: ${message.text()} (${message.location().url})`);
  });
  page.on("request", (request) => {
    const { protocol, origin: asked } = new URL(request.url());
    if (protocol !== "data:" && protocol !== "blob:" && asked !== origin) problems.push(`a request to ${request.url()}`);
  });
  page.on("crash", () => problems.push("the page has crashed"));
  return problems;
}

/** Goes to the page of a simulator, and waits until it shows a conversation. */
export async function visit(page, url) {
  await page.goto(url);
  await page.getByRole("main").getByRole("textbox", { name: /^Message/ }).waitFor();
}

/**
 * Everything that axe-core finds serious or critical, as lines.
 * @param {string} [within] a selector
 * @param {string[]} [rules] the rules to look at; without them all
 */
export async function violations(page, within = "body", rules = undefined) {
  // The page's policy refuses a script element; what the debugger evaluates is no part of the page.
  if (!(await page.evaluate(() => "axe" in globalThis))) await page.evaluate(axe_source);
  const found = await page.evaluate(([root, only]) =>
    globalThis.axe.run(root, { resultTypes: ["violations"], ...(only && { runOnly: only }) }), [within, rules]);
  return found.violations
    .filter(({ impact }) => impact === "serious" || impact === "critical")
    .map(({ id, help, nodes }) => `${id}: ${help}: ${nodes.map((node) => node.html.slice(0, 200)).join(" ")}`);
}

// ---- tests ----

async function evidence(name, scene) {
  const folder = path.join(build, "meson-logs/page");
  const file = path.join(folder, name.replaceAll(/[^a-z0-9]+/gi, "-"));
  fs.mkdirSync(folder, { recursive: true });
  const tree = await scene.page?.locator("body").ariaSnapshot().catch(String);
  await scene.page?.screenshot({ path: `${file}.png` }).catch(String);
  fs.writeFileSync(`${file}.txt`, [tree, ...(scene.problems ?? []), scene.sim?.log, scene.bot?.log].join("\n----\n"));
  return `\nsee ${file}.png and ${file}.txt`;
}

/** A page that shows a conversation, and whose problems fail the test. `wanted` as in story(). */
async function openPage(scene, wanted, url = scene.sim.url) {
  browser ??= await launch();
  scene.context = await browser.newContext({ viewport: { width: 1280, height: 800 }, ...wanted.page });
  scene.context.setDefaultTimeout(LONGEST_MS);
  scene.page = await scene.context.newPage();
  scene.problems = watch(scene.page, url, wanted.expected);
  await visit(scene.page, url);
  return scene.page;
}

/**
 * A test with a simulator, and a page if `wanted.page` is not false.
 * @param {string} name
 * @param {{sim?: string[], bot?: string, transport?: string, page?: Object|false, expected?: RegExp}}
 *   wanted `sim`: options of slackapp sim; `page`: those of a context of Playwright; `expected`: errors
 *   on the console that do not fail the test
 * @param {function({sim, bot, page, openPage})} play `openPage(url)` opens a page elsewhere
 */
export function story(name, wanted, play) {
  test(name, { timeout: 8 * LONGEST_MS }, async () => {
    const scene = { openPage: (url) => openPage(scene, wanted, url) };
    try {
      scene.sim = await startSimulator(...(wanted.sim ?? []));
      if (wanted.bot) scene.bot = await startBot(scene.sim, wanted.bot, wanted.transport ?? "socket");
      if (wanted.page !== false) await scene.openPage();
      await play(scene);
      if (scene.problems?.length > 0) throw new Error("the page has problems");
    } catch (error) {
      if (scene.problems?.length > 0) error.message += `\n${scene.problems.join("\n")}`;
      error.message += await evidence(name, scene);
      throw error;
    } finally {
      await scene.context?.close();
      await scene.bot?.stop();
      await scene.sim?.stop();
    }
  });
}
