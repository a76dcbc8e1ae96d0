// Feature rows "Row selection / cell range", "Keyboard navigation" and "Totals row": with mouse,
// keyboard and finger; and the links between the tables.
import assert from 'node:assert/strict';
import {after, afterEach, before, beforeEach, test} from 'node:test';

import {Grid} from '../support/grid.mjs';
import {publish, trade, trades} from '../support/market.mjs';
import {until} from '../support/wait.mjs';

let grid;

before(async () => {
    grid = await Grid.start();
});
after(() => grid?.stop());
beforeEach(() => grid.open());
afterEach(async () => {
    assert.deepEqual(grid.page.complaints, []);
    await grid.page.context().close();
});

const newest = trades(200).reverse();
const amount = (rows) => rows.reduce((sum, row) => sum + row.quantity, 0);
const shown = (number) => number.toLocaleString('en');
const untilSelected = (count) =>
    until(`${count} selected`, async () => (await grid.table()).selected === count);
const untilFocus = (row, field) =>
    until(`focus at ${row} ${field}`, async () => {
        const {focus} = await grid.table();
        return focus?.row === row && focus?.field === field;
    });
const untilSum = (rows) =>
    grid.untilShown(
        new RegExp(`^title .*${rows.length} selected · Σ Qty \\+${shown(amount(rows))}$`),
    );

test('rows: a press, Shift for those between, Ctrl for one more or less; their sum', async () => {
    await grid.press(await grid.cell(2, 'security'));
    await untilSelected(1);
    await untilFocus(2, 'security');
    await grid.press(await grid.cell(6, 'side'), {modifiers: ['Shift']});
    await untilSelected(5);
    await untilSum(newest.slice(2, 7));
    await grid.press(await grid.cell(4, 'side'), {modifiers: ['Control']});
    await untilSelected(4);
    await grid.press(await grid.cell(9, 'side'), {modifiers: ['Control']});
    await untilSum([2, 3, 5, 6, 9].map((at) => newest[at]));
});

test('cells: a drag selects those between', async () => {
    const from = await grid.cell(1, 'security');
    const to = await grid.cell(4, 'quantity');
    await grid.page.mouse.move(from.x, from.y);
    await grid.page.mouse.down();
    await grid.page.mouse.move(to.x, to.y, {steps: 4});
    await untilSelected(4);
    await grid.page.mouse.up();
    await untilFocus(4, 'quantity');
});

test('arrows move the focus, with Shift they select; Ctrl+A selects all, Escape none', async () => {
    const {keyboard} = grid.page;
    await keyboard.press('ArrowDown');
    await untilFocus(0, 'updated');
    await keyboard.press('ArrowDown');
    await keyboard.press('ArrowRight');
    await keyboard.press('ArrowRight');
    await until('two to the right', async () => {
        const {focus, columns} = await grid.table();
        return focus.row === 1 && focus.field === columns[2].field;
    });
    await keyboard.press('Shift+ArrowDown');
    await keyboard.press('Shift+ArrowDown');
    await untilSum(newest.slice(1, 4));
    await keyboard.press('Shift+ArrowRight');
    await untilSelected(3);
    await keyboard.press('Control+a');
    await untilSum(newest);
    await keyboard.press('Escape');
    await untilSelected(0);
});

test('End and Home take the focus along, and the table scrolls with it', async () => {
    const {keyboard} = grid.page;
    await keyboard.press('ArrowDown');
    await keyboard.press('Control+End');
    const last = (await grid.table()).columns.at(-1).field;
    await untilFocus(199, last);
    assert.ok((await grid.table()).firstRow > 100);
    await keyboard.press('Home');
    await untilFocus(0, last);
    assert.equal((await grid.table()).firstRow, 0);
});

test('a selection stays with its rows while others arrive above', async () => {
    await grid.press(await grid.cell(0, 'security'));
    await untilFocus(0, 'security');
    publish(grid.link, [trade(300), trade(301)]);
    await untilFocus(2, 'security');
    await untilSum(newest.slice(0, 1));
});

test('the totals row has the exact sum of what the filter leaves', async () => {
    await grid.untilShown(`sum Qty ${shown(amount(newest))}`);
    publish(grid.link, [{...trade(300), quantity: 9_007_199_254_740_991}]);
    await grid.untilShown(
        `sum Qty ${(BigInt(amount(newest)) + 9_007_199_254_740_991n).toLocaleString('en')}`,
    );
});

test('Enter on a position filters the trades by its security, Escape clears', async () => {
    await grid.press(await grid.cell(0, 'security', 'positions'));
    await until('the focus', async () => (await grid.table('positions')).focus?.row === 0);
    const [{security}] = await grid.rows('positions');
    await grid.page.keyboard.press('Enter');
    const expected = newest.filter((row) => row.security === security).length;
    await until('filtered', async () => (await grid.rows()).length === expected);
    assert.ok((await grid.rows()).every((row) => row.security === security));
    await grid.page.keyboard.press('Escape');
    await until('all again', async () => (await grid.rows()).length === 200);
});

test('Enter on a trade selects its position', async () => {
    await grid.press(await grid.cell(3, 'security'));
    await untilSelected(1);
    await grid.page.keyboard.press('Enter');
    const at = (await grid.rows('positions')).findIndex(
        (row) => row.security === newest[3].security,
    );
    await until('its position', async () => (await grid.table('positions')).focus?.row === at);
});

test('a finger selects a row', async () => {
    await grid.page.context().close();
    await grid.open({hasTouch: true});
    const at = await grid.cell(5, 'security');
    await grid.page.touchscreen.tap(at.x, at.y);
    await untilSelected(1);
    await untilFocus(5, 'security');
});
