// tests/web/core_volume.test.mjs - the client core in Chromium when much comes: order, wholeness,
// allocations, and a page that does not keep up.
import assert from 'node:assert/strict';
import {readFileSync} from 'node:fs';
import {join} from 'node:path';
import {after, before, describe, test} from 'node:test';
import {gzipSync} from 'node:zlib';

import {Broker, Nginx, Publisher, ourLocation, sleep, until} from './core/brokers.mjs';
import {withBroker, withNginx, withPage, withPublisher, withSubscriber} from './core/cases.mjs';
import {Pages, builtFolder, digestOf, hashOf} from './core/pages.mjs';

let pages;
let plain; // a broker without compression
let squeezed; // one with
let nginx;

before(async () => {
    [pages, plain, squeezed] = await Promise.all([
        Pages.start(),
        Broker.start(),
        Broker.start({websocket: 'compression: true'}),
    ]);
    nginx = await Nginx.start(
        ourLocation(plain.webSocketPort),
        ourLocation(squeezed.webSocketPort),
    );
});

after(async () => {
    await pages?.stop();
    await Promise.all([plain, squeezed, nginx].map((child) => child?.kill()));
});

const bothBrokers = () => [
    [plain, nginx.url(0)],
    [squeezed, nginx.url(1)],
];

