// tests/stack/services.test.mjs - the services, broker and ingress as clients meet them: checks 9
// and 15 of the TraderX state's smoke test, error paths, the browser user's permissions, a broker
// killed under load, and an end that leaves nothing behind.
import assert from 'node:assert/strict';
import {existsSync} from 'node:fs';

import {after, describe, test} from 'node:test';

import {Stack} from '../support/stack.mjs';
import {sleep, until} from '../support/wait.mjs';
import {NatsClient} from './nats_wire.mjs';

const LOAD_ORDERS = 2000;
const LOAD_CONNECTIONS = 16;
const JSON_TYPE = {'Content-Type': 'application/json'};

const stack = await Stack.start();
const origin = stack.url.slice(0, -1);
const post = (url, body, headers = JSON_TYPE) =>
    fetch(url, {
        method: 'POST',
        headers,
        body: typeof body === 'string' ? body : JSON.stringify(body),
    });
const submit = (order, headers) => post(`${origin}/trade-service/trade/`, order, headers);
const getJson = async (path) => (await fetch(origin + path)).json();
const browser = () => NatsClient.connect({port: stack.port, path: '/nats-ws'});
const services = () =>
    NatsClient.connect({
        port: stack.ports.BROKER_PORT,
        user: 'services',
        password: stack.servicesPassword(),
    });
const order = (more = {}) => ({
    security: 'IBM',
    quantity: 7100,
    accountId: 22214,
    side: 'Buy',
    ...more,
});

