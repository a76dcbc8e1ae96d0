// Frames on demand, with either renderer: none when nothing in sight changes, some when it does,
// and under load the intake comes first and the page still answers.
import assert from 'node:assert/strict';
import {after, afterEach, before, test} from 'node:test';

import {
    launchBrowser,
    openPage,
    statsOf,
    untilStatus,
    untilStill,
    withBlotter,
} from '../support/browser.mjs';
import {binary, Ingress, quietBroker} from '../support/ingress.mjs';
import {publish, restOf, trade, tradeMessage} from '../support/market.mjs';
import {sleep, until} from '../support/wait.mjs';

const tradeCount = 400;

let ingress;
let browser;
let links = [];
let pages = [];

before(async () => {
    ingress = await Ingress.start();
    ingress.rest = restOf(tradeCount);
    ingress.socket = (connection) => {
        links.push(connection);
        quietBroker(connection);
    };
    browser = await launchBrowser();
});
afterEach(async () => {
    for (const page of pages) {
        assert.deepEqual(page.complaints, []);
        await page.context().close();
    }
    pages = [];
});
after(async () => {
    await browser?.close();
    await ingress?.stop();
});

// A page that is live, with its second read of rule 2 behind it; `page.link` is its socket.
async function open(renderer, options) {
    const page = await openPage(browser, `${ingress.url}?renderer=${renderer}#account=22214`, {
        reducedMotion: 'no-preference', // fades count
        ...options,
    });
    pages.push(page);
    await untilStatus(page, 'live');
    page.link = links.at(-1);
    assert.equal((await statsOf(page)).renderer, renderer);
    return page;
}
async function quiet(page) {
    // The accounts, two tables, and these again after the commit lag.
    await until('the second read', async () => (await statsOf(page)).fetches >= 5);
    await untilStill(page, 500);
    return page;
}

const framesOf = async (page) => (await statsOf(page)).frames;
const figuresOf = (page) =>
    withBlotter(page, (blotter) => blotter.shadowRoot.querySelector('.figures').textContent);
const both = async (options) => {
    const opened = [await open('webgl', options), await open('canvas', options)];
    await Promise.all(opened.map(quiet));
    return opened;
};

test('idle for ten seconds: no frame, and the age of the feed is shown all the same', async () => {
    const opened = await both();
    for (const page of opened) publish(page.link, [trade(tradeCount - 1, 1)]);
    for (const page of opened) {
        await until('the age', async () => /feed/.test(await figuresOf(page)));
        await untilStill(page, 500);
    }
    const before = await Promise.all(opened.map(framesOf));
    await sleep(10_000);
    assert.deepEqual(await Promise.all(opened.map(framesOf)), before);
    for (const page of opened) {
        await until('the age goes on', async () =>
            /feed (\d\d s|\d+ min)/.test(await figuresOf(page)),
        );
    }
});

test('a thousand updates a second to rows out of sight: no frame', async () => {
    const opened = await both();
    const before = await Promise.all(opened.map(statsOf));
    let sent = 0;
    for (let step = 1; step <= 60; ++step) {
        // The sums at the foot of the table are in sight, so that no quantity changes.
        const rows = Array.from({length: 50}, (_, index) => ({
            ...trade(index, step),
            quantity: trade(index).quantity,
        }));
        for (const page of opened) publish(page.link, rows);
        sent += rows.length;
        await sleep(50);
    }
    for (const [index, page] of opened.entries()) {
        await until('all taken', async () => {
            return (await statsOf(page)).events === before[index].events + sent;
        });
        const stats = await statsOf(page);
        assert.equal(stats.frames, before[index].frames);
        assert.ok(stats.looks > before[index].looks, 'it did look');
        const [lowest] = await withBlotter(page, (blotter, at) => blotter.rows('trades', at), 399);
        assert.equal(lowest.updated, trade(0, 60).updated);
    }
});

test('a row in sight is drawn, its fade ends, and then nothing more is', async () => {
    for (const page of await both()) {
        const before = await framesOf(page);
        publish(page.link, [trade(tradeCount - 2, 1)]);
        await until('frames', async () => (await framesOf(page)) > before);
        await untilStill(page, 500);
        const faded = (await framesOf(page)) - before;
        assert.ok(faded >= 2 && faded <= 10, `${faded} frames for one fade`);
    }
});

// Of the page: its clock stands, and timers and frames wait for letGo().
function holdPage() {
    const held = (globalThis.held = {frames: [], timers: []});
    const {setTimeout, requestAnimationFrame} = globalThis;
    const time = performance.now();
    performance.now = () => time;
    globalThis.setTimeout = (work) => held.timers.push(work);
    globalThis.requestAnimationFrame = (work) => held.frames.push(work);
    held.runFrames = () => {
        for (const work of held.frames.splice(0)) work(time);
    };
    held.letGo = () => {
        delete performance.now;
        Object.assign(globalThis, {setTimeout, requestAnimationFrame});
        for (const work of held.timers) work();
        for (const work of held.frames) requestAnimationFrame(work);
    };
}

