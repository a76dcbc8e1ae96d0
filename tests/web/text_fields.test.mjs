// tests/web/text_fields.test.mjs - the fields one types into, as a person does: keys, an input
// method, the clipboard, a finger; in the quick filter and in the account picker.
import assert from 'node:assert/strict';
import {after, afterEach, before, beforeEach, test} from 'node:test';

import {launchBrowser, openPage, statsOf, untilStatus, withBlotter} from '../support/browser.mjs';
import {Ingress, quietBroker} from '../support/ingress.mjs';
import {account, positions, publish, trade, trades} from '../support/market.mjs';
import {until} from '../support/wait.mjs';

const accounts = [
    {id: account, displayName: 'Test Account 20'},
    {id: 7, displayName: '株式会社'},
    {id: 8, displayName: 'Société Générale'},
];

let ingress;
let browser;
let page;
let cdp;
let link;

before(async () => {
    ingress = await Ingress.start();
    ingress.socket = (connection) => {
        link = connection;
        quietBroker(connection);
    };
    ingress.rest = (path) => {
        const id = Number(path.match(/\d+$/)?.[0]);
        let body = accounts;
        if (path.includes('/trades/')) body = trades(200, id);
        if (path.includes('/positions/')) body = positions(id);
        return {status: 200, body: JSON.stringify(body)};
    };
    browser = await launchBrowser();
});
after(async () => {
    await browser?.close();
    await ingress?.stop();
});
beforeEach(async () => {
    page = await openPage(browser, `${ingress.url}#account=${account}`, {
        viewport: {width: 1000, height: 600},
        permissions: ['clipboard-read', 'clipboard-write'],
        hasTouch: true,
    });
    cdp = await page.context().newCDPSession(page);
    await untilStatus(page, 'live');
    await untilShown('Filter trades');
});
afterEach(async () => {
    assert.deepEqual(page.complaints, []);
    await page.context().close();
});

// The label of the field that has the focus, or `canvas`.
const focused = () =>
    withBlotter(page, ({shadowRoot: {activeElement}}) =>
        activeElement?.localName === 'canvas'
            ? 'canvas'
            : activeElement?.getAttribute('aria-label'),
    );
const untilFocused = (label) =>
    until(`the focus: ${label}`, async () => (await focused()) === label);
const canvas = 'canvas';
// Of the field with that label, when it is to be seen: its rectangle and its text.
const box = (label) =>
    withBlotter(
        page,
        ({shadowRoot}, name) => {
            const field = [...shadowRoot.querySelectorAll('input')].find(
                (one) => !one.inert && one.getAttribute('aria-label') === name,
            );
            if (!field) return null;
            const {x, y, width, height} = field.getBoundingClientRect();
            return {x, y, width, height, value: field.value};
        },
        label,
    );
const value = async (label) => (await box(label)).value;
const untilShown = (label) => until(`the field: ${label}`, () => box(label));
const untilHidden = (label) => until(`no field: ${label}`, async () => (await box(label)) === null);
const count = (table = 'trades') =>
    withBlotter(page, (blotter, name) => blotter.rowCount(name), table);
const untilRows = (rows, table) => until(`${rows} rows`, async () => (await count(table)) === rows);
const hash = () => page.evaluate(() => location.hash);

async function openPicker() {
    await withBlotter(page, ({shadowRoot}) => shadowRoot.querySelector('canvas').focus());
    await page.keyboard.press('a');
    await untilFocused('Account');
}

test('/ goes to the filter; rows follow what is typed; Escape takes it away', async () => {
    await page.keyboard.press('Tab');
    await page.keyboard.type('/ibm');
    await untilRows(25);
    assert.equal(await value('Filter trades'), 'ibm', 'the slash is no part of it');
    await page.keyboard.type(' buy');
    await untilRows(16);
    await page.keyboard.press('Enter');
    await untilFocused(canvas);
    assert.equal(await count(), 16, 'the filter stays');
    await page.keyboard.type('/');
    await page.keyboard.press('Escape');
    await untilRows(200);
    await untilFocused('Filter trades');
    await page.keyboard.press('Escape');
    await untilFocused(canvas);
});

test('the filter is that of the table that has the focus', async () => {
    await page.keyboard.press('Tab');
    await page.keyboard.press('Tab');
    await untilShown('Filter positions');
    await page.keyboard.type('/GOOG');
    await untilRows(1, 'positions');
    assert.equal(await count('trades'), 200);
    await page.keyboard.press('Enter');
    await page.keyboard.press('Shift+Tab');
    await untilShown('Filter trades');
    assert.equal(await value('Filter trades'), '');
    await page.keyboard.press('Tab');
    await untilShown('Filter positions');
    assert.equal(await value('Filter positions'), 'GOOG');
});

test('a filter that a script sets is shown, and can be typed on', async () => {
    await withBlotter(page, (blotter) => blotter.setFilter('trades', 'IB'));
    await until('its text', async () => (await value('Filter trades')) === 'IB');
    await page.keyboard.press('Tab');
    await page.keyboard.press('/');
    await page.keyboard.press('End');
    await page.keyboard.type('M');
    await untilRows(25);
});

test('keys typed before the picker is drawn are not lost', async () => {
    await page.keyboard.press('Tab');
    // All in one task: no frame comes in between.
    await withBlotter(page, ({shadowRoot}) => {
        const press = (key, code) =>
            shadowRoot.activeElement.dispatchEvent(
                new KeyboardEvent('keydown', {key, code, bubbles: true, cancelable: true}),
            );
        press('a', 'KeyA');
        const field = shadowRoot.activeElement;
        field.value = '8';
        field.dispatchEvent(new InputEvent('input', {data: '8'}));
        press('Enter', 'Enter');
    });
    await until('the account', async () => (await hash()) === '#account=8');
});

