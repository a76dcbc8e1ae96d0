// Sort and filter of the element: many rows, so that they are rearranged in slices, and trades that
// arrive meanwhile and afterwards.
import assert from 'node:assert/strict';
import {after, before, test} from 'node:test';

import {launchBrowser, openPage, statsOf, untilStatus, withBlotter} from '../support/browser.mjs';
import {binary, Ingress, quietBroker} from '../support/ingress.mjs';
import {until} from '../support/wait.mjs';

const tradeCount = 20_000; // more than are rearranged at once
const firstTime = Date.UTC(2026, 0, 1);
const securities = ['IBM', 'MSFT', 'C'];

let ingress;
let browser;
let page;
let link;

const trade = (index) => ({
    id: `T-${index}`,
    accountId: 22214,
    security: securities[index % 3],
    side: index % 2 === 0 ? 'Buy' : 'Sell',
    state: 'Settled',
    quantity: (index * 7919) % 1000,
    updated: firstTime + index,
    created: firstTime + index,
});

function send(...sent) {
    for (const one of sent) {
        const payload = JSON.stringify({payload: one});
        // The subscriptions of one account: trades first, then positions.
        link.write(binary(`MSG a 1 ${payload.length}\r\n${payload}\r\n`));
    }
}

before(async () => {
    const trades = JSON.stringify(Array.from({length: tradeCount}, (_, index) => trade(index)));
    ingress = await Ingress.start();
    ingress.rest = (path) => ({
        status: 200,
        body: path.startsWith('/position-service/trades/') ? trades : '[]',
    });
    ingress.socket = (connection) => {
        link = connection;
        quietBroker(connection);
    };
    browser = await launchBrowser();
    page = await openPage(browser, `${ingress.url}#account=22214`);
    await untilStatus(page, 'live', 120);
});
after(async () => {
    await browser?.close();
    await ingress?.stop();
});

const rowCount = () => withBlotter(page, (blotter) => blotter.rowCount('trades'));
const rows = (start, count) =>
    withBlotter(page, (blotter, [from, many]) => blotter.rows('trades', from, many), [
        start,
        count,
    ]);
const setSort = (keys) =>
    withBlotter(page, (blotter, wanted) => blotter.setSort('trades', wanted), keys);
const setFilter = (text) =>
    withBlotter(page, (blotter, wanted) => blotter.setFilter('trades', wanted), text);

test('rows are sorted by several columns, equal ones newest first', async () => {
    await setSort([
        {field: 'security', dir: 'asc'},
        {field: 'quantity', dir: 'desc'},
        {field: 'updated', dir: 'desc'},
    ]);
    const expected = Array.from({length: tradeCount}, (_, index) => trade(index)).sort(
        (a, b) =>
            (a.security < b.security ? -1 : a.security > b.security ? 1 : 0) ||
            b.quantity - a.quantity ||
            b.updated - a.updated,
    );
    const shown = await rows(0, tradeCount);
    assert.deepEqual(
        shown.map((row) => row.id),
        expected.map((row) => row.id),
    );
});

test('the filter wants all of its words, in any column, in any case', async () => {
    await setFilter('ibm SELL');
    const expected = Array.from({length: tradeCount}, (_, index) => trade(index)).filter(
        (row) => row.security === 'IBM' && row.side === 'Sell',
    );
    assert.equal(await rowCount(), expected.length);
    const shown = await rows(0, 100);
    assert.ok(shown.every((row) => row.security === 'IBM' && row.side === 'Sell'));
    assert.equal((await statsOf(page)).rows.trades, tradeCount, 'the table keeps all');
    await setFilter('no row has this');
    assert.equal(await rowCount(), 0);
    await setFilter('');
    assert.equal(await rowCount(), tradeCount);
});

test('trades that arrive during and after a rearrangement are where they belong', async () => {
    await setFilter('msft');
    const before = await rowCount();
    await setSort([{field: 'quantity', dir: 'desc'}]);
    const sorted = setSort([{field: 'quantity', dir: 'asc'}]);
    send({...trade(tradeCount), security: 'MSFT', quantity: -5});
    send({...trade(tradeCount + 1), security: 'C', quantity: -6});
    await sorted;
    send({...trade(tradeCount + 2), security: 'MSFT', quantity: -7});
    // A trade that leaves the filter, and one that moves in it.
    send({...trade(1), security: 'C', updated: firstTime + tradeCount});
    send({...trade(4), quantity: -8, updated: firstTime + tradeCount});
    await until('the last is there', async () => (await rows(0, 1))[0].quantity === -8);
    assert.equal(await rowCount(), before + 2 - 1);
    assert.deepEqual(
        (await rows(0, 4)).map((row) => row.id),
        ['T-4', `T-${tradeCount + 2}`, `T-${tradeCount}`, (await rows(3, 1))[0].id],
    );
    const shown = await rows(0, tradeCount);
    assert.ok(shown.every((row) => row.security === 'MSFT'));
    assert.ok(shown.every((row, at) => at === 0 || shown[at - 1].quantity <= row.quantity));
    assert.ok(!shown.some((row) => row.id === 'T-1'));
});

test('misuse is rejected with words', async () => {
    const rejections = await withBlotter(page, async (blotter) => {
        const words = [];
        for (const misuse of [
            () => blotter.setSort('nothing', []),
            () => blotter.setSort('trades', [{field: 'nothing', dir: 'asc'}]),
            () => blotter.setSort('trades', [{field: 'side', dir: 'up'}]),
            () => blotter.setSort('trades', 'side'),
            () => blotter.setFilter('nothing', 'x'),
            () => blotter.setFilter('trades', 7),
        ]) {
            words.push(await misuse().catch((error) => `${error.name}: ${error.message}`));
        }
        return words;
    });
    const expected = [
        'no table "nothing"',
        'no column "nothing"',
        'dir must be "asc" or "desc"',
        'must be a list',
        'no table "nothing"',
        'must be text',
    ];
    expected.forEach((part, at) => {
        assert.ok(rejections[at]?.startsWith('TypeError: '), rejections[at]);
        assert.ok(rejections[at].includes(part), rejections[at]);
    });
    assert.deepEqual(page.complaints, []);
});
