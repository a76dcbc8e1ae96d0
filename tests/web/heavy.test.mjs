// tests/web/heavy.test.mjs - the largest that a desk was seen to meet, through a real broker and a
// real nginx: nothing is lost, the page answers, and its memory stays within what is stated. Times
// are printed; what is asserted of them is only that there was an end.
import assert from 'node:assert/strict';
import {after, before, describe, test} from 'node:test';

import {launchBrowser, openPage, statsOf, untilStatus, withBlotter} from '../support/browser.mjs';
import {Desk, arrayOf, event, firstTime} from '../support/desk.mjs';
import {pieces, positionText, tradeText, watchPage} from '../support/desk.mjs';
import {Ingress, frame, quietBroker} from '../support/ingress.mjs';
import {until} from '../support/wait.mjs';

const MiB = 1024 * 1024;

let browser;

before(async () => {
    browser = await launchBrowser();
});
after(async () => {
    await browser?.close();
});

async function withDesk(context, options) {
    const desk = await Desk.start(options);
    context.after(() => desk.stop());
    return desk;
}

async function withLivePage(context, url, seconds = 30) {
    const page = await openPage(browser, 'about:blank');
    context.after(() => page.context().close());
    await page.addInitScript(watchPage);
    await page.goto(url);
    await untilStatus(page, 'live', seconds);
    return page;
}

const watchOn = (page) => withBlotter(page, (blotter) => globalThis.watchOn(blotter));
const watchOff = (page) => page.evaluate(() => globalThis.watchOff());

const untilEvents = (page, count, seconds = 120) =>
    until(
        `${count} events`,
        async () => {
            const {events, gaps} = await statsOf(page);
            assert.equal(gaps, 0, 'a gap');
            return events >= count;
        },
        seconds,
    );

function say(context, watched, stats) {
    context.diagnostic(
        `longest answer ${watched.answerGap.toFixed(0)} ms of ${watched.answers}, ` +
            `longest frame gap ${watched.frameGap.toFixed(0)} ms, ` +
            `longest decoding ${stats.inbox.taskMsPeak} ms, ` +
            `inbox at most ${(stats.inbox.peakBytes / MiB).toFixed(1)} MiB, ` +
            `largest message ${(watched.largest / MiB).toFixed(1)} MiB of ${watched.messages}, ` +
            `wasm ${(stats.wasmBytes / MiB).toFixed(0)} MiB`,
    );
}

function assertNothingLost(stats, page) {
    assert.equal(stats.gaps, 0);
    assert.equal(stats.reconnects, 0);
    assert.equal(stats.inbox.refused, 0);
    assert.deepEqual(Object.values(stats.decodeErrors).filter(Boolean), []);
    assert.deepEqual(page.complaints, []);
}

// Every id once: the sum of their numbers, told apart from a double and a hole by the count.
const idsOf = (page) =>
    withBlotter(page, async (blotter) => {
        const rows = await blotter.rows('trades');
        const ids = new Set(rows.map((row) => Number(row.id.slice(-12))));
        return {count: rows.length, distinct: ids.size, largest: Math.max(0, ...ids)};
    });