test('what has come when a frame begins is decoded and drawn in it', async () => {
    const page = await quiet(await open('canvas', {reducedMotion: 'reduce'}));
    const before = await statsOf(page);
    const framesAsked = () => page.evaluate(() => globalThis.held.frames.length);
    await page.evaluate(holdPage);
    publish(page.link, [trade(tradeCount - 1, 1)]);
    await until('a frame is asked for', async () => (await framesAsked()) > 0);
    publish(page.link, [trade(tradeCount - 2, 1)]);
    await until('more waits', async () => (await statsOf(page)).inbox.bytes > 0);
    const waiting = await statsOf(page);
    assert.equal(waiting.events, before.events + 1);
    assert.equal(waiting.frames, before.frames);
    await page.evaluate(() => globalThis.held.runFrames());
    const drawn = await statsOf(page);
    assert.equal(drawn.events, before.events + 2);
    assert.equal(drawn.inbox.inFrame, before.inbox.inFrame + 1);
    assert.equal(drawn.frames, before.frames + 1);
    assert.equal(await framesAsked(), 0, 'and no second frame for the rest');
    await page.evaluate(() => globalThis.held.letGo());
    await untilStill(page);
});

test('an element out of sight, hidden or without size draws nothing until it is back', async () => {
    const ways = [
        ['scrolled out', 'position: absolute; inset: 3000px 0 auto; height: 400px'],
        ['hidden', 'display: none'],
        ['without size', 'width: 0; height: 0; min-height: 0; inset: auto'],
    ];
    const page = await quiet(await open('canvas'));
    for (const [index, [what, style]] of ways.entries()) {
        await withBlotter(page, (blotter, text) => (blotter.style.cssText = text), style);
        await untilStill(page, 500);
        const before = await statsOf(page);
        const row = trade(tradeCount - 1, 10 + index);
        publish(page.link, [row]);
        await until('taken', async () => (await statsOf(page)).events > before.events);
        await page.evaluate(() => new Promise((done) => setTimeout(done, 300)));
        assert.equal(await framesOf(page), before.frames, what);
        await withBlotter(page, (blotter) => (blotter.style.cssText = ''));
        await until(`${what}, and back`, async () => (await framesOf(page)) > before.frames);
    }
    await untilStill(page);
});

test('at 50,000 events a second everything is taken, drawn, and keys are answered', async () => {
    const page = await quiet(await open('canvas'));
    await withBlotter(page, (blotter) => blotter.shadowRoot.querySelector('canvas').focus());
    const before = await statsOf(page);
    // Changes to all rows, in sight and out of it, 2,500 every 50 ms.
    let sent = 0;
    let feeding = true;
    const feed = (async () => {
        const start = performance.now();
        for (let step = 1; feeding; ++step) {
            let text = '';
            for (let index = 0; index < 2500; ++index) {
                text += tradeMessage(
                    trade((index * 7) % tradeCount, (step * 10 + index / 400) | 0),
                );
            }
            page.link.write(binary(text));
            sent += 2500;
            await sleep(Math.max(1, start + step * 50 - performance.now()));
        }
        return performance.now() - start;
    })();
    await sleep(1000);
    const answers = [];
    for (let press = 1; press <= 5; ++press) {
        const start = performance.now();
        await page.keyboard.press('PageDown');
        await until('the answer to a key', async () => {
            return (await statsOf(page)).layout.tables.trades.firstRow >= press;
        });
        answers.push(Math.round(performance.now() - start));
    }
    await sleep(1000);
    feeding = false;
    const milliseconds = await feed;
    const drawn = (await statsOf(page)).frames - before.frames;
    await until(
        'no backlog',
        async () => {
            return (await statsOf(page)).messages - before.messages === sent;
        },
        60,
    );
    const stats = await statsOf(page);
    assert.equal(stats.gaps, before.gaps);
    assert.equal(stats.dials, before.dials);
    assert.ok(drawn > 0);
    // For whoever reads the log; how fast the machine was decides nothing here.
    console.log(
        `# ${Math.round((sent / milliseconds) * 1000)} events/s, ` +
            `${((drawn / milliseconds) * 1000).toFixed(1)} frames/s, keys ${answers.join(' ')} ms`,
    );
});

test('a feed that comes late is drawn less often, to its end, and keys are answered', async () => {
    const page = await quiet(await open('canvas'));
    await withBlotter(page, (blotter) => blotter.shadowRoot.querySelector('canvas').focus());
    const before = await statsOf(page);
    assert.equal(before.frameLimit, 0);
    const message = (row, date) => {
        const payload = JSON.stringify({date, payload: row});
        return `MSG a 1 ${Buffer.byteLength(payload)}\r\n${payload}\r\n`;
    };
    // One on time, and then only such as were published a second before.
    page.link.write(binary(message(trade(0, 1), Date.now())));
    let version = 1;
    const flood = () => {
        ++version;
        let text = '';
        for (let index = 0; index < 5000; ++index)
            text += message(trade(index % tradeCount, version), Date.now() - 1000);
        page.link.write(binary(text));
        return sleep(20);
    };
    await until('a limit', async () => {
        await flood();
        return (await statsOf(page)).frameLimit === 34;
    });
    await page.keyboard.press('PageDown');
    await until('the answer to a key', async () => {
        await flood();
        return (await statsOf(page)).layout.tables.trades.firstRow > 0;
    });
    await page.keyboard.press('Home');
    const sent = 1 + (version - 1) * 5000;
    await until('all taken', async () => (await statsOf(page)).events === before.events + sent, 60);
    page.link.write(binary(message(trade(0, version + 1), Date.now())));
    await until('no limit', async () => (await statsOf(page)).frameLimit === 0);
    // The last of it is in sight although nothing comes behind it.
    const shown = () => withBlotter(page, (blotter) => blotter.rows('trades', 0, 1));
    assert.equal((await shown())[0].updated, trade(tradeCount - 1, version).updated);
    await untilStill(page);
    const stats = await statsOf(page);
    assert.ok(stats.frames > before.frames);
    assert.equal(stats.gaps, before.gaps);
});
