// tests/stack/contract.test.mjs - every endpoint of the contract's section 4, every error path with
// its body, CORS, health and metrics; against services that run as one process each.
import assert from 'node:assert/strict';
import {spawn} from 'node:child_process';
import {readFileSync} from 'node:fs';
import {join} from 'node:path';
import {after, before, describe, test} from 'node:test';

import {Stack, root} from '../support/stack.mjs';
import {until} from '../support/wait.mjs';
import {freePort} from '../web/core/brokers.mjs';
import {NatsClient} from './nats_wire.mjs';

const JSON_TYPE = {'Content-Type': 'application/json'};
const order = (more = {}) => ({
    security: 'IBM',
    quantity: 100,
    accountId: 22214,
    side: 'Buy',
    ...more,
});

// ---- what the bodies look like

const ISO = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+00:00$/;
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

const spring = (status, error, path) => (body, response) => {
    assert.match(response.headers.get('content-type'), /^application\/json/);
    const told = JSON.parse(body);
    assert.match(told.timestamp, ISO);
    delete told.timestamp;
    assert.deepEqual(told, {status, error, path});
};
// Bare text: as JSON or as plain text by what was asked for, and no JSON either way.
const text = (words) => (body, response, accepts) => {
    assert.match(body, words);
    assert.throws(() => JSON.parse(body));
    const type = accepts === 'application/json' ? /^application\/json$/ : /^text\/plain/;
    assert.match(response.headers.get('content-type'), type);
};
const nest = (statusCode, error, message) => (body, response) => {
    assert.match(response.headers.get('content-type'), /^application\/json/);
    assert.deepEqual(JSON.parse(body), {message, error, statusCode});
};
const problem = (status, title) => (body, response) => {
    assert.match(response.headers.get('content-type'), /^application\/problem\+json/);
    const told = JSON.parse(body);
    assert.match(told.type, /^https:\/\/tools\.ietf\.org\/html\/rfc9110#section-15/);
    assert.match(told.traceId, /^00-[0-9a-f]{32}-[0-9a-f]{16}-00$/);
    assert.deepEqual([told.status, told.title], [status, title]);
};
const plain = (words) => (body, response) => {
    assert.match(response.headers.get('content-type'), /^text\/plain/);
    assert.match(body, words);
};
const plainPage = (body, response) => {
    assert.match(response.headers.get('content-type'), /^text\/html/);
    assert.match(body, /<html>/);
};
const equals = (value) => (body) => assert.deepEqual(JSON.parse(body), value);
const holds = (check) => (body) => check(JSON.parse(body));
const empty = (body) => assert.equal(body, '');

// [method, path, body or undefined, status, what the answer must be, headers]
const tooDeep = '['.repeat(60_000);
const accountText = 'X'.repeat(51);
const cases = [
    // account-service
    [
        'GET',
        '/account-service/account/22214',
        ,
        200,
        equals({id: 22214, displayName: 'Test Account 20'}),
    ],
    ['GET', '/account-service/account/999', , 404, text(/999/)],
    ['GET', '/account-service/account/abc', , 500, text(/abc/)],
    ['GET', '/account-service/account/99999999999', , 500, text(/99999999999/)],
    ['GET', '/account-service/account', , 404, spring(404, 'Not Found', '/account')],
    ['GET', '/account-service/account/1/2', , 404, spring(404, 'Not Found', '/account/1/2')],
    ['DELETE', '/account-service/account/', , 405, spring(405, 'Method Not Allowed', '/account/')],
    ['POST', '/account-service/account/', '{nonsense', 500, text(/JSON/)],
    ['POST', '/account-service/account/', '[]', 500, text(/JSON/)],
    ['POST', '/account-service/account/', tooDeep, 500, text(/JSON/)],
    ['POST', '/account-service/account/', {id: 'x', displayName: 'A'}, 500, text(/./)],
    ['POST', '/account-service/account/', {displayName: accountText}, 500, text(/./)],
    ['PUT', '/account-service/account/', '', 500, text(/JSON/)],
    ['PUT', '/account-service/account/', {id: 3e9, displayName: 'A'}, 500, text(/./)],
    [
        'POST',
        '/account-service/account/',
        'id=1',
        500,
        text(/Content-Type/),
        {'Content-Type': 'text/plain'},
    ],
    [
        'PUT',
        '/account-service/account/',
        {id: 777, displayName: 'Under Its Id'},
        200,
        equals({id: 777, displayName: 'Under Its Id'}),
    ],
    [
        'POST',
        '/account-service/account/',
        {id: 777, displayName: 'Renamed'},
        200,
        equals({id: 777, displayName: 'Renamed'}),
    ],
    [
        'POST',
        '/account-service/account/',
        {id: -1, displayName: 'New'},
        200,
        equals({id: 65000, displayName: 'New'}),
    ],
    [
        'PUT',
        '/account-service/account/',
        {id: null, displayName: 'Newer'},
        200,
        equals({id: 65001, displayName: 'Newer'}),
    ],
    [
        'GET',
        '/account-service/account/',
        ,
        200,
        holds((list) =>
            assert.deepEqual(
                list.map(({id}) => id),
                [777, 10031, 11413, 22214, 42422, 44044, 52355, 62654, 65000, 65001],
            ),
        ),
    ],
    [
        'GET',
        '/account-service/accountuser/',
        ,
        200,
        holds((list) =>
            assert.deepEqual([list.length, list[0]], [18, {accountId: 10031, username: 'user01'}]),
        ),
    ],
    [
        'GET',
        '/account-service/accountuser/44044',
        ,
        200,
        equals({accountId: 44044, username: 'user01'}),
    ],
    ['GET', '/account-service/accountuser/11413', , 404, text(/11413/)],
    ['GET', '/account-service/accountuser/x', , 500, text(/x/)],
    [
        'POST',
        '/account-service/accountuser/',
        {accountId: 22214, username: 'nobody'},
        404,
        text(/nobody/),
    ],
    ['POST', '/account-service/accountuser/', {accountId: 1, username: 'user01'}, 404, text(/1/)],
    ['PUT', '/account-service/accountuser/', {accountId: 1, username: 'user01'}, 404, text(/1/)],
    [
        'PUT',
        '/account-service/accountuser/',
        {accountId: 22214, username: 'somebody'},
        200,
        equals({accountId: 22214, username: 'somebody'}),
    ],
    [
        'PUT',
        '/account-service/accountuser/',
        {accountId: 22214, username: 'longer-than-15-x'},
        500,
        text(/./),
    ],
    ['POST', '/account-service/accountuser/', {username: 'user01'}, 500, text(/./)],
    [
        'POST',
        '/account-service/accountuser/',
        {accountId: 22214, username: 'user01'},
        200,
        equals({accountId: 22214, username: 'user01'}),
    ],
    // position-service
    ['GET', '/position-service/trades/', , 200, holds((list) => assert.equal(list.length, 4))],
    [
        'GET',
        '/position-service/trades/52355',
        ,
        200,
        holds(([trade, ...more]) => {
            assert.deepEqual(more, []);
            assert.deepEqual(Object.keys(trade), [
                'id',
                'accountId',
                'security',
                'side',
                'state',
                'quantity',
                'updated',
                'created',
            ]);
            for (const key of ['updated', 'created']) {
                assert.match(trade[key], ISO);
                delete trade[key];
            }
            assert.deepEqual(trade, {
                id: 'TRADE-52355-AABBCC',
                accountId: 52355,
                security: 'BAC',
                side: 'Sell',
                state: 'Settled',
                quantity: 2400,
            });
        }),
    ],
    [
        'GET',
        '/position-service/positions/',
        ,
        200,
        holds((list) =>
            assert.deepEqual(
                list.map(({accountId, security, quantity}) => [accountId, security, quantity]),
                [
                    [22214, 'C', -2000],
                    [22214, 'IBM', -100],
                    [22214, 'MS', 1000],
                    [52355, 'BAC', -2400],
                ],
            ),
        ),
    ],
    [
        'GET',
        '/position-service/positions/22214',
        ,
        200,
        holds(([position]) =>
            assert.deepEqual(Object.keys(position), [
                'accountId',
                'security',
                'quantity',
                'updated',
            ]),
        ),
    ],
    ['GET', '/position-service/trades/999', , 200, equals([])],
    ['GET', '/position-service/positions/999', , 200, equals([])],
    ['GET', '/position-service/trades/x', , 500, text(/x/)],
    ['GET', '/position-service/positions/1.5', , 500, text(/1\.5/)],
    ['GET', '/position-service/trades', , 404, spring(404, 'Not Found', '/trades')],
    ['POST', '/position-service/trades/', {}, 405, spring(405, 'Method Not Allowed', '/trades/')],
    ['GET', '/position-service/trades/?since=x', , 400, text(/since/)],
    ['GET', '/position-service/positions/22214?limit=-1', , 400, text(/limit/)],
    ['GET', '/position-service/health/alive', , 200, equals(true)],
    ['GET', '/position-service/health/ready', , 200, equals(true)],
    ['GET', '/position-service/health/', , 404, spring(404, 'Not Found', '/health/')],
    // trade-service
    [
        'POST',
        '/trade-service/trade/',
        order({security: 'NOTREAL'}),
        404,
        spring(404, 'Not Found', '/trade/'),
    ],
    [
        'POST',
        '/trade-service/trade/',
        order({security: 'ibm'}),
        404,
        spring(404, 'Not Found', '/trade/'),
    ],
    [
        'POST',
        '/trade-service/trade/',
        order({security: '../health'}),
        404,
        spring(404, 'Not Found', '/trade/'),
    ],
    [
        'POST',
        '/trade-service/trade/',
        order({security: null}),
        404,
        spring(404, 'Not Found', '/trade/'),
    ],
    [
        'POST',
        '/trade-service/trade/',
        order({security: 'NOTREAL', accountId: null}),
        404,
        spring(404, 'Not Found', '/trade/'),
    ],
    [
        'POST',
        '/trade-service/trade/',
        order({accountId: 1}),
        404,
        spring(404, 'Not Found', '/trade/'),
    ],
    [
        'POST',
        '/trade-service/trade/',
        order({accountId: null}),
        500,
        spring(500, 'Internal Server Error', '/trade/'),
    ],
    [
        'POST',
        '/trade-service/trade/',
        order({side: 'BUY'}),
        400,
        spring(400, 'Bad Request', '/trade/'),
    ],
    ['POST', '/trade-service/trade/', order({side: 1}), 400, spring(400, 'Bad Request', '/trade/')],
    [
        'POST',
        '/trade-service/trade/',
        order({quantity: 0}),
        400,
        spring(400, 'Bad Request', '/trade/'),
    ],
    [
        'POST',
        '/trade-service/trade/',
        order({quantity: -5}),
        400,
        spring(400, 'Bad Request', '/trade/'),
    ],
    [
        'POST',
        '/trade-service/trade/',
        order({quantity: 0.9}),
        400,
        spring(400, 'Bad Request', '/trade/'),
    ],
    [
        'POST',
        '/trade-service/trade/',
        order({quantity: 2147483648}),
        400,
        spring(400, 'Bad Request', '/trade/'),
    ],
    [
        'POST',
        '/trade-service/trade/',
        order({quantity: 'many'}),
        400,
        spring(400, 'Bad Request', '/trade/'),
    ],
    [
        'POST',
        '/trade-service/trade/',
        order({quantity: null}),
        400,
        spring(400, 'Bad Request', '/trade/'),
    ],
    [
        'POST',
        '/trade-service/trade/',
        order({accountId: 3e9}),
        400,
        spring(400, 'Bad Request', '/trade/'),
    ],
    [
        'POST',
        '/trade-service/trade/',
        {security: 'IBM', accountId: 22214, side: 'Buy'},
        400,
        spring(400, 'Bad Request', '/trade/'),
    ],
    ['POST', '/trade-service/trade/', '{nonsense', 400, spring(400, 'Bad Request', '/trade/')],
    ['POST', '/trade-service/trade/', '', 400, spring(400, 'Bad Request', '/trade/')],
    ['POST', '/trade-service/trade/', '[]', 400, spring(400, 'Bad Request', '/trade/')],
    ['POST', '/trade-service/trade/', '\x00\xff', 400, spring(400, 'Bad Request', '/trade/')],
    ['POST', '/trade-service/trade/', tooDeep, 400, spring(400, 'Bad Request', '/trade/')],
    [
        'POST',
        '/trade-service/trade/',
        'a=1',
        415,
        spring(415, 'Unsupported Media Type', '/trade/'),
        {'Content-Type': 'text/plain'},
    ],
    [
        'POST',
        '/trade-service/trade/',
        order(),
        415,
        spring(415, 'Unsupported Media Type', '/trade/'),
        {'Content-Type': 'application/xml'},
    ],
    [
        'POST',
        '/trade-service/trade',
        order({security: 'NOTREAL'}),
        404,
        spring(404, 'Not Found', '/trade'),
    ],
    ['GET', '/trade-service/trade/', , 405, spring(405, 'Method Not Allowed', '/trade/')],
    // trade-processor
    [
        'POST',
        '/trade-processor/tradeservice/order',
        '{nonsense',
        400,
        spring(400, 'Bad Request', '/tradeservice/order'),
    ],
    [
        'POST',
        '/trade-processor/tradeservice/order',
        order({quantity: 0}),
        400,
        spring(400, 'Bad Request', '/tradeservice/order'),
    ],
    [
        'POST',
        '/trade-processor/tradeservice/order',
        'x',
        415,
        spring(415, 'Unsupported Media Type', '/tradeservice/order'),
        {'Content-Type': 'text/plain'},
    ],
    [
        'POST',
        '/trade-processor/tradeservice/order',
        order({accountId: 1}),
        500,
        spring(500, 'Internal Server Error', '/tradeservice/order'),
    ],
    [
        'POST',
        '/trade-processor/tradeservice/order',
        order({security: 'X'.repeat(16)}),
        500,
        spring(500, 'Internal Server Error', '/tradeservice/order'),
    ],
    [
        'POST',
        '/trade-processor/tradeservice/order',
        order({quantity: 2147483647}),
        200,
        holds(({trade}) => assert.equal(trade.quantity, 2147483647)),
    ],
    [
        'POST',
        '/trade-processor/tradeservice/order',
        order({quantity: 200}),
        500,
        spring(500, 'Internal Server Error', '/tradeservice/order'),
    ],
    ['GET', '/trade-processor/nope', , 404, spring(404, 'Not Found', '/nope')],
    // reference-data
    [
        'GET',
        '/reference-data/stocks',
        ,
        200,
        holds((list) =>
            assert.deepEqual(
                [list.length, list[0], list.at(-1).ticker],
                [509, {ticker: 'MMM', companyName: '3M'}, 'FNF'],
            ),
        ),
    ],
    [
        'GET',
        '/reference-data/stocks/META',
        ,
        200,
        holds(({ticker}) => assert.equal(ticker, 'META')),
    ],
    [
        'GET',
        '/reference-data/stocks/BF.B',
        ,
        200,
        holds(({ticker}) => assert.equal(ticker, 'BF.B')),
    ],
    [
        'GET',
        '/reference-data/stocks/FB',
        ,
        404,
        nest(404, 'Not Found', 'Stock ticker "FB" not found.'),
    ],
    [
        'GET',
        '/reference-data/stocks/ibm',
        ,
        404,
        nest(404, 'Not Found', 'Stock ticker "ibm" not found.'),
    ],
    ['GET', '/reference-data/nope', , 404, nest(404, 'Not Found', 'Cannot GET /nope')],
    ['POST', '/reference-data/stocks', {}, 404, nest(404, 'Not Found', 'Cannot POST /stocks')],
    ['GET', '/reference-data/health', , 200, equals({status: 'ok'})],
    // people-service
    [
        'GET',
        '/people-service/People/GetPerson?LogonId=user05',
        ,
        200,
        equals({
            logonId: 'user05',
            fullName: 'Eva Garcia',
            email: 'eva.garcia@example.com',
            employeeId: 'E0005',
            department: 'Marketing',
            photoUrl: 'https://example.com/photos/user05.jpg',
        }),
    ],
    [
        'GET',
        '/people-service/People/GetPerson?employeeid=E0010',
        ,
        200,
        holds(({logonId}) => assert.equal(logonId, 'user10')),
    ],
    ['GET', '/people-service/People/GetPerson', , 400, plain(/LogonId/)],
    ['GET', '/people-service/People/GetPerson?LogonId=USER01', , 404, problem(404, 'Not Found')],
    ['GET', '/people-service/People/ValidatePerson?LogonId=user01', , 200, empty],
    [
        'GET',
        '/people-service/People/ValidatePerson?EmployeeId=E9999',
        ,
        404,
        problem(404, 'Not Found'),
    ],
    ['GET', '/people-service/People/ValidatePerson', , 400, plain(/LogonId/)],
    [
        'GET',
        '/people-service/People/GetMatchingPeople?SearchText=user',
        ,
        200,
        holds(({people}) => assert.equal(people.length, 10)),
    ],
    [
        'GET',
        '/people-service/People/GetMatchingPeople?SearchText=Har&Take=1',
        ,
        200,
        holds(({people}) =>
            assert.deepEqual(
                people.map(({fullName}) => fullName),
                ['Grace Harris'],
            ),
        ),
    ],
    [
        'GET',
        '/people-service/People/GetMatchingPeople?SearchText=har',
        ,
        404,
        problem(404, 'Not Found'),
    ],
    ['GET', '/people-service/People/GetMatchingPeople?SearchText=us', , 400, plain(/3/)],
    ['GET', '/people-service/People/GetMatchingPeople', , 400, plain(/3/)],
    [
        'GET',
        '/people-service/People/GetMatchingPeople?SearchText=user&Take=x',
        ,
        400,
        plain(/Take/),
    ],
    ['GET', '/people-service/nope', , 404, problem(404, 'Not Found')],
];

describe('contract', () => {
    let stack;
    let origin;
    const children = [];
    before(async () => {
        stack = await Stack.start({ROLES: 'split'});
        origin = stack.url.slice(0, -1);
    });
    after(async () => {
        for (const child of children) child.kill('SIGTERM');
        await stack?.stop();
    });
    // scripts/run itself; held by SIGSTOP, it starts nothing again.
    const supervisorPid = () =>
        Number(
            readFileSync(`/proc/${stack.pid('nats')}/stat`, 'utf8')
                .split(') ')
                .at(-1)
                .split(' ')[1],
        );
    const getJson = async (path) => (await fetch(origin + path)).json();
    const post = (url, body) =>
        fetch(url, {method: 'POST', headers: JSON_TYPE, body: JSON.stringify(body)});

    test('EveryEndpointAndEveryErrorAnswersAsTheContractSays', async () => {
        for (const [method, path, body, status, check, headers] of cases) {
            for (const accepts of ['application/json', '*/*']) {
                const response = await fetch(origin + path, {
                    method,
                    headers: {
                        ...(body === undefined ? {} : JSON_TYPE),
                        Accept: accepts,
                        ...headers,
                    },
                    body: typeof body === 'object' ? JSON.stringify(body) : body,
                });
                const what = `${method} ${path} ${JSON.stringify(body)?.slice(0, 60) ?? ''}`;
                assert.equal(response.status, status, what);
                try {
                    check(await response.text(), response, accepts);
                } catch (error) {
                    error.message = `${what}: ${error.message}`;
                    throw error;
                }
                // Those that made something have their own words the second time.
                if (status === 200 && method !== 'GET') break;
            }
        }
    });

    test('AnErrorIsAPageForWhoAsksForHtml', async () => {
        const response = await fetch(`${origin}/trade-service/nope`, {
            headers: {Accept: 'text/html,*/*;q=0.8'},
        });
        assert.equal(response.status, 404);
        assert.match(response.headers.get('content-type'), /^text\/html/);
        assert.match(await response.text(), /<h1>404 Not Found<\/h1>/);
    });

    test('AnOrderIsEchoedWithItsNulls', async () => {
        const submit = async (body) => (await post(`${origin}/trade-service/trade/`, body)).json();
        assert.deepEqual(await submit(order()), {id: null, state: null, ...order()});
        // A fraction is cut, a number in text is a number, accountID is another spelling, and what
        // is not known is left alone.
        assert.deepEqual(
            await submit({
                security: 'MS',
                quantity: 1.9,
                accountID: '22214',
                side: 'Sell',
                state: 'New',
                more: 1,
            }),
            {id: null, state: 'New', security: 'MS', quantity: 1, accountId: 22214, side: 'Sell'},
        );
        assert.equal((await submit({...order({quantity: 7}), side: undefined})).side, null);
        const trades = await until('the three trades', async () => {
            const list = await getJson('/position-service/trades/22214');
            return list.length >= 7 && list;
        });
        const sideless = trades.find(({quantity}) => quantity === 7);
        assert.equal(sideless.side, null);
        assert.match(sideless.id, UUID);
    });

    test('ABookingByHttpAnswersTradeAndPosition', async () => {
        const response = await post(
            `${origin}/trade-processor/tradeservice/order`,
            order({security: 'NOT.A.TICKER', accountId: 42422, side: undefined, quantity: 12}),
        );
        assert.equal(response.status, 200);
        const {trade, position, ...more} = await response.json();
        assert.deepEqual(more, {});
        assert.deepEqual([trade.side, trade.state, trade.quantity], [null, 'Settled', 12]);
        assert.deepEqual([position.accountId, position.quantity], [42422, -12]);
        assert.match(position.updated, ISO);
    });

    test('HealthAndMetricsTellTheBusTruly', async () => {
        const trade = await getJson('/trade-service/system/health');
        assert.deepEqual(Object.keys(trade), ['status', 'service', 'messageBus']);
        assert.deepEqual([trade.status, trade.service], ['ok', 'trade-service']);
        const bus = (name) => ({
            status: 'connected',
            address: `nats://127.0.0.1:${stack.ports.BROKER_PORT}`,
            clientId: name,
        });
        const {uptimeSeconds, ...told} = trade.messageBus;
        assert.deepEqual(told, bus('trade-service'));
        assert.ok(Number.isInteger(uptimeSeconds));
        const {messageBus} = await getJson('/trade-processor/system/health');
        for (const member of ['publisher', 'subscriber']) delete messageBus[member].uptimeSeconds;
        assert.deepEqual(messageBus, {
            publisher: bus('trade-processor'),
            subscriber: bus('trade-processor-subscriber'),
        });
        const gauges = async (service) =>
            (await (await fetch(`${origin}/${service}/actuator/prometheus`)).text())
                .split('\n')
                .filter((line) => line.startsWith('traderx_messagebus_connected{'));
        assert.deepEqual(await gauges('trade-service'), [
            'traderx_messagebus_connected{component="trade-service",role="publisher"} 1',
        ]);
        assert.deepEqual(await gauges('trade-processor'), [
            'traderx_messagebus_connected{component="trade-processor",role="publisher"} 1',
            'traderx_messagebus_connected{component="trade-processor",role="subscriber"} 1',
        ]);
        // Killed while nobody is there to start it again: the truth is 0.
        const supervisor = supervisorPid();
        process.kill(supervisor, 'SIGSTOP');
        process.kill(stack.pid('nats'), 'SIGKILL');
        await until('the gauges fall', async () =>
            [...(await gauges('trade-service')), ...(await gauges('trade-processor'))].every(
                (line) => line.endsWith(' 0'),
            ),
        );
        const degraded = await getJson('/trade-service/system/health');
        assert.deepEqual(
            [degraded.status, degraded.messageBus.status],
            ['degraded', 'reconnecting'],
        );
        const refused = await post(`${origin}/trade-service/trade/`, order());
        assert.equal(refused.status, 500);
        spring(500, 'Internal Server Error', '/trade/')(await refused.text(), refused);
        process.kill(supervisor, 'SIGCONT');
        await until(
            'ok again',
            async () =>
                (await getJson('/trade-processor/system/health')).status === 'ok' &&
                (await getJson('/trade-service/system/health')).status === 'ok',
        );
    });

    test('AnOrderForAFrozenBrokerIsAcceptedAndBookedOnceLater', async () => {
        const kept = order({security: 'MS', quantity: 987_654});
        const found = async () =>
            (await getJson('/position-service/trades/22214')).filter(
                (trade) => trade.quantity === kept.quantity,
            ).length;
        const broker = stack.pid('nats');
        process.kill(broker, 'SIGSTOP');
        try {
            const answer = await post(`${origin}/trade-service/trade/`, kept);
            assert.equal(answer.status, 200);
            assert.equal(await found(), 0);
        } finally {
            process.kill(broker, 'SIGCONT');
        }
        await until('its booking', async () => (await found()) > 0);
        assert.equal(await found(), 1);
    });

    test('OrdersTakenAndRefusedAreCounted', async () => {
        const counts = async () => {
            const url = `${origin}/trade-service/actuator/prometheus`;
            const text = await (await fetch(url)).text();
            const samples = text.matchAll(/^traderx_orders_(\w+?)(?:\{\w+="(.*)"\})? (\d+)$/gm);
            return Object.fromEntries(
                [...samples].map(([, name, label, value]) => [
                    label ? `${name} ${label}` : name,
                    Number(value),
                ]),
            );
        };
        const before = await counts();
        const posts = [order(), order(), order({quantity: 0}), order({security: 'NOTREAL'})];
        for (const body of posts) await post(`${origin}/trade-service/trade/`, body);
        let now;
        await until('both are booked', async () => {
            now = await counts();
            return now.unbooked === 0;
        });
        const risen = Object.entries(now)
            .filter(([name, value]) => value > before[name] && !/^resent_/.test(name))
            .map(([name, value]) => [name, value - before[name]]);
        assert.deepEqual(risen.sort(), [
            ['refused_total 400', 1],
            ['refused_total 404', 1],
            ['taken_total accepted', 2],
        ]);
        for (const name of [
            'taken_total broker away',
            'taken_total too many unbooked',
            'taken_total database failed',
            'resent_total',
            'unanswered_total',
        ])
            assert.ok(Number.isInteger(now[name]), name);
    });

    test('OrdersDroppedOnTheBusAreCountedByReason', async () => {
        const dropped = async () => {
            const text = await (
                await fetch(`${origin}/trade-processor/actuator/prometheus`)
            ).text();
            const counts = {};
            for (const [, reason, count] of text.matchAll(
                /^traderx_orders_dropped_total\{reason="(.*)"\} (\d+)$/gm,
            ))
                counts[reason] = Number(count);
            return counts;
        };
        const quantity = 'quantity is not a whole number from 1 to 2147483647';
        const count = Object.keys(await dropped());
        assert.ok(count.includes(quantity) && count.includes('unknown account'), String(count));
        const before = await dropped();
        const client = await NatsClient.connect({
            port: stack.ports.BROKER_PORT,
            user: 'services',
            password: stack.servicesPassword(),
        });
        const event = (payload) =>
            JSON.stringify({topic: '/trades', payload, date: 1, from: 'x', type: 'TradeOrder'});
        for (const bad of [0, -1, 0.5, 3e9, null, 'x'])
            await client.publish('/trades', event(order({quantity: bad})));
        await client.publish('/trades', event(order({accountId: 1})));
        await client.publish('/trades', '{"type":');
        client.close();
        await until('eight drops', async () => {
            const now = await dropped();
            return (
                now[quantity] === before[quantity] + 6 &&
                now['unknown account'] === before['unknown account'] + 1 &&
                now['not a JSON object'] === before['not a JSON object'] + 1
            );
        });
    });

    test('OriginsAreAllAllowedUnlessAListSaysOtherwise', async () => {
        const elsewhere = {Origin: 'http://elsewhere.example'};
        for (const [name, path] of [
            ['REFERENCE_DATA_PORT', '/stocks/IBM'],
            ['ACCOUNT_SERVICE_PORT', '/account/'],
            ['PEOPLE_SERVICE_PORT', '/People/GetPerson?LogonId=user01'],
            ['POSITION_SERVICE_PORT', '/trades/'],
            ['TRADE_PROCESSOR_PORT', '/system/health'],
            ['TRADE_SERVICE_PORT', '/nope'],
        ]) {
            const response = await fetch(`http://127.0.0.1:${stack.ports[name]}${path}`, {
                headers: elsewhere,
            });
            assert.equal(response.headers.get('access-control-allow-origin'), '*', name);
        }
        const port = await runRole('reference-data', {
            CORS_ALLOWED_ORIGINS: 'http://one.example, http://two.example',
        });
        const ask = (origin, method = 'GET') =>
            fetch(`http://127.0.0.1:${port}/stocks/IBM`, {
                method,
                headers: {Origin: origin, 'Access-Control-Request-Method': 'GET'},
            });
        const allowed = await ask('http://two.example');
        assert.equal(allowed.headers.get('access-control-allow-origin'), 'http://two.example');
        for (const method of ['GET', 'OPTIONS']) {
            const refused = await ask('http://three.example', method);
            assert.equal(refused.status, 403);
            assert.equal(await refused.text(), 'Invalid CORS request');
            assert.equal(refused.headers.get('access-control-allow-origin'), null);
        }
    });

    test('ReferenceDataCanBeRestricted', async () => {
        const some = await runRole('reference-data', {
            REFERENCE_DATA_SUPPORTED_TICKERS: 'IBM, MS,C',
        });
        const stocks = async (port) =>
            (await (await fetch(`http://127.0.0.1:${port}/stocks`)).json()).map(
                ({ticker}) => ticker,
            );
        assert.deepEqual((await stocks(some)).sort(), ['C', 'IBM', 'MS']);
        assert.equal((await fetch(`http://127.0.0.1:${some}/stocks/AAPL`)).status, 404);
        const few = await runRole('reference-data', {REFERENCE_DATA_MAX_TICKERS: '2'});
        assert.deepEqual(await stocks(few), ['MMM', 'AOS']);
    });

    test('AServiceThatCannotBeReachedIsA500WithItsBody', async () => {
        const nowhere = `http://127.0.0.1:${await freePort()}`;
        for (const away of ['reference-data', 'account-service']) {
            const port = await runRole('trade-service', {}, away, nowhere);
            const response = await post(`http://127.0.0.1:${port}/trade/`, order());
            assert.equal(response.status, 500, away);
            spring(500, 'Internal Server Error', '/trade/')(await response.text(), response);
        }
        const port = await runRole('account-service', {}, 'people-service', nowhere);
        const response = await post(`http://127.0.0.1:${port}/accountuser/`, {
            accountId: 22214,
            username: 'user01',
        });
        assert.equal(response.status, 500);
        text(/people-service/)(await response.text(), response, '*/*');
        // The ingress has a page of its own for a service that is down.
        const supervisor = supervisorPid();
        process.kill(supervisor, 'SIGSTOP');
        process.kill(stack.pid('people-service'), 'SIGKILL');
        const person = `${origin}/people-service/People/GetPerson?LogonId=user01`;
        const gone = await until('the service is gone', async () => {
            const answer = await fetch(person);
            return answer.status !== 200 && answer;
        });
        assert.equal(gone.status, 502);
        plainPage(await gone.text(), gone);
        process.kill(supervisor, 'SIGCONT');
        await until('it is back', async () => (await fetch(person)).status === 200);
    });

    test('AListSinceAVersionHoldsWhatChangedAndSaysSo', async () => {
        const read = async (path) => {
            const response = await fetch(`${origin}/position-service${path}`);
            assert.equal(response.status, 200);
            assert.equal(response.headers.get('access-control-expose-headers'), 'X-Since');
            const words = response.headers.get('x-since');
            return {
                rows: await response.json(),
                told: Object.fromEntries(words.split('; ').map((word) => word.split('='))),
            };
        };
        const before = Date.now();
        const all = await read('/trades/22214');
        const after = Date.now();
        assert.deepEqual(Object.keys(all.told), ['next', 'rows']);
        assert.equal(all.told.rows, `${all.rows.length}-${all.rows.length}`);
        // Ten seconds before the read: what commits late is not missed.
        assert.ok(
            Number(all.told.next) >= before - 10_000 && Number(all.told.next) <= after - 10_000,
        );
        const newest = Date.parse(all.rows[0].updated);
        const part = await read(`/trades/22214?since=${newest}`);
        assert.deepEqual(
            part.rows,
            all.rows.filter((trade) => Date.parse(trade.updated) >= newest),
        );
        assert.equal(part.told.from, String(newest));
        assert.equal(part.told.rows, all.told.rows);
        const none = await read(`/trades/?since=${after + 1_000_000_000}`);
        assert.deepEqual(none.rows, []);
        const cut = await read('/trades/22214?limit=2');
        assert.deepEqual(cut.rows, all.rows.slice(0, 2));
        assert.equal(cut.told.cut, '2');
        const uncut = await read(`/trades/22214?limit=${all.rows.length}`);
        assert.equal(uncut.told.cut, undefined);
        const positions = await read('/positions/');
        const changed = Date.parse(
            positions.rows.find(({accountId}) => accountId === 42422).updated,
        );
        assert.deepEqual(
            (await read(`/positions/?since=${changed}`)).rows,
            positions.rows.filter((position) => Date.parse(position.updated) >= changed),
        );
    });

    // A process of one role beside the stack, on the stack's database and broker; `away` is a role
    // that it looks for at `nowhere`. Resolves to its port.
    async function runRole(role, environment, away, nowhere) {
        const port = await freePort();
        const service = join(root, 'build/native-release/src/services/traderx-services');
        const parameters = ['--role', role, '--port', `${role}=${port}`];
        for (const [name, variable] of [
            ['reference-data', 'REFERENCE_DATA_PORT'],
            ['account-service', 'ACCOUNT_SERVICE_PORT'],
            ['people-service', 'PEOPLE_SERVICE_PORT'],
        ]) {
            const url = name === away ? nowhere : `http://127.0.0.1:${stack.ports[variable]}`;
            parameters.push('--url', `${name}=${url}`);
        }
        parameters.push('--nats', `nats://127.0.0.1:${stack.ports.BROKER_PORT}`);
        parameters.push(
            '--nats-user',
            'services',
            '--database',
            join(stack.stateDir, 'traderx.db'),
        );
        const child = spawn(service, parameters, {
            env: {...process.env, NATS_PASSWORD: stack.servicesPassword(), ...environment},
            stdio: 'ignore',
        });
        children.push(child);
        process.on('exit', () => child.kill('SIGKILL'));
        await until(`${role} to listen`, async () => {
            assert.equal(child.exitCode, null);
            return fetch(`http://127.0.0.1:${port}/nope`).then(
                () => true,
                () => false,
            );
        });
        return port;
    }
});
