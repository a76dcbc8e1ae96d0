// The page against the whole running system: an order, another account, a broker that dies.
import assert from 'node:assert/strict';
import {after, before, test} from 'node:test';

import {
    launchBrowser,
    openPage,
    rowsOf,
    statsOf,
    statusOf,
    untilStatus,
    withBlotter,
} from '../support/browser.mjs';
import {until} from '../support/wait.mjs';
import {differences, inkIn, inside, readPng} from '../support/pixels.mjs';
import {Stack} from '../support/stack.mjs';

let stack;
let browser;

before(async () => {
    stack = await Stack.start();
    browser = await launchBrowser();
});
after(async () => {
    await browser?.close();
    await stack?.stop();
});

const byId = (rows) => new Map(rows.map((row) => [row.id, row]));
const positionOf = (rows, security) => rows.find((row) => row.security === security)?.quantity ?? 0;
const rest = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

test('an order changes exactly one trade and one position, in rows and in pixels', async () => {
    const page = await openPage(browser, `${stack.url}#account=22214`);
    await untilStatus(page, 'live');
    await rest(3500); // the second read of rule 2 is over: nothing but the order changes anything
    const tradesBefore = await rowsOf(page, 'trades');
    const positionsBefore = await rowsOf(page, 'positions');
    const pictureBefore = readPng(await page.screenshot());

    const order = {accountId: 22214, security: 'IBM', side: 'Buy', quantity: 4321};
    assert.equal(await stack.order(order), 200);
    await until(
        'the trade',
        async () => (await rowsOf(page, 'trades')).length === tradesBefore.length + 1,
    );
    await until('the position', async () => {
        return (
            positionOf(await rowsOf(page, 'positions'), 'IBM') ===
            positionOf(positionsBefore, 'IBM') + 4321
        );
    });
    await rest(500); // drawn
    const pictureAfter = readPng(await page.screenshot());

    const known = byId(tradesBefore);
    const trades = await rowsOf(page, 'trades');
    const added = trades.filter((row) => !known.has(row.id));
    assert.equal(added.length, 1);
    const {id, accountId, security, side, quantity, state} = added[0];
    assert.deepEqual({accountId, security, side, quantity, state}, {...order, state: 'Settled'});
    assert.ok((await stack.trades(22214)).some((trade) => trade.id === id));
    assert.equal(trades[0].id, id, 'newest first');
    for (const row of trades.slice(1)) assert.deepEqual(row, known.get(row.id));

    const positions = await rowsOf(page, 'positions');
    for (const row of positions) {
        const change = row.security === 'IBM' ? 4321 : 0;
        assert.equal(
            row.quantity - positionOf(positionsBefore, row.security),
            change,
            row.security,
        );
    }

    const {layout} = await statsOf(page);
    const {trades: table, positions: other} = layout.tables;
    const newRow = {
        x: table.x,
        y: table.y + table.headerHeight,
        width: table.width - 14,
        height: table.rowHeight,
    };
    assert.ok(
        differences(pictureBefore, pictureAfter, (x, y) => inside(newRow, x, y)) > 50,
        'the row changed',
    );
    assert.ok(inkIn(pictureAfter, newRow) > 200, 'the row holds text');
    // Outside the tables only the figures that move by themselves (round trip, age, rate) may.
    const steady = (x, y) =>
        !inside(table, x, y) && !inside(other, x, y) && !inside(layout.figures, x, y);
    assert.equal(differences(pictureBefore, pictureAfter, steady), 0);
    assert.deepEqual(page.complaints, []);
    await page.context().close();
});

test('another account shows its own rows and never those of the one before', async () => {
    const page = await openPage(browser, `${stack.url}#account=22214`);
    await untilStatus(page, 'live');
    const seen = await withBlotter(page, async (blotter) => {
        const done = blotter.setAccount(52355);
        const status = blotter.status;
        const rows = await blotter.rows('trades');
        await done;
        return {status, rows, live: blotter.status, after: await blotter.rows('trades')};
    });
    assert.equal(seen.status, 'syncing');
    assert.ok(seen.rows.every((row) => row.accountId === 52355));
    assert.equal(seen.live, 'live');
    assert.deepEqual(
        new Set(seen.after.map((row) => row.id)),
        new Set((await stack.trades(52355)).map((trade) => trade.id)),
    );
    assert.ok(seen.after.length > 0);
    assert.ok(page.url().endsWith('#account=52355'), page.url());

    // The hash of the page is another way to the same.
    await page.evaluate(() => {
        location.hash = '#account=22214';
    });
    await until('rows of 22214', async () => {
        const rows = await rowsOf(page, 'trades');
        return rows.length > 0 && rows.every((row) => row.accountId === 22214);
    });
    await untilStatus(page, 'live');
    await page.context().close();
});

test('the account can be chosen with the keyboard alone', async () => {
    const page = await openPage(browser, stack.url);
    await untilStatus(page, 'live');
    await page.keyboard.press('Tab');
    await page.keyboard.press('a');
    await rest(300);
    await page.keyboard.type('52355');
    await rest(300);
    await page.keyboard.press('Enter');
    await until('the account in the hash', () => page.url().endsWith('#account=52355'));
    await untilStatus(page, 'live');
    assert.ok((await rowsOf(page, 'trades')).every((row) => row.accountId === 52355));
    await page.context().close();
});

test('a switch that is overtaken by another is rejected as aborted', async () => {
    const page = await openPage(browser, stack.url);
    await untilStatus(page, 'live');
    const outcome = await withBlotter(page, async (blotter) => {
        const first = blotter.setAccount(22214).then(
            () => 'resolved',
            (error) => error.name,
        );
        const second = blotter.setAccount(52355).then(
            () => 'resolved',
            (error) => error.name,
        );
        return [await first, await second];
    });
    assert.deepEqual(outcome, ['AbortError', 'resolved']);
    await page.context().close();
});

