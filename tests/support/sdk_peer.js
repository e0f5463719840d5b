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
    await changeTheWorkspace(errorOf);
    await stream(errorOf);
    await findUnclearMessages();
    await readWhatWasMissed();
    assert.strictEqual(await errorOf(web.apiCall('no.such')), 'unknown_method');
    assert.strictEqual(await errorOf(new WebClient('xoxb-no', { slackApiUrl, ...quiet }).auth.test()),
        'invalid_auth');
}

async function changeTheWorkspace(errorOf) {
    const { channel } = await web.conversations.create({ name: 'inc-1' });
    assert.strictEqual(await errorOf(web.conversations.create({ name: 'inc-1' })), 'name_taken');
    await web.conversations.invite({ channel: channel.id, users: 'U0ANN00001,U0BEN00001' });
    const { members } = await web.conversations.members({ channel: channel.id });
    assert.deepStrictEqual(members, ['U0ANN00001', 'U0BEN00001', 'U0BOT00001']);
    assert.strictEqual((await web.conversations.join({ channel: 'C0LOUNGE01' })).channel.is_member, true);
    const dm = await web.conversations.open({ users: 'U0ANN00001' });
    assert.strictEqual(dm.channel.id, 'D0ANN00001');
    const people = [], sizes = [];
    for await (const { members } of web.paginate('users.list', { limit: 200 })) {
        sizes.push(members.length);
        people.push(...members);
    }
    assert.deepStrictEqual(sizes, [200, 200, 200, 200, 200, 50]);
    assert.strictEqual(new Set(people.map((p) => p.id)).size, 1050);
    assert.strictEqual(people.filter((p) => p.is_admin).length, 43);

    const { ts } = await web.chat.postMessage({ channel: channel.id, text: 'down' });
    const item = { channel: channel.id, timestamp: ts };
    await web.reactions.add({ ...item, name: 'eyes' });
    assert.strictEqual(await errorOf(web.reactions.add({ ...item, name: 'eyes' })), 'already_reacted');
    await web.pins.add(item);
    assert.strictEqual(await errorOf(web.pins.add(item)), 'already_pinned');
    const { message } = await web.reactions.get(item);
    assert.deepStrictEqual(message.reactions, [{ name: 'eyes', users: ['U0BOT00001'], count: 1 }]);
    assert.strictEqual((await web.pins.list({ channel: channel.id })).items[0].message.ts, ts);
    const later = Math.floor(Number(ts)) + 3600;
    const { scheduled_message_id } =
        await web.chat.scheduleMessage({ channel: channel.id, text: 'still?', post_at: later });
    const waiting = await web.chat.scheduledMessages.list();
    assert.strictEqual(waiting.scheduled_messages[0].id, scheduled_message_id);
    await web.chat.deleteScheduledMessage({ channel: channel.id, scheduled_message_id });

    const file = Buffer.from('a line\n--of a log\r\n'.repeat(300000)); // 6 MB
    const file_uploads = [{ file, filename: 'log.txt', title: 'The log' }, { file: Buffer.from('x'), filename: 'x.csv' }];
    await web.filesUploadV2({ channel_id: channel.id, initial_comment: 'both', file_uploads });
    let newest = { ts };
    while (newest.ts === ts) // the message comes later
        [newest] = (await web.conversations.history({ channel: channel.id })).messages;
    assert.strictEqual(newest.text, 'both');
    assert.deepStrictEqual(newest.files.map((f) => f.size), [file.length, 1]);
    const shown = (await web.files.info({ file: newest.files[0].id })).file;
    assert.strictEqual(shown.shares.public[channel.id][0].ts, newest.ts);
    const headers = { Authorization: 'Bearer xoxb-simulated-bot-token' };
    const whole = await fetch(shown.url_private, { headers });
    assert.ok(file.equals(Buffer.from(await whole.arrayBuffer())));
    const etag = { ...headers, Range: `bytes=${file.length - 10}-`, 'If-Range': whole.headers.get('etag') };
    const rest = await fetch(shown.url_private_download, { headers: etag });
    assert.strictEqual(rest.status, 206);
    assert.match(await (await fetch(shown.url_private)).text(), /Sign in/);
    await web.chat.delete({ channel: channel.id, ts: newest.ts });
}