describe('the largest that a desk meets', () => {
    // `lever` is what lets the broker send more than 4 KiB in one message. How much more depends on
    // how fast the machine publishes meanwhile; the largest there can be has a test of its own.
    const levers = [
        ['compression', {}, 60],
        [
            'a User-Agent of no browser',
            {websocket: '', location: 'proxy_set_header User-Agent proxy;'},
            300,
        ],
    ];
    for (const [lever, options, commentBytes] of levers) {
        test(`a tab that is blocked for 5 s, with ${lever}`, async (context) => {
            const total = 100_000;
            const trade = (index) => tradeText(index, 'IBM', commentBytes);
            const desk = await withDesk(context, options);
            const page = await withLivePage(context, desk.url);
            await desk.publish(pieces(1000, (index) => event('trades', trade(index))));
            await untilEvents(page, 1000);
            desk.trades = () => arrayOf(total, trade);
            // Busy for 5 s, and then asked at once.
            const blocked = withBlotter(page, async (blotter) => {
                const end = performance.now() + 5000;
                while (performance.now() < end);
                globalThis.watchOn(blotter);
                const asked = performance.now();
                await new Promise((resolve) => setTimeout(resolve));
                await blotter.stats();
                return performance.now() - asked;
            });
            await desk.publish(
                pieces(total - 1000, (index) => event('trades', trade(index + 1000))),
            );
            const first = await blocked;
            await untilEvents(page, total);
            const watched = await watchOff(page);
            const stats = await statsOf(page);
            context.diagnostic(`first answer after ${first.toFixed(0)} ms`);
            say(context, watched, stats);
            assertNothingLost(stats, page);
            assert.deepEqual(await idsOf(page), {
                count: total,
                distinct: total,
                largest: total - 1,
            });
            assert.ok(watched.largest > 4096, `the largest message had ${watched.largest} bytes`);
            assert.ok(stats.wasmBytes <= 96 * MiB, `${stats.wasmBytes} bytes`);
        });
    }

    test('a million trades of 250 MB, read while the feed goes on', async (context) => {
        const total = 1_000_000;
        const desk = await withDesk(context);
        desk.trades = () => arrayOf(total, tradeText);
        const page = await openPage(browser, 'about:blank');
        context.after(() => page.context().close());
        await page.addInitScript(watchPage);
        await page.goto(desk.url);
        await withBlotter(page, (blotter) => blotter.ready);
        const started = Date.now();
        await watchOn(page);
        // New ones all the while, from when the snapshot was asked for.
        let added = 0;
        await until('the snapshot to be asked for', () => desk.tradesAsked > 0);
        while ((await statsOf(page)).rows.trades < total) {
            await desk.publish([event('trades', tradeText(total + added))]);
            ++added;
        }
        await untilStatus(page, 'live', 120);
        context.diagnostic(`live after ${Date.now() - started} ms, ${added} came meanwhile`);
        await until('the second read', async () => desk.tradesAsked === 2, 30);
        const whole = withBlotter(page, (blotter) => blotter.rowCount('trades'));
        context.diagnostic(`${await whole} rows`);
        const watched = await watchOff(page);
        const stats = await statsOf(page);
        say(context, watched, stats);
        context.diagnostic(`read ahead at most ${stats.inbox.fetchPeakBytes} bytes`);
        // kFetchAheadBytesMax and the piece with which it was reached, of the browser's size.
        assert.ok(stats.inbox.fetchPeakBytes > 0);
        assert.ok(stats.inbox.fetchPeakBytes < 16 * MiB);
        assertNothingLost(stats, page);
        const [newest] = await withBlotter(page, (blotter) => blotter.rows('trades', 0, 1));
        assert.equal(Number(newest.id.slice(-12)), total + added - 1);
        const [oldest] = await withBlotter(page, (blotter) => blotter.rows('trades', 999_999, 1));
        // The row cap unloads the oldest in batches; before the first batch all are there.
        assert.equal(Number(oldest.id.slice(-12)), added);
        assert.equal(oldest.updated, firstTime + added);
        assert.ok(stats.wasmBytes <= 320 * MiB, `${stats.wasmBytes} bytes`);
    });

    test('100,000 symbols, each with its position', async (context) => {
        const total = 100_000;
        const symbol = (index) => `SYM${index}`;
        const trade = (index) => tradeText(index, symbol(index));
        // The books balance: a position is its one trade.
        const signed = (index) => (index % 3 ? 1 : -1) * (1 + (index % 997));
        const position = (index, updated = firstTime + index) =>
            positionText(symbol(index), signed(index), updated);
        const desk = await withDesk(context);
        const page = await withLivePage(context, desk.url);
        await watchOn(page);
        await desk.publish(
            pieces(total, (index) =>
                Buffer.concat([event('trades', trade(index)), event('positions', position(index))]),
            ),
        );
        await untilEvents(page, 2 * total);
        // The same positions again and again: only the last of each is of use to a view.
        const rounds = 3;
        await desk.publish(
            pieces(rounds * 1000, (index) =>
                event('positions', position(index % 1000, firstTime + 1e6 + index)),
            ),
        );
        await untilEvents(page, 2 * total + rounds * 1000);
        const watched = await watchOff(page);
        const stats = await statsOf(page);
        say(context, watched, stats);
        context.diagnostic(`${stats.conflated} of ${stats.events} conflated`);
        assertNothingLost(stats, page);
        const [symbols, held] = await withBlotter(page, async (blotter) => {
            const rows = await blotter.rows('trades');
            const positions = await blotter.rows('positions');
            return [
                new Set(rows.map((row) => row.security)).size,
                Object.fromEntries(
                    positions.map((row) => [row.security, [row.quantity, row.updated]]),
                ),
            ];
        });
        assert.equal(symbols, total);
        assert.equal(Object.keys(held).length, total);
        for (let index = 0; index < total; ++index) {
            const updated =
                index < 1000 ? firstTime + 1e6 + 1000 * (rounds - 1) + index : firstTime + index;
            assert.deepEqual(held[symbol(index)], [signed(index), updated], symbol(index));
        }
        assert.ok(stats.wasmBytes <= 128 * MiB, `${stats.wasmBytes} bytes`);
    });
});

