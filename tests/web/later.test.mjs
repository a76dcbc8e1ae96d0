// tests/web/later.test.mjs - the part of the program that the first paint does without
// (web/later.txt): while it is late, missing or of another release, the page is live and says what
// it waits for; when it comes, all is there, and what the user did meanwhile is done.
//
// In the first test nothing the world can do to a page may ask for it: the page says so in its log,
// and would stop there.
import assert from 'node:assert/strict';
import {readFileSync} from 'node:fs';
import {join} from 'node:path';
import {after, afterEach, before, test} from 'node:test';

import {
    launchBrowser,
    rowsOf,
    statsOf,
    statusOf,
    untilStatus,
    withBlotter,
} from '../support/browser.mjs';
import {root, Stack} from '../support/stack.mjs';
import {until} from '../support/wait.mjs';

const later = readFileSync(join(root, 'dist/blotter-later.wasm'));
let stack;
let browser;
let page;
let logged;

before(async () => {
    stack = await Stack.start();
    browser = await launchBrowser();
});
after(async () => {
    await browser?.close();
    await stack?.stop();
});
afterEach(async () => {
    assert.deepEqual(page.complaints, []);
    const needed = logged.filter((line) => /needed before/.test(line));
    assert.deepEqual(needed, [], 'asked for before it was there');
    await page.context().close();
});

// A page to which `answer` gives the later part.
async function open(address, answer) {
    const context = await browser.newContext({viewport: {width: 1280, height: 800}});
    page = await context.newPage();
    page.complaints = [];
    logged = [];
    page.on('pageerror', (error) => page.complaints.push(String(error)));
    page.on('console', (message) => logged.push(message.text()));
    await page.route('**/blotter-later.wasm', answer);
    await page.goto(stack.url + address);
}
const gone = (route) => route.fulfill({status: 404, body: 'gone'});
const wordsOf = () =>
    withBlotter(page, (blotter) => {
        const missing = blotter.shadowRoot.querySelector('.missing');
        return missing.hidden ? '' : missing.textContent;
    });
const untilWords = (words) => until(`the words ${words}`, async () => words.test(await wordsOf()));
const picture = async () => (await page.screenshot()).toString('base64');
const heard = () => page.evaluate(() => globalThis.heard.map(({status}) => status));

// What changes the status, and is over when the page is live again.
async function unsettled(work) {
    await withBlotter(page, (blotter) => {
        globalThis.heard = [];
        blotter.onstatuschange ??= blotter.addEventListener('statuschange', (event) =>
            globalThis.heard.push(event.detail),
        );
    });
    await work();
    await until('another status', async () => (await heard()).some((one) => one !== 'live'));
    await untilStatus(page, 'live', 30);
}

test('a page without it lives on, says so, and has all when it comes', async () => {
    let missing = true;
    await open('#account=22214', (route) => (missing ? gone(route) : route.fallback()));
    await untilStatus(page, 'live');
    await untilWords(/keys, menus and panels wait.*Trying again in \d+ s.*answered 404/s);

    // Messages, on the screen.
    const before = await picture();
    assert.equal(await stack.orders(40), 40);
    await until('the orders in the picture', async () => (await picture()) !== before);

    // The user, who is not heard yet.
    await page.mouse.move(300, 300);
    await page.mouse.wheel(0, 400);
    await page.mouse.click(300, 300);
    await page.keyboard.press('ArrowDown');
    await page.mouse.move(700, 40);

    // Other accounts, one and all; another look; other sizes; and a broker that dies.
    for (const account of ['11413', '0']) {
        await unsettled(() =>
            withBlotter(page, (blotter, name) => blotter.setAttribute('account', name), account),
        );
    }
    for (const theme of ['light', 'high-contrast', 'dark'])
        await withBlotter(page, (blotter, name) => blotter.setAttribute('theme', name), theme);
    for (const width of [320, 700, 1600]) await page.setViewportSize({width, height: 700});
    for (const height of [130, 300]) await page.setViewportSize({width: 1600, height});
    await unsettled(() => stack.kill('nats'));
    assert.equal(await stack.orders(40), 40);
    await withBlotter(page, () => dispatchEvent(new Event('online')));
    await stack.settled();
    assert.equal(await statusOf(page), 'live');

    missing = false;
    await until('all of it', async () => (await wordsOf()) === '');
    await until('the same trades as in the database', async () => {
        const ids = (await rowsOf(page, 'trades')).map((row) => row.id).sort();
        const owed = (await stack.trades()).map((trade) => trade.id).sort();
        return JSON.stringify(ids) === JSON.stringify(owed);
    });
    const {reconnects} = await statsOf(page);
    assert.ok(reconnects >= 1);
});

test('what is pressed while it is late is done when it is there', async () => {
    let release = null;
    const released = new Promise((resolve) => {
        release = resolve;
    });
    await open('', async (route) => {
        await released;
        await route.fallback();
    });
    await untilStatus(page, 'live');
    await untilWords(/still being loaded/);
    await page.locator('nats-blotter canvas').focus();
    await page.keyboard.press('?');
    release();
    await until('the help that was asked for', async () => {
        const {layout} = await statsOf(page);
        return layout.targets.some(({words}) => /^help: /.test(words));
    });
    assert.equal(await wordsOf(), '');
});

test('one of another release is refused in words', async () => {
    const build = WebAssembly.Module.imports(new WebAssembly.Module(later))[0].module;
    const other = Buffer.from(
        later.toString('latin1').replaceAll(build, build.split('').reverse().join('')),
        'latin1',
    );
    await open('', (route) => route.fulfill({contentType: 'application/wasm', body: other}));
    await untilStatus(page, 'live');
    await untilWords(/another release.*reload the page/);
    assert.equal(await statusOf(page), 'live');
});

test('a profile of the user waits for all of it', async () => {
    let missing = true;
    const answer = (route) => (missing ? gone(route) : route.fallback());
    await open('?profile=profiles/traderx.json', answer);
    await untilWords(/answered 404/);
    assert.equal(await statusOf(page), 'connecting');
    missing = false;
    await untilStatus(page, 'live');
    assert.equal(await wordsOf(), '');
});

test('an element that goes before it is there leaves nothing behind', async () => {
    await open('', gone);
    await untilStatus(page, 'live');
    const why = await withBlotter(page, async (blotter) => {
        const asked = blotter.rows('trades');
        blotter.remove();
        return asked.catch((error) => error.message);
    });
    assert.match(why, /closed/);
    await page.emulateMedia({colorScheme: 'light'});
    await page.setViewportSize({width: 500, height: 500});
    assert.equal(await page.locator('nats-blotter').count(), 0);
});