// After an unclear answer an app looks for its message by the metadata: a message that took effect
// is there, and one that was lost is not.
async function findUnclearMessages() {
    const channel = 'C0GENERAL1';
    const faults = ['api-cut', 'api-lost', 'api-done-status', 'api-status'].map((name) =>
        `25% ${name} chat.postMessage${name.endsWith('status') ? ' 503' : ''}`);
    await control('/sim/fault', { faults: [...faults, 'history-lag 1'].join('\n') });
    const { ts: oldest } = (await web.conversations.history({ channel, limit: 1 })).messages[0];
    const key = (n) => ({ event_type: 'sent', event_payload: { key: `k${n}` } });
    for (let n = 0; n < 40; n++)
        await assert.rejects(web.chat.postMessage({ channel, text: `order ${n}`, metadata: key(n) }));
    const { faults: active, env } = await control('/sim/status');
    assert.ok(env);
    const [cut, lost, done, refused] = active.map((fault) => fault.acted);
    assert.strictEqual(cut + lost + done + refused, 40);
    await control('/sim/fault/clear', {});
    const keys = [];
    for await (const page of web.paginate('conversations.history',
        { channel, oldest, limit: 7, include_all_metadata: true }))
        keys.push(...page.messages.map((m) => m.metadata.event_payload.key));
    assert.strictEqual(keys.length, cut + done);
    assert.strictEqual(new Set(keys).size, keys.length);
}

async function readWhatWasMissed() {
    await control('/sim/missed', { messages: 300, channels: 5, threads: 40 });
    const numbers = [];
    const add = (messages) => numbers.push(...messages.map((m) => Number(m.text.split(' ')[1])));
    for await (const list of web.paginate('users.conversations', { limit: 100 }))
        for (const { id: channel } of list.channels.filter((c) => c.name.startsWith('missed-')))
            for await (const page of web.paginate('conversations.history', { channel, limit: 20 })) {
                add(page.messages);
                for (const { ts, reply_count } of page.messages)
                    if (reply_count)
                        add((await web.conversations.replies({ channel, ts })).messages.slice(1));
            }
    numbers.sort((a, b) => a - b);
    assert.deepStrictEqual(numbers, Array.from({ length: 300 }, (_, i) => i + 1));
}

// The SDK's own helper, and the end of a stream in Slack's words.
async function stream(errorOf) {
    const channel = 'C0GENERAL1';
    const { ts: thread_ts } = await web.chat.postMessage({ channel, text: 'a question' });
    const to = { channel, thread_ts, recipient_user_id: 'U0ANN00001', recipient_team_id: 'T0SIM00001' };
    const streamer = web.chatStream({ ...to, task_display_mode: 'plan' });
    const task = { type: 'task_update', id: '1', title: 'Look', status: 'in_progress' };
    assert.strictEqual(await streamer.append({ markdown_text: '**hé' }), null); // buffered
    await streamer.append({ chunks: [{ type: 'plan_update', title: 'A plan' }, task] });
    assert.strictEqual(await errorOf(web.chat.update({ channel, ts: streamer.ts, text: 'x' })),
        'streaming_state_conflict');
    await streamer.append({ markdown_text: '** 😀' + '.'.repeat(300) });
    const stopped = await streamer.stop({
        markdown_text: ' bye',
        chunks: [{ ...task, status: 'complete' }],
        metadata: { event_type: 'answered', event_payload: {} },
        blocks: [{
            type: 'context_actions',
            elements: [{
                type: 'feedback_buttons',
                action_id: 'feedback',
                positive_button: { text: { type: 'plain_text', text: 'Good' }, value: '1' },
                negative_button: { text: { type: 'plain_text', text: 'Bad' }, value: '0' },
            }],
        }],
    });
    assert.strictEqual(stopped.message.text, '**hé** 😀' + '.'.repeat(300) + ' bye');
    assert.deepStrictEqual(stopped.message.blocks.map((block) => block.status || block.type),
        ['plan', 'complete', 'context_actions']);
    const { messages } = await web.conversations.replies({ channel, ts: thread_ts });
    assert.strictEqual(messages[1].ts, streamer.ts);
    assert.strictEqual(await errorOf(web.chat.stopStream({ channel, ts: streamer.ts })),
        'message_not_in_streaming_state');

    const long = web.chatStream(to);
    await long.append({ markdown_text: 'x'.repeat(11999) });
    assert.strictEqual(await errorOf(long.stop({ markdown_text: 'yz' })), 'msg_too_long');
    await web.chat.stopStream({ channel, ts: long.ts });
    await control('/sim/fault', { faults: 'no-streams' });
    assert.strictEqual(await errorOf(web.chatStream(to).stop()), 'channel_type_not_supported');
    await control('/sim/fault/clear', {});
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