test('the page recovers by itself from a broker that is killed, with nothing missing', async () => {
    const page = await openPage(browser, stack.url);
    await untilStatus(page, 'live');
    await withBlotter(page, (blotter) => {
        globalThis.heard = [];
        blotter.addEventListener('statuschange', (event) => globalThis.heard.push(event.detail));
    });
    await stack.kill('nats');
    // The broker may be back within a blink, so the events are read, not the moment's status.
    const heard = () => page.evaluate(() => globalThis.heard);
    await until('it is noticed in words', async () =>
        (await heard()).some(({status, cause}) => status === 'offline' && cause !== ''),
    );
    await untilStatus(page, 'live', 15);

    // An order that trade-service takes before trade-processor has subscribed again is lost on core
    // NATS, so it is posted until one is booked.
    const booked = await until('an order is booked again', async () => {
        await stack.order({accountId: 22214, security: 'MS', side: 'Sell', quantity: 77});
        await rest(300);
        return (await stack.trades(22214)).find(
            (trade) => trade.security === 'MS' && trade.quantity === 77,
        );
    });
    await until('it is shown', async () =>
        (await rowsOf(page, 'trades')).some((row) => row.id === booked.id),
    );
    await stack.settled();
    await until('the same trades as in the database', async () => {
        const ids = (await rowsOf(page, 'trades')).map((row) => row.id).sort();
        const owed = (await stack.trades()).map((trade) => trade.id).sort();
        return JSON.stringify(ids) === JSON.stringify(owed);
    });
    const stats = await statsOf(page);
    assert.ok(
        stats.reconnects >= 1 && stats.gaps >= 1 && stats.resyncs >= 1,
        JSON.stringify(stats),
    );
    await page.context().close();
});

test('misuse of the element is rejected in words', async () => {
    const page = await openPage(browser, stack.url);
    await untilStatus(page, 'live');
    const said = await withBlotter(page, async (blotter) => {
        const words = (promise) =>
            promise.then(
                () => 'accepted',
                (error) => `${error.name}: ${error.message}`,
            );
        return Promise.all([
            words(blotter.rows('nonsense')),
            words(blotter.rows(7)),
            words(blotter.rows('trades', -1)),
            words(blotter.rows('trades', 0, 1.5)),
            words(blotter.columns('nonsense')),
            words(blotter.rowCount()),
            words(blotter.setAccount('IBM')),
            words(blotter.setAccount(-1)),
            words(blotter.setAccount(2.5)),
            words(blotter.setAccount(undefined)),
        ]);
    });
    for (const words of said) assert.match(words, /^TypeError: .{10,}/);
    assert.match(said[0], /there is no table "nonsense"/);
    assert.equal(await statusOf(page), 'live');
    await page.context().close();
});

test('the members tell tables, columns, slices and exact numbers', async () => {
    const page = await openPage(browser, `${stack.url}#account=22214`);
    await untilStatus(page, 'live');
    const told = await withBlotter(page, async (blotter) => ({
        tables: await blotter.tables(),
        columns: await blotter.columns('positions'),
        count: await blotter.rowCount('trades'),
        all: await blotter.rows('trades'),
        slice: await blotter.rows('trades', 1, 2),
        beyond: await blotter.rows('trades', 1e6),
        exact: await blotter.rows('trades', 0, 1, {exact: true}),
        positions: await blotter.rows('positions'),
        stats: await blotter.stats(),
    }));
    assert.deepEqual(told.tables, ['trades', 'positions']);
    assert.deepEqual(
        told.columns.map((column) => column.field),
        ['accountId', 'security', 'quantity', 'lastMinute', 'trades', 'updated'],
    );
    assert.equal(told.count, told.all.length);
    assert.deepEqual(told.slice, told.all.slice(1, 3));
    assert.deepEqual(told.beyond, []);
    assert.equal(told.exact[0].quantity, String(told.all[0].quantity));
    // Positions count their trades, and add up those of the last minute.
    assert.ok(told.positions.length > 0);
    for (const position of told.positions) {
        const of = told.all.filter(({security}) => security === position.security);
        assert.equal(position.trades, of.length, position.security);
        const age = ({created}) => Date.now() - new Date(created).getTime();
        // What turns a minute old just now is on either side.
        if (of.some((trade) => age(trade) > 40_000 && age(trade) < 80_000)) continue;
        const sum = of
            .filter((trade) => age(trade) < 60_000)
            .reduce((net, {side, quantity}) => net + (side === 'Sell' ? -quantity : quantity), 0);
        assert.equal(position.lastMinute, sum, position.security);
    }
    for (const key of [
        'messages',
        'bytes',
        'decodeErrors',
        'reconnects',
        'gaps',
        'resyncs',
        'breaks',
        'phantoms',
        'evicted',
        'verifiedAgeMs',
        'rttMs',
        'lastMessageAgeMs',
        'latencyMs',
        'rows',
        'frames',
        'frameMs',
        'wasmBytes',
        'renderer',
    ]) {
        assert.ok(key in told.stats, key);
    }
    assert.equal(told.stats.renderer, 'canvas', 'there is no GPU');
    assert.ok(told.stats.frames > 0 && told.stats.frameMs.p50 >= 0 && told.stats.wasmBytes > 1e6);
    await page.context().close();
});

test('close() is for good, and says so', async () => {
    const page = await openPage(browser, stack.url);
    await untilStatus(page, 'live');
    await withBlotter(page, (blotter) => blotter.close());
    assert.equal(await statusOf(page), 'closed');
    await rest(1500);
    assert.equal(await statusOf(page), 'closed');
    assert.deepEqual(page.complaints, []);
    await page.context().close();
});
