// Feature rows "Copy", "CSV export", NDJSON and "Context menu": by key and by menu.
import assert from 'node:assert/strict';
import {readFile} from 'node:fs/promises';
import {after, afterEach, before, beforeEach, test} from 'node:test';

import {withBlotter} from '../support/browser.mjs';
import {Grid} from '../support/grid.mjs';
import {trades} from '../support/market.mjs';
import {until} from '../support/wait.mjs';

let grid;
const newest = trades(200).reverse();

before(async () => {
    grid = await Grid.start();
});
after(() => grid?.stop());
beforeEach(() =>
    grid.open({acceptDownloads: true, permissions: ['clipboard-read', 'clipboard-write']}),
);
afterEach(async () => {
    assert.deepEqual(grid.page.complaints, []);
    await grid.page.context().close();
});

const clipboard = (type) =>
    grid.page.evaluate(async (wanted) => {
        const [item] = await navigator.clipboard.read();
        return (await item.getType(wanted)).text();
    }, type);
const untilCopied = (what, words) =>
    until(what, async () => (await clipboard('text/plain').catch(() => '')).includes(words));
async function select(from, to) {
    await grid.press(await grid.cell(from, 'security'));
    await grid.press(await grid.cell(to, 'security'), {modifiers: ['Shift']});
    await until('selected', async () => (await grid.table()).selected === to - from + 1);
}

test('Ctrl+C copies the selected rows with their heads, as TSV and as HTML', async () => {
    await select(1, 2);
    await grid.page.keyboard.press('Control+c');
    await untilCopied('the rows', newest[2].id);
    const lines = (await clipboard('text/plain')).trimEnd().split(/\r?\n/);
    assert.equal(lines.length, 3);
    assert.deepEqual(lines[0].split('\t').slice(1, 5), ['Id', 'Security', 'Side', 'Qty']);
    const {id, security, side, quantity} = newest[1];
    assert.deepEqual(lines[1].split('\t').slice(1, 5), [id, security, side, String(quantity)]);
    const html = await clipboard('text/html');
    assert.match(html, new RegExp(`<td>${id}</td>`));
});

test('the menu of the rows copies as well', async () => {
    await select(3, 3);
    await grid.press(await grid.cell(3, 'security'), {button: 'right'});
    await grid.pressWords('Copy');
    await untilCopied('the row', newest[3].id);
});

async function downloaded(act) {
    const [download] = await Promise.all([grid.page.waitForEvent('download'), act()]);
    return [download.suggestedFilename(), await readFile(await download.path(), 'utf8')];
}

test('E exports what the filter leaves, and the file says which filter', async () => {
    await withBlotter(grid.page, (blotter) => blotter.setFilter('trades', 'ibm'));
    const [name, text] = await downloaded(() => grid.page.keyboard.press('e'));
    assert.equal(name, 'trades 22214 filter ibm.csv');
    const lines = text.split('\r\n');
    const expected = newest.filter((row) => row.security === 'IBM');
    assert.equal(lines.length, expected.length + 2);
    assert.ok(lines[0].startsWith('updated,id,'));
    assert.ok(lines[1].startsWith(`${expected[0].updated},${expected[0].id},`));
});

test('the menu exports NDJSON', async () => {
    await grid.press(await grid.cell(3, 'security'), {button: 'right'});
    const [name, text] = await downloaded(() => grid.pressWords('Export as NDJSON'));
    assert.equal(name, 'trades 22214.ndjson');
    const rows = text
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line));
    assert.deepEqual(
        rows.map((row) => row.id),
        newest.map((row) => row.id),
    );
});

test('exportCsv() is the same text', async () => {
    const text = await withBlotter(grid.page, (blotter) => blotter.exportCsv('trades'));
    assert.equal(text.split('\r\n').length, 202);
});