// What no broker sends unless its own limits are raised: a scripted one.
describe('the limits of the inbox', () => {
    const record = (index) => {
        const payload = `{"payload":${tradeText(index)}}`;
        // The subscriptions of one account: trades first, then positions.
        return Buffer.from(`MSG a 1 ${payload.length}\r\n${payload}\r\n`);
    };
    const message = (bytes) => {
        const records = [];
        for (let at = 0; at < bytes; at += records.at(-1).length)
            records.push(record(records.length % 1000));
        return {wire: frame(Buffer.concat(records), 2), count: records.length};
    };

    async function withScript(context) {
        const ingress = await Ingress.start();
        context.after(() => ingress.stop());
        const script = {ingress};
        ingress.rest = () => ({status: 200, body: '[]'});
        ingress.socket = (connection) => {
            script.link = connection;
            quietBroker(connection);
        };
        return script;
    }

    test('at kInboxBytesMax the callback decodes in place', async (context) => {
        const script = await withScript(context);
        const page = await withLivePage(context, `${script.ingress.url}#account=22214`);
        const {wire, count} = message(40 * MiB);
        script.link.write(wire);
        await untilEvents(page, count);
        const stats = await statsOf(page);
        assert.equal(stats.events, count);
        assert.equal(stats.rows.trades, 1000);
        assert.equal(stats.inbox.inPlace, 1);
        assert.ok(stats.inbox.peakBytes > 32 * MiB);
        assert.equal(stats.inbox.bytes, 0);
        assertNothingLost(stats, page);
        // The message stayed with the browser: our memory is as it was.
        assert.ok(stats.wasmBytes <= 40 * MiB, `${stats.wasmBytes} bytes`);
    });

    test('past twice that the connection ends, with a gap and a resync', async (context) => {
        const script = await withScript(context);
        const page = await withLivePage(context, `${script.ingress.url}#account=22214`);
        const causes = withBlotter(
            page,
            (blotter) =>
                new Promise((resolve) =>
                    blotter.addEventListener('statuschange', ({detail}) => {
                        if (detail.status === 'offline') resolve(detail.cause);
                    }),
                ),
        );
        script.link.write(message(200 * MiB).wire);
        assert.match(await causes, /More was received than could be worked off/);
        await untilStatus(page, 'live');
        const stats = await statsOf(page);
        assert.equal(stats.inbox.refused, 1);
        assert.equal(stats.gaps, 1);
        assert.equal(stats.reconnects, 1);
        assert.equal(stats.inbox.bytes, 0);
        assert.ok(stats.wasmBytes <= 40 * MiB, `${stats.wasmBytes} bytes`);
        assert.deepEqual(page.complaints, []);
    });
});
