// tests/stack/nats_wire.mjs - a NATS client just big enough for tests, over TCP or a WebSocket.
//
// Written against the wire on purpose: it shares no code with the client that the project ships, so
// a mistake there cannot hide here. No reconnect; errors are collected. `deflate` asks for
// compressed frames, as browsers do.
import {randomBytes} from 'node:crypto';
import net from 'node:net';
import {constants, inflateRawSync} from 'node:zlib';

// Resolves to {write, onBytes, close} around a WebSocket at host:port/path.
function openWebSocket(host, port, path, deflate) {
    return new Promise((resolve, reject) => {
        const socket = net.connect(port, host);
        let head = Buffer.alloc(0);
        let frames = null;
        const stream = {
            write: (bytes) => socket.write(clientFrame(bytes)),
            onBytes: () => {},
            onClose: () => {},
            close: () => socket.destroy(),
        };
        socket.on('error', reject);
        socket.on('close', () => stream.onClose());
        socket.on('connect', () =>
            socket.write(
                `GET ${path} HTTP/1.1\r\nHost: ${host}:${port}\r\nUpgrade: websocket\r\n` +
                    'Connection: Upgrade\r\n' +
                    `Sec-WebSocket-Key: ${randomBytes(16).toString('base64')}\r\n` +
                    (deflate ? 'Sec-WebSocket-Extensions: permessage-deflate\r\n' : '') +
                    'Sec-WebSocket-Version: 13\r\n\r\n',
            ),
        );
        socket.on('data', (bytes) => {
            if (frames) return frames(bytes);
            head = Buffer.concat([head, bytes]);
            const end = head.indexOf('\r\n\r\n');
            if (end < 0) return;
            if (!head.toString('latin1').startsWith('HTTP/1.1 101'))
                return reject(new Error(head.toString()));
            frames = frameReader((payload) => stream.onBytes(payload));
            resolve(stream);
            frames(head.subarray(end + 4));
        });
    });
}

// One masked binary frame, as clients must send (RFC 6455, section 5.3).
function clientFrame(bytes) {
    const payload = Buffer.from(bytes);
    const mask = randomBytes(4);
    const head =
        payload.length < 126
            ? Buffer.from([0x82, 0x80 | payload.length])
            : Buffer.from([0x82, 0x80 | 126, payload.length >> 8, payload.length & 255]);
    for (let i = 0; i < payload.length; ++i) payload[i] ^= mask[i & 3];
    return Buffer.concat([head, mask, payload]);
}

function frameReader(deliver) {
    let pending = Buffer.alloc(0);
    let compressed = null; // frames of a compressed message that has not ended
    return (bytes) => {
        pending = Buffer.concat([pending, bytes]);
        while (pending.length >= 2) {
            let length = pending[1] & 127;
            let at = 2;
            if (length === 126) {
                if (pending.length < 4) return;
                length = pending.readUInt16BE(2);
                at = 4;
            } else if (length === 127) {
                if (pending.length < 10) return;
                length = Number(pending.readBigUInt64BE(2));
                at = 10;
            }
            if (pending.length < at + length) return;
            const payload = pending.subarray(at, at + length);
            // RSV1 on the first frame: the message is compressed, without the four bytes that end
            // it (RFC 7692, 7.2.1), and the broker forgets what went before.
            if (pending[0] & 0x40) compressed = [];
            if ((pending[0] & 15) <= 2 && !compressed) deliver(payload);
            else if ((pending[0] & 15) <= 2) {
                compressed.push(payload);
                if (pending[0] & 0x80) {
                    const whole = Buffer.concat([...compressed, Buffer.from([0, 0, 255, 255])]);
                    compressed = null;
                    deliver(inflateRawSync(whole, {finishFlush: constants.Z_SYNC_FLUSH}));
                }
            }
            pending = pending.subarray(at + length);
        }
    };
}

function openTcp(host, port) {
    return new Promise((resolve, reject) => {
        const socket = net.connect(port, host, () => resolve(stream));
        const stream = {
            write: (bytes) => socket.write(bytes),
            onBytes: () => {},
            onClose: () => {},
            close: () => socket.destroy(),
        };
        socket.on('error', reject);
        socket.on('close', () => stream.onClose());
        socket.on('data', (bytes) => stream.onBytes(bytes));
    });
}

export class NatsClient {
    messages = []; // {subject, payload}, in order of arrival
    errors = []; // texts of -ERR
    #stream;
    #pending = Buffer.alloc(0);
    #pongs = [];
    #sid = 0;
    #isClosed = false;

    // where: {port, host?, path?} (a path makes it a WebSocket), user, password.
    static async connect({host = '127.0.0.1', port, path, user, password, deflate = false}) {
        const client = new NatsClient();
        client.#stream = path
            ? await openWebSocket(host, port, path, deflate)
            : await openTcp(host, port);
        client.#stream.onBytes = (bytes) => client.#read(bytes);
        client.#stream.onClose = () => client.#closed();
        const options = {
            verbose: false,
            pedantic: false,
            echo: false,
            protocol: 1,
            lang: 'test',
            version: '0',
        };
        if (user) Object.assign(options, {user, pass: password});
        client.#stream.write(Buffer.from(`CONNECT ${JSON.stringify(options)}\r\n`));
        await client.ping();
        return client;
    }

    ping() {
        return new Promise((resolve, reject) => {
            if (this.#isClosed) return reject(new Error('the connection is closed'));
            this.#pongs.push({resolve, reject});
            this.#stream.write(Buffer.from('PING\r\n'));
        });
    }

    // Returns when the broker has taken or refused it; a refusal stands in `errors`.
    async subscribe(subject) {
        this.#stream.write(Buffer.from(`SUB ${subject} ${++this.#sid}\r\n`));
        await this.ping();
    }

    async publish(subject, payload, reply = '') {
        const body = Buffer.from(payload);
        this.#stream.write(
            Buffer.concat([
                Buffer.from(`PUB ${subject} ${reply}${reply && ' '}${body.length}\r\n`),
                body,
                Buffer.from('\r\n'),
            ]),
        );
        await this.ping();
    }

    close() {
        this.#stream.close();
    }

    #closed() {
        this.#isClosed = true;
        for (const {reject} of this.#pongs.splice(0))
            reject(new Error('the connection was closed'));
    }

    #read(bytes) {
        this.#pending = this.#pending.length ? Buffer.concat([this.#pending, bytes]) : bytes;
        let at = 0;
        while (true) {
            const end = this.#pending.indexOf('\r\n', at);
            if (end < 0) break;
            const line = this.#pending.toString('utf8', at, end);
            if (line.startsWith('MSG ')) {
                const parts = line.split(' ');
                const count = Number(parts.at(-1));
                if (this.#pending.length < end + 2 + count + 2) break;
                this.messages.push({
                    subject: parts[1],
                    payload: this.#pending.toString('utf8', end + 2, end + 2 + count),
                });
                at = end + 2 + count + 2;
                continue;
            }
            at = end + 2;
            if (line === 'PING') this.#stream.write(Buffer.from('PONG\r\n'));
            else if (line === 'PONG') this.#pongs.shift()?.resolve();
            else if (line.startsWith('-ERR')) this.errors.push(line);
        }
        this.#pending = this.#pending.subarray(at);
    }
}
