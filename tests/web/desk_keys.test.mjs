// tests/web/desk_keys.test.mjs - keys, themes and spacings, as a user reaches them.
import assert from 'node:assert/strict';
import {after, afterEach, before, beforeEach, test} from 'node:test';

import {launchBrowser, openPage, statsOf, untilStatus, withBlotter} from '../support/browser.mjs';
import {Ingress, quietBroker} from '../support/ingress.mjs';
import {restOf} from '../support/market.mjs';
import {apart, inkIn, readPng} from '../support/pixels.mjs';
import {until} from '../support/wait.mjs';

let ingress;
let browser;
let page;

before(async () => {
    ingress = await Ingress.start();
    ingress.socket = quietBroker;
    ingress.rest = restOf(200);
    browser = await launchBrowser();
});
after(async () => {
    await browser?.close();
    await ingress?.stop();
});
beforeEach(async () => {
    page = await openPage(browser, `${ingress.url}#account=22214`);
    await untilStatus(page, 'live');
    await page.keyboard.press('Tab');
});
afterEach(async () => {
    assert.deepEqual(page.complaints, []);
    await page.context().close();
});

const picture = async () => readPng(await page.screenshot());
const table = async () => (await statsOf(page)).layout.tables.trades;
// Of the last rows of the first table: every other one has the ground's own colour.
async function grounds() {
    const {x, y, width, headerHeight, rowHeight} = await table();
    const image = await picture();
    const at = (row) =>
        image.at(x + width - 20, Math.floor(y + headerHeight + rowHeight * row) + 2);
    return [at(3).join(), at(4).join()];
}
const untilGround = (what, colour) => until(what, async () => (await grounds()).includes(colour));

test('T goes through the themes, and the system is followed at the end', async () => {
    await untilGround('dark, as the system prefers', '14,17,22');
    await page.keyboard.press('t'); // dark
    await page.keyboard.press('t');
    await untilGround('light', '255,255,255');
    await page.keyboard.press('t');
    await untilGround('high contrast', '0,0,0');
    await page.keyboard.press('t');
    await untilGround('colour-blind safe', '14,17,22');
    await page.keyboard.press('t');
    await page.emulateMedia({colorScheme: 'light'});
    await untilGround('light, as the system prefers', '255,255,255');
    await page.emulateMedia({colorScheme: 'light', forcedColors: 'active'});
    await untilGround('high contrast, as the system forces colours', '0,0,0');
});

test('the theme attribute knows every theme', async () => {
    for (const [theme, ground] of [
        ['high-contrast', '0,0,0'],
        ['light', '255,255,255'],
        ['colour-blind', '14,17,22'],
    ]) {
        await withBlotter(page, (blotter, name) => blotter.setAttribute('theme', name), theme);
        await untilGround(theme, ground);
    }
});

test('D spaces the rows: 20, 26 and 16 pixels', async () => {
    const height = async () => (await table()).rowHeight;
    assert.equal(await height(), 20);
    await page.keyboard.press('d');
    await until('comfortable', async () => (await height()) === 26);
    await page.keyboard.press('d');
    await until('compact', async () => (await height()) === 16);
    await page.keyboard.press('d');
    await until('as before', async () => (await height()) === 20);
});

test('? shows all keys over the screen, and Escape puts them away', async () => {
    const before = await picture();
    const skipped = (await statsOf(page)).layout.figures;
    await page.keyboard.press('?');
    await until('the help', async () => apart(before, await picture(), skipped).overShare > 0.2);
    const centre = {x: 250, y: 180, width: 760, height: 420};
    assert.ok(inkIn(await picture(), centre) > 4000, 'it is full of words');
    await page.keyboard.press('t'); // not a command now
    await page.keyboard.press('Escape');
    await until('gone', async () => apart(before, await picture(), skipped).overShare < 0.01);
});

test('a Russian keyboard has the commands on the same keys', async () => {
    await withBlotter(page, (blotter) => {
        const canvas = blotter.shadowRoot.querySelector('canvas');
        const event = (type) => new KeyboardEvent(type, {code: 'KeyD', key: 'в', cancelable: true});
        canvas.dispatchEvent(event('keydown'));
        canvas.dispatchEvent(event('keyup'));
    });
    await until('comfortable', async () => (await table()).rowHeight === 26);
});

test('keys of the browser are not taken from it', async () => {
    const taken = await withBlotter(page, (blotter) => {
        const canvas = blotter.shadowRoot.querySelector('canvas');
        const press = (key, code, more) =>
            !canvas.dispatchEvent(
                new KeyboardEvent('keydown', {key, code, cancelable: true, ...more}),
            );
        const control = {ctrlKey: true};
        return {
            browsers: [
                press('F5', 'F5'),
                press('F11', 'F11'),
                press('F12', 'F12'),
                ...['l', 'n', 'r', 't', 'w'].map((key) =>
                    press(key, `Key${key.toUpperCase()}`, control),
                ),
                press('+', 'Equal', control),
                press('-', 'Minus', control),
                press('Tab', 'Tab', control),
                press('ArrowLeft', 'ArrowLeft', {altKey: true}),
            ],
            ours: [press('d', 'KeyD'), press('ArrowDown', 'ArrowDown'), press('t', 'KeyT')],
        };
    });
    assert.deepEqual(new Set(taken.browsers), new Set([false]));
    assert.deepEqual(taken.ours, [true, true, true]);
});
