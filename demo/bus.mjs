// demo/bus.mjs - a connection to the broker as the services' user: what the demo publishes itself,
// and its proof that an event has been published.
import {once} from 'node:events';
import net from 'node:net';

import {OperationCutter} from './operation_cutter.mjs';

export class Bus {
    #socket;
    #pongs = [];
    #listeners = new Set();

    static async connect({port, user, password}) {
        const bus = new Bus();
        const socket = net.connect(port, '127.0.0.1');
        bus.#socket = socket;
        await once(socket, 'connect');
        socket.on('error', () => {});
        const cutter = new OperationCutter();
        socket.on('data', (bytes) => {
            for (const operation of cutter.push(bytes)) bus.#take(operation);
        });
        const options = {verbose: false, pedantic: false, protocol: 1, user, pass: password};
        socket.write(`CONNECT ${JSON.stringify(options)}\r\n`);
        await bus.flush();
        return bus;
    }

    // Resolves when the broker has taken everything before it; rejects when the connection ends.
    flush() {
        this.#socket.write('PING\r\n');
        return new Promise((resolve, reject) => {
            this.#pongs.push(resolve);
            this.#socket.once('close', () => reject(new Error('the broker has gone')));
        });
    }

    async publish(subject, object) {
        const payload = Buffer.from(JSON.stringify(object));
        const head = Buffer.from(`PUB ${subject} ${payload.length}\r\n`);
        const bytes = Buffer.concat([head, payload, Buffer.from('\r\n')]);
        if (!this.#socket.write(bytes)) await once(this.#socket, 'drain');
    }

    // Hears every event of an account from now on, until close(). Answers a function that waits for
    // one that passes: `heard((subject, payload) => ...)`.
    async listen(account) {
        const past = [];
        this.#listeners.add((message) => past.push(message));
        this.#socket.write(`SUB /accounts/${account}/trades 1\r\n`);
        this.#socket.write(`SUB /accounts/${account}/positions 2\r\n`);
        await this.flush();
        return (passes) =>
            new Promise((resolve) => {
                const look = (message) => {
                    if (!passes(message.subject, message.payload)) return;
                    this.#listeners.delete(look);
                    resolve(message);
                };
                this.#listeners.add(look);
                past.forEach(look);
            });
    }

    close() {
        this.#socket.destroy();
    }

    #take({bytes, subject}) {
        const line = bytes.toString('latin1', 0, 5);
        if (line === 'PING\r') this.#socket.write('PONG\r\n');
        if (line === 'PONG\r') this.#pongs.shift()?.();
        if (subject === '') return;
        const text = bytes.subarray(bytes.indexOf('\r\n') + 2).toString();
        const {payload} = JSON.parse(text);
        for (const listener of [...this.#listeners]) listener({subject, payload});
    }
}
