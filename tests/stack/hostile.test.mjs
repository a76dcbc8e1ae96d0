// tests/stack/hostile.test.mjs - hostile values from every side: to the services by HTTP and by the
// bus, and as events to the page. What is no order or record is refused or counted and dropped; the
// rest is shown as the text and the number that it is; nothing runs and nothing ends.
import assert from 'node:assert/strict';
import {after, before, test} from 'node:test';

import {launchBrowser, openPage, statsOf, untilStatus, withBlotter} from '../support/browser.mjs';
import {Stack} from '../support/stack.mjs';
import {until} from '../support/wait.mjs';
import {NatsClient} from './nats_wire.mjs';

const ACCOUNT = 22214;
const MiB = 1024 * 1024;
const SCRIPT = '<img src=x onerror="window.ran = 1"><script>window.ran = 1</script>';
const deep = (depth) => '['.repeat(depth) + ']'.repeat(depth);

let stack;
let browser;
let page;
let bus;

before(async () => {
    stack = await Stack.start();
    bus = await NatsClient.connect({
        port: stack.ports.BROKER_PORT,
        user: 'services',
        password: stack.servicesPassword(),
    });
    browser = await launchBrowser();
    page = await openPage(browser, `${stack.url}#account=${ACCOUNT}`);
    await untilStatus(page, 'live');
});
after(async () => {
    bus?.close();
    await browser?.close();
    await stack?.stop();
});

// Text of an order with one member as it is written here.
function orderText(members) {
    const good = {accountId: ACCOUNT, security: '"IBM"', side: '"Buy"', quantity: 1};
    return `{${Object.entries({...good, ...members})
        .map(([name, text]) => `"${name}":${text}`)
        .join()}}`;
}

const badOrders = [
    orderText({quantity: '9007199254740993'}), // 2^53 + 1
    orderText({quantity: '1e400'}),
    orderText({quantity: 'NaN'}),
    orderText({quantity: '-Infinity'}),
    orderText({quantity: '2147483648'}),
    orderText({quantity: deep(5_000)}),
    deep(10_000),
    '{"a":'.repeat(10_000) + '1' + '}'.repeat(10_000),
    orderText({security: '"\\ud800"'}),
    orderText({id: '"\\udc00"'}),
    orderText({security: '"\\u0000"'}),
    orderText({security: '"IB\u0000M"'}),
    orderText({}) + '\u0000{}',
    orderText({security: JSON.stringify(SCRIPT)}),
    orderText({side: JSON.stringify(SCRIPT)}),
    orderText({quantity: '1,"quantity":-1'}), // a key twice: the last counts
    orderText({accountId: '"22214\'; DROP TABLE trades; --"'}),
    orderText({id: JSON.stringify('i'.repeat(50_000))}),
];

test('OrdersByHttpAreRefusedAndTheServicesGoOn', async () => {
    const trades = (await stack.trades()).length;
    const post = (origin, body) =>
        fetch(`${origin}/trade/`, {
            method: 'POST',
            headers: {'content-type': 'application/json'},
            body,
        });
    const service = `http://127.0.0.1:${stack.ports.TRADE_SERVICE_PORT}`;
    const processes = stack.pid('services');
    for (const body of [...badOrders, orderText({id: JSON.stringify('i'.repeat(MiB))})]) {
        for (const origin of [`${stack.url}trade-service`, service]) {
            const answer = await post(origin, body);
            const what = body.slice(0, 90);
            assert.ok(answer.status >= 400 && answer.status < 500, `${answer.status} for ${what}`);
            // What comes back is no page, whatever was sent.
            const text = await answer.text();
            if (answer.headers.get('content-type')?.includes('html'))
                assert.ok(!text.includes('onerror'), what);
        }
    }
    for (const path of [
        '%00',
        '1e400',
        '9007199254740993',
        '-1',
        'NaN',
        encodeURIComponent(SCRIPT),
    ])
        for (const list of ['trades', 'positions']) {
            const {status} = await stack.request('GET', `/position-service/${list}/${path}`);
            assert.ok(status === 200 || (status >= 400 && status <= 500), `${status} for ${path}`);
        }
    assert.equal(stack.pid('services'), processes, 'the same process');
    assert.equal((await stack.trades()).length, trades);
    assert.equal(
        await stack.order({accountId: ACCOUNT, security: 'IBM', side: 'Buy', quantity: 7}),
        200,
    );
});

