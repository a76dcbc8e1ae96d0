// smoke.mjs - see scripts/smoke. The numbers are those of the state's smoke test: 3 to 15 are about
// the services, the broker and the ingress; 1, 2, 16 and 17 about containers and the stock page.
import assert from 'node:assert/strict';
import {execFileSync} from 'node:child_process';
import http from 'node:http';
import {dirname, join} from 'node:path';
import {fileURLToPath} from 'node:url';

import {NatsClient} from '../tests/stack/nats_wire.mjs';
import {until} from '../tests/support/wait.mjs';

const folder = dirname(fileURLToPath(import.meta.url));
const port = process.argv[2] ?? process.env.PORT ?? '8080';
const known = execFileSync(join(folder, 'ports'), [port], {encoding: 'utf8'}).trim().split('\n');
const ports = Object.fromEntries(known.map((line) => line.split('=')));
const host = process.env.SERVICES_HOST ?? '127.0.0.1';
const direct = (name) => `http://${host}:${process.env[name] ?? ports[name]}`;
const ingress = new URL(process.env.INGRESS_URL ?? `http://127.0.0.1:${port}`).origin;

const elsewhere = {Origin: 'http://elsewhere.example'};
const answerMsMax = 10_000;
const get = (url) => fetch(url, {headers: elsewhere, signal: AbortSignal.timeout(answerMsMax)});
const json = async (url) => {
    const response = await get(url);
    assert.equal(response.status, 200, `${url} answers ${response.status}`);
    return response.json();
};
const status = async (url) => (await get(url)).status;
const post = (url, body) =>
    fetch(url, {
        method: 'POST',
        headers: {...elsewhere, 'Content-Type': 'application/json'},
        body: JSON.stringify(body),
        signal: AbortSignal.timeout(answerMsMax),
    });
const allowsOthers = async (url) =>
    assert.ok(
        (await get(url)).headers.get('access-control-allow-origin'),
        `no CORS header: ${url}`,
    );
const notEmpty = (list, what) => assert.ok(Array.isArray(list) && list.length > 0, `no ${what}`);

// Resolves to the status of a WebSocket upgrade.
function upgradeStatus(url) {
    return new Promise((resolve, reject) => {
        const request = http.request(url, {
            headers: {
                Connection: 'Upgrade',
                Upgrade: 'websocket',
                'Sec-WebSocket-Version': '13',
                'Sec-WebSocket-Key': Buffer.from('0123456789abcdef').toString('base64'),
            },
        });
        request.on('upgrade', (response, socket) => {
            socket.destroy();
            resolve(response.statusCode);
        });
        request.on('response', (response) => {
            response.resume();
            resolve(response.statusCode);
        });
        request.on('error', reject);
        request.setTimeout(answerMsMax, () => request.destroy(new Error('no answer')));
        request.end();
    });
}

// A quantity that no other run is likely to have used.
const someQuantity = (least) => least + Math.floor(Math.random() * 500);

