// tests/web/glyphs.test.mjs - names in other scripts: drawn by the browser into our atlas, each
// glyph its own, at the display's density, and bounded.
import assert from 'node:assert/strict';
import {after, before, test} from 'node:test';

import {launchBrowser, openPage, statsOf, untilStatus, withBlotter} from '../support/browser.mjs';
import {Ingress, quietBroker} from '../support/ingress.mjs';
import {differences, inkIn, readPng} from '../support/pixels.mjs';
import {until} from '../support/wait.mjs';

const account = 22214;
let ingress;
let browser;
let securities;

before(async () => {
    ingress = await Ingress.start();
    ingress.socket = quietBroker;
    ingress.rest = (path) => ({
        status: 200,
        body: JSON.stringify(
            path.includes('/trades/')
                ? securities.map((security, index) => ({
                      id: `T-${index}`,
                      accountId: account,
                      security,
                      side: 'Buy',
                      state: 'Settled',
                      quantity: 100,
                      updated: 1784737884468 - index,
                      created: 1784737884461,
                  }))
                : [],
        ),
    });
    browser = await launchBrowser();
});
after(async () => {
    await browser?.close();
    await ingress?.stop();
});

const open = async (options) => {
    const page = await openPage(browser, `${ingress.url}#account=${account}`, options);
    await untilStatus(page, 'live');
    return page;
};

for (const density of [1, 2]) {
    // A system without a script's font shows boxes: words of other lengths differ even so.
    test(`every script is seen, and no two words look alike, at density ${density}`, async () => {
        securities = [
            'Société',
            '株式',
            'Акция',
            'Μετοχή',
            '주식회사',
            '株式会社東京',
            '😀',
            'ŁÓDŹ',
        ];
        const page = await open({
            viewport: {width: 1280, height: 500},
            deviceScaleFactor: density,
        });
        // Live is told before the frame that shows it.
        await until(
            'the glyphs of the browser',
            async () => (await statsOf(page)).glyphsDrawn >= 16,
        );
        const {layout, glyphsRefused} = await statsOf(page);
        assert.equal(glyphsRefused, 0);
        const {x, y, width, headerHeight, rowHeight} = layout.tables.trades;
        const picture = readPng(await page.screenshot());
        const row = (index) => ({
            x: (x + 2) * density,
            y: (y + headerHeight + index * rowHeight) * density,
            width: (width - 20) * density,
            height: rowHeight * density,
        });
        // Apart from the id, two rows differ in their security alone.
        const cells = securities.map((_, index) => {
            const box = row(index);
            const pixels = [];
            for (let dy = 2; dy < box.height - 2; ++dy) {
                for (let dx = 0; dx < box.width; ++dx) {
                    const pixel = picture.at(box.x + dx, Math.round(box.y) + dy);
                    pixels.push(pixel[1] > 110 ? 1 : 0);
                }
            }
            return pixels;
        });
        for (let a = 0; a < cells.length; ++a) {
            assert.ok(inkIn(picture, row(a)) > 250 * density, `${securities[a]} is drawn`);
            for (let b = 0; b < a; ++b) {
                const apart = cells[a].filter((value, index) => value !== cells[b][index]).length;
                assert.ok(apart > 25 * density, `${securities[a]} is not ${securities[b]}`);
            }
        }
        assert.deepEqual(page.complaints, []);
        await page.context().close();
    });
}

// A network that spoils one piece; a server that answers its own words; a face that is cut short.
test('a face that arrives damaged is not used, and every letter is drawn even so', async () => {
    securities = ['Société'];
    const damage = {
        '**/text.ttf': (bytes) => bytes.fill(0xff, bytes.length >> 1),
        '**/symbol.ttf': (bytes) => bytes.subarray(0, bytes.length >> 1),
        '**/latin.ttf': () => Buffer.from('<!doctype html><p>Sign in.'),
    };
    const page = await openPage(browser, 'about:blank', {viewport: {width: 1280, height: 300}});
    for (const [pattern, spoil] of Object.entries(damage))
        await page.route(pattern, async (route) => {
            const response = await route.fetch();
            await route.fulfill({response, body: spoil(await response.body())});
        });
    await page.goto(`${ingress.url}#account=${account}`);
    await untilStatus(page, 'live');
    await until('they came', async () => (await statsOf(page)).facesRefused === 3);
    await until('é by the browser', async () => (await statsOf(page)).glyphsDrawn >= 1);
    const {layout} = await statsOf(page);
    const {x, y, width, headerHeight, rowHeight} = layout.tables.trades;
    const picture = readPng(await page.screenshot());
    const row = {x: x + 2, y: y + headerHeight, width: width - 20, height: rowHeight};
    assert.ok(inkIn(picture, row) > 250, 'the row is drawn');
    assert.deepEqual(page.complaints, []);
    await page.context().close();
});

test('marks that only steer the text around them take no room', async () => {
    const steering = '\u200b\u200d\u202e\u2067\ufe0f\ufeff';
    securities = ['IBM'];
    const page = await open({viewport: {width: 1280, height: 300}});
    const plain = readPng(await page.screenshot());
    await page.context().close();
    securities = [`I${steering}B${steering}M`];
    const steered = await open({viewport: {width: 1280, height: 300}});
    const {layout} = await statsOf(steered);
    const {y, headerHeight, rowHeight, width} = layout.tables.trades;
    const picture = readPng(await steered.screenshot());
    const inRow = (x, at) =>
        x < width && at >= y + headerHeight && at < y + headerHeight + rowHeight;
    assert.equal(differences(plain, picture, inRow), 0);
    await steered.context().close();
});

test('twenty thousand different glyphs: the atlas stays bounded, the page alive', async () => {
    const letters = Array.from({length: 20_000}, (_, index) =>
        String.fromCodePoint(0x4e00 + index),
    );
    securities = [];
    for (let at = 0; at < letters.length; at += 8) {
        securities.push(letters.slice(at, at + 8).join(''));
    }
    const page = await open({viewport: {width: 1000, height: 1400}, deviceScaleFactor: 2});
    await withBlotter(page, (blotter) => blotter.shadowRoot.querySelector('canvas').focus());
    const figures = () => statsOf(page);
    await until(
        'the limit',
        async () => {
            await page.keyboard.press('PageDown');
            return (await figures()).glyphsRefused > 100;
        },
        60,
    );
    const {glyphsDrawn, layout} = await figures();
    assert.ok(glyphsDrawn > 1500 && glyphsDrawn < 20_000, `${glyphsDrawn} drawn`);
    // Beyond the limit there is something to see all the same.
    const {x, y, width, headerHeight, rowHeight} = layout.tables.trades;
    const picture = readPng(await page.screenshot());
    const row = {x, y: y + headerHeight, width: width - 20, height: rowHeight};
    for (const side of Object.keys(row)) row[side] *= 2;
    assert.ok(inkIn(picture, row) > 400);
    assert.deepEqual(page.complaints, []);
    assert.equal(await withBlotter(page, (blotter) => blotter.status), 'live');
    await page.context().close();
});
