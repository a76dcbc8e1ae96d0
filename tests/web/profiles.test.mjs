// Any feed by a profile file (docs/profiles.md): the examples go live with their columns and rows,
// what is of TraderX alone is absent, and a wrong or hostile file is words and nothing else.
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
import {binary, Ingress, quietBroker} from '../support/ingress.mjs';
import {until} from '../support/wait.mjs';

let ingress;
let browser;
let page;
let link;

before(async () => {
    browser = await launchBrowser();
});
after(() => browser?.close());
beforeEach(async () => {
    ingress = await Ingress.start();
    ingress.socket = (connection) => {
        link = connection;
        quietBroker(connection);
    };
});
afterEach(async () => {
    await page?.context().close();
    page = undefined;
    await ingress.stop();
});

// On the only subscription of the page.
function send(subject, message) {
    const payload = JSON.stringify(message);
    link.write(binary(`MSG ${subject} 1 ${Buffer.byteLength(payload)}\r\n${payload}\r\n`));
}

const wordsOf = (at) =>
    at.evaluate(
        () => document.querySelector('nats-blotter').shadowRoot.querySelector('.words').textContent,
    );
const titles = (table) =>
    withBlotter(
        page,
        async (blotter, name) => (await blotter.columns(name)).map(({title}) => title),
        table,
    );

test('market prices: the newest price of each ticker', async () => {
    page = await openPage(browser, ingress.url + '?profile=profiles/prices.json');
    await untilStatus(page, 'live');
    assert.deepEqual(await withBlotter(page, (blotter) => blotter.tables()), ['prices']);
    assert.deepEqual(await titles('prices'), [
        'Ticker',
        'Price',
        'Open',
        'Close',
        'As of',
        'Source',
    ]);
    const tick = (price, asOf) => ({payload: {price, openPrice: 186, closePrice: 187.4, asOf}});
    send('pricing.MSFT', tick(410.5, '2026-07-22T16:31:24.468Z'));
    send('pricing.IBM', tick(187.245, '2026-07-22T16:31:24.468Z'));
    send('pricing.IBM', tick(188.001, '2026-07-22T16:31:25.468Z'));
    send('pricing.IBM', tick(1, '2026-07-22T16:31:20.468Z')); // older than what is shown
    await until('both tickers', async () => (await rowsOf(page, 'prices')).length === 2);
    await until('the newest', async () => (await rowsOf(page, 'prices'))[0].price === 188.001);
    const [ibm, msft] = await rowsOf(page, 'prices');
    assert.equal(ibm.ticker, 'IBM'); // of the subject
    assert.equal(ibm.openPrice, 186);
    assert.equal(ibm.asOf, Date.parse('2026-07-22T16:31:25.468Z'));
    assert.equal(msft.price, 410.5);
    assert.deepEqual(page.complaints, []);
});

test('sensors: many records in a message, fields by pointer, and one that is removed', async () => {
    page = await openPage(browser, ingress.url + '?profile=profiles/sensors.json');
    await untilStatus(page, 'live');
    const reading = (sensor, number, at, state = 'ok') => ({
        sensor,
        value: {number, unit: '°C'},
        state,
        at,
    });
    send('sensors.north.readings', {readings: [reading('t1', 21.5, 1000), reading('t2', 4, 1000)]});
    send('sensors.south.readings', {readings: reading('t1', -3.25, 1000)});
    await until('three', async () => (await rowsOf(page, 'readings')).length === 3);
    const rows = await rowsOf(page, 'readings');
    assert.deepEqual(
        rows.map((row) => `${row.house} ${row.sensor} ${row['/value/number']}`).sort(),
        ['north t1 21.5', 'north t2 4', 'south t1 -3.25'],
    );
    send('sensors.north.readings', {readings: [reading('t1', 0, 2000, 'removed')]});
    await until('one less', async () => (await rowsOf(page, 'readings')).length === 2);
    assert.deepEqual(page.complaints, []);
});

test('a feed without snapshot says since when it may lack rows', async () => {
    page = await openPage(browser, ingress.url + '?profile=profiles/prices.json');
    await untilStatus(page, 'live');
    send('pricing.IBM', {payload: {price: 187.245, asOf: '2026-07-22T16:31:24.468Z'}});
    await until('a row', async () => (await rowsOf(page, 'prices')).length === 1);
    assert.equal((await statsOf(page)).lacksRowsSince, null);
    const before = Date.now();
    link.destroy();
    await until('again', async () => (await statsOf(page)).reconnects === 1);
    await untilStatus(page, 'live');
    const stats = await statsOf(page);
    assert.ok(stats.lacksRowsSince > before - 60_000 && stats.lacksRowsSince <= Date.now());
    assert.equal(stats.verifiedAgeMs, null);
    await until('the words', async () => {
        const words = (await statsOf(page)).layout.targets.map((target) => target.words);
        const lacks = /^(● LIVE · )?may lack rows since \d\d:\d\d:\d\d$/;
        return words.filter((one) => lacks.test(one)).length === 2; // the header's, the table's
    });
    // Nothing can bring them back, so asking does not take it away.
    await withBlotter(page, (blotter) => blotter.resync());
    await untilStatus(page, 'live');
    // To the rounding of two clocks.
    assert.ok(Math.abs((await statsOf(page)).lacksRowsSince - stats.lacksRowsSince) < 1000);
    assert.deepEqual(page.complaints, []);
});

