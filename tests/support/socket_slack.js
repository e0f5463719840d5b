'use strict';
// Slack's side of Socket Mode, made of the ws package of npm.
//     node socket_slack.js FOLDER MODE [REFRESHES RATE [CERTIFICATE KEY]]
// FOLDER holds node_modules; with a certificate it speaks https and wss, as localhost. Prints its port, then a summary line when MODE has ended:
//     talk      sends one message of each kind that Slack sends
//     refresh   disconnects every connection, one after the other, under RATE envelopes a second
//     drop      the same by `warning`, and cuts TCP right after it; sends events without an ack again
// Ends with its standard input.
const fs = require('node:fs');
const http = require('node:http');
const https = require('node:https');
const crypto = require('node:crypto');
const [folder, mode, refreshes = '0', rate = '0', cert, key] = process.argv.slice(2);
const WebSocket = require(folder + '/node_modules/ws');

const tickets = new Set();
const open = new Set(); // connections that had hello and did not say Close
const sent = new Map(); // envelope_id -> { at, acks, tries }
const result = { refreshes: 0, opened: 0, sent: 0, acked: 0, twice: 0, late: 0, again: 0, max_ms: 0 };

function answer(request, response) {
    const method = request.url.replace('/api/', '');
    let body = { ok: false, error: 'unknown_method' };
    if (method === 'auth.test')
        body = { ok: true, team_id: 'T1', user_id: 'U0', bot_id: 'B0', url: 'https://t.slack.com/' };
    if (method === 'apps.connections.open') {
        const ticket = crypto.randomUUID();
        const { port } = server.address();
        tickets.add(ticket);
        const origin = cert ? 'wss://localhost' : 'ws://127.0.0.1';
        body = { ok: true, url: `${origin}:${port}/link/?ticket=${ticket}&app_id=f00` };
    }
    request.resume();
    response.setHeader('Content-Type', 'application/json; charset=utf-8');
    response.end(JSON.stringify(body));
}

function take(data, binary) {
    const ack = JSON.parse(data);
    const envelope = sent.get(ack.envelope_id);
    if (!envelope || binary) throw new Error('an ack for nothing: ' + data);
    envelope.payload = ack.payload;
    const ms = Date.now() - envelope.at;
    if (++envelope.acks > 1) {
        result.twice++;
        return;
    }
    result.acked++;
    result.max_ms = Math.max(result.max_ms, ms);
    if (ms > 1000) result.late++;
}

function send(ws, type, payload, more = {}) {
    const envelope_id = more.envelope_id || crypto.randomUUID();
    const envelope = sent.get(envelope_id) || { acks: 0, tries: 0, payload: undefined };
    Object.assign(envelope, { at: Date.now(), ws, type, body: payload });
    envelope.tries++;
    sent.set(envelope_id, envelope);
    const accepts_response_payload = type !== 'events_api';
    ws.send(JSON.stringify({ envelope_id, type, payload, accepts_response_payload, ...more }));
    return envelope;
}

function sendEvent(ws) {
    const n = result.sent++;
    send(ws, 'events_api', {
        type: 'event_callback', event_id: 'Ev' + n, team_id: 'T1',
        event: { type: 'message', channel: 'C1', user: 'U1', text: String(n), ts: '1.2' },
    }, { retry_attempt: 0, retry_reason: '' });
}

// Between the client's Close and its own `close`, ws drops everything that is sent.
const usable = () => [...open].filter((ws) => ws.readyState === WebSocket.OPEN);
const oldest = () => usable().find((ws) => !ws.told);
const pick = () => usable()[Math.floor(Math.random() * usable().length)];
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

async function until(what, ms, why) {
    for (const end = Date.now() + ms; !what(); await pause(5))
        if (Date.now() > end) throw new Error('in vain: ' + why);
}