describe('the client core when much comes', {concurrency: 3}, () => {
    test('E12ZeroAllocHotPath: 100,000 messages in order, without loss', async (context) => {
        const page = await withPage(context, pages);
        const publisher = await withPublisher(context, plain);
        const core = await withSubscriber(
            context,
            page,
            {url: nginx.url(0), name: 'many', each: false},
            'many.>',
        );
        const batch = (from, count) =>
            Array.from({length: count}, (_, i) => ({
                subject: `many.${(from + i) % 7}`,
                payload: `{"number":${from + i},"text":"${'x'.repeat((from + i) % 120)}"}`,
            }));
        const send = async (messages) => {
            for (let at = 0; at < messages.length; at += 2000) {
                const part = messages.slice(at, at + 2000);
                await publisher.write(
                    Buffer.concat(
                        part.map(({subject, payload}) => Publisher.message(subject, payload)),
                    ),
                );
            }
            await publisher.flush();
        };
        // The buffer finds its size.
        await send(batch(0, 50_000));
        const warm = await core.counted('messages', 50_000, 60);
        await core.call('nb_start_digest');
        const messages = batch(50_000, 100_000);
        const before = (await core.stats()).allocations;
        const started = Date.now();
        await send(messages);
        const stats = await core.counted('messages', 150_000, 120);
        const seconds = (Date.now() - started) / 1000;
        assert.equal(stats.messages, 150_000);
        assert.equal(stats.hash, digestOf(messages));
        // A backlog larger than any before may still grow the buffer, which doubles.
        const allocations = stats.allocations - before;
        context.diagnostic(
            `100,000 messages in ${seconds.toFixed(2)} s, ${allocations} allocations, ` +
                `${stats.socketMessages - warm.socketMessages} events of the socket`,
        );
        assert.ok(allocations <= 16, `${allocations} allocations`);
        assert.deepEqual(page.complaints, []);
    });

    test('frames of 4 KiB and compressed messages give the same events', async (context) => {
        const page = await withPage(context, pages);
        const messages = [];
        for (let i = 0; i < 3000; ++i) {
            const payload = `{"number":${i},"name":"Société Générale ${'é'.repeat(i % 400)}"}`;
            const headers = i % 3 ? '' : `NATS/1.0\r\nNumber: ${i}\r\n\r\n`;
            messages.push({subject: `same.${i % 5}`, payload, headers});
        }
        messages.push({subject: 'same.big', payload: 'Société '.repeat(40_000)});
        const events = [];
        for (const [broker, url] of bothBrokers()) {
            const core = await withSubscriber(context, page, {url, name: 'same'}, 'same.*');
            const publisher = await withPublisher(context, broker);
            for (const {subject, payload, headers} of messages)
                publisher.publish(subject, payload, headers ? {headers} : {});
            await publisher.flush();
            const stats = await core.counted('messages', messages.length, 60);
            assert.equal(stats.hash, digestOf(messages));
            const heard = await core.of('Message');
            events.push({
                socketMessages: stats.socketMessages,
                heard: heard.map(({at, ...event}) => event),
            });
        }
        const [frames, compressed] = events;
        assert.deepEqual(compressed.heard, frames.heard);
        assert.ok(frames.heard.every((event) => event.utf8 === 1));
        // Or it would not have been tested.
        assert.ok(frames.socketMessages > 4 * compressed.socketMessages);
        context.diagnostic(
            `${frames.socketMessages} events of the socket without compression, ` +
                `${compressed.socketMessages} with`,
        );
    });

    test('payloads of 1 MiB arrive whole', async (context) => {
        const page = await withPage(context, pages);
        for (const [broker, url] of bothBrokers()) {
            const core = await withSubscriber(context, page, {url, name: 'mib'}, 'mib');
            const publisher = await withPublisher(context, broker);
            const sent = [];
            for (let i = 0; i < 3; ++i) {
                const payload = Buffer.alloc(1_048_576);
                for (let at = 0, x = i + 1; at < payload.length; ++at) {
                    x = (Math.imul(x, 1103515245) + 12345) >>> 0;
                    payload[at] = x >>> 16;
                }
                sent.push(hashOf(payload));
                publisher.publish('mib', payload);
            }
            await core.counted('messages', 3, 30);
            const heard = await core.of('Message');
            assert.deepEqual(
                heard.map((event) => [event.bytes, event.hash]),
                sent.map((hash) => [1_048_576, hash]),
            );
        }
    });

    test('a blocked tab: the broker cuts it, and the page finds back', async (context) => {
        const broker = await withBroker(context, {
            settings: 'max_pending: 1048576\nwrite_deadline: "2s"',
        });
        const through = await withNginx(context, ourLocation(broker.webSocketPort));
        const page = await withPage(context, pages);
        const core = await withSubscriber(
            context,
            page,
            {
                url: through.url(),
                name: 'blocked',
                each: false,
            },
            'flood',
        );
        const publisher = await withPublisher(context, broker);
        const blocked = page.evaluate(() => globalThis.core.block(9000));
        const message = Publisher.message('flood', 'x'.repeat(60_000));
        for (let i = 0; i < 1500; ++i) await publisher.write(message);
        await publisher.flush();
        await blocked;
        const end = await core.disconnected(1, 30);
        // The broker says nothing: no -ERR and no close frame.
        assert.equal(end.code, 1006);
        assert.equal(end.lastError, '');
        assert.ok(['SlowConsumer', 'Network'].includes(end.class), end.class);
        context.diagnostic(`class ${end.class}, "${end.text}"`);
        await core.connected(2, 30);
    });

    test('cut without a word while seconds behind: a slow consumer', async (context) => {
        const broker = await withBroker(context);
        const core = await withSubscriber(
            context,
            await withPage(context, pages),
            {url: broker.url, name: 'behind'},
            'behind',
        );
        const publisher = await withPublisher(context, broker);
        await core.hold(true);
        for (let i = 0; i < 100; ++i) publisher.publish('behind', `${i}`);
        await publisher.flush();
        await until('unread bytes', 5000, async () => (await core.stats()).unread > 0);
        await sleep(5500);
        await broker.kill();
        await sleep(300);
        await core.hold(false);
        const end = await core.disconnected();
        assert.equal(end.class, 'SlowConsumer');
        assert.equal(end.code, 1006);
        // What had arrived was not lost for it.
        assert.equal((await core.stats()).messages, 100);
    });

    test('E14Small: client, socket and this test program within 42 KB compressed', (context) => {
        const bytes = ['core_page.js', 'core_page.wasm']
            .map((name) => gzipSync(readFileSync(join(builtFolder, name)), {level: 9}).length)
            .reduce((sum, length) => sum + length);
        context.diagnostic(`${bytes} bytes`);
        assert.ok(bytes <= 42 * 1024, `${bytes} bytes`);
    });
});