describe('services, broker and ingress', () => {
    after(() => stack.stop());

    test('AnOrderReachesTheBrowserAsTradeAndPosition', async () => {
        const client = await browser();
        for (const subject of [
            '/accounts/22214/trades',
            '/accounts/22214/positions',
            'trades.account.22214.updated',
            'positions.account.22214.updated',
        ])
            await client.subscribe(subject);
        const response = await post(
            `http://127.0.0.1:${stack.ports.TRADE_SERVICE_PORT}/trade/`,
            order(),
        );
        assert.equal(response.status, 200);
        assert.deepEqual(await response.json(), {id: null, state: null, ...order()});
        await until('four events', () => client.messages.length >= 4, 20);
        const events = Object.fromEntries(
            client.messages.map((m) => [m.subject, JSON.parse(m.payload)]),
        );
        const trade = events['/accounts/22214/trades'];
        assert.deepEqual(
            [trade.type, trade.from, trade.topic],
            ['Trade', 'trade-processor', '/accounts/22214/trades'],
        );
        assert.deepEqual(
            [trade.payload.security, trade.payload.quantity, trade.payload.state],
            ['IBM', 7100, 'Settled'],
        );
        const position = events['/accounts/22214/positions'];
        assert.deepEqual(
            [position.type, position.payload.security, position.payload.quantity],
            ['Position', 'IBM', 7000],
        );
        assert.equal(events['trades.account.22214.updated'].payload.id, trade.payload.id);
        assert.equal(typeof trade.payload.updated, 'number');
        // The REST read tells the same instant of the same row, as ISO text.
        const row = (await getJson('/position-service/trades/22214')).find(
            (t) => t.id === trade.payload.id,
        );
        assert.match(row.updated, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+00:00$/);
        assert.equal(Date.parse(row.updated), trade.payload.updated);
        client.close();
    });

    test('TradeServiceAnswersEveryCaseWithItsStatus', async () => {
        const cases = [
            [order({security: 'NOTREAL'}), 404],
            [order({security: 'ibm'}), 404],
            [order({accountId: 1}), 404],
            [order({accountId: null}), 500],
            [order({side: 'BUY'}), 400],
            [order({quantity: 0}), 400],
            [order({quantity: -5}), 400],
            [order({quantity: 0.9}), 400],
            [order({quantity: 3e9}), 400],
            [{security: 'IBM', accountId: 22214, side: 'Buy'}, 400],
            ['{nonsense', 400],
            ['', 400],
            ['[]', 400],
            [{security: 'IBM', quantity: '12', accountID: 22214, side: 'Sell'}, 200],
            [order({quantity: 1.9}), 200],
            ['['.repeat(60_000), 400],
        ];
        for (const [body, status] of cases) {
            const response = await submit(body);
            assert.equal(response.status, status, JSON.stringify(body).slice(0, 80));
            const answer = await response.json();
            if (status !== 200) {
                assert.equal(answer.status, status);
                assert.equal(answer.path, '/trade/');
                assert.match(answer.timestamp, /\+00:00$/);
            }
        }
        assert.equal((await submit(order(), {'Content-Type': 'text/plain'})).status, 415);
        assert.equal((await post(`${origin}/trade-service/trade`, order())).status, 404);
        assert.equal((await fetch(`${origin}/trade-service/trade/`)).status, 405);
        const preflight = await fetch(`http://127.0.0.1:${stack.ports.TRADE_SERVICE_PORT}/trade/`, {
            method: 'OPTIONS',
            headers: {Origin: 'http://elsewhere.example', 'Access-Control-Request-Method': 'POST'},
        });
        assert.equal(preflight.status, 200);
        assert.equal(preflight.headers.get('access-control-allow-origin'), '*');
    });

    test('ReadServicesKeepTheContract', async () => {
        const status = async (path) => (await fetch(origin + path)).status;
        assert.equal((await getJson('/reference-data/stocks')).length, 509);
        assert.deepEqual(await getJson('/reference-data/stocks/BRK.B'), {
            ticker: 'BRK.B',
            companyName: 'Berkshire Hathaway',
        });
        assert.equal(
            (await getJson('/reference-data/stocks/NOPE')).message,
            'Stock ticker "NOPE" not found.',
        );
        assert.equal((await getJson('/account-service/account/')).length, 7);
        assert.deepEqual(await getJson('/account-service/account/22214'), {
            id: 22214,
            displayName: 'Test Account 20',
        });
        assert.equal(await status('/account-service/account/999'), 404);
        assert.equal(await status('/account-service/account/x'), 500);
        assert.equal(await status('/account-service/account'), 404);
        assert.deepEqual(await getJson('/account-service/accountuser/22214'), {
            accountId: 22214,
            username: 'user01',
        });
        const user = (body) =>
            post(`${origin}/account-service/accountuser/`, body).then((r) => r.status);
        assert.equal(await user({accountId: 22214, username: 'nobody'}), 404);
        assert.equal(await user({accountId: 1, username: 'user01'}), 404);
        assert.equal(await user({accountId: 22214, username: 'user02'}), 200);
        assert.deepEqual(await getJson('/position-service/trades/999'), []);
        assert.equal(await status('/position-service/positions/x'), 500);
        assert.equal(await getJson('/position-service/health/ready'), true);
        assert.equal(await status('/people-service/People/ValidatePerson?logonid=user01'), 200);
        assert.equal(await status('/people-service/People/GetPerson?LogonId=nobody'), 404);
        assert.equal(await status('/people-service/People/GetPerson'), 400);
        assert.equal(
            (await getJson('/people-service/People/GetMatchingPeople?SearchText=user&Take=3'))
                .people.length,
            3,
        );
        assert.equal(await status('/people-service/People/GetMatchingPeople?SearchText=zzz'), 404);
        const booked = await post(
            `${origin}/trade-processor/tradeservice/order`,
            order({security: 'C', quantity: 5}),
        );
        assert.equal((await booked.json()).position.quantity, -1995);
    });

    test('TheIngressServesPageAndHealth', async () => {
        assert.equal(await (await fetch(`${origin}/health`)).text(), 'ok\n');
        const page = await fetch(`${origin}/trade`);
        assert.equal(page.status, 200);
        assert.match(
            page.headers.get('content-security-policy'),
            /script-src 'self' 'wasm-unsafe-eval';/,
        );
        assert.equal((await fetch(`${origin}/nats-ws`)).status, 400);
    });

    // Packed by the services' library a book of 20,000 trades takes seconds; fetch() offers brotli.
    test('TheIngressAsksTheServicesForNoCompression', async () => {
        const answer = await fetch(`${origin}/position-service/trades/`);
        assert.equal(answer.headers.get('content-encoding'), null);
        assert.ok((await answer.json()).length > 0);
    });

    test('ABrowserMayNeitherPublishNorListenElsewhere', async () => {
        const client = await browser();
        for (const subject of [
            '/trades',
            'trades.new',
            'trades.submit',
            '*',
            '>',
            '/accounts/99999/trades',
            'trades.>',
            'trades.*',
            'trades.submit',
            'trades.processed',
            'trades.account.*.*',
            '_INBOX.>',
            '$JS.API.>',
            '$SYS.>',
        ]) {
            const before = client.errors.length;
            await client.subscribe(subject);
            assert.equal(
                client.errors.length,
                before + 1,
                `a subscription to ${subject} was not refused`,
            );
        }
        const listener = await services();
        await listener.subscribe('>');
        for (const subject of [
            '/trades',
            'trades.new',
            'trades.submit',
            '/accounts/22214/trades',
            'trades.account.22214.updated',
        ]) {
            const before = client.errors.length;
            await client.publish(subject, '{}');
            assert.equal(client.errors.length, before + 1, subject);
            assert.match(client.errors.at(-1), /Permissions Violation for Publish/);
        }
        await listener.ping();
        assert.deepEqual(listener.messages, []);
        // Without credentials nobody comes in through the client port.
        await assert.rejects(NatsClient.connect({port: stack.ports.BROKER_PORT}));
        client.close();
        listener.close();
    });

    test('ANewAccountCanBeSubscribedOnTheOldConnection', async () => {
        const client = await browser();
        const response = await post(`${origin}/account-service/account/`, {
            displayName: 'New Book',
        });
        const account = await response.json();
        assert.equal(account.id, 65000);
        await until(
            'the reload',
            async () => {
                const before = client.errors.length;
                await client.subscribe('/accounts/65000/trades');
                return client.errors.length === before;
            },
            5,
        );
        assert.equal((await submit(order({accountId: 65000}))).status, 200);
        await until('its event', () => client.messages.length > 0, 5);
        client.close();
    });

    test('BadOrdersOnTheBusAreDroppedAndTheRestIsBooked', async () => {
        const client = await services();
        const count = async () => (await getJson('/position-service/trades/42422')).length;
        const before = await count();
        const event = (payload, more = {}) =>
            JSON.stringify({
                topic: '/trades',
                payload,
                date: 1,
                from: 'x',
                type: 'TradeOrder',
                ...more,
            });
        const good = order({accountId: 42422});
        for (const bad of [
            '',
            'null',
            '\xff',
            event({...good, quantity: 0}),
            event({...good, extra: 1}),
            event(null),
            event(good, {type: 'Trade'}),
            event({...good, accountId: 1}),
            event({...good, security: 'X'.repeat(16)}),
        ])
            await client.publish('/trades', bad);
        await client.publish('/trades', event(good));
        await until('the good one', async () => (await count()) === before + 1, 5);
        client.close();
    });

    // The database is the truth: each of its trades must have been told, and each position's newest
    // version.
    test('NoCommittedEventIsLostWhenTheBrokerIsKilledUnderLoad', async () => {
        const told = new Set();
        const newest = new Map();
        let listener = await services();
        const collect = () => {
            for (const {subject, payload} of listener.messages.splice(0)) {
                const record = JSON.parse(payload).payload;
                if (subject.endsWith('/trades') && record.id) told.add(record.id);
                if (subject.endsWith('/positions')) {
                    const key = `${record.accountId} ${record.security}`;
                    if (!(newest.get(key)?.updated > record.updated)) newest.set(key, record);
                }
            }
        };
        const listen = async (client) => {
            for (const account of [44044, 62654])
                for (const stream of ['trades', 'positions'])
                    await client.subscribe(`/accounts/${account}/${stream}`);
        };
        await listen(listener);
        const rows = async (kind) => [
            ...(await getJson(`/position-service/${kind}/44044`)),
            ...(await getJson(`/position-service/${kind}/62654`)),
        ];
        const bookedBefore = (await rows('trades')).length;
        const pidBefore = stack.pid('nats');
        const servicesPid = stack.pid('services');
        const counts = {200: 0, other: 0};
        let next = 0;
        let killed = false;
        let relisten;
        const poster = async () => {
            while (next < LOAD_ORDERS) {
                const n = next++;
                if (n >= LOAD_ORDERS / 2 && !killed) {
                    killed = true;
                    // Frozen in the middle of its work, so that all the old broker confirmed
                    // reaches the listener, and woken when the listener hears the new broker:
                    // from there on no event may be missing.
                    process.kill(servicesPid, 'SIGSTOP');
                    await sleep(100);
                    process.kill(pidBefore, 'SIGKILL');
                    relisten = until(
                        'the broker again',
                        async () => {
                            collect();
                            try {
                                listener = await services();
                                await listen(listener);
                                return true;
                            } catch {
                                return false;
                            }
                        },
                        10,
                    ).finally(() => process.kill(servicesPid, 'SIGCONT'));
                }
                const response = await submit(
                    order({accountId: n % 2 ? 44044 : 62654, quantity: 1 + (n % 50)}),
                ).catch(() => ({status: 0, text: async () => ''}));
                await response.text();
                if (response.status === 200) ++counts[200];
                else {
                    ++counts.other;
                    await sleep(20);
                }
            }
        };
        await Promise.all(Array.from({length: LOAD_CONNECTIONS}, poster));
        await relisten;
        assert.notEqual(stack.pid('nats'), pidBefore);
        assert.ok(counts[200] > LOAD_ORDERS / 2, JSON.stringify(counts));
        await until(
            'an order is taken again',
            async () => (await submit(order({accountId: 44044}))).status === 200,
            30,
        );
        ++counts[200];
        // What was taken is booked some time after its answer, and told after that: until then
        // both what is read and what is told still move.
        await until(
            'every order that was taken is booked',
            async () => (await rows('trades')).length - bookedBefore >= counts[200],
            60,
        );
        await until(
            'every committed trade is told',
            async () => {
                collect();
                return (await rows('trades')).every((trade) => told.has(trade.id));
            },
            60,
        );
        let behind;
        await until(
            'the newest told position is the one that is read, for each',
            async () => {
                collect();
                behind = (await rows('positions')).filter(
                    (row) =>
                        newest.get(`${row.accountId} ${row.security}`)?.quantity !== row.quantity,
                );
                return behind.length === 0;
            },
            60,
        ).catch((error) => assert.fail(`${error.message}: ${JSON.stringify(behind)}`));
        console.log(`     ${counts[200]} taken, ${counts.other} refused, ${told.size} told`);
        listener.close();
    });

    test('WithoutABrokerAnOrderIsRefusedAndHealthSaysSo', async () => {
        // One that has only stopped answering costs nothing: the order is on disk and booked later.
        const count = async () => (await getJson('/position-service/trades/52355')).length;
        const before = await count();
        process.kill(stack.pid('nats'), 'SIGSTOP');
        assert.equal((await submit(order({accountId: 52355}))).status, 200);
        process.kill(stack.pid('nats'), 'SIGCONT');
        await until('its booking', async () => (await count()) === before + 1, 10);
        process.kill(stack.pid('nats'), 'SIGKILL');
        await until('the refusal', async () => (await submit(order())).status === 500, 5);
        await until(
            'health says so',
            async () => {
                const health = await getJson('/trade-service/system/health');
                return health.status === 'degraded' && health.messageBus.status === 'reconnecting';
            },
            5,
        );
        await until(
            'healthy again',
            async () => (await getJson('/trade-processor/system/health')).status === 'ok',
            10,
        );
    });

    test('CtrlCLeavesNothingBehind', async () => {
        const pids = ['nats', 'services', 'nginx'].map((name) => stack.pid(name));
        const begun = Date.now();
        const {code} = await stack.stop('SIGINT');
        assert.equal(code, 0);
        assert.ok(Date.now() - begun < 6000, 'took too long');
        for (const pid of pids) assert.ok(!existsSync(`/proc/${pid}`), `process ${pid} is left`);
    });
});
