// tests/web/element.test.mjs - the members of the element (design.md, section 3) that no other file
// here is about.
import assert from 'node:assert/strict';
import {after, afterEach, before, beforeEach, test} from 'node:test';

import {launchBrowser, openPage, untilStatus, withBlotter} from '../support/browser.mjs';
import {Ingress, quietBroker} from '../support/ingress.mjs';
import {account, restOf, trades} from '../support/market.mjs';
import {until} from '../support/wait.mjs';

let ingress;
let browser;
let page;

before(async () => {
    ingress = await Ingress.start();
    ingress.socket = quietBroker;
    browser = await launchBrowser();
});
after(async () => {
    await browser?.close();
    await ingress?.stop();
});
beforeEach(async () => {
    ingress.rest = restOf(200);
    page = await openPage(browser, `${ingress.url}#account=${account}`);
    await untilStatus(page, 'live');
});
afterEach(async () => {
    assert.deepEqual(page.complaints, []);
    await page.context().close();
});

// RFC 4180, as its grammar says: a field, quoted or not, and what ends it.
const RECORD = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n)/g;
function recordsOf(text) {
    const records = [[]];
    for (const [, quoted, plain, end] of text.matchAll(RECORD)) {
        records.at(-1).push(quoted === undefined ? plain : quoted.replaceAll('""', '"'));
        if (end === '\r\n') records.push([]);
    }
    assert.deepEqual(records.pop(), [], 'the last line ends too');
    return records;
}

test('exportCsv gives the view: its filter, its order, every digit, quoted', async () => {
    const rows = trades(20);
    rows[0].security = 'A,"B"';
    rows[1].security = 'two\r\nlines';
    ingress.rest = (path) => ({
        status: 200,
        body: JSON.stringify(path.includes('/trades/') ? rows : []),
    });
    await page.reload();
    await untilStatus(page, 'live');
    const csv = await withBlotter(page, async (blotter) => {
        await blotter.setSort('trades', [{field: 'quantity', dir: 'asc'}]);
        return blotter.exportCsv('trades');
    });
    const [heads, ...lines] = recordsOf(csv);
    const columns = await withBlotter(page, (blotter) => blotter.columns('trades'));
    assert.deepEqual(
        heads,
        columns.map(({title}) => title),
    );
    assert.equal(lines.length, 20);
    const at = (field) => columns.findIndex((column) => column.field === field);
    const quantities = lines.map((line) => Number(line[at('quantity')]));
    assert.deepEqual(
        quantities,
        rows.map(({quantity}) => quantity).sort((a, b) => a - b),
    );
    const texts = new Set(lines.map((line) => line[at('security')]));
    assert.ok(texts.has('A,"B"') && texts.has('two\r\nlines'), [...texts].join());
    const first = lines.find((line) => line[at('id')] === 'T-0');
    assert.equal(first[at('updated')], new Date(rows[0].updated).toISOString());
    const filtered = await withBlotter(page, async (blotter) => {
        await blotter.setFilter('trades', 'MSFT');
        return blotter.exportCsv('trades');
    });
    assert.equal(
        recordsOf(filtered).length,
        1 + rows.filter((row) => row.security === 'MSFT').length,
    );
});

const hash = () => page.evaluate(() => location.hash);

test('a link shows what I see: the filter is in the hash, both ways', async () => {
    await page.keyboard.press('Tab');
    await page.keyboard.type('/IBM');
    await until('the hash', async () => (await hash()) === `#account=${account}&filter=IBM`);
    await page.reload();
    await untilStatus(page, 'live');
    const count = (table) => withBlotter(page, (blotter, name) => blotter.rowCount(name), table);
    await until('filtered', async () => (await count('trades')) === 25);
    assert.equal(await hash(), `#account=${account}&filter=IBM`);
    await page.evaluate(() => (location.hash += '&filter.positions=GOOG'));
    await until('positions too', async () => (await count('positions')) === 1);
    await page.evaluate((id) => (location.hash = `#account=${id}`), account);
    await until('all again', async () => (await count('trades')) === 200);
    await until('and there', async () => (await count('positions')) === 8);
});

test('viewState gives the view, and setViewState brings it back, through JSON', async () => {
    const told = await withBlotter(page, async (blotter) => {
        const heard = [];
        blotter.addEventListener('viewstatechange', ({detail}) => heard.push(detail));
        const before = await blotter.viewState();
        await blotter.setSort('trades', [{field: 'quantity', dir: 'asc'}]);
        await blotter.setFilter('trades', 'MSFT');
        const arranged = await blotter.viewState();
        const first = (await blotter.rows('trades', 0, 1))[0].id;
        while (heard.length === 0) await new Promise((resolve) => setTimeout(resolve, 20));
        await blotter.setViewState(JSON.parse(JSON.stringify(before)));
        const all = await blotter.rowCount('trades');
        await blotter.setViewState(JSON.parse(JSON.stringify(arranged)));
        return {
            arranged,
            heard: heard.at(-1),
            all,
            count: await blotter.rowCount('trades'),
            same: (await blotter.rows('trades', 0, 1))[0].id === first,
        };
    });
    assert.equal(told.arranged.account, account);
    assert.deepEqual(told.arranged.tables.trades.sort, [{field: 'quantity', dir: 'asc'}]);
    assert.equal(told.arranged.tables.trades.filter.quick, 'MSFT');
    assert.equal(told.heard.tables.trades.filter.quick, 'MSFT');
    assert.deepEqual([told.all, told.count, told.same], [200, 25, true]);
});

test('Shift and a digit saves a layout, which the digit shows, also after a reload', async () => {
    const count = () => withBlotter(page, (blotter) => blotter.rowCount('trades'));
    await withBlotter(page, (blotter) => blotter.setFilter('trades', 'TSLA'));
    await page.keyboard.press('Tab');
    await page.keyboard.press('Shift+Digit3');
    await until('saved', () => withBlotter(page, (blotter) => blotter.layouts()[3]));
    await page.goto('about:blank');
    await page.goto(`${ingress.url}#account=${account}`);
    await untilStatus(page, 'live');
    assert.equal(await count(), 200);
    await page.keyboard.press('Tab');
    await page.keyboard.press('3');
    await until('as it was', async () => (await count()) === 25);
    const {account: scope} = await withBlotter(page, (blotter) => blotter.viewState());
    assert.equal(scope, account, 'a layout has no account');
});

test('members reject misuse with words', async () => {
    const words = await withBlotter(page, async (blotter) => {
        const told = [];
        for (const work of [
            () => blotter.exportCsv('orders'),
            () => blotter.exportCsv(7),
            () => blotter.setSort('trades', [{field: 'price', dir: 'asc'}]),
            () => blotter.setAccount(-1),
            () => blotter.setViewState(7),
            () => blotter.setViewState([]),
        ]) {
            await work().catch((error) => told.push(`${error.name}: ${error.message}`));
        }
        return told;
    });
    assert.equal(words.length, 6);
    for (const one of words) assert.match(one, /^TypeError: \S+ .{10,}/);
});
