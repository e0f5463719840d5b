// SPDX-License-Identifier: MIT
/* The control API of the simulator, and its feed. An error is an Error with a sentence. */

const GONE = "The simulator does not answer. Start it again: slackapp sim";
const RETRY_FIRST_MS = 250;
const RETRY_MAX_MS = 10000;

async function request(path, options) {
  let response;
  try {
    response = await fetch(path, options);
  } catch (error) {
    throw new Error(GONE, { cause: error });
  }
  const answer = await response.json().catch(() => null);
  if (answer && answer.ok) return answer;
  throw new Error(answer?.error || `The simulator has answered ${path} with ${response.status}`);
}

/** Read from the control API. `query`: an object, whose members without a value are left out. */
export function get(path, query = {}) {
  const given = Object.entries(query).filter(([, value]) => value !== undefined && value !== null);
  const search = new URLSearchParams(given).toString();
  return request(search ? `${path}?${search}` : path);
}

/** Post to the control API. */
export function post(path, body = {}) {
  return request(path, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(body),
  });
}

/** Do what a person does: "message", "click" … The answer comes with the ack of the bot. */
export function act(kind, args) {
  return post("/sim/send", { kind, ...args });
}

/** The pause before the next attempt, in milliseconds: longer each time, and never the same. */
export function pause(attempt) {
  const longest = Math.min(RETRY_MAX_MS, RETRY_FIRST_MS * 2 ** attempt);
  return longest / 2 + (Math.random() * longest) / 2;
}

/* Why the feed cannot be followed: a page cannot read the answer to a WebSocket. "" if it can be. */
async function refusal() {
  try {
    const response = await fetch("/sim/feed?after=0");
    return response.status === 503 ? (await response.json()).error : "";
  } catch {
    return "The simulator does not answer. The page goes on by itself as soon as it is back: slackapp sim";
  }
}

/**
 * Follow the feed. It reconnects by itself, with growing pauses, after the last id that it has seen.
 * @param {{after: number, entry: function(Object), reset: function(),
 *   status: function(string)}} options  `status` gets the reason why the feed is gone, "" while it is there
 * @returns {{close: function()}}
 */
export function openFeed({ after, entry, reset, status }) {
  let socket = null,
    timer = 0,
    attempt = 0,
    closed = false;

  function close() {
    closed = true;
    clearTimeout(timer);
    socket?.close();
  }

  function take(event) {
    const said = JSON.parse(event.data);
    if (closed) return;
    if (said.kind === "reset") {
      close();
      reset();
    } else if (said.id > after) {
      after = said.id;
      entry(said);
    }
  }

  function connect() {
    const scheme = location.protocol === "https:" ? "wss:" : "ws:";
    socket = new WebSocket(`${scheme}//${location.host}/sim/feed?after=${after}`);
    socket.onmessage = take;
    socket.onopen = () => {
      attempt = 0;
      status("");
    };
    socket.onclose = async () => {
      const why = closed ? "" : await refusal();
      if (closed) return;
      if (why) status(why);
      timer = setTimeout(connect, pause(attempt++));
    };
  }

  connect();
  return { close };
}