test('TraderX as a file is as it is built in', async () => {
    page = await openPage(browser, ingress.url + '?profile=profiles/traderx.json#account=22214');
    await untilStatus(page, 'live');
    const asFile = await withBlotter(page, async (blotter) => [
        await blotter.tables(),
        await blotter.columns('trades'),
        await blotter.columns('positions'),
    ]);
    await page.context().close();
    page = await openPage(browser, ingress.url + '#account=22214');
    await untilStatus(page, 'live');
    const builtIn = await withBlotter(page, async (blotter) => [
        await blotter.tables(),
        await blotter.columns('trades'),
        await blotter.columns('positions'),
    ]);
    assert.deepEqual(asFile, builtIn);
});

const tableOf = (more) =>
    JSON.stringify({
        name: 'p',
        tables: [{name: 't', subjects: ['s'], key: ['k'], columns: [{field: 'k', type: 'int'}]}],
        ...more,
    });

test('a fold of fills is their net, with truths and formats of their own', async () => {
    const fills = {
        name: 'fills',
        subjects: ['fills'],
        key: ['id'],
        columns: [
            {field: 'id', type: 'int', format: 'plain'},
            {field: 'ticker', type: 'symbol'},
            {field: 'side', type: 'enum'},
            {field: 'quantity', type: 'decimal(1)', flash: false},
            {field: 'firm', type: 'bool'},
            {field: 'at', type: 'time', format: 'seconds'},
        ],
        delete: {column: 'firm', value: false},
    };
    const net = {
        name: 'net',
        of: 'fills',
        by: ['ticker'],
        sums: [{column: 'quantity', sign: 'side', minus: 'Sell', title: 'Net'}],
        sort: {column: 'ticker'},
    };
    ingress.rest = () => ({status: 200, body: tableOf({tables: [fills], folds: [net]})});
    page = await openPage(browser, ingress.url + '?profile=position-service/p');
    await untilStatus(page, 'live');
    assert.deepEqual(await withBlotter(page, (blotter) => blotter.tables()), ['fills', 'net']);
    assert.deepEqual(await titles('net'), ['ticker', 'Net']);
    const types = await withBlotter(page, (blotter) => blotter.columns('fills'));
    assert.equal(types[4].type, 'bool');
    const at = Date.UTC(2026, 6, 22, 16, 31, 24, 468);
    const fill = (id, ticker, side, quantity, firm = true) => {
        return {id, ticker, side, quantity, firm, at};
    };
    send('fills', [
        fill(12345, 'IBM', 'Buy', 10.5),
        fill(2, 'IBM', 'Sell', 20),
        fill(3, 'MSFT', 'Buy', 1),
    ]);
    const untilNet = (words) =>
        until(
            words,
            async () =>
                (await rowsOf(page, 'net'))
                    .map(({ticker, quantity}) => `${ticker} ${quantity}`)
                    .join(', ') === words,
        );
    await untilNet('IBM -9.5, MSFT 1');
    const [row] = (await rowsOf(page, 'fills')).filter(({id}) => id === 12345);
    assert.deepEqual(row, fill(12345, 'IBM', 'Buy', 10.5));
    send('fills', fill(2, 'IBM', 'Buy', 20));
    await untilNet('IBM 30.5, MSFT 1');
    send('fills', fill(3, 'MSFT', 'Buy', 1, false)); // deleted
    await untilNet('IBM 30.5');
    const csv = await withBlotter(page, (blotter) => blotter.exportCsv('net'));
    assert.equal(csv, 'ticker,Net\r\nIBM,30.5\r\n');
    assert.deepEqual(page.complaints, []);
});

test('a wrong profile is one sentence on the screen, in `ready` and in the status', async () => {
    ingress.rest = (path) => {
        if (path.includes('gone')) return {status: 404, body: ''};
        return {
            status: 200,
            body: path.includes('cut') ? '{"name":\n' : tableOf({tables: [{columns: 7}]}),
        };
    };
    for (const [file, words] of [
        ['wrong', 'profile "position-service/wrong", /tables/0/columns: must be an array and is '],
        ['cut', 'profile "position-service/cut", line 2: JSON ends too early'],
        ['gone', 'profile "position-service/gone" cannot be read: '],
    ]) {
        page = await openPage(browser, `${ingress.url}?profile=position-service/${file}`);
        await until(file, async () => (await wordsOf(page)).startsWith(words));
        assert.equal(await statusOf(page), 'offline');
        assert.ok((await causeOf(page)).startsWith(words));
        const rejected = await page.evaluate(() =>
            document.querySelector('nats-blotter').ready.then(
                () => '',
                (error) => error.message,
            ),
        );
        assert.ok(rejected.startsWith(words), rejected);
        await page.context().close();
    }
    page = undefined;
});

test('hostile text of a profile is text', async () => {
    const markup = '<img src=x onerror="window.hacked=1"><script>window.hacked=1</script>';
    let wrong = false;
    ingress.rest = () => ({
        status: 200,
        body: tableOf({title: markup, ...(wrong ? {[markup]: 1} : {})}),
    });
    page = await openPage(browser, ingress.url + '?profile=position-service/p');
    await untilStatus(page, 'live');
    await page.context().close();
    wrong = true;
    page = await openPage(browser, ingress.url + '?profile=position-service/p');
    await until('its words', async () => (await wordsOf(page)).includes('<img src=x onerror='));
    const made = await page.evaluate(() => ({
        hacked: window.hacked,
        elements: document.querySelector('nats-blotter').shadowRoot.querySelectorAll('img, script')
            .length,
    }));
    assert.deepEqual(made, {hacked: undefined, elements: 0});
    assert.deepEqual(page.complaints, []);
});
