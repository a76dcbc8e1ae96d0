// The same page, unchanged, in three deployments: our stack; a stock-shaped one, in place of its
// front end; and beside that front end under a path of its own.
import assert from 'node:assert/strict';
import {after, before, test} from 'node:test';

import {
    launchBrowser,
    openPage,
    rowsOf,
    statsOf,
    untilStatus,
    withBlotter,
} from '../support/browser.mjs';
import {Stack} from '../support/stack.mjs';
import {StockStack, frontEnd} from '../support/stock_stack.mjs';
import {sleep, until} from '../support/wait.mjs';

let browser;
let ours;
let stock;

before(async () => {
    browser = await launchBrowser();
    [ours, stock] = await Promise.all([Stack.start(), StockStack.start()]);
});
after(async () => {
    await browser?.close();
    await Promise.all([ours?.stop(), stock?.stop()]);
});

const textOf = (rows, keys) =>
    rows
        .map((row) => JSON.stringify(keys.map((key) => row[key])))
        .sort()
        .join('\n');
const tradeKeys = ['id', 'accountId', 'security', 'side', 'quantity', 'state'];
const positionKeys = ['accountId', 'security', 'quantity'];

// The page holds what the database holds.
const untilEqual = (page, stack, account) =>
    until('the page equals the database', async () => {
        const pairs = [
            [await rowsOf(page, 'trades'), await stack.trades(account), tradeKeys],
            [await rowsOf(page, 'positions'), await stack.positions(account), positionKeys],
        ];
        return pairs.every(([shown, owed, keys]) => textOf(shown, keys) === textOf(owed, keys));
    });

const someOrder = (more) => ({
    accountId: 22214,
    security: 'IBM',
    side: 'Buy',
    quantity: 100,
    ...more,
});

// Everything that a deployment must give: live rows, an order within a moment, another account, all
// accounts, and the way back after a lost link.
async function pageWorks(stack, url, cut) {
    const page = await openPage(browser, `${url}#account=22214`);
    await untilStatus(page, 'live');
    await untilEqual(page, stack, 22214);
    const before = await statsOf(page);
    assert.equal(await stack.order(someOrder({quantity: 4711})), 200);
    await until('the order', async () =>
        (await rowsOf(page, 'trades')).some((row) => row.quantity === 4711),
    );
    await until(
        'trade and position as events',
        async () => (await statsOf(page)).messages >= before.messages + 2,
    );
    await withBlotter(page, (blotter) => blotter.setAccount(0));
    assert.equal(await stack.order(someOrder({accountId: 62654, security: 'BRK.B'})), 200);
    await untilEqual(page, stack);
    // The second look of rule 2, so that a link lost afterwards is a resync of its own.
    await sleep(2500);
    const settled = await statsOf(page);
    await cut();
    await until('the resync', async () => (await statsOf(page)).resyncs > settled.resyncs, 40);
    await untilStatus(page, 'live');
    await until(
        'an order is taken',
        async () => (await stack.order(someOrder({quantity: 815}))) === 200,
    );
    await untilEqual(page, stack);
    assert.equal(await page.evaluate(() => crossOriginIsolated), false);
    assert.deepEqual(page.complaints, []);
    const stats = await statsOf(page);
    await page.context().close();
    return stats;
}

test('our stack: a resync asks for what changed', async () => {
    const stats = await pageWorks(ours, ours.url, async () => ours.kill('nats'));
    assert.ok(stats.partialReads >= 2, JSON.stringify(stats));
    assert.equal(stats.removed, 0);
});

test('a stock-shaped stack, the page in place of the front end', async () => {
    const page = await fetch(stock.url);
    for (const header of [
        'cross-origin-opener-policy',
        'cross-origin-embedder-policy',
        'content-security-policy',
        'content-encoding',
    ])
        assert.equal(page.headers.get(header), null, header);
    const stats = await pageWorks(stock, stock.url, async () => {
        await stock.broker.kill();
        await stock.broker.again();
    });
    assert.equal(stats.partialReads, 0, 'nothing offered it');
});

test('a stock-shaped stack, the page beside the front end under a path of its own', async () => {
    assert.equal(await (await fetch(`${stock.urlBeside}trade`)).text(), frontEnd);
    const asked = [];
    const page = await openPage(browser, 'about:blank');
    page.on('request', (request) => asked.push(request.url()));
    await page.goto(`${stock.urlBeside}blotter`);
    await untilStatus(page, 'live');
    assert.equal(new URL(page.url()).pathname, '/blotter/');
    await page.context().close();
    // Files from its own path, everything else from routes that the stock ingress has.
    for (const url of asked) {
        const {origin, pathname} = new URL(url);
        assert.equal(`${origin}/`, stock.urlBeside);
        assert.match(pathname, /^\/(blotter(\/|$)|nats-ws$|account-service\/|position-service\/)/);
    }
    await pageWorks(stock, `${stock.urlBeside}blotter/`, async () => {
        await stock.broker.kill();
        await stock.broker.again();
    });
});
