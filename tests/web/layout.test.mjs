// The picture at several densities and widths: exact device pixels, side by side or stacked, and
// following the window.
import assert from 'node:assert/strict';
import {after, before, test} from 'node:test';

import {launchBrowser, openPage, statsOf, untilStatus, withBlotter} from '../support/browser.mjs';
import {until} from '../support/wait.mjs';
import {Ingress, quietBroker} from '../support/ingress.mjs';
import {inkIn, readPng} from '../support/pixels.mjs';

const trade = {
    id: 'T-1',
    accountId: 22214,
    security: 'IBM',
    side: 'Buy',
    state: 'Settled',
    quantity: 100,
    updated: 1784737884468,
    created: 1784737884461,
};

let ingress;
let browser;

before(async () => {
    ingress = await Ingress.start();
    ingress.socket = quietBroker;
    ingress.rest = (path) => ({
        status: 200,
        body: path.includes('/trades/') ? JSON.stringify([trade]) : '[]',
    });
    browser = await launchBrowser();
});
after(async () => {
    await browser?.close();
    await ingress?.stop();
});

const open = async (options) => {
    const page = await openPage(browser, `${ingress.url}#account=22214`, options);
    await untilStatus(page, 'live');
    return page;
};

const canvasSize = (page) =>
    withBlotter(page, (blotter) => {
        const canvas = blotter.shadowRoot.querySelector('canvas');
        return [canvas.width, canvas.height];
    });

for (const density of [1, 1.25, 1.5, 2, 3]) {
    test(`the canvas has the display's own pixels at density ${density}`, async () => {
        const page = await open({viewport: {width: 800, height: 400}, deviceScaleFactor: density});
        assert.deepEqual(await canvasSize(page), [800 * density, 400 * density]);
        const {x, y, width, headerHeight, rowHeight} = (await statsOf(page)).layout.tables.trades;
        assert.equal(rowHeight * density, Math.round(20 * density));
        const row = {x, y: y + headerHeight, width: width - 20, height: rowHeight};
        for (const side of Object.keys(row)) row[side] *= density;
        const picture = readPng(await page.screenshot());
        assert.ok(inkIn(picture, row) > 250 * density * density, 'text is drawn at full density');
        await page.context().close();
    });
}

test('tables stand side by side where there is room, and are stacked where not', async () => {
    const page = await open({viewport: {width: 1280, height: 800}});
    const tables = async () => (await statsOf(page)).layout.tables;
    const wide = await tables();
    assert.ok(wide.positions.x > wide.trades.x && wide.positions.y === wide.trades.y);
    await page.setViewportSize({width: 390, height: 844});
    await until('stacked', async () => (await tables()).positions.y > wide.trades.y + 100);
    const narrow = await tables();
    assert.ok(narrow.positions.x === 0 && narrow.trades.width === 390);
    assert.deepEqual(await canvasSize(page), [390, 844]);
    assert.deepEqual(page.complaints, []);
    await page.context().close();
});

test('light and dark follow the system, and the attribute overrules it', async () => {
    const groundOf = async (page) => readPng(await page.screenshot()).at(300, 700);
    const page = await open({colorScheme: 'light'});
    assert.deepEqual(await groundOf(page), [0xff, 0xff, 0xff]);
    await page.emulateMedia({colorScheme: 'dark'});
    await until('dark', async () => (await groundOf(page)).join() === '14,17,22');
    await withBlotter(page, (blotter) => blotter.setAttribute('theme', 'light'));
    await until('light again', async () => (await groundOf(page)).join() === '255,255,255');
    await page.context().close();
});
