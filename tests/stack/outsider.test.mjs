// tests/stack/outsider.test.mjs - whoever does not belong: each way in is tried, each is refused,
// and the system works on beside it.
import assert from 'node:assert/strict';
import {readFileSync, readdirSync} from 'node:fs';
import http from 'node:http';
import net from 'node:net';
import {join} from 'node:path';
import {after, before, describe, test} from 'node:test';

import {Stack, root} from '../support/stack.mjs';
import {until} from '../support/wait.mjs';
import {NatsClient} from './nats_wire.mjs';

const read = (path) => readFileSync(join(root, path), 'utf8');

// The status line that a port answers to these bytes, sent at once; '' when it only hangs up.
function answerTo(port, bytes) {
    return new Promise((resolve, reject) => {
        let text = '';
        const socket = net.connect(port, '127.0.0.1', () => socket.write(bytes));
        socket.on('data', (more) => {
            text += more.toString('latin1');
            if (text.includes('\r\n')) socket.destroy();
        });
        socket.on('close', () => resolve(text.split('\r\n')[0]));
        socket.on('error', (error) =>
            ['ECONNRESET', 'EPIPE'].includes(error.code) ? resolve('') : reject(error),
        );
    });
}

const upgrade = (host, origin) =>
    `GET /nats-ws HTTP/1.1\r\nHost: ${host}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n` +
    (origin ? `Origin: ${origin}\r\n` : '') +
    'Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\n\r\n';

describe('An outsider', () => {
    let stack;
    let browser;
    before(async () => {
        stack = await Stack.start();
        browser = await NatsClient.connect({port: stack.port, path: '/nats-ws'});
    });
    after(async () => {
        browser?.close();
        await stack?.stop();
    });

    test('MayNotPublish', async () => {
        const services = await NatsClient.connect({
            port: stack.ports.BROKER_PORT,
            user: 'services',
            password: stack.servicesPassword(),
        });
        await services.subscribe('>');
        const refused = browser.errors.length;
        const subjects = [
            '/trades',
            'trades.new',
            'trades.submit', // orders by the bus
            '/accounts/22214/trades',
            '$SYS.REQ.X',
            'x',
        ];
        for (const subject of subjects) await browser.publish(subject, 'forged');
        assert.equal(browser.errors.length, refused + subjects.length);
        for (const words of browser.errors.slice(refused))
            assert.match(words, /Permissions Violation for Publish/);
        await services.ping();
        assert.ok(!services.messages.some(({payload}) => payload === 'forged'));
        services.close();
    });

    test('SubscribesToWhatTheTableOfSubjectsSaysOnly', async () => {
        const subjects = [
            '/trades',
            '>',
            '*',
            '/accounts/1/trades',
            '$SYS.>',
            'accounts.>',
            'pricing.IBM.x',
            'sensors.>',
            'sensors.north.*',
            '_INBOX.>',
        ];
        for (const subject of subjects) {
            const refused = browser.errors.length;
            await browser.subscribe(subject);
            assert.equal(browser.errors.length, refused + 1, subject);
            assert.match(browser.errors.at(-1), /Permissions Violation for Subscription/);
        }
        const refused = browser.errors.length;
        for (const subject of ['/accounts/22214/trades', 'pricing.*', 'sensors.*.readings'])
            await browser.subscribe(subject);
        assert.equal(browser.errors.length, refused);
    });

    // The broker takes `>` for a token that `pricing.*` allows.
    test('HearsNothingBelowAPriceWithAWildcard', async () => {
        const services = await NatsClient.connect({
            port: stack.ports.BROKER_PORT,
            user: 'services',
            password: stack.servicesPassword(),
        });
        await browser.subscribe('pricing.>');
        for (const subject of ['pricing.IBM.inside', 'pricing.IBM'])
            await services.publish(subject, 'a price');
        services.close();
        await until('the price', () => browser.messages.some(({payload}) => payload === 'a price'));
        const heard = browser.messages.filter(({payload}) => payload === 'a price');
        assert.ok(heard.every(({subject}) => subject === 'pricing.IBM'));
    });

    test('HasNoWayInThroughTheClientPort', async () => {
        const port = stack.ports.BROKER_PORT;
        for (const who of [{}, {user: 'browser'}, {user: 'services', password: 'guess'}])
            await assert.rejects(NatsClient.connect({port, ...who}));
    });

    test('OfAnotherOriginIsRefusedByTheBrokerItself', async () => {
        for (const port of [stack.port, stack.ports.WEBSOCKET_PORT]) {
            const host = `localhost:${port}`;
            assert.match(await answerTo(port, upgrade(host, 'http://evil.example')), / 403 /);
            assert.match(await answerTo(port, upgrade(host, 'null')), / 40\d /);
            assert.match(await answerTo(port, upgrade(host, `http://${host}`)), / 101 /);
            assert.match(await answerTo(port, upgrade(host, '')), / 101 /);
        }
    });

    test('GetsNoLargeBodyIn', async () => {
        const head = (bytes) =>
            `POST /trade-service/trade/ HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n` +
            `Content-Length: ${bytes}\r\n\r\n`;
        assert.match(await answerTo(stack.port, head(65537)), / 413 /);
        assert.match(await answerTo(stack.port, head('18446744073709551615')), / 4\d\d /);
        const long = `GET /${'a'.repeat(40_000)} HTTP/1.1\r\nHost: a\r\n\r\n`;
        assert.match(await answerTo(stack.port, long), / 414 /);
        const headers = 'x-header: ' + 'a'.repeat(7000) + '\r\n';
        const many = `GET / HTTP/1.1\r\nHost: a\r\n${headers.repeat(8)}\r\n`;
        assert.match(await answerTo(stack.port, many), / 400 /);
    });

    test('WhoSendsSlowlyIsCutOffWhileOthersAreServed', async () => {
        const began =
            'POST /trade-service/trade/ HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\n{';
        const slow = Array.from({length: 100}, (_, index) =>
            answerTo(stack.port, index % 2 ? began : 'GET / HTTP/1.1\r\nHo'),
        );
        const order = {accountId: 22214, security: 'IBM', side: 'Buy', quantity: 1};
        assert.equal(await stack.order(order), 200);
        for (const line of await Promise.all(slow)) assert.match(line, /^$| 408 /);
    });

    test('ReadsNoSecretInThePageTheLogsOrTheArgumentsOfAProcess', async () => {
        const password = stack.servicesPassword();
        assert.match(password, /^[0-9a-f]{48}$/);
        const logs = join(stack.stateDir, 'log');
        for (const name of readdirSync(logs))
            assert.ok(!readFileSync(join(logs, name), 'utf8').includes(password), name);
        for (const child of ['nats', 'services', 'nginx']) {
            const line = readFileSync(`/proc/${stack.pid(child)}/cmdline`, 'utf8');
            assert.ok(!line.includes(password), child);
        }
        for (const file of ['', 'nats-blotter.js', 'page.js', 'blotter.js']) {
            const {text} = await stack.request('GET', `/${file}`);
            assert.ok(!text.includes(password), file);
        }
    });

    test('ThePageComesWithItsPolicy', async () => {
        const headers = await new Promise((resolve, reject) =>
            http
                .get(stack.url, (answer) => {
                    answer.resume();
                    resolve(answer.headers);
                })
                .on('error', reject),
        );
        const policy = headers['content-security-policy'];
        assert.match(policy, /script-src 'self' 'wasm-unsafe-eval'; /);
        assert.doesNotMatch(policy, /unsafe-inline|'unsafe-eval'|\*/);
        assert.match(policy, /frame-ancestors 'self'/);
        assert.equal(headers['x-content-type-options'], 'nosniff');
        assert.equal(headers['referrer-policy'], 'no-referrer');
        assert.ok(!/\d/.test(headers.server), 'no version');
    });

    test('FindsNothingThatListensBeyondTheLoopback', async () => {
        // Of /proc/net/tcp: local address in hexadecimal, and state 0A, listening.
        const ours = new Set([stack.port, ...Object.values(stack.ports)]);
        const listening = ['tcp', 'tcp6'].flatMap((table) =>
            readFileSync(`/proc/net/${table}`, 'utf8')
                .split('\n')
                .map((line) => line.trim().split(/\s+/))
                .filter((fields) => fields[3] === '0A')
                .map((fields) => fields[1].split(':'))
                .filter(([, port]) => ours.has(parseInt(port, 16))),
        );
        assert.ok(listening.length >= ours.size);
        const loopback = ['0100007F', '00000000000000000000000001000000'];
        for (const [address, port] of listening)
            assert.ok(loopback.includes(address), `${address}:${parseInt(port, 16)}`);
    });
});

