'use strict';
// Processes that share a budget of Socket Mode connections, against a Slack that counts: the ws
// package of npm. They start together, holders are killed, all are restarted one after the other,
// and each connection is refreshed, under traffic. Prints the count whenever it changes.
//     node sockets.js NODE_FOLDER BOT STORE [PROCESSES BUDGET KILLS [long]]
// STORE is "sqlite", for a file in a temporary folder, or "postgres", for the server of TEST_POSTGRES.
// With "long", Slack takes its time, a holder cannot connect, and one hangs. The output is TAP.
const fs = require('node:fs');
const http = require('node:http');
const os = require('node:os');
const crypto = require('node:crypto');
const { spawn } = require('node:child_process');
const [folder, bot, place, processes = '6', budgetText = '3', kills = '10', long] = process.argv.slice(2);
if (!fs.existsSync(folder + '/node_modules/ws')) {
    console.log('1..0 # SKIP the ws package of npm is not installed');
    process.exit(0);
}
const WebSocket = require(fs.realpathSync(folder) + '/node_modules/ws');
const temporary = fs.mkdtempSync(os.tmpdir() + '/sockets-');
const store = place === 'postgres' ? 'postgres:' + process.env.TEST_POSTGRES : `sqlite:${temporary}/store.db`;
const budget = Number(budgetText), RATE = 100, ACK_MS = 3000;

const tickets = new Map();   // ticket -> the name of the process
const open = new Set();      // connections that Slack counts
const sent = new Map();      // envelope_id -> { at, acks, ws, text }
const runs = new Map();      // the number of an event -> how often it ran
const bots = [];             // { name, child, port, log, ended }
const result = { sent: 0, acked: 0, twice: 0, late: 0, again: 0, max_ms: 0 };
let refusal = null; // of apps.connections.open: { error } or { ms }
let crowded = false; // no other connection is admitted
let least = 0, low = Infinity, high = 0;
const begin = Date.now();

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
const ready = () => [...open].filter((ws) => ws.hello && ws.readyState === WebSocket.OPEN);
const holders = () => ready().map((ws) => ws.holder).sort();

async function until(what, ms, why) {
    const since = Date.now();
    for (; !(await what()); await pause(10))
        if (Date.now() - since > ms) throw new Error('not within ' + ms + ' ms: ' + why());
    return Date.now() - since;
}

let shown = '';
function count() {
    low = Math.min(low, ready().length);
    high = Math.max(high, open.size);
    const line = `${open.size} open, ${ready().length} ready: ${holders().join(' ')}`;
    if (line !== shown) console.log(`# ${((Date.now() - begin) / 1000).toFixed(3).padStart(8)} s  ${line}`);
    shown = line;
}

// ---- Slack ----

function answer(request, response) {
    let text = '';
    request.on('data', (data) => { text += data; });
    request.on('end', async () => {
        const [, name, , method] = request.url.split('/');
        let body = { ok: true, team_id: 'T1', user_id: 'U0', bot_id: 'B0', url: 'https://t.slack.com/' };
        if (method === 'apps.connections.open') {
            const ticket = crypto.randomUUID();
            tickets.set(ticket, name);
            body.url = `ws://127.0.0.1:${server.address().port}/?ticket=${ticket}`;
            if (refusal && refusal.error) body = { ok: false, error: refusal.error };
            if (refusal && refusal.ms) await pause(refusal.ms);
        } else if (method === 'chat.postMessage') {
            const n = Number(/<@U(\d+)>/.exec(decodeURIComponent(text))[1]);
            runs.set(n, (runs.get(n) || 0) + 1);
            body = { ok: true, ts: '1.' + n, channel: 'C1' };
        }
        response.setHeader('Content-Type', 'application/json; charset=utf-8');
        response.end(JSON.stringify(body));
    });
}

function send(envelope_id, envelope) {
    const usable = ready().filter((ws) => !ws.ends);
    envelope.ws = usable[Math.floor(Math.random() * usable.length)];
    if (!envelope.ws) return;
    envelope.tries++;
    envelope.ws.send(JSON.stringify({
        envelope_id, type: 'events_api', accepts_response_payload: false,
        retry_attempt: envelope.tries - 1, retry_reason: envelope.tries > 1 ? 'timeout' : '',
        payload: {
            type: 'event_callback', event_id: 'Ev' + envelope.n, team_id: 'T1', api_app_id: 'A1',
            event: { type: 'message', channel: 'C' + envelope.n, user: 'U' + envelope.n,
                text: 'hello', ts: '1.' + envelope.n },
        },
    }));
}

function take(data) {
    const envelope = sent.get(JSON.parse(data).envelope_id);
    const ms = Date.now() - envelope.at;
    if (++envelope.acks > envelope.tries) result.twice++;
    if (envelope.acks > 1) return;
    result.acked++;
    result.max_ms = Math.max(result.max_ms, ms);
    if (ms > ACK_MS) result.late++;
}

