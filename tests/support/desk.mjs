// tests/support/desk.mjs - the page behind a real nginx and a real broker, with services that
// answer what the test has published. For more than the services of the stack could book in time.
import http from 'node:http';
import {join} from 'node:path';
import {Readable} from 'node:stream';

import {Broker, Nginx, Publisher, ourLocation} from '../web/core/brokers.mjs';
import {root} from './stack.mjs';

export const firstTime = Date.UTC(2026, 0, 1);
export const account = 22214;

// A trade as trade-processor publishes it: 250 bytes in a snapshot, 320 on the wire.
export const tradeText = (index, security = 'IBM', commentBytes = 60) =>
    `{"id":"0f3a66d2-77aa-4c1e-8a00-${String(index).padStart(12, '0')}","accountId":${account},` +
    `"security":"${security}","side":"${index % 3 ? 'Buy' : 'Sell'}","state":"Settled",` +
    `"quantity":${1 + (index % 997)},"updated":${firstTime + index},` +
    `"created":${firstTime + index},"comment":"${'.'.repeat(commentBytes)}"}`;
export const positionText = (security, quantity, updated) =>
    `{"accountId":${account},"security":"${security}","quantity":${quantity},"updated":${updated}}`;

export function event(stream, payload, date = Date.now()) {
    const topic = `/accounts/${account}/${stream}`;
    return Publisher.message(
        topic,
        `{"topic":"${topic}","payload":${payload},"date":${date},"from":"t","type":"x"}`,
    );
}

// Events in pieces of `count`, so that neither side holds all of them.
export function* pieces(total, make, count = 1000) {
    for (let at = 0; at < total; at += count) {
        const length = Math.min(count, total - at);
        yield Buffer.concat(Array.from({length}, (_, offset) => make(at + offset)));
    }
}

// A JSON array of `total` records, in pieces.
export function* arrayOf(total, make) {
    yield '[';
    for (let at = 0; at < total; at += 1000) {
        const length = Math.min(1000, total - at);
        yield (at ? ',' : '') + Array.from({length}, (_, offset) => make(at + offset)).join();
    }
    yield ']';
}

export class Desk {
    // What the services answer: functions that give text, or pieces of it.
    trades = () => '[]';
    positions = () => '[]';
    tradesAsked = 0;

    // `websocket` are settings of the broker's websocket block, `location` of nginx's /nats-ws.
    static async start({websocket = 'compression: true', location = ''} = {}) {
        const desk = new Desk();
        desk.broker = await Broker.start({websocket});
        desk.services = http.createServer((request, answer) => desk.#answer(request, answer));
        await new Promise((resolve) => desk.services.listen(0, '127.0.0.1', resolve));
        const port = desk.services.address().port;
        desk.nginx = await Nginx.start(`
            include ${join(root, 'nginx', 'types.conf')};
            root ${join(root, 'dist')};
            location / { try_files $uri /index.html; }
            location ~ ^/(position|account)-service/ {
                proxy_pass http://127.0.0.1:${port};
                proxy_buffering on;
                proxy_max_temp_file_size 0;
            }
            ${ourLocation(desk.broker.webSocketPort).replace('{', `{ ${location}`)}`);
        desk.url = `http://localhost:${desk.nginx.ports[0]}/#account=${account}`;
        desk.publisher = await Publisher.connect(desk.broker);
        return desk;
    }

    // Publishes everything; resolves when the broker has it.
    async publish(parts) {
        for (const part of parts) await this.publisher.write(part);
        await this.publisher.flush();
    }

    async stop() {
        this.publisher?.close();
        await Promise.all([this.broker?.kill(), this.nginx?.kill()]);
        this.services?.closeAllConnections?.();
        this.services?.close();
    }

    #answer(request, answer) {
        answer.writeHead(200, {'content-type': 'application/json'});
        let body = '[]';
        if (request.url.includes('/trades/')) {
            ++this.tradesAsked;
            body = this.trades();
        }
        if (request.url.includes('/positions/')) body = this.positions();
        if (typeof body === 'string') answer.end(body);
        else
            Readable.from(body)
                .on('error', () => {})
                .pipe(answer);
    }
}

// Runs in the page before everything on it: the largest message of any socket, the longest gap
// between two frames, and how long the element took to answer, asked again and again.
export const watchPage = `
    globalThis.watched = {largest: 0, messages: 0, frameGap: 0, answerGap: 0, answers: 0};
    globalThis.WebSocket = class extends WebSocket {
        constructor(...args) {
            super(...args);
            this.addEventListener('message', (event) => {
                ++watched.messages;
                watched.largest = Math.max(watched.largest, event.data.byteLength);
            });
        }
    };
    globalThis.watchOn = (blotter) => {
        Object.assign(watched, {frameGap: 0, answerGap: 0, answers: 0});
        let frame = performance.now();
        const onFrame = (now) => {
            watched.frameGap = Math.max(watched.frameGap, now - frame);
            frame = now;
            if (watched.on) requestAnimationFrame(onFrame);
        };
        requestAnimationFrame(onFrame);
        const ask = () => {
            const asked = performance.now();
            setTimeout(async () => {
                await blotter.stats();
                watched.answerGap = Math.max(watched.answerGap, performance.now() - asked);
                ++watched.answers;
                if (watched.on) ask();
            });
        };
        watched.on = true;
        ask();
    };
    globalThis.watchOff = () => {
        watched.on = false;
        return watched;
    };`;
