// tests/web/core_wire.test.mjs - the client core in Chromium, over real WebSockets, through a real
// nginx, against real brokers; a peer by script stands in only where no broker can be made to.
//
// A name that begins with E and a number proves that promise of the client core. Cases mostly wait,
// so many run at once; the long ones are first.
import assert from 'node:assert/strict';
import {after, before, describe, test} from 'node:test';

import {Broker, Nginx, ourLocation, sleep, stockLocation, until} from './core/brokers.mjs';
import {
    withBroker,
    withClient,
    withNginx,
    withPage,
    withPeer,
    withProxy,
    withPublisher,
    withSubscriber,
} from './core/cases.mjs';
import {Pages, hashOf} from './core/pages.mjs';
import {binary, info} from './core/peers.mjs';

// 65 s, and more on demand: NB_SILENCE_MINUTES=10.
const silenceSeconds = Number(process.env.NB_SILENCE_MINUTES ?? 0) * 60 || 65;

let pages;
let quiet; // for clients that mostly wait
let plain; // a broker that by itself says nothing for two minutes
let nginx; // the stock location, and ours

before(async () => {
    [pages, plain] = await Promise.all([
        Pages.start(),
        Broker.start({settings: 'ping_interval: "2m"'}),
    ]);
    [quiet, nginx] = await Promise.all([
        pages.open(),
        Nginx.start(stockLocation(plain.webSocketPort), ourLocation(plain.webSocketPort)),
    ]);
});

after(async () => {
    await pages?.stop();
    await Promise.all([plain, nginx].map((child) => child?.kill()));
});

const stock = () => nginx.url(0);
const ours = () => nginx.url(1);

// Timers that fire only at whole multiples of `step` ms, as browsers do it to hidden pages.
const clampTimers = (step) => `
    globalThis.realSetTimeout = setTimeout.bind(globalThis);
    globalThis.setTimeout = (work, ms = 0) => {
        const due = performance.now() + ms;
        return realSetTimeout(work, Math.ceil(due / ${step}) * ${step} - performance.now());
    };`;

