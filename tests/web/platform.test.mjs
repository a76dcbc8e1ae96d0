// tests/web/platform.test.mjs - fingers, wheels, buttons and keys, as events that Chromium makes of
// them. Text is in text_fields.test.mjs.
import assert from 'node:assert/strict';
import {after, before, beforeEach, afterEach, test} from 'node:test';

import {launchBrowser, openPage, statsOf, untilStatus, withBlotter} from '../support/browser.mjs';
import {Ingress, quietBroker} from '../support/ingress.mjs';
import {sleep, until} from '../support/wait.mjs';

const trades = Array.from({length: 2000}, (_, index) => ({
    id: `T-${index}`,
    accountId: 22214,
    security: 'IBM',
    side: 'Buy',
    state: 'Settled',
    quantity: 1 + index,
    updated: 1784737884468 - index,
    created: 1784737884461,
}));

let ingress;
let browser;
let page;
let cdp;

before(async () => {
    ingress = await Ingress.start();
    ingress.socket = quietBroker;
    ingress.rest = (path) => ({
        status: 200,
        body: JSON.stringify(path.includes('/trades/22214') ? trades : []),
    });
    browser = await launchBrowser();
});
after(async () => {
    await browser?.close();
    await ingress?.stop();
});
beforeEach(async () => {
    page = await openPage(browser, `${ingress.url}#account=22214`, {
        viewport: {width: 1000, height: 600},
        hasTouch: true,
    });
    cdp = await page.context().newCDPSession(page);
    clock = Date.now() / 1000;
    await untilStatus(page, 'live');
    await until('the rows', async () => (await table()).height > 100);
});
afterEach(async () => {
    assert.deepEqual(page.complaints, []);
    await page.context().close();
});

const table = async () => (await statsOf(page)).layout.tables.trades;
const firstRow = async () => (await table()).firstRow;
const focus = () =>
    withBlotter(page, (blotter) => blotter.shadowRoot.querySelector('canvas').focus());

// What a row stays at once nothing moves any more.
async function resting() {
    let last = -1;
    await until('rest', async () => {
        const before = last;
        last = await firstRow();
        await sleep(150);
        return before === last;
    });
    return last;
}

// Sixty events a second by their own stamps, however slowly they are sent.
let clock = 0;
const finger = (type, x, y) => {
    clock += 0.016;
    const touchPoints = type === 'touchEnd' ? [] : [{x, y}];
    return cdp.send('Input.dispatchTouchEvent', {type, touchPoints, timestamp: clock});
};

// A flick, all in one task: its speed does not depend on how fast this machine is.
const flick = (from, to) =>
    withBlotter(
        page,
        (blotter, [start, end]) => {
            const canvas = blotter.shadowRoot.querySelector('canvas');
            const tell = (type, clientY) =>
                canvas.dispatchEvent(
                    new PointerEvent(type, {
                        pointerType: 'touch',
                        pointerId: 77,
                        clientX: 200,
                        clientY,
                    }),
                );
            tell('pointerdown', start);
            for (let step = 1; step <= 10; ++step)
                tell('pointermove', start + ((end - start) * step) / 10);
            tell('pointerup', end);
        },
        [from, to],
    );

test('a flick lets the rows glide on, and the next touch holds them', async () => {
    await flick(500, 380);
    const rested = await resting();
    assert.ok(rested > 12, `120 px are 6 rows, and they came to ${rested}`);
    await flick(500, 380);
    await finger('touchStart', 200, 400);
    const held = await resting();
    await finger('touchEnd');
    assert.ok(held < 2 * rested, `held at ${held}`);
});

test('a finger that stops before it is lifted leaves the rows where they are', async () => {
    await finger('touchStart', 200, 500);
    for (let y = 480; y >= 300; y -= 20) await finger('touchMove', 200, y);
    clock += 0.3;
    await finger('touchEnd');
    const rested = await resting();
    assert.ok(rested >= 8 && rested <= 10, `200 px are 10 rows, and they came to ${rested}`);
});

test('the wheel scrolls; with Ctrl it is left to the page zoom', async () => {
    await page.mouse.move(200, 300);
    await page.mouse.wheel(0, 400);
    await until('scrolled', async () => (await firstRow()) > 5);
    const at = await resting();
    await page.keyboard.down('Control');
    await page.mouse.wheel(0, 400);
    await page.keyboard.up('Control');
    assert.equal(await resting(), at);
});

