// tests/web/layout_files.test.mjs - the saved layouts as a file, by the settings' buttons; and the
// members pause() and resume().
import assert from 'node:assert/strict';
import {readFile} from 'node:fs/promises';
import {after, afterEach, before, beforeEach, test} from 'node:test';

import {
    launchBrowser,
    openPage,
    statsOf,
    untilStatus,
    untilStill,
    withBlotter,
} from '../support/browser.mjs';
import {Ingress, quietBroker} from '../support/ingress.mjs';
import {account, publish, restOf, trade} from '../support/market.mjs';
import {until} from '../support/wait.mjs';

let ingress;
let browser;
let page;
let link;

before(async () => {
    ingress = await Ingress.start();
    ingress.rest = restOf(200);
    ingress.socket = (connection) => {
        link = connection;
        quietBroker(connection);
    };
    browser = await launchBrowser();
});
after(async () => {
    await browser?.close();
    await ingress?.stop();
});
beforeEach(async () => {
    page = await openPage(browser, `${ingress.url}#account=${account}`);
    await untilStatus(page, 'live');
});
afterEach(async () => {
    assert.deepEqual(page.complaints, []);
    await page.context().close();
});

const layouts = () => withBlotter(page, (blotter) => blotter.layouts());
const count = () => withBlotter(page, (blotter) => blotter.rowCount('trades'));
const untilToast = (pattern) =>
    until(String(pattern), async () => pattern.test((await statsOf(page)).toast));

const place = async (name) => (await statsOf(page)).places[name];

// A dialogue has the keys until the frame in which it closes.
async function closeSettings() {
    await page.keyboard.press('Escape');
    await until('the settings are closed', async () => !(await place('Save to a file')));
    await untilStill(page, 100);
}

// Presses a button of the settings, which are opened for it.
async function press(button) {
    if (!(await place(button))) {
        await page.mouse.click(...(await place('Settings')));
        await until(button, () => place(button));
    }
    await page.mouse.click(...(await place(button)));
}

async function choose(name, text) {
    const chooser = page.waitForEvent('filechooser');
    await press('Load from a file');
    const buffer = Buffer.from(text);
    await (await chooser).setFiles({name, mimeType: 'application/json', buffer});
}

async function saveLayout(number, filter) {
    await withBlotter(page, (blotter, words) => blotter.setFilter('trades', words), filter);
    await withBlotter(page, ({shadowRoot}) => shadowRoot.querySelector('canvas').focus());
    await page.keyboard.press(`Shift+Digit${number}`);
    await until('saved', async () => (await layouts())[number]);
}

test('layouts go to a file, and come from it in another browser', async () => {
    await press('Save to a file');
    await untilToast(/^No layout is saved yet/);
    await closeSettings();
    await saveLayout(2, 'TSLA');
    await saveLayout(7, 'IBM');
    await untilToast(/^Layout 7 saved\.$/);
    const download = page.waitForEvent('download');
    await press('Save to a file');
    const file = await download;
    assert.equal(file.suggestedFilename(), 'nats-blotter layouts.json');
    const text = await readFile(await file.path(), 'utf8');
    const saved = await layouts();
    assert.deepEqual(JSON.parse(text), {'nats-blotter': 'layouts', layouts: saved});

    await page.context().close();
    page = await openPage(browser, `${ingress.url}#account=${account}`);
    await untilStatus(page, 'live');
    assert.deepEqual(await layouts(), {});
    await choose('mine.json', text);
    await untilToast(/^Layouts loaded: 2, 7\./);
    assert.deepEqual(await layouts(), saved);
    await closeSettings();
    await withBlotter(page, ({shadowRoot}) => shadowRoot.querySelector('canvas').focus());
    await until('shown', async () => {
        await page.keyboard.press('2');
        return (await count()) === 25;
    });
});

test('a file of something else is refused in words, and changes nothing', async () => {
    await saveLayout(4, 'IBM');
    const saved = await layouts();
    const layout = saved[4];
    const file = (contents) => JSON.stringify({'nats-blotter': 'layouts', layouts: contents});
    for (const [name, text, why] of [
        ['picture.png', '\u0089PNG\r\n', /“picture\.png” is no file of layouts: it is no JSON;/],
        ['list.json', '[1, 2]', /list\.json.*it is of something else;/],
        ['null.json', 'null', /null\.json.*it is of something else;/],
        ['none.json', file({}), /none\.json.*it holds none;/],
        ['ten.json', file({4: {desk: {}, tables: {}}, 10: layout}), /ten.*layout “10” is none;/],
        ['odd.json', file({4: {...layout, tables: []}}), /odd.*layout “4” is none;/],
        ['big.json', ' '.repeat(1024 * 1024 + 1), /big\.json.*it is too large;/],
    ]) {
        await choose(name, text);
        await untilToast(why);
        assert.match((await statsOf(page)).toast, /; nothing was changed\.$/);
        assert.deepEqual(await layouts(), saved, name);
    }
    assert.equal(await count(), 25, 'nor what is shown');
});

test('pause() and resume() are the button', async () => {
    const call = (name) => withBlotter(page, (blotter, member) => blotter[member](), name);
    const paused = async () => (await statsOf(page)).paused;
    await call('pause');
    await call('pause');
    await until('paused', paused);
    publish(link, [trade(5000)]);
    await until('the row waits', async () => (await statsOf(page)).waiting === 1);
    assert.equal(await count(), 200);
    const {places} = await statsOf(page);
    await page.mouse.click(...places.Pause);
    await until('resumed by the button', async () => !(await paused()));
    await until('the row is there', async () => (await count()) === 201);
    await page.mouse.click(...places.Pause);
    await until('paused by the button', paused);
    await call('resume');
    await call('resume');
    await until('resumed', async () => !(await paused()));
});
