// demo/feed_proxy.mjs - stands between the panes and the ingress's /nats-ws, and does to both what
// a network or a publisher may do: close a quiet connection, keep the door shut, lose one event.
//
// Every pane gets the same treatment at the same moment; nothing here knows which is which, except
// for the count of who is connected.
import net from 'node:net';

import {OperationCutter} from './operation_cutter.mjs';
import {binaryFrame, FrameReader} from './web_socket_frames.mjs';

// nginx's own proxy_read_timeout, which the stock ingress leaves as it is.
export const STOCK_READ_TIMEOUT_MS = 60_000;

export class FeedProxy {
    doorShut = false; // a dial is answered 503 meanwhile
    #ingressPort;
    #connections = new Set();
    #readTimeoutMs = STOCK_READ_TIMEOUT_MS;

    // `ingressPort` is that of the running stack.
    constructor(ingressPort) {
        this.#ingressPort = ingressPort;
    }

    // Handles an upgrade to /<pane>/nats-ws.
    join(pane, request, client) {
        client.on('error', () => {});
        if (this.doorShut) {
            client.end('HTTP/1.1 503 Service Unavailable\r\nConnection: close\r\n\r\n');
            return;
        }
        const connection = new Connection(pane, this.#ingressPort, request, client);
        connection.watch(this.#readTimeoutMs);
        this.#connections.add(connection);
        connection.ended.then(() => this.#connections.delete(connection));
    }

    // The panes whose connection is open, each once.
    get panes() {
        const open = [...this.#connections].filter((connection) => connection.isOpen);
        return new Set(open.map((connection) => connection.pane));
    }

    // Closes connections on which the broker has said nothing for so long, from now on.
    set readTimeoutMs(milliseconds) {
        this.#readTimeoutMs = milliseconds;
        for (const connection of this.#connections) connection.watch(milliseconds);
    }

    // Every connection loses its next message on this subject.
    swallowNext(subject) {
        for (const connection of this.#connections) connection.swallow = subject;
    }

    // Of the connections that are to lose a message, those that have not lost it yet.
    get hungry() {
        return [...this.#connections].filter(({swallow}) => swallow !== '').length;
    }

    close() {
        for (const connection of this.#connections) connection.end();
    }
}

class Connection {
    swallow = '';
    isOpen = false;
    #client;
    #ingress;
    #timer = null;
    #readTimeoutMs = 0;

    constructor(pane, ingressPort, request, client) {
        this.pane = pane;
        this.#client = client;
        this.#ingress = net.connect(ingressPort, '127.0.0.1');
        this.#ingress.on('error', () => {});
        this.ended = new Promise((resolve) => {
            client.on('close', resolve);
            this.#ingress.on('close', resolve);
        });
        this.ended.then(() => this.end());
        // Without extensions nothing is compressed, so that operations can be told apart.
        const headers = Object.entries(request.headers)
            .filter(([name]) => name !== 'sec-websocket-extensions')
            .map(([name, value]) => `${name}: ${value}`);
        this.#ingress.write(`GET /nats-ws HTTP/1.1\r\n${headers.join('\r\n')}\r\n\r\n`);
        client.pipe(this.#ingress);
        this.#pass();
    }

    // The answer of the upgrade as it is, then what the broker says, operation by operation.
    #pass() {
        const frames = new FrameReader();
        const operations = new OperationCutter();
        let head = Buffer.alloc(0);
        this.#ingress.on('data', (bytes) => {
            this.watch(this.#readTimeoutMs);
            if (!this.isOpen) {
                head = Buffer.concat([head, bytes]);
                const end = head.indexOf('\r\n\r\n');
                if (end < 0) return;
                this.isOpen = head.toString('latin1', 0, 12) === 'HTTP/1.1 101';
                this.#send(head.subarray(0, end + 4));
                bytes = head.subarray(end + 4);
                if (!this.isOpen) return this.end();
            }
            for (const {isData, payload, raw} of frames.push(bytes)) {
                if (!isData) this.#send(raw);
                else this.#passOperations(operations.push(payload));
            }
        });
    }

    #passOperations(operations) {
        const kept = operations.filter(({subject}) => {
            if (this.swallow === '' || subject !== this.swallow) return true;
            this.swallow = '';
            return false;
        });
        if (kept.length === 0) return;
        this.#send(binaryFrame(Buffer.concat(kept.map(({bytes}) => bytes))));
    }

    // A pane that takes nothing holds up the ingress and, behind it, the broker, as without us.
    #send(bytes) {
        if (this.#client.write(bytes)) return;
        this.#ingress.pause();
        this.#client.once('drain', () => this.#ingress.resume());
    }

    watch(milliseconds) {
        this.#readTimeoutMs = milliseconds;
        clearTimeout(this.#timer);
        this.#timer = setTimeout(() => this.end(), milliseconds);
    }

    end() {
        this.isOpen = false;
        clearTimeout(this.#timer);
        this.#client.destroy();
        this.#ingress.destroy();
    }
}