test('a zoomed page keeps its own pixels, and its rows grow', async () => {
    for (const zoom of [1.25, 2, 0.8, 1]) {
        await cdp.send('Emulation.setDeviceMetricsOverride', {
            width: 1000 / zoom,
            height: 600 / zoom,
            deviceScaleFactor: zoom,
            mobile: false,
        });
        await until(`zoom ${zoom}`, async () => {
            const {rowHeight, width} = await table();
            const whole = await withBlotter(page, (blotter) => {
                const canvas = blotter.shadowRoot.querySelector('canvas');
                return canvas.width === 1000 && canvas.height === 600;
            });
            return whole && rowHeight * zoom === Math.round(20 * zoom) && width * zoom <= 1000;
        });
    }
});

test('a drag goes on outside of the element, and ends there', async () => {
    await withBlotter(page, (blotter) => {
        blotter.style.cssText = 'inset: auto; left: 0; top: 0; width: 800px; height: 400px';
    });
    await until('smaller', async () => (await table()).height < 400);
    const {x, y, width, height, headerHeight} = await table();
    const bar = x + width - 6;
    await page.mouse.move(bar, y + headerHeight + 5);
    await page.mouse.down();
    await page.mouse.move(bar + 300, y + height / 2, {steps: 4});
    await page.mouse.move(980, 560, {steps: 4});
    await until('dragged to the end', async () => (await firstRow()) > 1500);
    await page.mouse.move(980, y + height / 2, {steps: 4});
    await until('and back half the way', async () => (await firstRow()) < 1500);
    const left = await resting();
    await page.mouse.up();
    await page.mouse.move(bar, y + headerHeight + 20, {steps: 4});
    assert.equal(await resting(), left, 'let go of');
});

test('a modifier that is held when the focus goes is not held when it comes back', async () => {
    await focus();
    await page.keyboard.down('Control');
    await page.evaluate(() => {
        const other = document.createElement('input');
        document.body.prepend(other);
        other.focus();
    });
    await page.keyboard.up('Control');
    await focus();
    const {fetches} = await statsOf(page);
    await page.keyboard.press('r');
    await until('a resync', async () => (await statsOf(page)).fetches > fetches);
});

test('keys that the blotter does not use stay with the browser', async () => {
    await focus();
    const taken = await withBlotter(page, (blotter) => {
        const canvas = blotter.shadowRoot.querySelector('canvas');
        const keys = [
            {code: 'F5', key: 'F5'},
            {code: 'F11', key: 'F11'},
            {code: 'F12', key: 'F12'},
            ...['L', 'N', 'R', 'T', 'W'].map((letter) => ({
                code: `Key${letter}`,
                key: letter.toLowerCase(),
                ctrlKey: true,
            })),
            {code: 'Equal', key: '+', ctrlKey: true},
            {code: 'Minus', key: '-', ctrlKey: true},
            {code: 'ArrowLeft', key: 'ArrowLeft', altKey: true},
            {code: 'ArrowDown', key: 'ArrowDown'}, // this one it uses
        ];
        return keys
            .filter((key) => {
                const event = new KeyboardEvent('keydown', {...key, cancelable: true});
                return !canvas.dispatchEvent(event);
            })
            .map(({code}) => code);
    });
    assert.deepEqual(taken, ['ArrowDown']);
});

test('two elements on one page: each has its own keys and its own size', async () => {
    await withBlotter(page, async (blotter) => {
        blotter.style.cssText = 'inset: 0 auto auto 0; width: 500px; height: 600px';
        const other = document.createElement('nats-blotter');
        other.setAttribute('account', '22214');
        document.body.append(other);
        other.style.cssText = 'inset: 0 0 auto auto; width: 480px; height: 500px';
        await other.ready;
        while (other.status !== 'live') await new Promise((resolve) => setTimeout(resolve, 20));
        other.shadowRoot.querySelector('canvas').focus();
    });
    await page.keyboard.press('End');
    const rowsShown = () =>
        page.evaluate(() =>
            Promise.all(
                [...document.querySelectorAll('nats-blotter')].map(
                    async (blotter) => (await blotter.stats()).layout.tables.trades.firstRow,
                ),
            ),
        );
    await until('the second one moves', async () => (await rowsShown())[1] > 1000);
    assert.equal((await rowsShown())[0], 0);
    const sizes = await page.evaluate(() =>
        [...document.querySelectorAll('nats-blotter')].map((blotter) => {
            const {width, height} = blotter.shadowRoot.querySelector('canvas');
            return [width, height];
        }),
    );
    assert.deepEqual(sizes, [
        [500, 600],
        [480, 500],
    ]);
});
