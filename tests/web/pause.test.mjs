// Feature row "Pause/freeze view": what is shown stays and can be read, moved through, selected,
// copied, sorted and searched, while the rows go on behind it.
import assert from 'node:assert/strict';
import {after, afterEach, before, beforeEach, test} from 'node:test';

import {statsOf, withBlotter} from '../support/browser.mjs';
import {Grid} from '../support/grid.mjs';
import {account, publish, trade, trades} from '../support/market.mjs';
import {until} from '../support/wait.mjs';

let grid;

before(async () => {
    grid = await Grid.start();
});
after(() => grid?.stop());
beforeEach(async () => {
    await grid.open();
    await grid.page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
});
afterEach(async () => {
    assert.deepEqual(grid.page.complaints, []);
    await grid.page.context().close();
});

const before200 = trades(200).reverse();
const press = (key) => grid.page.keyboard.press(key);
const idsNow = async () => (await grid.rows()).map(({id}) => id);
const waiting = async () => (await statsOf(grid.page)).waiting;
const untilPaused = (paused) =>
    until(`paused: ${paused}`, async () => (await statsOf(grid.page)).paused === paused);

// Three rows that are new, and two of those shown that change.
async function changeThings() {
    publish(grid.link, [
        trade(300),
        {...trade(199), quantity: 7777, updated: trade(250).updated},
        trade(301),
        {...trade(120), quantity: 8888, updated: trade(251).updated},
        trade(302),
    ]);
    await until('five changes wait', async () => (await waiting()) === 5);
}
const untilAllShown = () =>
    until('all of it is shown', async () => {
        const rows = await grid.rows();
        const quantity = (id) => rows.find((row) => row.id === id)?.quantity;
        return rows.length === 203 && quantity('T-199') === 7777 && quantity('T-120') === 8888;
    });

test('the rows stay as they are, what waits is counted, and Space shows it', async () => {
    await press(' ');
    await untilPaused(true);
    await changeThings();
    await grid.untilShown('PAUSED · 5 waiting');
    const rows = await grid.rows();
    assert.deepEqual(
        rows.map(({id, quantity}) => [id, quantity]),
        before200.map(({id, quantity}) => [id, quantity]),
    );
    await press(' ');
    await untilPaused(false);
    await untilAllShown();
    assert.equal(await waiting(), 0);
});

test('while it is paused one scrolls, selects and copies what was there', async () => {
    await press(' ');
    await untilPaused(true);
    await changeThings();
    const at = await grid.cell(0, 'security');
    await grid.page.mouse.move(at.x, at.y);
    await grid.page.mouse.wheel(0, 1600);
    await until('scrolled', async () => (await grid.table()).firstRow >= 79);
    assert.equal((await grid.rows())[79].quantity, trade(120).quantity);
    await press('Home');
    await until('back at the start', async () => (await grid.table()).firstRow === 0);
    await grid.press(at);
    await until('one row', async () => (await grid.table()).selected === 1);
    await press('Shift+ArrowDown');
    await press('Shift+ArrowDown');
    await until('three rows', async () => (await grid.table()).selected === 3);
    await press('Control+c');
    await until('copied', async () => {
        const text = await grid.page.evaluate(() => navigator.clipboard.readText());
        const lines = text.trim().split(/\r?\n/).slice(1);
        return (
            lines.length === 3 &&
            lines.every((line, index) => line.includes(String(before200[index].quantity)))
        );
    });
    await press('Control+End');
    await until('at the end', async () => (await grid.table()).focus?.row === 199);
    // The focus stays with its row when the rest comes in.
    await press(' ');
    await untilPaused(false);
    await until('with its row', async () => (await grid.table()).focus?.row === 202);
    await untilAllShown();
});

test('find and sort work on what is paused, and the order stays', async () => {
    await press(' ');
    await untilPaused(true);
    await changeThings();
    const {x, y} = await grid.head('quantity');
    await grid.press({x, y});
    await until('by quantity', async () => (await grid.rows())[0].quantity === 1);
    assert.ok(!(await idsNow()).includes('T-300'));
    await until('the field has the keys', async () => {
        await press('Control+f');
        return withBlotter(grid.page, (b) =>
            /^Find/.test(b.shadowRoot.activeElement?.getAttribute('aria-label')),
        );
    });
    await grid.page.keyboard.type('t-199');
    await grid.untilShown('found 1 of 1');
    const {focus} = await grid.table();
    assert.equal((await grid.rows())[focus.row].id, 'T-199');
    await grid.page.keyboard.press('Control+a');
    await grid.page.keyboard.type('t-300');
    await grid.untilShown('found not found');
    await press('Escape');
    await press(' ');
    await untilPaused(false);
    await untilAllShown();
    const quantities = (await grid.rows()).map(({quantity}) => quantity);
    assert.deepEqual(
        quantities,
        [...quantities].sort((a, b) => a - b),
    );
});

test('another account is not paused', async () => {
    await grid.page.mouse.click(...(await statsOf(grid.page)).places.Pause);
    await untilPaused(true);
    await withBlotter(grid.page, (blotter, other) => blotter.setAccount(other), account + 1);
    await untilPaused(false);
});