test('OrdersByTheBusAreCountedAndDropped', async () => {
    const dropped = async () => {
        const url = `http://127.0.0.1:${stack.ports.TRADE_PROCESSOR_PORT}/actuator/prometheus`;
        const text = await (await fetch(url)).text();
        const counts = [...text.matchAll(/^traderx_orders_dropped_total\{[^}]*\} (\d+)$/gm)];
        return counts.reduce((sum, [, count]) => sum + Number(count), 0);
    };
    const before = await dropped();
    const processes = stack.pid('services');
    const wrap = (payload) => `{"topic":"/trades","payload":${payload},"type":"TradeOrder"}`;
    // Unlike trade-service, the processor asks nobody whether a security is known.
    const bad = badOrders
        .filter((text) => text !== orderText({security: JSON.stringify(SCRIPT)}))
        .flatMap((text) => [text, wrap(text)]);
    for (const text of bad) await bus.publish('/trades', text);
    await until('all are counted', async () => (await dropped()) === before + bad.length);
    assert.equal(stack.pid('services'), processes, 'the same process');
});

// A record of the page's own account, with members as they are written here.
function tradeText(id, members) {
    const now = Date.now();
    const good = {
        id: JSON.stringify(id),
        accountId: ACCOUNT,
        security: '"IBM"',
        side: '"Buy"',
        state: '"Settled"',
        quantity: 1,
        updated: now,
        created: now,
    };
    return `{${Object.entries({...good, ...members})
        .map(([name, text]) => `"${name}":${text}`)
        .join()}}`;
}
const eventText = (payload) =>
    `{"topic":"/accounts/${ACCOUNT}/trades","payload":${payload},"date":${Date.now()},` +
    '"from":"h","type":"Trade"}';

const badRecords = [
    tradeText('b1', {quantity: '1e400'}),
    tradeText('b2', {quantity: 'NaN'}),
    tradeText('b3', {quantity: '9223372036854775808'}), // 2^63
    tradeText('b4', {quantity: '0.1'}),
    tradeText('b5', {extra: deep(10_000)}),
    tradeText('b6', {security: '"\\ud800"'}),
    tradeText('b7', {security: '"IB\u0000M"'}),
    tradeText('b8', {updated: '"275761-01-01T00:00:00Z"'}),
    tradeText('b9', {updated: '"2026-02-30T00:00:00Z"'}),
    tradeText('b10', {updated: '1e18'}),
    tradeText('b11', {id: JSON.stringify('i'.repeat(MiB - 1024))}),
    tradeText('b12', {accountId: 52355}),
    tradeText('b13', {id: 'null'}),
    '[]',
    'null',
];

// By id, what they are to be shown as.
const shown = {
    large: [{quantity: '9007199254740993'}, {quantity: '9007199254740993'}],
    largest: [{quantity: '9223372036854775807'}, {quantity: '9223372036854775807'}],
    least: [{quantity: '-9007199254740993'}, {quantity: '-9007199254740993'}],
    script: [{security: JSON.stringify(SCRIPT)}, {security: SCRIPT}],
    escaped: [{security: '"\\u0000\\u202e\\ud83d\\ude00"'}, {security: '\u0000\u202e\u{1f600}'}],
    twice: [{quantity: '5,"quantity":6'}, {quantity: '6'}],
};

test('EventsToThePageAreCountedOrShownAsTheyAreAndNeverRun', async () => {
    const counted = async () =>
        Object.values((await statsOf(page)).decodeErrors).reduce((sum, one) => sum + one, 0);
    const before = await counted();
    const subject = `/accounts/${ACCOUNT}/trades`;
    for (const record of badRecords) await bus.publish(subject, eventText(record));
    for (const text of ['', '{', deep(10_000), '\u0000', '<html>', 'NaN'])
        await bus.publish(subject, text);
    for (const [id, [members]] of Object.entries(shown))
        await bus.publish(subject, eventText(tradeText(id, members)));

    const rows = async () =>
        withBlotter(page, async (blotter) => {
            const all = await blotter.rows('trades', 0, 1000, {exact: true});
            return Object.fromEntries(all.map((row) => [row.id, row]));
        });
    await until('the last of them', async () => (await rows()).twice);
    const byId = await rows();
    for (const [id, [, wanted]] of Object.entries(shown))
        for (const [field, value] of Object.entries(wanted))
            assert.equal(String(byId[id][field]), value, id);
    assert.equal(await counted(), before + badRecords.length + 6);
    assert.ok(!Object.keys(byId).some((id) => /^b\d+$|^i{9}/.test(id)));

    // As an ordinary table too, where text could turn into elements.
    await withBlotter(page, (blotter) => blotter.showPlainTable(true));
    const seen = await until('the plain table', () =>
        withBlotter(page, (blotter) => {
            const table = blotter.shadowRoot.querySelector('table');
            if (!table?.textContent.includes('onerror')) return null;
            const foreign = blotter.shadowRoot.querySelectorAll('img, script, iframe').length;
            return {text: table.textContent, foreign, ran: window.ran ?? null};
        }),
    );
    assert.ok(seen.text.includes(SCRIPT));
    assert.deepEqual([seen.foreign, seen.ran], [0, null]);
    assert.equal(await withBlotter(page, (blotter) => blotter.status), 'live');
    assert.deepEqual(page.complaints, []);
});
