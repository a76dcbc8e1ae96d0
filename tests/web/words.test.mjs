// With no broker, no services or garbage on the socket the page says what is wrong in words, and
// recovers when they return; and it says why when it cannot run at all.
import assert from 'node:assert/strict';
import {after, afterEach, before, beforeEach, test} from 'node:test';

import {
    causeOf,
    launchBrowser,
    openPage,
    rowsOf,
    statsOf,
    statusOf,
    untilStatus,
    withBlotter,
} from '../support/browser.mjs';
import {until} from '../support/wait.mjs';
import {binary, info, Ingress, quietBroker, text} from '../support/ingress.mjs';
import {inkIn, readPng} from '../support/pixels.mjs';

let ingress;
let browser;
let page;

before(async () => {
    browser = await launchBrowser();
});
after(() => browser?.close());
beforeEach(async () => {
    ingress = await Ingress.start();
});
afterEach(async () => {
    await page?.context().close();
    await ingress.stop();
});

const trade = (id, quantity) => ({
    id,
    accountId: 22214,
    security: 'IBM',
    side: 'Buy',
    state: 'Settled',
    quantity,
    updated: '2026-07-22T16:31:24.468+00:00',
    created: '2026-07-22T16:31:24.461+00:00',
});

// REST answers of a small healthy system.
function healthy(path) {
    if (path.startsWith('/account-service/')) {
        return {status: 200, body: '[{"id":22214,"displayName":"Test Account 20"}]'};
    }
    if (path.startsWith('/position-service/trades/'))
        return {status: 200, body: JSON.stringify([trade('T-1', 100)])};
    return {status: 200, body: '[]'};
}

// What the words over the canvas say; empty while the program runs.
const wordsOf = (target) =>
    withBlotter(target, (blotter) => {
        const words = blotter.shadowRoot.querySelector('.words');
        return words.hidden ? '' : words.textContent;
    });

test('no broker: offline with a sentence, and live when it comes', async () => {
    ingress.rest = healthy;
    page = await openPage(browser, `${ingress.url}#account=22214`);
    await untilStatus(page, 'offline');
    assert.match(await causeOf(page), /broker/i);
    ingress.socket = quietBroker;
    await untilStatus(page, 'live', 10);
    assert.equal(await causeOf(page), '');
    assert.deepEqual(
        (await rowsOf(page, 'trades')).map((row) => row.id),
        ['T-1'],
    );
    assert.deepEqual(page.complaints, []);
});

test('no services: never live, the service is named, and live when it comes', async () => {
    ingress.socket = quietBroker;
    ingress.rest = () => ({status: 502, body: '<html>Bad Gateway</html>'});
    page = await openPage(browser, `${ingress.url}#account=22214`);
    await until('words', async () => /position-service answers 502/.test(await causeOf(page)));
    assert.notEqual(await statusOf(page), 'live');
    ingress.rest = healthy;
    await untilStatus(page, 'live', 10);
    assert.equal((await rowsOf(page, 'trades')).length, 1);
});

test('a snapshot that is no JSON, or is cut off, is a failure in words', async () => {
    ingress.socket = quietBroker;
    for (const body of [
        '<html>hello</html>',
        '[{"id":"T-1","accountId":22214,',
        '{"error":1}',
        '',
    ]) {
        ingress.rest = (path) => (path.includes('/trades/') ? {status: 200, body} : healthy(path));
        page = await openPage(browser, `${ingress.url}#account=22214`);
        await until(`words about ${body}`, async () =>
            /position-service/.test(await causeOf(page)),
        );
        assert.notEqual(await statusOf(page), 'live');
        ingress.rest = healthy;
        await untilStatus(page, 'live', 10);
        await page.context().close();
    }
});