function connected(ws, request) {
    const ticket = new URL(request.url, 'ws://x').searchParams.get('ticket');
    if (!tickets.delete(ticket)) {
        ws.terminate(); // a ticket is for one connection
        return;
    }
    ws.on('message', take);
    ws.on('close', () => open.delete(ws));
    ws.on('error', (error) => console.error(error.message));
    result.opened++;
    open.add(ws);
    ws.send(JSON.stringify({
        type: 'hello', num_connections: open.size, connection_info: { app_id: 'A1' },
        debug_info: { host: 'applink-1', approximate_connection_time: 18060 },
    }));
    ws.ping('Ping from applink-1');
}

// RATE envelopes a second, each to one of the connections.
function startTraffic() {
    const begin = Date.now();
    let stopped = false;
    const timer = setInterval(() => {
        const due = ((Date.now() - begin) * Number(rate)) / 1000;
        while (!stopped && result.sent < due && pick()) sendEvent(pick());
        if (mode === 'drop') sendAgain();
    }, 5);
    return { stop: () => { stopped = true; }, end: () => clearInterval(timer) };
}

function sendAgain() {
    for (const [envelope_id, envelope] of sent) {
        if (envelope.acks > 0 || Date.now() - envelope.at < 1000 || !pick()) continue;
        result.again++;
        send(pick(), envelope.type, envelope.body,
            { envelope_id, retry_attempt: envelope.tries, retry_reason: 'timeout' });
    }
}

function askToGo(ws) {
    ws.told = true;
    const reason = mode === 'drop' ? 'warning' : 'refresh_requested';
    ws.send(JSON.stringify({ type: 'disconnect', reason, debug_info: { host: 'applink-1' } }));
    if (mode !== 'drop') return;
    open.delete(ws);
    setImmediate(() => ws._socket.destroy());
}

async function refresh() {
    await until(() => open.size >= 2, 10000, 'two connections');
    const traffic = startTraffic();
    while (result.refreshes < Number(refreshes)) {
        const before = result.opened;
        await pause(50);
        askToGo(oldest());
        await until(() => result.opened > before, 10000, 'a connection in the place of the old one');
        result.refreshes++;
    }
    await pause(500);
    traffic.stop();
    await until(() => result.acked === result.sent, 10000, 'acks: ' + JSON.stringify(result));
    traffic.end();
}

async function talk() {
    await until(() => open.size >= 1, 10000, 'a connection');
    const ws = oldest();
    ws._socket.write('\n'); // between two frames
    ws.send('UNAUTHENTICATED: cache_error');
    ws.send(Buffer.from([0, 255]));
    sendEvent(ws);
    const command = send(ws, 'slash_commands', { command: '/echo', text: 'h\u00e9 \u{1f600}' });
    const unknown = send(ws, 'telepathy', { a: 1 });
    const half = '{"envelope_id":"half","type":"events_api",';
    sent.set('half', { at: Date.now(), acks: 0, tries: 1 });
    ws.send(half, { fin: false });
    ws.ping('between');
    ws.send('"payload":{"event_id":"Ev-half","event":{"type":"app_mention"}}}', { fin: true });
    await until(() => command.acks && unknown.acks && sent.get('half').acks, 10000, 'acks');
    await until(() => result.acked === 4, 10000, 'four acks');
    if (command.payload.text !== 'h\u00e9 \u{1f600}') throw new Error('the wrong payload');
}

const server = cert
    ? https.createServer({ cert: fs.readFileSync(cert), key: fs.readFileSync(key) }, answer)
    : http.createServer(answer);
new WebSocket.Server({ server, perMessageDeflate: true }).on('connection', connected);
server.listen(0, '127.0.0.1', async () => {
    console.log(server.address().port);
    try {
        await (mode === 'talk' ? talk() : refresh());
        console.log(Object.entries(result).map(([key, value]) => `${key}=${value}`).join(' '));
    } catch (error) {
        console.log('failed: ' + error.message);
    }
});
process.stdin.resume();
process.stdin.on('end', () => process.exit(0));