test('TheOriginsThatMayComeInCanBeNamed', async () => {
    const origins = 'http://one.example,https://two.example:8443';
    const stack = await Stack.start({BROKER_ALLOWED_ORIGINS: origins});
    try {
        const ask = (origin) => answerTo(stack.port, upgrade(`localhost:${stack.port}`, origin));
        for (const origin of origins.split(',')) assert.match(await ask(origin), / 101 /);
        assert.match(await ask('http://two.example:8443'), / 403 /);
        assert.match(await ask(`http://localhost:${stack.port}`), / 403 /);
    } finally {
        await stack.stop();
    }
});

// What is asked of the database is written in the source, and values are bound: no statement is put
// together from text at run time.
test('StatementsArePrepared', () => {
    const verb = /\b(SELECT|INSERT|UPDATE|DELETE)\b/;
    let seen = 0;
    for (const name of readdirSync(join(root, 'src/services')).filter((file) =>
        /^(storage|sqlite|postgres).*\.cpp$/.test(file),
    )) {
        read(`src/services/${name}`)
            .split(';')
            .filter((statement) => verb.test(statement.replace(/\/\/.*/g, '')))
            .forEach((statement) => {
                ++seen;
                assert.doesNotMatch(statement, /to_string|\.append\(|format\(|printf\(/, name);
            });
    }
    assert.ok(seen > 20);
});

test('EveryThreatNamesATestThatExistsOrWhyItIsAccepted', () => {
    const rows = [...read('docs/security.md').matchAll(/^\| ([STRIDE]) \| (.*) \|$/gm)];
    assert.ok(rows.length >= 36, 'six flows, six threats each');
    for (const [row, , rest] of rows) {
        const named = [...rest.matchAll(/`([\w./-]+)`: `(\w+)`/g)];
        if (named.length === 0) assert.match(rest, /\| accepted: \S+ \S+/, row);
        for (const [, path, name] of named) assert.ok(read(path).includes(name), row);
    }
});