test('garbage on the socket costs the connection, never the page', async () => {
    const noise = Buffer.from(Array.from({length: 512}, (_, index) => (index * 167 + 13) & 255));
    const bytes = [
        binary(noise),
        binary('HTTP/1.1 400 Bad Request\r\n\r\n'),
        text(info),
        binary(''),
        binary(`${info}PONG\r\nMSG\r\n`),
        binary(`${info}PONG\r\nMSG a 1 99999999999999999999\r\n`),
        binary('INFO {"server_id":\r\n'),
        binary('x'.repeat(60_000)),
    ];
    ingress.rest = healthy;
    let next = 0;
    ingress.socket = (connection) => {
        connection.write(bytes[next++ % bytes.length]);
        setTimeout(() => connection.destroy(), 300).unref();
    };
    page = await openPage(browser, `${ingress.url}#account=22214`);
    const causes = new Set();
    await until(
        'each kind of garbage',
        async () => {
            causes.add(await causeOf(page));
            assert.notEqual(await statusOf(page), 'live');
            return next > 2 * bytes.length;
        },
        60,
    );
    assert.ok(
        [...causes].some((cause) => cause !== ''),
        'words',
    );
    assert.ok((await statsOf(page)).protocolErrors > 0);
    ingress.socket = quietBroker;
    await untilStatus(page, 'live', 15);
    assert.deepEqual(page.complaints, []);
});

test('a text message is a breach that is told', async () => {
    ingress.rest = healthy;
    ingress.socket = (connection) => connection.write(text(info));
    page = await openPage(browser, ingress.url);
    await until('words', async () => /text message/.test(await causeOf(page)));
});

test('a payload that is no record is counted and dropped, the link stays', async () => {
    ingress.rest = healthy;
    let link;
    ingress.socket = (connection) => {
        link = connection;
        quietBroker(connection);
    };
    page = await openPage(browser, `${ingress.url}#account=22214`);
    await untilStatus(page, 'live');
    for (const payload of [
        'not json',
        '[]',
        '{"payload":{"accountId":22214}}',
        '{"payload":{"id":7}}',
    ]) {
        for (const sid of [1, 2])
            link.write(binary(`MSG a ${sid} ${payload.length}\r\n${payload}\r\n`));
    }
    await until('counts', async () => {
        const {decodeErrors} = await statsOf(page);
        return Object.values(decodeErrors).reduce((sum, count) => sum + count, 0) >= 8;
    });
    assert.equal(await statusOf(page), 'live');
    assert.equal((await rowsOf(page, 'trades')).length, 1);
});

test('a trade that the database does not confirm is shown as such', async () => {
    let link;
    ingress.socket = (connection) => {
        link = connection;
        quietBroker(connection);
    };
    // The event comes while the first snapshot is on its way, which does not hold it; nor does the
    // second, two seconds later.
    ingress.rest = async (path) => {
        if (path.includes('/trades/')) {
            const payload = JSON.stringify({payload: {...trade('T-2', 500), updated: Date.now()}});
            link.write(binary(`MSG a 1 ${payload.length}\r\n${payload}\r\n`));
            await new Promise((resolve) => setTimeout(resolve, 300));
        }
        return healthy(path);
    };
    page = await openPage(browser, `${ingress.url}#account=22214`);
    await untilStatus(page, 'live');
    ingress.rest = healthy;
    await until('the mark', async () => (await rowsOf(page, 'trades'))[0]._phantom === true);
    const rows = await rowsOf(page, 'trades');
    assert.deepEqual(
        rows.map((row) => [row.id, row._phantom]),
        [
            ['T-2', true],
            ['T-1', undefined],
        ],
    );
    const {layout, phantoms} = await statsOf(page);
    assert.equal(phantoms, 1);
    const {x, y, headerHeight, rowHeight} = layout.tables.trades;
    const picture = readPng(await page.screenshot());
    const strike = {x: x + 10, y: y + headerHeight + rowHeight / 2 - 2, width: 400, height: 4};
    assert.ok(inkIn(picture, strike) > 380, 'struck through');
});

test('readable before the program runs, and when scripts are off', async () => {
    const context = await browser.newContext({javaScriptEnabled: false});
    const quiet = await context.newPage();
    await quiet.goto(ingress.url);
    assert.match(await quiet.textContent('body'), /Loading the blotter/);
    assert.match(await quiet.innerHTML('body'), /needs JavaScript/);
    await context.close();
    page = undefined;
});