test('the picker is moved through by arrows, and left by Escape and Tab', async () => {
    await openPicker();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await until('the next one', async () => (await hash()) === '#account=7');
    for (const key of ['Escape', 'Tab']) {
        await openPicker();
        await page.keyboard.press(key);
        await untilFocused(canvas);
    }
    assert.equal(await hash(), '#account=7');
});

test('text is composed by an input method', async () => {
    await openPicker();
    await cdp.send('Input.imeSetComposition', {text: 'かぶ', selectionStart: 2, selectionEnd: 2});
    assert.equal(await value('Account'), 'かぶ', 'what is being composed is seen');
    await cdp.send('Input.insertText', {text: '株式'});
    await page.keyboard.press('Enter');
    await until('the account', async () => (await hash()) === '#account=7');
});

test('what is being composed does not filter yet, and frames leave it alone', async () => {
    await page.keyboard.press('Tab');
    await page.keyboard.press('/');
    await cdp.send('Input.imeSetComposition', {text: 'がい', selectionStart: 2, selectionEnd: 2});
    const {frames} = await statsOf(page);
    publish(link, [trade(1000)]);
    await until('a frame', async () => (await statsOf(page)).frames > frames);
    assert.equal(await value('Filter trades'), 'がい');
    assert.equal(await count(), 201, 'all rows still');
    await cdp.send('Input.insertText', {text: '外'});
    await untilRows(0);
    assert.equal(await value('Filter trades'), '外');
});

test('text is copied and pasted, both ways', async () => {
    await openPicker();
    await page.keyboard.type('20xyz');
    await page.keyboard.press('Control+a');
    await page.keyboard.press('Control+c');
    const copied = () => page.evaluate(() => navigator.clipboard.readText());
    await until('copied', async () => (await copied()) === '20xyz');
    await page.evaluate(() => navigator.clipboard.writeText('Soci'));
    await page.keyboard.press('Control+v');
    await page.keyboard.type('été');
    await page.keyboard.press('Enter');
    await until('the account', async () => (await hash()) === '#account=8');
});

test('a finger opens the field that the screen keyboard types into', async () => {
    const {x, y, width, height} = await box('Filter trades');
    await page.touchscreen.tap(x + width / 2, y + height / 2);
    await untilFocused('Filter trades');
    await cdp.send('Input.insertText', {text: 'TSLA'});
    await untilRows(25);
    const mode = await withBlotter(page, ({shadowRoot}) => shadowRoot.activeElement.inputMode);
    assert.equal(mode, 'search');
});

test('the focus stays while rows come in, and with another account', async () => {
    await page.keyboard.press('Tab');
    await page.keyboard.type('/I');
    for (let index = 0; index < 5; ++index) {
        const {frames} = await statsOf(page);
        publish(link, [trade(2000 + index * 8)]); // IBM, so in sight
        await until('a frame', async () => (await statsOf(page)).frames > frames);
    }
    await page.evaluate(() => (location.hash = '#account=8&filter=I'));
    await untilStatus(page, 'live');
    await page.keyboard.type('BM');
    await untilFocused('Filter trades');
    await until('typed on', async () => (await value('Filter trades')) === 'IBM');
});

test('the field lies over its frame at every density', async () => {
    for (const density of [1, 1.1, 1.5, 2.625]) {
        await cdp.send('Emulation.setDeviceMetricsOverride', {
            width: Math.round(1000 / density),
            height: Math.round(600 / density),
            deviceScaleFactor: density,
            mobile: false,
        });
        await until(`density ${density}`, async () => {
            const field = await box('Filter trades');
            const area = (await statsOf(page)).layout.filter;
            const near = (a, b) => Math.abs(a - b) < 0.02;
            return (
                near(field.x, area.x) &&
                near(field.y, area.y) &&
                near(field.width, area.width) &&
                near(field.height, area.height) &&
                near((field.x * density) % 1, Math.round((field.x * density) % 1))
            );
        });
    }
});

test('the browser keeps its shortcuts in a field', async () => {
    await page.keyboard.press('Tab');
    await page.keyboard.press('/');
    const taken = await withBlotter(page, ({shadowRoot}) => {
        const field = shadowRoot.activeElement;
        const press = (key, more) =>
            !field.dispatchEvent(new KeyboardEvent('keydown', {key, cancelable: true, ...more}));
        const control = {ctrlKey: true};
        return {
            browsers: [
                ...['F5', 'F11', 'F12', 'Tab', 'ArrowDown', 'Home', 'a', '?'].map((key) =>
                    press(key),
                ),
                ...['l', 'n', 'r', 't', 'w', 'f', 'a', 'c', 'v', 'z', '+', '-'].map((key) =>
                    press(key, control),
                ),
                press('Enter', {isComposing: true}),
            ],
            ours: [press('Enter')],
        };
    });
    assert.deepEqual(new Set(taken.browsers), new Set([false]));
    assert.deepEqual(taken.ours, [true]);
    // Tab goes on from it, out of the element in the end.
    await page.keyboard.press('/');
    await page.keyboard.press('Tab');
    await until('out', async () => (await focused()) !== 'Filter trades');
});

test('nothing of a field shines through a list that lies over it', async () => {
    await openPicker();
    await untilShown('Account');
    await untilHidden('Filter trades'); // drawn on the canvas meanwhile, from the next frame on
    await page.keyboard.press('Escape');
    await untilShown('Filter trades');
    await untilHidden('Account');
});
