// tests/web/slow_link.test.mjs - a feed of 10 Mbit/s over a link of 1 Mbit/s and 100 ms: the page
// says how far behind it is, does not dial again and again, and is right when the feed is over.
// NB_SLOW_LINK_SECONDS=600 is the ten minutes of the targets.
import assert from 'node:assert/strict';
import {after, before, test} from 'node:test';

import {launchBrowser, openPage, statsOf, untilStatus, withBlotter} from '../support/browser.mjs';
import {Desk, account, arrayOf, event, firstTime, tradeText} from '../support/desk.mjs';
import {Shaper} from '../support/shaper.mjs';
import {sleep, until} from '../support/wait.mjs';

const seconds = Number(process.env.NB_SLOW_LINK_SECONDS ?? 12);
const trades = 500; // distinct, so that a snapshot passes such a link in a second
const ticksPerSecond = 20;
const feedBytesPerSecond = 10e6 / 8;
const linkBytesPerSecond = 1e6 / 8;
const behindMs = 2000; // kBehindMs

let browser;

before(async () => {
    browser = await launchBrowser();
});
after(async () => {
    await browser?.close();
});

async function flood(context, websocket) {
    const desk = await Desk.start({websocket});
    context.after(() => desk.stop());
    const link = await Shaper.start(desk.nginx.ports[0]);
    context.after(() => link.stop());
    const newest = new Map(); // what the database holds: of each trade its last number
    const text = (index) => tradeText(index, `SYM${index % trades}`);
    const tradeOf = (index) => {
        const id = String(index % trades).padStart(12, '0');
        return text(index).replace(/-\d{12}"/, `-${id}"`);
    };
    desk.trades = () => arrayOf(newest.size, (at) => tradeOf([...newest.values()][at]));

    const page = await openPage(browser, `http://localhost:${link.port}/#account=${account}`);
    context.after(() => page.context().close());
    await untilStatus(page, 'live');
    link.bytesPerSecond = linkBytesPerSecond;
    link.delayMs = 100;

    let published = 0;
    const sentAt = []; // of every tick: [first number behind it, time]
    const samples = [];
    const perTick = Math.ceil(
        feedBytesPerSecond / ticksPerSecond / event('trades', text(0)).length,
    );
    const started = Date.now();
    let asked = Date.now();
    for (let tick = 0; Date.now() < started + seconds * 1000; ++tick) {
        const part = [];
        const date = Date.now();
        for (let i = 0; i < perTick; ++i, ++published) {
            newest.set(published % trades, published);
            part.push(event('trades', tradeOf(published), date));
        }
        sentAt.push([published, date]);
        await desk.publish([Buffer.concat(part)]);
        if (Date.now() > asked + 500) {
            asked = Date.now();
            const [stats, rows, status, now] = await withBlotter(page, async (blotter) => [
                await blotter.stats(),
                await blotter.rows('trades', 0, 1),
                blotter.status,
                Date.now(),
            ]);
            const shown = rows.length ? rows[0].updated - firstTime : -1;
            const sent = sentAt.find(([behind]) => behind > shown);
            samples.push({stats, status, late: sent ? now - sent[1] : 0});
        }
        await sleep(Math.max(0, started + (tick + 1) * (1000 / ticksPerSecond) - Date.now()));
    }
    link.bytesPerSecond = Infinity;
    await untilStatus(page, 'live', 90);
    const stats = await statsOf(page);

    // While it was live, what it said of being behind is what it was.
    const live = samples.filter((sample) => sample.status === 'live');
    const behind = live.filter((sample) => sample.late > 2 * behindMs);
    const wrong = behind.filter(
        ({late, stats: {lagMs}}) =>
            lagMs === null || Math.abs(late - lagMs) > Math.max(2000, late / 3),
    );
    const most = (list) => Math.max(0, ...list);
    context.diagnostic(
        `${published} events in ${seconds} s; live in ${live.length} of ${samples.length} ` +
            `samples, at most ${most(live.map(({late}) => late))} ms late, said at most ` +
            `${most(samples.map((sample) => sample.stats.lagMs ?? 0))} ms; ` +
            `${stats.reconnects} reconnections, ${stats.slowCuts} of them for slowness; ` +
            `${link.accepted} connections, ${(link.passed / 1e6).toFixed(1)} MB passed`,
    );
    assert.ok(
        wrong.length <= behind.length / 5,
        `said otherwise: ${wrong.map(({late, stats: {lagMs}}) => `${late}/${lagMs}`)}`,
    );
    // Five in the first minute and two in each minute after is no loop.
    assert.ok(stats.reconnects <= 5 + seconds / 30, `${stats.reconnects} reconnections`);

    // When the feed is over, the page is what the database holds.
    await until(
        'the last of every trade',
        async () => {
            const rows = await withBlotter(page, (blotter) => blotter.rows('trades'));
            const shown = new Map(
                rows.map((row) => [Number(row.id.slice(-12)), row.updated - firstTime]),
            );
            return (
                rows.length === newest.size &&
                [...newest].every(([id, number]) => shown.get(id) === number)
            );
        },
        90,
    );
    assert.deepEqual(page.complaints, []);
    return {samples, stats};
}

test('ten times too much: it says how far behind it is', async (context) => {
    const {samples} = await flood(context, '');
    assert.ok(
        samples.some(({stats}) => stats.lagMs > behindMs),
        'it never said that it was behind',
    );
});

test('the same with compression, as our broker has it', async (context) => {
    await flood(context, 'compression: true');
});
