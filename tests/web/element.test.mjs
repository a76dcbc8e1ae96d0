// tests/web/element.test.mjs - the members of the element (design.md, section 3) that no other file
// here is about.
import assert from 'node:assert/strict';
import {after, afterEach, before, beforeEach, test} from 'node:test';

import {launchBrowser, openPage, untilStatus, withBlotter} from '../support/browser.mjs';
import {Ingress, quietBroker} from '../support/ingress.mjs';
import {account, restOf, trades} from '../support/market.mjs';

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

test('members reject misuse with words', async () => {
    const words = await withBlotter(page, async (blotter) => {
        const told = [];
        for (const work of [
            () => blotter.exportCsv('orders'),
            () => blotter.exportCsv(7),
            () => blotter.setSort('trades', [{field: 'price', dir: 'asc'}]),
            () => blotter.setAccount(-1),
        ]) {
            await work().catch((error) => told.push(`${error.name}: ${error.message}`));
        }
        return told;
    });
    assert.equal(words.length, 4);
    for (const one of words) assert.match(one, /^TypeError: \S+ .{10,}/);
});
