// Feature row "Search/find": Ctrl+F in a table.
import assert from 'node:assert/strict';
import {after, afterEach, before, beforeEach, test} from 'node:test';

import {withBlotter} from '../support/browser.mjs';
import {Grid} from '../support/grid.mjs';
import {publish, trade} from '../support/market.mjs';
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

const focusedField = () =>
    withBlotter(grid.page, (blotter) =>
        blotter.shadowRoot.activeElement?.getAttribute('aria-label'),
    );
async function find(words) {
    // Again, as long as a menu that closes has the keys: Ctrl+F is the browser's meanwhile.
    await until('the field has the keys', async () => {
        await grid.page.keyboard.press('Control+f');
        return /^Find in /.test(await focusedField());
    });
    await grid.page.keyboard.type(words);
}
const press = (key) => grid.page.keyboard.press(key);
// The row that has the focus, as it is shown, and whether it is in sight.
async function focusedRow() {
    const {focus, firstRow, height, rowHeight, headerHeight, footerHeight} = await grid.table();
    if (!focus) return {};
    const inSight = Math.floor((height - headerHeight - footerHeight) / rowHeight);
    const row = (await grid.rows())[focus.row];
    return {...row, seen: focus.row >= firstRow && focus.row < firstRow + inSight};
}
async function untilOn(id) {
    await until(`${id} has the focus, in sight`, async () => {
        const row = await focusedRow();
        return row.id === id && row.seen;
    });
}

test('Ctrl+F finds while one types; Enter and Shift+Enter go on, around the end', async () => {
    await find('tsla');
    await grid.untilShown('found 1 of 25');
    await untilOn('T-199');
    await press('Enter');
    await grid.untilShown('found 2 of 25');
    await untilOn('T-191');
    await press('Shift+Enter');
    await press('Shift+Enter');
    await grid.untilShown('found 25 of 25');
    await untilOn('T-7');
    await press('Enter');
    await grid.untilShown('found 1 of 25');
    await untilOn('T-199');
    assert.equal(await grid.shows('match'), true, 'its cells are marked');
    // The count is spoken with the field.
    const spoken = await withBlotter(grid.page, (blotter) =>
        blotter.shadowRoot.activeElement.getAttribute('aria-description'),
    );
    assert.equal(spoken, '1 of 25');
    await press('Escape');
    await grid.untilGone('match');
    assert.equal(await grid.shows(/^found/), false);
    await press('ArrowDown'); // the table has the keys again, at the match
    await untilOn('T-198');
});

test('the marks are on the cells that have the words', async () => {
    await find('msft buy');
    await grid.untilShown('found 1 of 17');
    const {columns, y, headerHeight, rowHeight} = await grid.table();
    const marked = (await grid.layout()).targets.filter(({words}) => words === 'match');
    const rows = await grid.rows();
    for (const {x, y: at, width} of marked) {
        const column = columns.find((one) => Math.abs(one.x - x) < 2 && one.width - width < 2);
        const row = rows[Math.round((at - y - headerHeight) / rowHeight)];
        assert.ok(['security', 'side'].includes(column.field), column.field);
        assert.equal(`${row.security} ${row.side}`, 'MSFT Buy', row.id);
    }
    assert.ok(marked.length >= 4 && marked.length % 2 === 0, `${marked.length} cells`);
});

test('the count follows the feed, and the filter', async () => {
    await find('tsla');
    await grid.untilShown('found 1 of 25');
    publish(grid.link, [trade(207)]);
    await grid.untilShown('found 2 of 26');
    await untilOn('T-199');
    await press('Escape');
    await press('/');
    await grid.page.keyboard.type('sell');
    await until('filtered', async () => (await grid.rows()).every(({side}) => side === 'Sell'));
    await press('Enter');
    await find('tsla');
    await grid.untilShown(/^found \d of 9$/);
});

test('what is not there, and buttons for the mouse', async () => {
    await find('nothing has this');
    await grid.untilShown('found not found');
    await press('Control+a');
    await grid.page.keyboard.type('goog');
    // Which one, depends on where the first letters of the other words have led.
    await grid.untilShown(/^found \d+ of 25$/);
    const found = (await grid.layout()).targets.find(({words}) => /^found/.test(words)).words;
    const first = Number(/\d+/.exec(found));
    await grid.pressWords('the next match');
    await grid.untilShown(`found ${(first % 25) + 1} of 25`);
    await grid.pressWords('the match before');
    await grid.untilShown(`found ${first} of 25`);
    await grid.pressWords('close find');
    await grid.untilGone('match');
});

test('a match in a closed group opens it', async () => {
    const {x, y} = await grid.head('security');
    await grid.press({x, y}, {button: 'right'});
    await grid.pressWords('Group by it');
    await grid.untilShown(/^group ▸ AAPL/);
    await press('Escape');
    await grid.untilGone('Group by it'); // while the menu is open, Ctrl+F is the browser's
    await find('t-135');
    await grid.untilShown('found 1 of 1');
    await grid.untilShown(/^group ▾ TSLA/);
    await until('it is in sight', () => grid.shows('match'));
});

test('on a narrow screen it takes the place of the filter', async () => {
    await grid.page.context().close();
    await grid.open({viewport: {width: 390, height: 844}});
    await find('tsla');
    await grid.untilShown('found 1 of 25');
    const {width, x} = await grid.target('close find');
    assert.ok(x + width / 2 <= 390, 'all of it is on the screen');
    await press('Escape');
    await grid.untilGone('close find');
});

test("outside of the tables Ctrl+F is the browser's", async () => {
    await grid.page.evaluate(() => {
        globalThis.taken = [];
        addEventListener('keydown', (event) => {
            if (event.key === 'f') setTimeout(() => taken.push(event.defaultPrevented));
        });
        const field = document.createElement('input');
        field.id = 'outside';
        field.style.cssText = 'position:fixed;top:0;left:0;z-index:9';
        document.body.append(field);
    });
    const pressed = async (times) => {
        await press('Control+f');
        await until('the key was told', () =>
            grid.page.evaluate((count) => taken.length === count, times),
        );
        return grid.page.evaluate(() => taken.at(-1));
    };
    await grid.page.focus('#outside');
    assert.equal(await pressed(1), false, 'in a field outside');
    await grid.page.evaluate(() => document.activeElement.blur());
    assert.equal(await pressed(2), false, 'with the focus nowhere');
    const {x, y} = await grid.cell(0, 'security');
    await grid.page.mouse.click(x, y);
    await until('the cell has the focus', async () => (await grid.table()).focus?.row === 0);
    assert.equal(await pressed(3), true, 'in a table');
    await until('its field', async () => (await focusedField()) === 'Find in trades');
});