test('a policy that blocks WebAssembly is named', async () => {
    ingress.policy =
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; " +
        "connect-src 'self'";
    page = await openPage(browser, ingress.url);
    await until('words', async () => /wasm-unsafe-eval/.test(await wordsOf(page)));
    const reason = await withBlotter(page, (blotter) =>
        blotter.ready.then(
            () => 'ready',
            (error) => error.message,
        ),
    );
    assert.match(reason, /wasm-unsafe-eval/);
    assert.equal(await statusOf(page), 'offline');
});

test('a browser with nothing to draw on is told so', async () => {
    ingress.rest = healthy;
    ingress.socket = quietBroker;
    const context = await browser.newContext();
    await context.addInitScript(() => {
        HTMLCanvasElement.prototype.getContext = () => null;
        OffscreenCanvas.prototype.getContext = () => null;
    });
    page = await context.newPage();
    await page.goto(ingress.url);
    await until('words', async () => /no 2D context/.test(await wordsOf(page)));
});

test('an unknown profile, theme, subject family or account is one sentence', async () => {
    for (const [query, words] of [
        ['?profile=nonsense', /profile "nonsense"/],
        ['?theme=pink', /theme "pink"/],
        ['?subjects=x', /subjects "x"/],
        ['?renderer=x', /renderer "x"/],
    ]) {
        page = await openPage(browser, ingress.url + query);
        await until(query, async () => words.test(await wordsOf(page)));
        await page.context().close();
    }
    page = undefined;
});

test('a trap shows the crash text and lets nothing in afterwards', async () => {
    ingress.rest = healthy;
    let link;
    ingress.socket = (connection) => {
        link = connection;
        quietBroker(connection);
    };
    page = await openPage(browser, ingress.url);
    await untilStatus(page, 'live');
    await withBlotter(page, (blotter) => blotter.setAccount(22214));
    const said = await withBlotter(page, async (blotter) => {
        const original = Map.prototype.delete; // the program's own bookkeeping of fetches
        Map.prototype.delete = () => {
            throw new Error('a bug of ours');
        };
        await blotter.resync();
        await new Promise((resolve) => setTimeout(resolve, 500));
        Map.prototype.delete = original;
        return [
            blotter.status,
            await blotter.stats().then(
                () => 'answered',
                (error) => error.message,
            ),
        ];
    });
    assert.equal(said[0], 'offline');
    assert.match(said[1], /has stopped/);
    assert.match(await wordsOf(page), /Reload the page/);
    await until('its connection is closed', () => link.destroyed);
});

test('two elements on one page live apart', async () => {
    ingress.rest = (path) =>
        path === '/position-service/trades/7'
            ? {status: 200, body: JSON.stringify([{...trade('T-7', 7), accountId: 7}])}
            : healthy(path);
    const links = new Set();
    let opened = 0;
    ingress.socket = (connection) => {
        ++opened;
        links.add(connection);
        connection.on('close', () => links.delete(connection));
        quietBroker(connection);
    };
    page = await openPage(browser, `${ingress.url}#account=22214`);
    await untilStatus(page, 'live');
    const seen = await withBlotter(page, async (blotter) => {
        const other = document.createElement('nats-blotter');
        other.setAttribute('account', '7');
        document.body.append(other);
        await other.ready;
        while (other.status !== 'live') await new Promise((resolve) => setTimeout(resolve, 20));
        const rows = [await blotter.rows('trades'), await other.rows('trades')];
        other.remove();
        return {
            ids: rows.map((list) => list.map((row) => row.id)),
            gone: other.status,
            stays: blotter.status,
        };
    });
    assert.deepEqual(seen, {ids: [['T-1'], ['T-7']], gone: 'closed', stays: 'live'});
    assert.equal(opened, 2, 'one connection each');
    await until('the connection of the one that went is closed', () => links.size === 1);
    assert.deepEqual(page.complaints, []);
});
