// tests/web/core_causes.test.mjs - every end that a connection can have, told right: class, close
// code, reason, last -ERR and phase, as Chromium reports them.
//
// Real brokers as far as one can be made to do it, if need be through a proxy that holds back what
// the client says or adds what it would never say; a peer by script for the rest.
import assert from 'node:assert/strict';
import {after, before, describe, test} from 'node:test';

import {freePort, ourLocation, sleep} from './core/brokers.mjs';
import {
    verdict,
    withBroker,
    withClient,
    withNginx,
    withPeer,
    withProxy,
    withPublisher,
    withSubscriber,
} from './core/cases.mjs';
import {Pages} from './core/pages.mjs';
import {binary, info, text} from './core/peers.mjs';

let pages;
let quiet;
let refused; // dials fail here, which makes Chromium delay those that follow

before(async () => {
    pages = await Pages.start();
    [quiet, refused] = await Promise.all([pages.open(), pages.open()]);
});
after(() => pages?.stop());

const users = `authorization {
  timeout: 1
  users = [
    {
      user: "good"
      password: "secret"
      permissions {
        subscribe: {
          allow: ["open.>", "queue.>"]
          deny: ["open.hidden", "queue.> forbidden"]
        }
        publish: {
          deny: ">"
        }
      }
    }
    {
      user: "inside"
      password: "secret"
      allowed_connection_types: ["STANDARD"]
    }
    {
      user: "publisher"
      password: "secret"
    }
  ]
}`;
const good = {user: 'good', password: 'secret'};

