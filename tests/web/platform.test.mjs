// tests/web/platform.test.mjs - fingers, wheels, buttons, keys, typed and pasted text, in Chromium's
// own events.
import assert from 'node:assert/strict';
import {after, before, beforeEach, afterEach, test} from 'node:test';

import {launchBrowser, openPage, statsOf, untilStatus, withBlotter} from '../support/browser.mjs';
import {Ingress, quietBroker} from '../support/ingress.mjs';
import {sleep, until} from '../support/wait.mjs';

const accounts = [
    {id: 22214, displayName: 'Test Account 20'},
    {id: 7, displayName: '株式会社'},
    {id: 8, displayName: 'Société Générale'},
];
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
        body: JSON.stringify(
            path.includes('/account/') ? accounts : path.includes('/trades/22214') ? trades : [],
        ),
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
        permissions: ['clipboard-read', 'clipboard-write'],
        hasTouch: true,
    });
    cdp = await page.context().newCDPSession(page);
    await untilStatus(page, 'live');
    await until('the rows', async () => (await table()).height > 100);
});
afterEach(async () => {
    assert.deepEqual(page.complaints, []);
    await page.context().close();
});

const table = async () => (await statsOf(page)).layout.tables.trades;
const firstRow = async () => (await table()).firstRow;
const accountOf = () => page.evaluate(() => location.hash);
const focused = () =>
    withBlotter(page, (blotter) => blotter.shadowRoot.activeElement?.localName ?? '');
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

const finger = (type, x, y) =>
    cdp.send('Input.dispatchTouchEvent', {type, touchPoints: type === 'touchEnd' ? [] : [{x, y}]});

test('a finger scrolls, the rows glide on, and the next touch holds them', async () => {
    await finger('touchStart', 200, 500);
    for (let y = 480; y >= 260; y -= 20) await finger('touchMove', 200, y);
    await finger('touchEnd');
    const lifted = await firstRow();
    assert.ok(lifted >= 8, `the rows followed the finger to ${lifted}`);
    const rested = await resting();
    assert.ok(rested > lifted, `they went on from ${lifted} to ${rested}`);

    // Back up, and a second touch while they glide.
    await finger('touchStart', 200, 300);
    for (let y = 310; y <= 340; y += 10) await finger('touchMove', 200, y);
    await finger('touchEnd');
    await finger('touchStart', 200, 400);
    const held = await firstRow();
    await sleep(200);
    assert.ok(Math.abs((await firstRow()) - held) <= 1, 'held');
    await finger('touchEnd');
});

test('a finger that stops before it is lifted leaves the rows where they are', async () => {
    await finger('touchStart', 200, 500);
    for (let y = 480; y >= 300; y -= 20) await finger('touchMove', 200, y);
    await sleep(300);
    await finger('touchEnd');
    await sleep(100);
    const lifted = await firstRow();
    await sleep(300);
    assert.equal(await firstRow(), lifted);
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

test('a new density is drawn at once, with the rows where they were', async () => {
    for (const density of [1.25, 2, 0.75, 1]) {
        await cdp.send('Emulation.setDeviceMetricsOverride', {
            width: 1000,
            height: 600,
            deviceScaleFactor: density,
            mobile: false,
        });
        await until(`density ${density}`, () =>
            withBlotter(
                page,
                (blotter, wanted) => {
                    const {width, height} = blotter.shadowRoot.querySelector('canvas');
                    return width === Math.round(1000 * wanted) && height === 600 * wanted;
                },
                density,
            ),
        );
        const {rowHeight} = await table();
        assert.ok(Math.abs(rowHeight - 20) < 0.5, `rows of ${rowHeight} px`);
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

async function openPicker() {
    await focus();
    await page.keyboard.press('a');
    await until('the text field', async () => (await focused()) === 'textarea');
}

test('text is composed by an input method', async () => {
    await openPicker();
    await cdp.send('Input.imeSetComposition', {
        text: 'かぶ',
        selectionStart: 2,
        selectionEnd: 2,
    });
    const composing = await withBlotter(page, (blotter) =>
        blotter.shadowRoot.querySelector('textarea').classList.contains('composing'),
    );
    assert.ok(composing, 'what is being composed is seen');
    await cdp.send('Input.insertText', {text: '株式'});
    await sleep(100);
    await page.keyboard.press('Enter');
    await until('the account', async () => (await accountOf()) === '#account=7');
    await until('the focus is back', async () => (await focused()) === 'canvas');
});

test('text is typed, copied and pasted', async () => {
    await openPicker();
    await page.keyboard.type('20xyz');
    await page.keyboard.press('Control+a');
    await page.keyboard.press('Control+c');
    await until(
        'copied',
        async () => (await page.evaluate(() => navigator.clipboard.readText())) === '20xyz',
    );
    await page.evaluate(() => navigator.clipboard.writeText('Soci\n'));
    await page.keyboard.press('Control+a');
    await page.keyboard.press('Backspace');
    await page.keyboard.press('Control+v');
    await sleep(100);
    await page.keyboard.press('Backspace'); // the line's end came as a blank
    await page.keyboard.type('été');
    await sleep(100);
    await page.keyboard.press('Enter');
    await until('the account', async () => (await accountOf()) === '#account=8');
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