describe('the client core on the real wire', {concurrency: 14}, () => {
    // ---- the long ones, which wait

    test('E4ZeroDropsThroughAStockNginx', async (context) => {
        const core = await withClient(context, quiet, {url: stock(), name: 'e4'});
        await core.connected();
        await core.subscribe('e4.*');
        await core.fence();
        await sleep(silenceSeconds * 1000);
        // Still the first connection, and messages flow.
        const publisher = await withPublisher(context, plain);
        publisher.publish('e4.x', 'still here');
        const message = await core.event('Message', {subject: 'e4.x'});
        assert.equal(message.epoch, 1);
        assert.equal((await core.of('Disconnected')).length, 0);
        assert.equal((await core.of('Suspect')).length, 0);
        assert.equal((await core.stats()).dials, 1);
    });

    for (const [words, step, seconds] of [
        ['a second', 1000, 50],
        ['a minute', 60_000, 65],
    ]) {
        test(`E17WorksWhenTimersDoNot: timers once in ${words}`, async (context) => {
            // The broker's own PING is what is heard between two timers a minute apart.
            const broker = await withBroker(context, {settings: 'ping_interval: "20s"'});
            const through = await withNginx(context, stockLocation(broker.webSocketPort));
            const page = await withPage(context, pages, clampTimers(step));
            // The first dial is due within 250 ms: at the next step of a clamped timer.
            const core = await withClient(context, page, {url: through.url(), name: 'e17'});
            await core.wakeUp();
            await core.connected();
            await core.subscribe('e17');
            await core.fence();
            await sleep(seconds * 1000);
            assert.equal((await core.of('Disconnected')).length, 0);
            assert.equal((await core.of('Suspect')).length, 0);
            const publisher = await withPublisher(context, broker);
            publisher.publish('e17', 'x');
            assert.equal((await core.event('Message')).epoch, 1);
            assert.deepEqual(page.complaints, []);
        });
    }

    test('E3FindsDeadLinksFast: a stopped broker within 25 s', async (context) => {
        const broker = await withBroker(context);
        const through = await withNginx(context, ourLocation(broker.webSocketPort));
        const core = await withClient(context, quiet, {url: through.url(), name: 'e3'});
        await core.connected();
        await core.fence();
        const stopped = Date.now();
        broker.signal('SIGSTOP');
        const suspect = await core.event('Suspect', {}, {seconds: 30});
        const end = await core.disconnected(1, 10);
        const seconds = (Date.now() - stopped) / 1000;
        assert.ok(seconds < 26, `${seconds} s`);
        assert.ok(end.at - suspect.at < 3500);
        assert.equal(end.class, 'Stale');
        assert.equal(end.phase, 'Connected');
        broker.signal('SIGCONT');
        await core.connected(2, 30);
    });

    test('E3FindsDeadLinksFast: within 5 s of a wake-up', async (context) => {
        const broker = await withBroker(context);
        const core = await withClient(context, quiet, {url: broker.url, name: 'e3'});
        await core.connected();
        await core.fence();
        broker.signal('SIGSTOP');
        await sleep(500);
        const woken = Date.now();
        await core.wakeUp();
        assert.equal((await core.disconnected(1, 10)).class, 'Stale');
        const seconds = (Date.now() - woken) / 1000;
        assert.ok(seconds > 4.5 && seconds < 6, `${seconds} s`);
        broker.signal('SIGCONT');
        await core.connected(2);
    });

    test('a half-open link: what the client says is lost, the rest is not', async (context) => {
        const proxy = await withProxy(context, plain.webSocketPort);
        const core = await withSubscriber(context, quiet, {url: proxy.url, name: 'half'}, 'half');
        await sleep(3000); // the broker's first PING has passed, which would count as being heard
        proxy.hold();
        const publisher = await withPublisher(context, plain);
        publisher.publish('half', 'heard');
        await core.event('Message');
        await core.wakeUp();
        const end = await core.disconnected(1, 10);
        assert.equal(end.class, 'Stale');
    });

    // ---- the handshake and what comes through it

    test('the handshake: connected when the broker has answered, and by name', async (context) => {
        const core = await withClient(context, quiet, {url: ours(), name: 'handshake'});
        const connected = await core.connected();
        assert.equal(connected.generation, 1);
        const kinds = (await core.events()).map((event) => event.kind);
        assert.deepEqual(kinds, ['Dial', 'Connected']);
        const [connection] = await plain.connections('handshake');
        assert.equal(connection.name, 'handshake');
        assert.ok((await core.stats()).rttUs >= 0);
        await core.close();
        await core.event('Closed');
        await until('the connection to go', 5000, async () => {
            return (await plain.connections('handshake')).length === 0;
        });
        const all = (await core.events()).map((event) => event.kind);
        assert.deepEqual(all, ['Dial', 'Connected', 'HangUp', 'Closed']);
    });

    test('Société across frames is Société', async (context) => {
        const core = await withSubscriber(context, quiet, {url: ours(), name: 'utf8'}, 'utf8.>');
        const publisher = await withPublisher(context, plain);
        const payloads = Array.from(
            {length: 8},
            (_, i) => 'x'.repeat(i) + 'Société é€😀'.repeat(900),
        );
        for (const payload of payloads) publisher.publish('utf8.Société', payload);
        await core.counted('messages', payloads.length);
        const heard = await core.of('Message');
        assert.deepEqual(
            heard.map((event) => [event.subject, event.hash, event.utf8]),
            payloads.map((payload) => ['utf8.Société', hashOf(payload), 1]),
        );
    });

    test('a message cut into frames of one byte is one message', async (context) => {
        const payload = 'Société Générale';
        const headers = 'NATS/1.0\r\nName: Société\r\n\r\n';
        const sizes = [Buffer.byteLength(headers), Buffer.byteLength(headers + payload)];
        const wire = Buffer.from(
            `MSG utf8 1 ${Buffer.byteLength(payload)}\r\n${payload}\r\n` +
                `HMSG utf8 1 reply ${sizes.join(' ')}\r\n${headers}${payload}\r\n`,
        );
        const peer = await withPeer(context, (link) => {
            link.greet();
            link.onWords = (words) => {
                if (!words.includes('SUB utf8 1\r\n')) return;
                for (const byte of wire) link.raw(binary(Buffer.from([byte])));
            };
        });
        const core = await withClient(context, quiet, {url: peer.url});
        await core.subscribe('utf8');
        await core.counted('messages', 2);
        const [first, second] = await core.of('Message');
        assert.equal(first.first, payload);
        assert.deepEqual([second.first, second.headers, second.reply], [payload, headers, 'reply']);
    });

    test('headers and replies come as they were published', async (context) => {
        const core = await withSubscriber(
            context,
            quiet,
            {url: ours(), name: 'headers'},
            'headers',
        );
        const publisher = await withPublisher(context, plain);
        const headers = 'NATS/1.0\r\nA: 1\r\nA: 2\r\nb: Société\r\n\r\n';
        publisher.publish('headers', 'body', {headers, reply: 'answer.here'});
        publisher.publish('headers', '', {headers});
        // Brokers do not look into the block, so neither may it cost the connection.
        publisher.publish('headers', 'odd', {headers: 'hello world!'});
        publisher.publish('headers', '');
        await core.counted('messages', 4);
        const heard = await core.of('Message');
        assert.deepEqual(
            heard.map((event) => [event.headers, event.reply, event.first]),
            [
                [headers, 'answer.here', 'body'],
                [headers, '', ''],
                ['hello world!', '', 'odd'],
                ['', '', ''],
            ],
        );
        assert.equal((await core.of('Disconnected')).length, 0);
    });

    test('unsubscribed means that nothing more comes', async (context) => {
        const core = await withSubscriber(context, quiet, {url: ours(), name: 'unsub'}, 'unsub');
        const publisher = await withPublisher(context, plain);
        publisher.publish('unsub', 'one');
        await core.event('Message');
        await core.unsubscribe(1);
        await core.fence();
        publisher.publish('unsub', 'two');
        await publisher.flush();
        await core.fence();
        const stats = await core.stats();
        assert.deepEqual([stats.messages, stats.unknownSid], [1, 0]);
        assert.equal((await plain.connections('unsub'))[0].subscriptions, 0);
    });

    // ---- ends and new beginnings

    // Each subscription once at the broker, under the sids of before, and messages flow.
    async function restored(core, broker, name, context) {
        await core.fence();
        const [connection] = await broker.connections(name);
        assert.deepEqual(connection.subscriptions_list.sort(), ['back.*', 'back.a', 'back.b']);
        const publisher = await withPublisher(context, broker);
        publisher.publish('back.b', 'again');
        const epoch = (await core.of('Connected')).at(-1).epoch;
        await core.event('Message', {epoch, sid: 3});
        await core.event('Message', {epoch, sid: 2});
        await core.fence();
        const heard = (await core.of('Message')).filter((event) => event.epoch === epoch);
        assert.deepEqual(heard.map((event) => event.sid).sort(), [2, 3]);
    }
    async function threeTimesSubscribed(context, url, name) {
        const core = await withSubscriber(context, quiet, {url, name}, 'back.a');
        assert.equal(await core.subscribe('back.*'), 2);
        assert.equal(await core.subscribe('back.b'), 3);
        await core.fence();
        return core;
    }

    test('a broker that is killed and comes back has every subscription once', async (context) => {
        const broker = await withBroker(context);
        const through = await withNginx(context, ourLocation(broker.webSocketPort));
        const core = await threeTimesSubscribed(context, through.url(), 'bounce');
        for (let round = 1; round <= 2; ++round) {
            await broker.kill('SIGKILL');
            const end = await core.event('Disconnected', {phase: 'Connected'}, {nth: round});
            assert.equal(end.code, 1006);
            assert.equal(end.class, 'Network');
            await sleep(1200);
            await broker.again();
            await core.connected(round + 1);
            await restored(core, broker, 'bounce', context);
        }
    });

    test('an nginx that reloads or is killed costs a redial each', async (context) => {
        const broker = await withBroker(context);
        const through = await withNginx(context, ourLocation(broker.webSocketPort));
        const core = await threeTimesSubscribed(context, through.url(), 'ingress');
        // The old worker ends two seconds later, and its connections with it.
        through.reload();
        const end = await core.event('Disconnected', {phase: 'Connected'});
        assert.equal(end.code, 1006);
        await core.connected(2);
        await restored(core, broker, 'ingress', context);

        await through.kill('SIGKILL');
        await core.event('Disconnected', {phase: 'Connected'}, {nth: 2});
        await sleep(500);
        await through.again();
        await core.connected(3);
        await restored(core, broker, 'ingress', context);
        // Told once each.
        const connected = (await core.of('Connected')).map((event) => event.epoch);
        assert.deepEqual(connected, [1, 2, 3]);
    });

    test('E1NeverDeaf: garbage on an open link ends it, and a dial follows', async (context) => {
        const noise = Buffer.from(Array.from({length: 512}, (_, i) => (i * 167 + 13) & 255));
        const garbage = [
            noise,
            'HTTP/1.1 400 Bad Request\r\n\r\n',
            'MSG\r\n',
            'MSG a 1 99999999999999999999\r\n',
            'MSG a 1 2\r\nabXX',
            'HMSG a 1 9 3\r\n',
            'INFO {"server_id":\r\n',
            'PING\n',
            'x'.repeat(60_000),
        ];
        const peer = await withPeer(context, (link, n) => {
            link.greet();
            link.onWords = (words) => {
                if (!words.includes('SUB a 1\r\n')) return;
                link.send(`MSG a 1 ${String(n).length}\r\n${n}\r\n`);
                if (n <= garbage.length) setTimeout(() => link.send(garbage[n - 1]), 100);
            };
        });
        const core = await withClient(context, quiet, {url: peer.url});
        await core.subscribe('a');
        for (let n = 1; n <= garbage.length; ++n) {
            await core.event('Message', {first: String(n)});
            const end = await core.disconnected(n);
            assert.equal(end.class, 'Protocol', `${n}: ${JSON.stringify(end)}`);
            assert.match(end.text, /^The broker broke the protocol: /);
            // Rule 7 spreads the first redial over 250 ms.
            const dial = await core.event('Dial', {}, {nth: n + 1});
            assert.ok(dial.at - end.at < 400, `${n}: ${dial.at - end.at} ms`);
        }
        await core.event('Message', {first: String(garbage.length + 1)});
    });

    test('E5EveryRedialKeepsThePath: what a cluster gossips is not dialled', async (context) => {
        const other = await withPeer(context, (link) => link.greet());
        const peer = await withPeer(context, (link) => {
            const urls = `"connect_urls":["127.0.0.1:${other.port}","127.0.0.1:1"],"server_id"`;
            link.greet(info.replace('"server_id"', urls));
            setTimeout(() => link.destroy(), 300);
        });
        const core = await withClient(context, quiet, {url: peer.url});
        await core.connected(4);
        assert.equal(other.links.length, 0);
        assert.deepEqual([...new Set(peer.links.map((link) => link.path))], ['/nats-ws']);
    });

    test('a socket that was hung up is not heard any more', async (context) => {
        const peer = await withPeer(context, (link) => {
            link.answersClose = false;
            link.greet();
        });
        const core = await withClient(context, quiet, {url: peer.url});
        await core.subscribe('a');
        await core.connected();
        await core.reconnect();
        await core.connected(2);
        const [old, present] = peer.links;
        await until('the close of the old socket', 5000, () => old.closeSeen);
        // The old one goes on: data, an error, a breach, and its end.
        old.send('MSG a 1 5\r\nghost\r\n');
        old.send("-ERR 'Authorization Violation'\r\n");
        old.send('nonsense\r\n');
        present.send('MSG a 1 4\r\nreal\r\n');
        await core.event('Message', {first: 'real'});
        old.close(1008, 'Authentication Failure');
        old.destroy();
        await sleep(500);
        present.send('MSG a 1 4\r\nmore\r\n');
        await core.event('Message', {first: 'more'});
        const events = await core.events();
        assert.deepEqual(
            events.map((event) => event.kind),
            [
                'Dial',
                'Connected',
                'HangUp',
                'Disconnected',
                'Dial',
                'Connected',
                'Message',
                'Message',
            ],
        );
    });

    test('a wake-up dials at once instead of waiting', async (context) => {
        const peer = await withPeer(context, (link, n) => (n < 3 ? link.destroy() : link.greet()));
        const core = await withClient(context, quiet, {url: peer.url});
        await core.disconnected();
        await core.wakeUp();
        await core.disconnected(2);
        await core.wakeUp();
        const connected = await core.connected();
        const [dial] = (await core.of('Dial')).slice(-1);
        assert.ok(connected.at - dial.at < 3000);
    });
});