const checks = {
    3: ['the ingress is healthy', async () => assert.equal(await status(`${ingress}/health`), 200)],
    4: ['the ingress serves a page', async () => assert.equal(await status(`${ingress}/`), 200)],
    5: [
        'the broker tells of itself',
        async () => {
            const told = await json(`${direct('MONITOR_PORT')}/varz`);
            for (const key of ['server_id', 'max_payload', 'proto']) assert.ok(key in told, key);
        },
    ],
    6: [
        'the ingress upgrades to a WebSocket',
        async () => assert.equal(await upgradeStatus(`${ingress}/nats-ws`), 101),
    ],
    7: [
        'health is ok and every bus is connected',
        async () => {
            const trade = await json(`${ingress}/trade-service/system/health`);
            assert.deepEqual([trade.status, trade.messageBus.status], ['ok', 'connected']);
            const {status, messageBus} = await json(`${ingress}/trade-processor/system/health`);
            assert.deepEqual(
                [status, messageBus.publisher.status, messageBus.subscriber.status],
                ['ok', 'connected', 'connected'],
            );
        },
    ],
    8: [
        'the metrics say connected',
        async () => {
            for (const [service, role] of [
                ['trade-service', 'publisher'],
                ['trade-processor', 'publisher'],
                ['trade-processor', 'subscriber'],
            ]) {
                const response = await get(`${ingress}/${service}/actuator/prometheus`);
                assert.equal(response.status, 200);
                assert.match(response.headers.get('content-type'), /^text\/plain/);
                const gauge = `traderx_messagebus_connected{component="${service}",role="${role}"}`;
                const line = (await response.text())
                    .split('\n')
                    .find((text) => text.startsWith(gauge));
                assert.match(line?.slice(gauge.length) ?? '', /^ 1(\.0+)?$/, gauge);
            }
        },
    ],
    9: [
        'an order becomes two events',
        async () => {
            const {hostname, port: webSocketPort} = new URL(ingress);
            const client = await NatsClient.connect({
                host: hostname.replace(/^\[|\]$/g, ''),
                port: Number(webSocketPort || 80),
                path: '/nats-ws',
            });
            await client.subscribe('/accounts/22214/trades');
            await client.subscribe('/accounts/22214/positions');
            assert.deepEqual(client.errors, []);
            const order = {
                security: 'IBM',
                quantity: someQuantity(7000),
                accountId: 22214,
                side: 'Buy',
            };
            assert.equal((await post(`${direct('TRADE_SERVICE_PORT')}/trade/`, order)).status, 200);
            const seen = (subject, wanted) =>
                client.messages.some(
                    (message) =>
                        message.subject === subject && wanted(JSON.parse(message.payload).payload),
                );
            const settled = (trade) =>
                trade.security === 'IBM' &&
                trade.quantity === order.quantity &&
                trade.state === 'Settled';
            await until('the trade event', () => seen('/accounts/22214/trades', settled), 20);
            await until(
                'the position event',
                () =>
                    seen(
                        '/accounts/22214/positions',
                        (position) =>
                            position.security === 'IBM' && typeof position.quantity === 'number',
                    ),
                20,
            );
            client.close();
        },
    ],
    10: [
        'a create path without its slash is unknown',
        async () => {
            const order = {security: 'NOTREAL', quantity: 1, accountId: 22214, side: 'Buy'};
            assert.equal((await post(`${ingress}/trade-service/trade`, order)).status, 404);
        },
    ],
    11: [
        'reference-data knows its tickers',
        async () => {
            const base = direct('REFERENCE_DATA_PORT');
            await allowsOthers(`${base}/stocks`);
            assert.ok((await json(`${base}/stocks`)).length >= 20);
            assert.equal((await json(`${base}/stocks/IBM`)).ticker, 'IBM');
            assert.equal(await status(`${base}/stocks/NOTREAL`), 404);
        },
    ],
    12: [
        'people-service knows its people',
        async () => {
            const base = `${direct('PEOPLE_SERVICE_PORT')}/People`;
            await allowsOthers(`${base}/GetPerson?LogonId=user01`);
            assert.equal((await json(`${base}/GetPerson?LogonId=user01`)).logonId, 'user01');
            notEmpty((await json(`${base}/GetMatchingPeople?SearchText=user`)).people, 'people');
            assert.equal(await status(`${base}/ValidatePerson?LogonId=user01`), 200);
            assert.equal(await status(`${base}/GetPerson?LogonId=nobody99`), 404);
        },
    ],
    13: [
        'account-service knows its accounts',
        async () => {
            const base = direct('ACCOUNT_SERVICE_PORT');
            await allowsOthers(`${base}/account/22214`);
            assert.equal((await json(`${base}/account/22214`)).id, 22214);
            notEmpty(await json(`${base}/account/`), 'accounts');
            notEmpty(await json(`${base}/accountuser/`), 'account users');
            const nobody = {accountId: 22214, username: 'nobody99'};
            assert.equal((await post(`${base}/accountuser/`, nobody)).status, 404);
        },
    ],
    14: [
        'position-service reads',
        async () => {
            const base = direct('POSITION_SERVICE_PORT');
            await allowsOthers(`${base}/positions/22214`);
            notEmpty(await json(`${base}/positions/22214`), 'positions');
            notEmpty(await json(`${base}/trades/22214`), 'trades');
            assert.equal(await json(`${base}/health/ready`), true);
            assert.equal(await json(`${base}/health/alive`), true);
        },
    ],
    15: [
        'trade-service takes an order, and it settles',
        async () => {
            const url = `${direct('TRADE_SERVICE_PORT')}/trade/`;
            const preflight = await fetch(url, {
                method: 'OPTIONS',
                headers: {
                    ...elsewhere,
                    'Access-Control-Request-Method': 'POST',
                    'Access-Control-Request-Headers': 'content-type',
                },
            });
            assert.equal(preflight.status, 200);
            assert.ok(preflight.headers.get('access-control-allow-origin'));
            const order = {
                security: 'MSFT',
                quantity: someQuantity(3000),
                accountId: 22214,
                side: 'Buy',
            };
            const trades = `${direct('POSITION_SERVICE_PORT')}/trades/22214`;
            const count = async () =>
                (await json(trades)).filter(
                    (trade) =>
                        trade.security === order.security &&
                        trade.quantity === order.quantity &&
                        trade.state === 'Settled',
                ).length;
            const before = await count();
            const taken = await post(url, order);
            assert.equal(taken.status, 200);
            const echo = await taken.json();
            assert.deepEqual(
                [echo.accountId ?? echo.accountID, echo.security, echo.quantity],
                [order.accountId, order.security, order.quantity],
            );
            await until('the settled trade', async () => (await count()) > before, 25);
            assert.equal((await post(url, {...order, security: 'NOTREAL'})).status, 404);
            assert.equal((await post(url, {...order, accountId: 999999})).status, 404);
        },
    ],
};

// No check waits longer, whatever hangs.
const checkSecondsMax = 60;
const late = () =>
    new Promise((resolve, reject) => {
        const words = `nothing after ${checkSecondsMax} s`;
        setTimeout(() => reject(new Error(words)), checkSecondsMax * 1000).unref();
    });

let failed = 0;
for (const [number, [what, check]] of Object.entries(checks)) {
    let trouble = '';
    try {
        await Promise.race([check(), late()]);
    } catch (error) {
        failed += 1;
        trouble = `: ${error.cause?.message ?? error.message}`.split('\n').join(' ');
    }
    console.log(`${trouble ? 'FAILED' : 'ok'}  ${number.padStart(2)} ${what}${trouble}`);
}
console.log(`${Object.keys(checks).length - failed} passed, ${failed} failed`);
process.exit(failed ? 1 : 0);
