// tests/support/ingress.mjs - an ingress that misbehaves as told: the page's files, REST answers
// and a socket by script. For what a healthy stack cannot show.
import {createHash} from 'node:crypto';
import {readFile} from 'node:fs/promises';
import http from 'node:http';
import net from 'node:net';
import {extname, join} from 'node:path';
import {Readable} from 'node:stream';

import {root} from './stack.mjs';

const types = {
    '.html': 'text/html; charset=utf-8',
    '.js': 'text/javascript',
    '.ttf': 'font/ttf',
    '.css': 'text/css',
    '.wasm': 'application/wasm',
    '.svg': 'image/svg+xml',
    '.json': 'application/json',
};

// One WebSocket message, not masked.
export function frame(payload, opcode) {
    const bytes = Buffer.from(payload);
    let head = Buffer.from([0x80 | opcode, bytes.length & 127]);
    if (bytes.length >= 65_536) {
        head = Buffer.alloc(10);
        head.writeUInt16BE(((0x80 | opcode) << 8) | 127);
        head.writeBigUInt64BE(BigInt(bytes.length), 2);
    } else if (bytes.length >= 126) {
        head = Buffer.from([0x80 | opcode, 126, bytes.length >> 8, bytes.length & 255]);
    }
    return Buffer.concat([head, bytes]);
}
export const binary = (payload) => frame(payload, 2);
export const text = (payload) => frame(payload, 1);

export const info =
    'INFO {"server_id":"TEST","version":"2.9.10","proto":1,"headers":true,"max_payload":1048576}' +
    '\r\n';

export class Ingress {
    // What is answered for a path below a service and {method, query, body}: {status, body} or a
    // promise of it. And what a socket does when it opens, given the raw connection. Both may be
    // replaced at any time.
    rest = () => ({status: 200, body: '[]'});
    socket = (connection) => connection.destroy();
    // The WebSocket port of a real broker, which then has the sockets instead; those it has.
    broker = 0;
    piped = new Set();
    policy =
        "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; " +
        "img-src 'self'; connect-src 'self'";

    static async start() {
        const ingress = new Ingress();
        ingress.server = http.createServer((request, answer) => ingress.#answer(request, answer));
        ingress.connections = new Set();
        ingress.server.on('connection', (connection) => {
            ingress.connections.add(connection);
            connection.on('close', () => ingress.connections.delete(connection));
        });
        ingress.server.on('upgrade', (request, connection) =>
            ingress.broker === 0
                ? ingress.#upgrade(request, connection)
                : ingress.#pipe(request, connection),
        );
        await new Promise((resolve) => ingress.server.listen(0, '127.0.0.1', resolve));
        ingress.url = `http://localhost:${ingress.server.address().port}/`;
        return ingress;
    }

    stop() {
        for (const connection of this.connections) connection.destroy();
        return new Promise((resolve) => this.server.close(resolve));
    }

    async #answer(request, answer) {
        const path = new URL(request.url, this.url).pathname;
        if (/^\/((account|position|trade|people)-service|reference-data)\//.test(path)) {
            const pieces = [];
            for await (const piece of request) pieces.push(piece);
            const asked = {
                method: request.method,
                query: new URL(request.url, this.url).searchParams,
                body: Buffer.concat(pieces).toString(),
            };
            const {status, body} = await this.rest(path, asked);
            answer.writeHead(status, {'content-type': 'application/json'});
            // A body may be text or a generator of pieces of it.
            if (typeof body === 'string') answer.end(body);
            else Readable.from(body).pipe(answer);
            return;
        }
        const file = path === '/' ? 'index.html' : path.slice(1);
        try {
            const bytes = await readFile(join(root, 'dist', file));
            answer.writeHead(200, {
                'content-type': types[extname(file)],
                'content-security-policy': this.policy,
            });
            answer.end(bytes);
        } catch {
            answer.writeHead(404);
            answer.end();
        }
    }

    #pipe(request, connection) {
        const broker = net.connect(this.broker, '127.0.0.1');
        this.piped.add(connection);
        const end = () => {
            this.piped.delete(connection);
            connection.destroy();
            broker.destroy();
        };
        for (const side of [connection, broker]) side.on('error', end).on('close', end);
        const heads = [];
        for (let at = 0; at < request.rawHeaders.length; at += 2)
            heads.push(`${request.rawHeaders[at]}: ${request.rawHeaders[at + 1]}`);
        broker.write(`GET / HTTP/1.1\r\n${heads.join('\r\n')}\r\n\r\n`);
        connection.pipe(broker);
        broker.pipe(connection);
    }

    #upgrade(request, connection) {
        connection.on('error', () => {});
        const key = createHash('sha1')
            .update(request.headers['sec-websocket-key'] + '258EAFA5-E914-47DA-95CA-C5AB0DC85B11')
            .digest('base64');
        connection.write(
            [
                'HTTP/1.1 101 Switching Protocols',
                'Upgrade: websocket',
                'Connection: Upgrade',
                `Sec-WebSocket-Accept: ${key}`,
                '',
                '',
            ].join('\r\n'),
        );
        this.socket(connection);
    }
}

// A listener for a connection's data: calls `take` with the body of each message of the browser.
// They are masked; several may come at once, or one in pieces.
export function unmasked(take, goodbye = () => {}) {
    let carry = Buffer.alloc(0);
    return (bytes) => {
        carry = Buffer.concat([carry, bytes]);
        while (carry.length >= 6) {
            let length = carry[1] & 0x7f;
            let at = 2;
            if (length === 126) {
                if (carry.length < 8) return;
                length = carry.readUInt16BE(2);
                at = 4;
            }
            if (carry.length < at + 4 + length) return;
            const mask = carry.subarray(at, at + 4);
            const body = carry
                .subarray(at + 4, at + 4 + length)
                .map((byte, index) => byte ^ mask[index % 4]);
            const closes = (carry[0] & 15) === 8;
            carry = carry.subarray(at + 4 + length);
            if (closes) return goodbye();
            take(Buffer.from(body));
        }
    };
}

// A broker that accepts everything and says nothing of its own: INFO, and PONG to each PING.
export function quietBroker(connection) {
    connection.write(binary(info));
    const take = (body) => {
        const pings = body.toString('latin1').split('PING\r\n').length - 1;
        if (pings > 0) connection.write(binary('PONG\r\n'.repeat(pings)));
    };
    connection.on(
        'data',
        unmasked(take, () => connection.destroy()),
    );
}
