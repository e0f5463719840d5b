// SPDX-License-Identifier: MIT
/* Pages of others in the same browser: they read nothing of the simulator and change nothing. */
import assert from "node:assert";
import { once } from "node:events";
import http from "node:http";
import { launch, story } from "./harness.js";

/** A server with an empty page of somebody else. */
async function startStranger() {
  const server = http.createServer((request, response) => {
    response.setHeader("Content-Type", "text/html");
    response.end("<!DOCTYPE html><title>a stranger</title>");
  });
  server.unref().listen(0, "127.0.0.1");
  await once(server, "listening");
  return server;
}

/** The result that a script of the page gets from an attempt: the text of an answer, or how it failed. */
const attempts = {
  read: async (url) => (await fetch(`${url}/sim/status`)).text(),
  state: async (url) => (await fetch(`${url}/sim/state`)).text(),
  send: async (url) => (await fetch(`${url}/sim/send`, {
    method: "POST", mode: "no-cors", headers: { "Content-Type": "text/plain" },
    body: JSON.stringify({ kind: "message", text: "from a stranger" }),
  })).text(),
  send_json: async (url) => (await fetch(`${url}/sim/send`, {
    method: "POST", headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ kind: "message", text: "from a stranger" }),
  })).text(),
  feed: (url) => new Promise((resolve) => {
    const socket = new WebSocket(`${url.replace("http", "ws")}/sim/feed?after=0`);
    socket.onopen = () => resolve("open");
    socket.onerror = () => resolve("");
  }),
  script: (url) => new Promise((resolve) => {
    const script = document.createElement("script");
    Object.assign(script, { src: `${url}/page/main.js`, type: "module", onload: () => resolve("loaded"), onerror: () => resolve("") });
    document.head.append(script);
  }),
  frame: (url) => new Promise((resolve) => {
    const frame = document.createElement("iframe");
    Object.assign(frame, { src: url, onload: () => resolve("") });
    document.body.append(frame);
  }),
};

async function attempt(page, url) {
  const got = {};
  for (const [name, script] of Object.entries(attempts))
    got[name] = await page.evaluate(script, url).catch((error) => (/Failed to fetch/.test(error.message) ? "" : String(error)));
  return got;
}

async function refuses(sim, host, path = "/") {
  const browser = await launch({ "rebound.test": "127.0.0.1" });
  try {
    const page = await browser.newPage();
    const origin = `http://${host}`;
    const response = await page.goto(origin + path);
    return { page, status: response.status(), got: await attempt(page, sim ? sim.url : origin),
      framed: await Promise.all(page.frames().slice(1).map((frame) => frame.getByRole("main").count())) };
  } finally {
    await browser.close();
  }
}

/** The attempts are real: those of the page itself succeed, but for a frame. */
story("the page itself reads, writes and follows the feed", { bot: "showcase", page: false }, async ({ sim }) => {
  const { got } = await refuses(sim, new URL(sim.url).host);
  for (const name of ["read", "state", "send_json"]) assert.match(got[name], /"ok": ?true/, name);
  assert.deepEqual([got.feed, got.script, got.frame], ["open", "loaded", ""]);
});

const nothing = { read: "", state: "", send: "", send_json: "", feed: "", script: "", frame: "" };

story("a page of another origin reads nothing, sends nothing and frames nothing", { bot: "showcase", page: false }, async ({ sim }) => {
  const stranger = await startStranger();
  const { got, framed } = await refuses(sim, `127.0.0.1:${stranger.address().port}`).finally(() => stranger.close());
  assert.deepStrictEqual(got, nothing);
  assert.deepStrictEqual(framed, [0]);
  assert.equal(await sim.cli("transcript"), "");
});

story("a name of somebody else that leads here is refused", { bot: "showcase", page: false }, async ({ sim }) => {
  const { status, got } = await refuses(null, `rebound.test:${new URL(sim.url).port}`);
  assert.equal(status, 403);
  for (const [name, answer] of Object.entries(got)) assert.doesNotMatch(answer, /"ok": ?true|open|loaded/, name);
  assert.equal(await sim.cli("transcript"), "");
});
