// SPDX-License-Identifier: MIT
// The same bot in Bolt for JavaScript: one listener for messages, which does nothing.
// usage: node bolt.js NODE_MODULES http|socket
const { join } = require("node:path");
const { App, HTTPReceiver, SocketModeReceiver, LogLevel } = require(
  join(process.argv[2], "@slack/bolt"),
);

const clientOptions = { slackApiUrl: process.env.SLACK_API_URL };
const logLevel = LogLevel.ERROR;
const receiver =
  process.argv[3] === "http"
    ? new HTTPReceiver({ signingSecret: process.env.SLACK_SIGNING_SECRET, logLevel })
    : new SocketModeReceiver({
        appToken: process.env.SLACK_APP_TOKEN,
        installerOptions: { clientOptions },
        logLevel,
      });
const app = new App({ token: process.env.SLACK_BOT_TOKEN, receiver, clientOptions, logLevel });
app.message(async () => {});
app.start(Number(process.env.SLACK_HTTP_PORT ?? 0)).then((server) => {
  if (process.argv[3] === "http") console.log(`port=${server.address().port}`);
});