// Envelopes of a connection that are not acked are sent again on others.
function sendAgain(ws) {
    for (const [id, envelope] of sent)
        if (envelope.ws === ws && envelope.acks === 0) {
            result.again++;
            send(id, envelope);
        }
}

function gone(ws) {
    if (!open.delete(ws)) return;
    count();
    sendAgain(ws);
}

function connected(ws, request) {
    const ticket = new URL(request.url, 'ws://x').searchParams.get('ticket');
    ws.holder = tickets.get(ticket);
    if (!tickets.delete(ticket)) {
        ws.terminate();
        return;
    }
    ws.on('message', take);
    ws.on('close', () => gone(ws));
    ws.on('error', () => gone(ws));
    open.add(ws);
    if (crowded) {
        ws.send(JSON.stringify({ type: 'disconnect', reason: 'too_many_websockets' }));
    } else {
        ws.hello = true;
        ws.send(JSON.stringify({ type: 'hello', num_connections: open.size,
            debug_info: { approximate_connection_time: 18060 } }));
    }
    count();
}

function traffic() {
    const since = Date.now();
    let n = 1; // U0 is the bot
    return setInterval(() => {
        for (; n < (Date.now() - since) * RATE / 1000 && ready().length > 0; n++) {
            const id = crypto.randomUUID(), envelope = { n, at: Date.now(), acks: 0, tries: 0 };
            sent.set(id, envelope);
            result.sent++;
            send(id, envelope);
        }
    }, 5);
}

// Slack closes the connection some time after it has asked for another one.
function refresh(ws, reason, ms) {
    ws.send(JSON.stringify({ type: 'disconnect', reason }));
    setTimeout(() => { ws.ends = true; }, ms - 300).unref(); // sends nothing more
    setTimeout(() => {
        if (ws.readyState === WebSocket.OPEN) ws.close();
        gone(ws);
    }, ms).unref();
}

// ---- the processes ----

let serial = 0;
function start() {
    const b = { name: 'p' + serial++, log: '', port: 0 };
    b.child = spawn(bot, [], {
        stdio: ['ignore', 'ignore', 'pipe'],
        env: {
            SLACK_API_URL: `http://127.0.0.1:${server.address().port}/${b.name}/api/`,
            SLACK_TRANSPORT: 'socket', SLACK_BOT_TOKEN: 'xoxb-1', SLACK_APP_TOKEN: 'xapp-1-A1-1',
            SLACK_STORE: store, SLACK_SOCKET_CONNECTIONS: budgetText,
            SLACK_HTTP_ADMIN_HOST: '127.0.0.1', SLACK_HTTP_ADMIN_PORT: '0', LSAN_OPTIONS: process.env.LSAN_OPTIONS || '',
        },
    });
    b.child.stderr.on('data', (data) => {
        b.log += data;
        const found = /admin server listening.* port=(\d+)/.exec(b.log);
        if (found) b.port = Number(found[1]);
    });
    b.ended = new Promise((resolve) => b.child.on('exit', (code, signal) => {
        b.over = true;
        bots.splice(bots.indexOf(b), 1);
        resolve(signal || code);
    }));
    bots.push(b);
    return b;
}

function page(b) {
    return new Promise((resolve) => {
        if (!b.port) return resolve('');
        http.get({ port: b.port, path: '/readyz', agent: false }, (response) => {
            let text = response.statusCode + ' ';
            response.on('data', (data) => { text += data; });
            response.on('end', () => resolve(text.trim()));
        }).on('error', () => resolve(''));
    });
}

async function pages() {
    return (await Promise.all(bots.map(page))).sort();
}

async function settled() {
    const texts = await pages();
    return open.size === budget && ready().length === budget && new Set(holders()).size === budget &&
        texts.filter((text) => text === '200 ready').length === budget &&
        texts.filter((text) => text === '200 standby').length === bots.length - budget;
}
const state = () => `${holders()} of ${open.size}, ` + JSON.stringify(bots.map((b) => b.log.split('\n').slice(-4)));

// ---- the cases ----

async function startTogether() {
    for (let i = 0; i < Number(processes); i++) start();
    await until(settled, 3000, state);
}

async function killHolders() {
    const times = [];
    for (let i = 0; i < Number(kills); i++) {
        const victim = bots.find((b) => b.name === holders()[i % budget]);
        victim.child.kill('SIGKILL');
        await until(() => !holders().includes(victim.name), 1000, state);
        times.push(await until(() => ready().length === budget, 2000, state));
        await victim.ended;
        start();
        await until(settled, 10000, state);
    }
    console.log('# back after ' + times.join(' ') + ' ms');
}

