// tests/web/start.test.mjs - a page that cannot start says why, in words a person can use, and
// `ready` rejects with the same words.
import assert from 'node:assert/strict';
import {after, before, test} from 'node:test';

import {launchBrowser, openPage, statusOf, withBlotter} from '../support/browser.mjs';
import {Ingress, quietBroker} from '../support/ingress.mjs';
import {until} from '../support/wait.mjs';

let ingress;
let browser;

before(async () => {
    ingress = await Ingress.start();
    ingress.socket = quietBroker;
    browser = await launchBrowser();
});
after(async () => {
    await browser?.close();
    await ingress?.stop();
});

const wordsOf = (page) =>
    withBlotter(page, (blotter) => blotter.shadowRoot?.querySelector('.words').textContent ?? '');
const reasonOf = (page) =>
    withBlotter(page, (blotter) =>
        blotter.ready.then(
            () => 'ready',
            (error) => error.message,
        ),
    );

async function refuses(page, words) {
    await until('the words', async () => words.test(await wordsOf(page)));
    const seen = await withBlotter(page, (blotter) => {
        const box = blotter.shadowRoot.querySelector('.words').getBoundingClientRect();
        return box.width * box.height;
    });
    assert.ok(seen > 10_000, 'the words are seen');
    assert.equal(await reasonOf(page), await wordsOf(page));
    assert.equal(await statusOf(page), 'offline');
    assert.deepEqual(page.complaints, []);
}

// A page prepared before it loads.
async function prepared(work, using = browser) {
    const context = await using.newContext();
    const page = await context.newPage();
    page.complaints = [];
    page.on('pageerror', (error) => page.complaints.push(String(error)));
    await work(page);
    await page.goto(ingress.url);
    return page;
}

test('without WebAssembly', async () => {
    const page = await prepared((blank) => blank.addInitScript('delete globalThis.WebAssembly'));
    await refuses(page, /has no WebAssembly/);
    await page.context().close();
});

test('blocked by policy', async () => {
    const before = ingress.policy;
    ingress.policy = before.replace(" 'wasm-unsafe-eval'", '');
    const page = await openPage(browser, ingress.url);
    await refuses(page, /Content-Security-Policy blocks WebAssembly.*'wasm-unsafe-eval'/);
    ingress.policy = before;
    await page.context().close();
});

test('out of memory', async () => {
    // An engine that gives a module 16 MiB, of the 32 MiB that the program begins with.
    const poor = await launchBrowser({args: ['--js-flags=--wasm-max-mem-pages=256']});
    try {
        const page = await prepared(() => {}, poor);
        await refuses(page, /not enough memory/);
    } finally {
        await poor.close();
    }
});

test('its script cannot be loaded', async () => {
    const page = await prepared((blank) =>
        blank.route('**/blotter.js', (route) => route.abort('connectionrefused')),
    );
    await refuses(page, /program could not be loaded.*reload the page/is);
    await page.context().close();
});

test('its program cannot be loaded', async () => {
    const page = await prepared((blank) =>
        blank.route('**/blotter.wasm', (route) => route.fulfill({status: 404, body: 'gone'})),
    );
    await refuses(page, /could not (be loaded|start)/);
    await page.context().close();
});

test('its own element cannot be loaded', async () => {
    const page = await prepared((blank) =>
        blank.route('**/nats-blotter.js', (route) => route.abort('connectionrefused')),
    );
    await until('words on the page', async () =>
        /could not be loaded.*Reload the page/.test(await page.innerText('body')),
    );
    await page.context().close();
});

test('compiled as it streams in, and all the same without the right type', async () => {
    const count = () => {
        globalThis.streamed = 0;
        const original = WebAssembly.compileStreaming;
        WebAssembly.compileStreaming = async (answer) => {
            const made = await original(answer);
            globalThis.streamed += answer.url.endsWith('/blotter.wasm') ? 1 : 0;
            return made;
        };
    };
    const right = await prepared((blank) => blank.addInitScript(count));
    assert.equal(await reasonOf(right), 'ready');
    assert.equal(await right.evaluate('streamed'), 1);
    await right.context().close();

    const wrong = await prepared(async (blank) => {
        await blank.addInitScript(count);
        await blank.route('**/blotter.wasm', async (route) => {
            const answer = await route.fetch();
            const headers = {...answer.headers(), 'content-type': 'application/octet-stream'};
            await route.fulfill({response: answer, headers});
        });
    });
    assert.equal(await reasonOf(wrong), 'ready');
    assert.equal(await wrong.evaluate('streamed'), 0);
    await wrong.context().close();
});
