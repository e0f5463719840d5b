'use strict';
// The ws package of npm as the peer.
//     node ws_peer.js FOLDER server         prints its port, ends with its standard input
//     node ws_peer.js FOLDER client URL     talks to an echoing server, prints its messages
// FOLDER holds node_modules. Both use the defaults of ws, permessage-deflate included.
const [folder, role, url] = process.argv.slice(2);
const WebSocket = require(folder + '/node_modules/ws');

// The server's commands; any other message is echoed.
const orders = {
    fragments(ws) {
        ws.send('one ', { fin: false });
        ws.ping('between');
        ws.send('two ', { fin: false });
        ws.send('three', { fin: true });
    },
    ping: (ws) => ws.ping('are you there?'),
    close: (ws) => ws.close(4001, 'as told'),
    terminate: (ws) => ws.terminate(),
    compress: (ws) => ws._socket.write(Buffer.from([0xc1, 0x01, 0x78])),
};

function serve() {
    const options = { host: '127.0.0.1', port: 0, perMessageDeflate: true };
    const server = new WebSocket.Server(options, () => console.log(server.address().port));
    server.on('connection', (ws, request) => {
        console.log('connection', request.url, ws.extensions || 'plain');
        ws.on('message', (data, binary) => {
            const order = !binary && orders[data.toString()];
            if (order) order(ws);
            else ws.send(data, { binary });
        });
        ws.on('pong', (data) => ws.send('pong ' + data));
        ws.on('close', (code, reason) => console.log('close', code, reason.toString()));
        ws.on('error', (error) => console.log('error', error.message));
    });
    process.stdin.resume();
    process.stdin.on('end', () => process.exit(0));
}

function call() {
    const ws = new WebSocket(url, { perMessageDeflate: true });
    ws.on('open', () => {
        console.log('open', ws.extensions || 'plain');
        ws.send('h\u00e9llo');
        ws.send(Buffer.from([0, 255]));
        ws.send('x'.repeat(100), { fin: false });
        ws.ping('between');
        ws.send('y'.repeat(70000), { fin: true });
    });
    ws.on('pong', (data) => console.log('pong', data.toString()));
    ws.on('message', (data, binary) => {
        console.log(binary ? 'binary' : 'text', data.length);
        if (data.length > 70000) ws.close(4002, 'enough');
    });
    ws.on('close', (code, reason) => console.log('close', code, reason.toString()));
    ws.on('error', (error) => console.log('error', error.message));
}

if (role === 'server') serve();
else call();