describe('E2SaysWhy', {concurrency: 12}, () => {
    // ---- what a broker does by itself

    test('credentials refused', async (context) => {
        const broker = await withBroker(context, {settings: users});
        const through = await withNginx(context, ourLocation(broker.webSocketPort));
        for (const who of [
            {user: 'good', password: 'wrong'},
            {user: 'nobody', password: 'secret'},
            {}, // none given
            {user: 'inside', password: 'secret'}, // not over a WebSocket
        ]) {
            const core = await withClient(context, quiet, {url: through.url(), ...who});
            const end = await core.disconnected();
            assert.deepEqual(verdict(end), {
                class: 'Authentication',
                phase: 'AwaitPong',
                code: 1008,
                reason: 'Authentication Failure',
                lastError: 'Authorization Violation',
            });
            assert.equal(end.clean, 1);
            assert.match(end.text, /credentials/);
            await core.close();
            assert.equal((await core.of('Connected')).length, 0);
        }
        const token = await withBroker(context, {settings: 'authorization {\n  token: "right"\n}'});
        const core = await withClient(context, quiet, {url: token.url, token: 'wrong'});
        assert.equal((await core.disconnected()).class, 'Authentication');
        const welcome = await withClient(context, quiet, {url: token.url, token: 'right'});
        await welcome.connected();
    });

    test('no credentials in time', async (context) => {
        const broker = await withBroker(context, {settings: users});
        const proxy = await withProxy(context, broker.webSocketPort, {holdsAfterUpgrade: true});
        const core = await withClient(context, quiet, {url: proxy.url, ...good});
        assert.deepEqual(verdict(await core.disconnected()), {
            class: 'Authentication',
            phase: 'AwaitPong',
            code: 1008,
            reason: 'Authentication Timeout',
            lastError: 'Authentication Timeout',
        });
    });

    test('E15PermissionErrorsOnTheRightSubscription', async (context) => {
        const broker = await withBroker(context, {settings: users});
        const core = await withClient(context, quiet, {url: broker.url, name: 'denied', ...good});
        await core.connected();
        // What a broker quotes is escaped: quotes, a backslash, a letter above ASCII.
        const wanted = ['open.a', 'closed."a"\\é', 'open.b', 'open.hidden'];
        const sids = [];
        for (const subject of wanted) sids.push(await core.subscribe(subject));
        const queue = await core.subscribe('queue.a', 'forbidden');
        const welcome = await core.subscribe('queue.a', 'welcome');
        await core.fence();
        const denied = await core.of('Denied');
        assert.deepEqual(denied.map((event) => event.sid).sort(), [sids[1], sids[3], queue].sort());
        assert.match(denied[0].text, /^Permissions Violation for Subscription to "/);
        // The others live on, on the same connection.
        const publisher = await withPublisher(context, broker, {
            user: 'publisher',
            password: 'secret',
        });
        publisher.publish('open.b', 'x');
        publisher.publish('queue.a', 'x');
        await core.event('Message', {sid: sids[2]});
        await core.event('Message', {sid: welcome});
        assert.equal((await core.of('Disconnected')).length, 0);
    });

    test('E15PermissionErrorsOnTheRightSubscription: the silent kind', async (context) => {
        // A subject denied below an allowed wildcard is left out without a word.
        const broker = await withBroker(context, {settings: users});
        const options = {url: broker.url, name: 'silent', ...good};
        const core = await withSubscriber(context, quiet, options, 'open.>');
        const publisher = await withPublisher(context, broker, {
            user: 'publisher',
            password: 'secret',
        });
        publisher.publish('open.hidden', 'x');
        publisher.publish('open.seen', 'x');
        await core.event('Message', {subject: 'open.seen'});
        assert.equal((await core.of('Message')).length, 1);
        assert.equal((await core.of('Denied')).length, 0);
    });

    test('more subscriptions than allowed: that one is refused', async (context) => {
        const broker = await withBroker(context, {settings: 'max_subscriptions: 2'});
        const core = await withClient(context, quiet, {url: broker.url});
        await core.connected();
        for (const subject of ['a', 'b', 'c']) await core.subscribe(subject);
        const error = await core.event('ServerError');
        assert.equal(error.text, 'maximum subscriptions exceeded');
        await core.fence();
        assert.equal((await core.of('Disconnected')).length, 0);
    });

    test('a control line above the limit', async (context) => {
        const broker = await withBroker(context, {settings: 'max_control_line: 512'});
        const core = await withClient(context, quiet, {url: broker.url});
        await core.connected();
        await core.subscribe(`long.${'x'.repeat(600)}`);
        assert.deepEqual(verdict(await core.disconnected()), {
            class: 'TooBig',
            phase: 'Connected',
            code: 1008,
            reason: 'Maximum Control Line Exceeded',
            lastError: 'maximum control line exceeded',
        });
    });

    test('too many connections', async (context) => {
        const broker = await withBroker(context, {settings: 'max_connections: 1'});
        const first = await withClient(context, quiet, {url: broker.url});
        await first.connected();
        const second = await withClient(context, quiet, {url: broker.url});
        const end = await second.disconnected();
        assert.equal(end.class, 'Limit');
        assert.equal(end.code, 1008);
        assert.equal(end.lastError, 'maximum connections exceeded');
        // There is room again when the first has gone.
        await first.close();
        await second.connected(1, 30);
    });

    test('a lame duck says so, and goes', async (context) => {
        const broker = await withBroker(context, {
            settings: 'lame_duck_duration: "30s"\nlame_duck_grace_period: "2s"',
        });
        const core = await withClient(context, quiet, {url: broker.url});
        await core.connected();
        await core.fence();
        broker.signal('SIGUSR2');
        const duck = await core.event('LameDuck');
        const end = await core.disconnected(1, 40);
        assert.ok(end.at > duck.at + 1000, 'told before it happened');
        assert.deepEqual(verdict(end), {
            class: 'Shutdown',
            phase: 'Connected',
            code: 1001,
            reason: 'Server Shutdown',
            lastError: '',
        });
        assert.equal((await core.of('LameDuck')).length, 1);
    });

    test('a broker that is shut down', async (context) => {
        const broker = await withBroker(context);
        const through = await withNginx(context, ourLocation(broker.webSocketPort));
        const core = await withClient(context, quiet, {url: through.url()});
        await core.connected();
        await core.fence();
        await broker.kill('SIGTERM');
        const end = await core.disconnected();
        assert.deepEqual(verdict(end), {
            class: 'Shutdown',
            phase: 'Connected',
            code: 1001,
            reason: 'Server Shutdown',
            lastError: '',
        });
    });

    test('a broker that is killed: no word, 1006', async (context) => {
        const broker = await withBroker(context);
        const core = await withClient(context, quiet, {url: broker.url});
        await core.connected();
        await core.fence();
        await broker.kill('SIGKILL');
        const end = await core.disconnected();
        assert.deepEqual(verdict(end), {
            class: 'Network',
            phase: 'Connected',
            code: 1006,
            reason: '',
            lastError: '',
        });
        assert.equal(end.clean, 0);
    });

    test('the broker hears nothing from us: Stale', async (context) => {
        const broker = await withBroker(context, {settings: 'ping_interval: "1s"\nping_max: 2'});
        const proxy = await withProxy(context, broker.webSocketPort);
        const core = await withClient(context, quiet, {url: proxy.url});
        await core.connected();
        await core.fence();
        proxy.hold();
        const end = await core.disconnected();
        assert.equal(end.class, 'Stale');
        assert.equal(end.phase, 'Connected');
        assert.equal(end.lastError, 'Stale Connection');
    });

    // ---- what a right client never says, added on its way to a real broker

    const breaches = [
        ['an unknown verb', 'NONSENSE\r\n', 'Protocol', 1002, /Unknown Protocol Operation/],
        ['missing arguments', 'SUB a\r\n', 'Protocol', 1002, /^$/],
        ['a size below zero', 'PUB a -1\r\n', 'Protocol', 1002, /^$/],
        ['a CONNECT that is no JSON', 'CONNECT {nonsense\r\n', 'Protocol', 1002, /^$/],
        ['a payload without its end', 'PUB a 1\r\nabc\r\n', 'Protocol', 1002, /^Unknown Protocol/],
        ['a payload above the limit', 'PUB a 2000\r\n', 'TooBig', 1009, /^Maximum Payload Viol/],
        ['headers longer than the whole', 'HPUB a 9 3\r\n', 'Protocol', 1002, /^$/],
        [
            'a protocol from the future',
            'CONNECT {"protocol":9,"verbose":false}\r\n',
            'Protocol',
            1002,
            /^invalid client protocol/,
        ],
        [
            'no responders without headers',
            'CONNECT {"protocol":1,"no_responders":true,"headers":false}\r\n',
            'Protocol',
            1011,
            /^no responders requires headers/,
        ],
    ];
    for (const [what, words, cls, code, error] of breaches) {
        test(`the broker finds fault: ${what}`, async (context) => {
            const broker = await withBroker(context, {settings: 'max_payload: 1024'});
            const proxy = await withProxy(context, broker.webSocketPort);
            const core = await withClient(context, quiet, {url: proxy.url});
            await core.connected();
            await core.fence();
            proxy.inject(words);
            const end = await core.disconnected();
            assert.deepEqual([end.class, end.phase, end.code], [cls, 'Connected', code]);
            assert.match(end.lastError, error);
            assert.notEqual(end.reason, '');
            context.diagnostic(`${end.code} "${end.reason}", -ERR "${end.lastError}"`);
            await core.connected(2);
        });
    }

    const complaints = [
        ['a malformed subject', '', 'SUB a..b 90\r\n', 'Invalid Subject'],
        [
            'a publish that is not permitted',
            users,
            'PUB closed 0\r\n\r\n',
            'Permissions Violation for Publish to "closed"',
        ],
    ];
    for (const [what, settings, words, error] of complaints) {
        test(`the broker complains and goes on: ${what}`, async (context) => {
            const broker = await withBroker(context, {settings});
            const proxy = await withProxy(context, broker.webSocketPort);
            const core = await withClient(context, quiet, {url: proxy.url, ...good});
            await core.connected();
            await core.fence();
            proxy.inject(words);
            assert.equal((await core.event('ServerError')).text, error);
            await core.fence();
            assert.equal((await core.of('Disconnected')).length, 0);
            assert.equal((await core.of('Denied')).length, 0);
        });
    }

    // ---- dials that fail: browsers say 1006 and no more

    const nowhere = {class: 'Network', phase: 'Dialling', code: 1006, reason: '', lastError: ''};

    test('an origin that the broker does not allow', async (context) => {
        const broker = await withBroker(context, {
            websocket: 'allowed_origins: ["http://elsewhere.example"]',
        });
        const core = await withClient(context, refused, {url: broker.url});
        const end = await core.disconnected();
        assert.deepEqual(verdict(end), nowhere);
        assert.equal(end.text, 'The broker cannot be reached.');
    });

    test('nobody behind the ingress, no such location, nobody there at all', async (context) => {
        const missing = 'location = /nats-ws { return 404; }';
        const through = await withNginx(context, ourLocation(await freePort()), missing);
        for (const url of [
            through.url(0), // 502
            through.url(1), // 404
            `ws://127.0.0.1:${await freePort()}/nats-ws`, // refused
        ]) {
            const core = await withClient(context, refused, {url});
            const end = await core.disconnected();
            assert.deepEqual(verdict(end), nowhere);
            assert.equal(end.text, 'The broker cannot be reached.');
            await core.close();
        }
    });

    test('a peer that never greets, and one that never accepts', async (context) => {
        const silent = await withPeer(context, () => {});
        const vague = await withPeer(context, (link) => {
            link.answersPings = false;
            link.greet();
        });
        const [first, second] = await Promise.all(
            [silent, vague].map((peer) => withClient(context, quiet, {url: peer.url})),
        );
        for (const [core, phase] of [
            [first, 'AwaitInfo'],
            [second, 'AwaitPong'],
        ]) {
            const end = await core.disconnected();
            assert.deepEqual([end.class, end.phase, end.code], ['Network', phase, 0]);
            assert.equal(end.text, 'The broker did not answer in time.');
        }
    });

    // ---- what no broker here can be made to do

    const scripted = [
        ['User Authentication Expired', 1008, 'Authentication Expired', 'Authentication'],
        ['Account Authentication Expired', 1008, 'Authentication Expired', 'Authentication'],
        ['User Authentication Revoked', 1008, 'Credentials Revoked', 'Authentication'],
        ['', 1008, 'Authentication Expired', 'Authentication'],
        ['', 1008, 'Credentials Revoked', 'Authentication'],
        ['maximum account active connections exceeded', 1008, 'Policy Violation', 'Limit'],
        ['Connection throttling is active. Please try again later.', 1008, '', 'Limit'],
        ['Maximum Payload Violation', 1009, 'Maximum Message Payload Exceeded', 'TooBig'],
        ['Stale Connection', 1001, 'Stale Connection', 'Stale'],
        ['', 1001, 'Server Shutdown', 'Shutdown'],
        ['', 1002, 'Protocol Violation', 'Protocol'],
        ['', 1008, '', 'Permission'],
        ['', 1009, '', 'TooBig'],
        ['', 1011, 'Internal Error', 'Protocol'],
        ['', 1012, '', 'Shutdown'],
        ['', 1013, '', 'Limit'],
        ['', 1000, '', 'Network'],
        ['', 4000, 'Société', 'Network'],
        ['Slow Consumer', 1008, 'Slow Consumer', 'SlowConsumer'],
    ];
    test('every close code and -ERR of the table, by script', async (context) => {
        const peer = await withPeer(context, (link, n) => {
            const row = scripted[n - 1];
            link.greet();
            if (!row) return;
            link.onWords = (words) => {
                if (!words.includes('SUB')) return;
                if (row[0]) link.send(`-ERR '${row[0]}'\r\n`);
                link.close(row[1], row[2]);
            };
        });
        const core = await withClient(context, quiet, {url: peer.url});
        await core.subscribe('a');
        for (let n = 1; n <= scripted.length; ++n) {
            const [lastError, code, reason, cls] = scripted[n - 1];
            const end = await core.disconnected(n);
            assert.deepEqual(
                verdict(end),
                {class: cls, phase: 'Connected', code, reason, lastError},
                `row ${n}`,
            );
            assert.notEqual(end.text, '');
        }
        await core.connected(scripted.length + 1);
    });

    test('a fatal -ERR whose close gets lost is an end all the same', async (context) => {
        const peer = await withPeer(context, (link, n) => {
            link.greet();
            if (n === 1) link.onWords = () => link.send("-ERR 'User Authentication Expired'\r\n");
        });
        const core = await withClient(context, quiet, {url: peer.url});
        const end = await core.disconnected();
        assert.equal(end.class, 'Authentication');
        assert.equal(end.lastError, 'User Authentication Expired');
        await core.connected();
    });

    test('a text message, and a greeting that is none', async (context) => {
        const firsts = [
            [text(info), /text message/],
            [binary('HTTP/1.1 400 Bad Request\r\n\r\n'), /broke the protocol/],
            [binary('INFO nonsense\r\n'), /broke the protocol/],
            [binary('PONG\r\n'), /broke the protocol/],
            [binary('MSG a 1 0\r\n\r\n'), /broke the protocol/],
        ];
        const peer = await withPeer(context, (link, n) => {
            if (n <= firsts.length) link.raw(firsts[n - 1][0]);
            else link.greet();
        });
        const core = await withClient(context, quiet, {url: peer.url});
        for (let n = 1; n <= firsts.length; ++n) {
            const end = await core.disconnected(n);
            assert.equal(end.class, 'Protocol', JSON.stringify(end));
            assert.match(end.text, firsts[n - 1][1]);
            assert.equal(end.phase, 'AwaitInfo');
        }
        await core.connected();
    });
});
