// tests/web/core/peers.mjs - what no real broker can be made to do: a WebSocket peer by script, and
// a proxy before a real broker that holds bytes back, puts bytes in, or cuts.
import {createHash, randomBytes} from 'node:crypto';
import http from 'node:http';
import net from 'node:net';

import {binary, frame, info, text} from '../../support/ingress.mjs';

export {binary, frame, info, text};

// One masked binary message, as a browser sends it.
export function clientFrame(payload) {
    const bytes = Buffer.from(payload);
    const mask = randomBytes(4);
    const head =
        bytes.length < 126
            ? Buffer.from([0x82, 0x80 | bytes.length])
            : Buffer.from([0x82, 0xfe, bytes.length >> 8, bytes.length & 255]);
    return Buffer.concat([head, mask, bytes.map((byte, i) => byte ^ mask[i & 3])]);
}

// Calls `deliver(opcode, payload)` for each masked frame.
function frameReader(deliver) {
    let pending = Buffer.alloc(0);
    return (bytes) => {
        pending = Buffer.concat([pending, bytes]);
        while (pending.length >= 6) {
            let length = pending[1] & 0x7f;
            let at = 2;
            if (length === 126) {
                length = pending.readUInt16BE(2);
                at = 4;
            } else if (length === 127) {
                length = Number(pending.readBigUInt64BE(2));
                at = 10;
            }
            if (pending.length < at + 4 + length) return;
            const mask = pending.subarray(at, at + 4);
            const body = Buffer.from(pending.subarray(at + 4, at + 4 + length));
            for (let i = 0; i < body.length; ++i) body[i] ^= mask[i & 3];
            deliver(pending[0] & 15, body);
            pending = pending.subarray(at + 4 + length);
        }
    };
}

// One WebSocket connection of a scripted peer.
class Link {
    received = ''; // what the client sent, latin1
    answersPings = true;
    answersClose = true;
    openedAt = Date.now();

    constructor(socket, path) {
        this.socket = socket;
        this.path = path;
        socket.on('error', () => {});
        socket.on(
            'data',
            frameReader((opcode, body) => this.#take(opcode, body)),
        );
    }

    #take(opcode, body) {
        if (opcode === 8) {
            this.closeSeen = true;
            if (!this.answersClose) return;
            if (!this.closes) this.raw(frame(body, 8));
            this.socket.end();
            return;
        }
        const words = body.toString('latin1');
        this.received += words;
        const pings = words.split('PING\r\n').length - 1;
        if (this.answersPings && pings > 0) this.send('PONG\r\n'.repeat(pings));
        this.onWords?.(words);
    }

    raw(bytes) {
        if (!this.socket.destroyed) this.socket.write(bytes);
    }
    send(payload) {
        this.raw(binary(payload));
    }
    // What a broker does first.
    greet(line = info) {
        this.send(line);
    }
    close(code, reason = '') {
        this.closes = true;
        const body = Buffer.concat([Buffer.from([code >> 8, code & 255]), Buffer.from(reason)]);
        this.raw(frame(body, 8));
    }
    destroy() {
        this.socket.destroy();
    }
}

export class Peer {
    links = [];

    // `script(link, n)` is called for the n-th connection, from 1.
    static async start(script) {
        const peer = new Peer();
        peer.script = script;
        peer.server = http.createServer((request, answer) => {
            answer.writeHead(404);
            answer.end();
        });
        peer.server.on('upgrade', (request, socket) => {
            const key = createHash('sha1')
                .update(
                    request.headers['sec-websocket-key'] + '258EAFA5-E914-47DA-95CA-C5AB0DC85B11',
                )
                .digest('base64');
            socket.setNoDelay(true);
            socket.write(
                'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n' +
                    `Connection: Upgrade\r\nSec-WebSocket-Accept: ${key}\r\n\r\n`,
            );
            const link = new Link(socket, request.url);
            peer.links.push(link);
            peer.script(link, peer.links.length);
        });
        await new Promise((resolve) => peer.server.listen(0, '127.0.0.1', resolve));
        peer.port = peer.server.address().port;
        peer.url = `ws://127.0.0.1:${peer.port}/nats-ws`;
        return peer;
    }

    stop() {
        for (const link of this.links) link.destroy();
        this.server.close();
    }
}

export class Proxy {
    #held = [];
    #isHolding = false;
    links = [];

    // With `holdsAfterUpgrade` nothing that the client says behind its HTTP request gets through.
    static async start(port, {holdsAfterUpgrade = false} = {}) {
        const proxy = new Proxy();
        proxy.server = net.createServer((client) => {
            const broker = net.connect(port, '127.0.0.1');
            const link = {client, broker};
            proxy.links.push(link);
            let seen = 0;
            client.on('data', (bytes) => {
                if (proxy.#isHolding || (holdsAfterUpgrade && seen++ > 0))
                    proxy.#held.push([broker, bytes]);
                else broker.write(bytes);
            });
            broker.on('data', (bytes) => client.write(bytes));
            for (const [one, other] of [
                [client, broker],
                [broker, client],
            ]) {
                one.on('error', () => {});
                one.on('end', () => other.end());
                one.on('close', () => other.destroy());
            }
        });
        await new Promise((resolve) => proxy.server.listen(0, '127.0.0.1', resolve));
        proxy.url = `ws://127.0.0.1:${proxy.server.address().port}/nats-ws`;
        return proxy;
    }

    // From now on the broker hears nothing.
    hold() {
        this.#isHolding = true;
    }

    // Lets the client seem to have said this; only while it says nothing itself.
    inject(words) {
        this.links.at(-1).broker.write(clientFrame(words));
    }

    stop() {
        for (const {client, broker} of this.links) {
            client.destroy();
            broker.destroy();
        }
        this.server.close();
    }
}
