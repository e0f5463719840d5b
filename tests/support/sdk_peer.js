'use strict';
// Slack's own SDKs as the app of a simulator: @slack/web-api and @slack/socket-mode of npm.
//     node sdk_peer.js FOLDER URL
// FOLDER holds node_modules, URL is the simulator's. Exits with 0 on success.
const assert = require('node:assert');
const [folder, url] = process.argv.slice(2);
const { WebClient, LogLevel } = require(folder + '/node_modules/@slack/web-api');
const { SocketModeClient } = require(folder + '/node_modules/@slack/socket-mode');

const slackApiUrl = url + '/api/';
const quiet = { logLevel: LogLevel.ERROR };
const web = new WebClient('xoxb-simulated-bot-token', {
    slackApiUrl,
    retryConfig: { retries: 0 },
    ...quiet,
});

async function control(path, body) {
    const response = await fetch(url + path, {
        method: body ? 'POST' : 'GET',
        headers: { 'Content-Type': 'application/json' },
        body: body && JSON.stringify(body),
    });
    return response.json();
}

// Performs a user's action; resolves once the app has acknowledged it.
async function send(kind, more) {
    const answer = await control('/sim/send', { kind, ...more });
    assert.ok(answer.ok && answer.acked, JSON.stringify(answer));
    return answer.line;
}

async function callWebApi() {
    const me = await web.auth.test();
    assert.strictEqual(me.user_id, 'U0BOT00001');

    const blocks = [{ type: 'section', text: { type: 'mrkdwn', text: '*hé* 😀 <a&b>' } }];
    const posted = await web.chat.postMessage({ channel: 'C0GENERAL1', text: 'hé 😀', blocks });
    assert.strictEqual(posted.message.blocks[0].text.text, '*hé* 😀 <a&b>');
    await web.chat.update({ channel: posted.channel, ts: posted.ts, text: 'changed' });
    await web.chat.postEphemeral({ channel: 'C0GENERAL1', user: 'U0ANN00001', text: 'psst' });
    await web.chat.postMessage({ channel: 'C0GENERAL1', text: 're', thread_ts: posted.ts });
    const thread = await web.conversations.replies({ channel: 'C0GENERAL1', ts: posted.ts });
    assert.deepStrictEqual(thread.messages.map((m) => m.text), ['changed', 're']);
    const history = await web.conversations.history({ channel: 'C0GENERAL1', limit: 5 });
    assert.strictEqual(history.messages[0].reply_count, 1);

    const names = [];
    for await (const page of web.paginate('conversations.list', { limit: 1 }))
        names.push(...page.channels.map((c) => c.name));
    assert.deepStrictEqual(names, ['general', 'random', 'lounge']);
    assert.strictEqual((await web.conversations.info({ channel: 'D0ANN00001' })).channel.is_im, true);
    assert.strictEqual((await web.users.info({ user: 'U0ANN00001' })).user.name, 'ann');
    await web.views.publish({ user_id: 'U0ANN00001', view: { type: 'home', blocks } });

    const errorOf = (promise) => promise.then(() => 'none', (error) => error.data.error);
    assert.strictEqual(await errorOf(web.chat.postMessage({ channel: 'C0GENERAL1' })), 'no_text');
    assert.strictEqual(await errorOf(web.apiCall('no.such')), 'unknown_method');
    assert.strictEqual(await errorOf(new WebClient('xoxb-no', { slackApiUrl, ...quiet }).auth.test()),
        'invalid_auth');
}

const modal = {
    type: 'modal',
    callback_id: 'form',
    title: { type: 'plain_text', text: 'A form' },
    submit: { type: 'plain_text', text: 'Send' },
    blocks: [{
        type: 'input',
        block_id: 'name',
        label: { type: 'plain_text', text: 'Name' },
        element: { type: 'plain_text_input', action_id: 'value' },
    }],
};

function answerWith(client) {
    client.on('message', async ({ event, ack }) => {
        await ack();
        if (!event.bot_id && !event.text.includes('<@U0BOT00001>'))
            await web.chat.postMessage({ channel: event.channel, text: `heard ${event.text}` });
    });
    client.on('app_mention', async ({ event, ack }) => {
        await ack();
        await web.chat.postMessage({ channel: event.channel, text: 'yes?', thread_ts: event.ts });
    });
    client.on('slash_commands', ({ body, ack }) => ack({ text: `you ran ${body.command} ${body.text}` }));
    client.on('interactive', async ({ body, ack }) => {
        if (body.type === 'shortcut') {
            await ack();
            await web.views.open({ trigger_id: body.trigger_id, view: modal });
        } else if (body.type === 'view_submission') {
            const name = body.view.state.values.name.value.value;
            await ack(name.length > 1 ? undefined : {
                response_action: 'errors',
                errors: { name: 'longer' },
            });
        } else if (body.type === 'block_suggestion') {
            const text = { type: 'plain_text', text: body.value + '!' };
            await ack({ options: [{ text, value: 'x' }] });
        }
    });
}

async function talkOverSocketMode() {
    const client = new SocketModeClient({
        appToken: 'xapp-1-simulated-app-token',
        clientOptions: { slackApiUrl },
        ...quiet,
    });
    answerWith(client);
    await client.start();
    await control('/sim/transcript/clear', {});

    await send('message', { text: 'hi' });
    await control('/sim/transcript?wait=2');
    await send('mention', { text: 'hi' });
    await control('/sim/transcript?wait=4');
    await send('command', { command: '/x', text: 'y' });
    await send('shortcut', { callback_id: 's' });
    await control('/sim/transcript?wait=7');
    await send('submit', { values: ['name/value=A'] });
    await send('submit', { values: ['name/value=Ada'] });
    await send('options', { action_id: 'o', value: 'a' });
    const { entries } = await control('/sim/transcript');
    assert.deepStrictEqual(entries.map((entry) => entry.line), [
        '#general  ann: hi',
        '#general  bot: heard hi',
        '#general  ann: @bot hi',
        '#general (thread)  bot: yes?',
        '#general  ann runs /x y -> bot (only to ann): you ran /x y',
        'ann uses the shortcut s',
        'bot opens a modal for ann: form "A form" [name/value]',
        'ann submits form with name/value=A -> errors: name: longer',
        'ann submits form with name/value=Ada -> closed',
        'ann types "a" into o -> a!',
    ]);

    // The SDK reconnects by itself after a disconnect message.
    const back = new Promise((resolve) => client.once('connected', resolve));
    await control('/sim/disconnect', { reason: 'refresh_requested' });
    await back;
    // The last delivery is the event for the bot's own answer: a client that has closed cannot ack it.
    const last = new Promise((resolve) => client.on('message', ({ event }) =>
        event.bot_id && event.text === 'heard still there?' && resolve()));
    await send('message', { text: 'still there?' });
    await last;
    await client.disconnect();
}

callWebApi().then(talkOverSocketMode).then(
    () => process.exit(0),
    (error) => {
        console.log(error);
        process.exit(1);
    },
);