async function restartAll() {
    low = budget;
    for (const b of [...bots]) {
        b.child.kill('SIGTERM');
        const status = await b.ended;
        if (status !== 0) throw new Error('a process ended with ' + status + ': ' + b.log);
        start();
        await until(settled, 10000, state);
    }
    least = low;
}

async function refreshAll() {
    for (const reason of long ? ['refresh_requested', 'warning'] : ['warning'])
        for (const ws of ready()) {
            refresh(ws, reason, long ? 10000 : 1500);
            await until(() => !open.has(ws), 13000, state);
        }
    const all = ready();
    for (const ws of all) refresh(ws, 'refresh_requested', long ? 10000 : 4000); // at once
    await until(() => !all.some((ws) => open.has(ws)), 13000, state);
    await until(settled, 20000, state);
    least = Math.min(least, low);
}

// A holder that cannot connect: its slot goes to another, unless Slack refuses all of them.
async function refuse() {
    const gaveUp = () => bots.filter((b) => /slot for a connection freed.*no connection/.test(b.log)).length;
    refusal = { error: 'internal_error' };
    ready()[0].terminate();
    await until(gaveUp, 15000, state);
    refusal = { ms: 700 };
    await until(settled, 15000, state);
    refusal = null;
    const before = gaveUp();
    crowded = true; // another program uses the app's connections
    ready()[0].terminate();
    await pause(15000);
    crowded = false;
    await until(settled, 60000, state);
    if (gaveUp() !== before) throw new Error('a slot was given up although Slack admits nobody');
}

// A holder that hangs for longer than a lease: another one has its slot, and it acks nothing twice.
async function hang() {
    const held = ready()[0], victim = bots.find((b) => b.name === held.holder);
    victim.child.kill('SIGSTOP');
    held.hello = false; // Slack would send to it: the acks would be late
    await pause(500);
    sendAgain(held);
    await until(() => ready().length === budget, 80000, state);
    for (const [id, envelope] of [...sent].slice(-20)) { // acked by others, and in its buffer now
        held.send(JSON.stringify({ envelope_id: id, type: 'events_api', retry_attempt: 0,
            payload: { type: 'event_callback', event_id: 'Ev' + envelope.n, event: { type: 'message' } } }));
    }
    victim.child.kill('SIGCONT');
    await until(() => !open.has(held), 5000, state);
    await until(settled, 5000, state);
}

async function stopAll() {
    clearInterval(stopTraffic);
    await until(() => result.acked === result.sent, ACK_MS, () => JSON.stringify(result));
    await until(() => runs.size === result.sent, 20000, () => `${runs.size} of ${result.sent} ran; ` +
        JSON.stringify([...sent.values()].filter((e) => !runs.has(e.n)).map((e) => ({ n: e.n, tries: e.tries,
            acks: e.acks, to: e.ws.holder, at: e.at - begin }))));
    const all = bots.map((b) => b.ended);
    for (const b of bots) b.child.kill('SIGTERM');
    const statuses = await Promise.all(all);
    if (statuses.some((status) => status !== 0)) throw new Error('statuses ' + statuses);
}

let stopTraffic, number = 0;
async function run(name, fn) {
    number++;
    try {
        await fn();
        console.log(`ok ${number} - ${name}`);
    } catch (error) {
        console.log(`not ok ${number} - ${name}\n# ${error.message.replace(/\n/g, '\n# ')}`);
        process.exitCode = 1;
    }
}

const server = http.createServer(answer);
new WebSocket.Server({ server }).on('connection', connected);
server.listen(0, '127.0.0.1', async () => {
    await run('processes that start together share the budget', startTogether);
    stopTraffic = traffic();
    await run('a killed holder is replaced', killHolders);
    await run('a rolling restart keeps every connection', restartAll);
    await run('a refresh keeps every connection', refreshAll);
    await run('never fewer connections than the budget, never more than one beyond', () => {
        if (least < budget || high > budget + 1) throw new Error(`${least} to ${high}`);
    });
    if (long) await run('a holder that cannot connect gives its slot up', refuse);
    if (long) await run('a holder that hangs acks nothing twice', hang);
    await run('all stop, and every envelope is acked once and in time', async () => {
        await stopAll();
        if (result.twice || result.late) throw new Error(JSON.stringify(result));
    });
    const rerun = [...runs.values()].filter((n) => n > 1).length;
    console.log('# ' + Object.entries({ ...result, rerun }).map(([key, value]) => `${key}=${value}`).join(' '));
    console.log('1..' + number);
    process.exit();
});
process.on('exit', () => {
    for (const b of bots) b.child.kill('SIGKILL');
    fs.rmSync(temporary, { recursive: true, force: true });
});
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => process.exit(1));
