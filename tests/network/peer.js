'use strict';
// Slack for outage.sh: https and wss by node and the ws package, and an HTTP proxy to it.
//     node peer.js NPM_FOLDER CERTS_FOLDER STATE_FILE ADDRESS
// It sends events steadily, and those without an ack at the end of their connection again, as
// Slack does. The state file always holds one line of NAME=NUMBER words. SIGUSR1 freezes the proxy and
// thaws it again; SIGUSR2 ends the events.
const [npm, certs, stateFile, address] = process.argv.slice(2);
const fs = require('fs');
const http = require('http');
const https = require('https');
const net = require('net');
const { WebSocketServer } = require(npm + '/node_modules/ws');

const EVENT_MS = 200;
const unacked = new Map(); // envelope id -> { event, ws }
const posts = new Map(); // user -> how often
const open = new Set();
let sent = 0;
let next = 0;
let acked_ms = 0; // when the last ack came
let opens = 0;
let tunnels = 0;

function methods(url) {
    if (url === '/api/auth.test') return { ok: true, team_id: 'T1', user_id: 'UBOT', bot_id: 'B1' };
    if (url !== '/api/apps.connections.open') return { ok: true, channel: 'C1', ts: '1.1' };
    opens++;
    return { ok: true, url: `wss://${address}:${server.address().port}/link/?ticket=${opens}` };
}

const server = https.createServer(
    { key: fs.readFileSync(certs + '/server.key'), cert: fs.readFileSync(certs + '/server.pem') },
    (request, response) => {
        let body = '';
        request.on('data', (data) => (body += data));
        request.on('end', () => {
            const user = decodeURIComponent(body.replace(/\+/g, ' ')).match(/<@(U\d+)>/);
            if (user) posts.set(user[1], (posts.get(user[1]) || 0) + 1);
            response.setHeader('Content-Type', 'application/json');
            response.end(JSON.stringify(methods(request.url)));
        });
    },
);

function envelope(event, ws, retry) {
    const id = `envelope-${++next}`;
    unacked.set(id, { event, ws });
    const payload = {
        type: 'event_callback',
        team_id: 'T1',
        event_id: `Ev${event}`,
        event: { type: 'message', channel: `C${event}`, user: `U${event}`, text: 'hello', ts: `${event}.1` },
    };
    ws.send(JSON.stringify({ type: 'events_api', envelope_id: id, payload,
        accepts_response_payload: false, retry_attempt: retry, retry_reason: retry ? 'timeout' : '' }));
}

const sockets = new WebSocketServer({ server, perMessageDeflate: false });
sockets.on('connection', (ws) => {
    open.add(ws);
    ws.send(JSON.stringify({ type: 'hello', num_connections: open.size, connection_info: {},
        debug_info: { approximate_connection_time: 18060 } }));
    for (const [id, { event, ws: old }] of unacked) {
        if (open.has(old)) continue;
        unacked.delete(id);
        envelope(event, ws, 1);
    }
    ws.on('message', (data) => {
        acked_ms = Date.now();
        unacked.delete(JSON.parse(data).envelope_id);
    });
    ws.on('close', () => open.delete(ws));
    ws.on('error', () => ws.terminate());
});

function another() {
    const all = [...open];
    if (all.length) envelope(1000 + ++sent, all[sent % all.length], 0);
}
const timer = setInterval(another, EVENT_MS);
process.on('SIGUSR2', () => clearInterval(timer));

// The proxy: user me, password p@ss.
const ways = new Set();
let frozen = false;
const proxy = http.createServer((request, response) => response.writeHead(405).end());
proxy.on('connection', (socket) => {
    ways.add(socket);
    socket.on('close', () => ways.delete(socket));
    socket.on('error', () => socket.destroy());
});
const waiting = [];
proxy.on('connect', (request, socket) => {
    const go = () => {
        if (request.headers['proxy-authorization'] !== 'Basic bWU6cEBzcw==') {
            socket.end('HTTP/1.1 407 Proxy Authentication Required\r\n\r\n');
            return;
        }
        const [host, port] = request.url.split(':');
        const target = net.connect(Number(port), host, () => {
            tunnels++;
            socket.write('HTTP/1.1 200 OK\r\n\r\n');
            socket.pipe(target);
            target.pipe(socket);
        });
        ways.add(target);
        target.on('error', () => socket.destroy());
        target.on('close', () => ways.delete(target) && socket.destroy());
        socket.on('close', () => target.destroy());
    };
    if (frozen) waiting.push(go);
    else go();
});
process.on('SIGUSR1', () => {
    frozen = !frozen;
    for (const way of ways) frozen ? way.pause() : way.resume();
    if (!frozen) waiting.splice(0).forEach((go) => go());
});

function state() {
    const counts = [...posts.values()];
    return [
        `port=${server.address().port}`, `proxy=${proxy.address().port}`, `opens=${opens}`,
        `tunnels=${tunnels}`, `connections=${open.size}`, `acked_ms=${acked_ms}`,
        `sent=${sent}`, `unacked=${unacked.size}`, `handled=${counts.length}`,
        `twice=${counts.filter((n) => n > 1).length}`,
    ].join(' ');
}
server.listen(0, address, () => proxy.listen(0, address, () => setInterval(() => {
    fs.writeFileSync(stateFile + '.new', state() + '\n');
    fs.renameSync(stateFile + '.new', stateFile);
}, 50)));
