// SPDX-License-Identifier: MIT
/* The shell: reads the state, follows the feed, and gives each part of the page what it shows. */

import { get, openFeed } from "./api.js";
import { h, replace } from "./dom.js";
import { applyAll, begin } from "./state.js";

const page = {
  state: null,
  news: [], // of the feed, until the next frame
};

function draw() {
  const { state } = page;
  replace(
    document.getElementById("conversation"),
    h("h1", null, state.workspace.name),
    [...state.messages.values()].flat().map(({ message }) => h("p", null, message.text)),
  );
}

function takeNews() {
  page.state = applyAll(page.state, page.news.splice(0));
  draw();
}

function entry(said) {
  if (page.news.push(said) === 1) requestAnimationFrame(takeNews);
}

async function start() {
  page.state = begin(await get("/sim/state"));
  draw();
  openFeed({ after: page.state.id, entry, reset: start, status: () => {} });
}

start();
