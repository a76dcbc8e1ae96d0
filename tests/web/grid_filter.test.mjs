// Feature rows "Quick filter, all columns", "Filter per column" and "Context menu" (of a head).
import assert from 'node:assert/strict';
import {after, afterEach, before, beforeEach, test} from 'node:test';

import {withBlotter} from '../support/browser.mjs';
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

const typing = () =>
    until('a field has the keys', () =>
        withBlotter(grid.page, (blotter) =>
            /^(input|textarea)$/.test(blotter.shadowRoot.activeElement?.localName),
        ),
    );
const untilRows = (what, keeps) => {
    const expected = trades(200).filter(keeps).length;
    assert.ok(expected > 0 && expected < 200);
    return until(what, async () => {
        const rows = await grid.rows();
        return rows.length === expected && rows.every(keeps);
    });
};
async function openMenu(field) {
    const {x, y} = await grid.head(field);
    await grid.press({x, y}, {button: 'right'});
    await grid.untilShown('Sort upwards');
}

test('/ filters over all columns as one types, and Escape takes it back', async () => {
    await grid.page.keyboard.press('/');
    await typing();
    await grid.page.keyboard.type('ibm sell');
    await untilRows('filtered', (row) => row.security === 'IBM' && row.side === 'Sell');
    await grid.page.keyboard.press('Escape');
    await until('all again', async () => (await grid.rows()).length === 200);
});

test('a filter that hides all says so, and Clear brings all back', async () => {
    await grid.page.keyboard.press('/');
    await typing();
    await grid.page.keyboard.type('nothing has this');
    await grid.untilShown('0 of 200 rows match.');
    await grid.untilShown('nothing has this ✕'); // the last letter: Clear moves no more
    await grid.page.keyboard.press('Enter');
    await grid.pressWords('Clear');
    await until('all again', async () => (await grid.rows()).length === 200);
});

test('a set of values is chosen in the menu of a head, and its chip takes it off', async () => {
    await openMenu('security');
    await grid.pressWords('○ IBM');
    await grid.pressWords('○ MSFT');
    await untilRows('two securities', (row) => ['IBM', 'MSFT'].includes(row.security));
    await grid.page.keyboard.press('Escape');
    await grid.untilGone('Sort upwards');
    await grid.pressWords('Security: IBM, MSFT ✕');
    await until('all again', async () => (await grid.rows()).length === 200);
});

test('a range of numbers', async () => {
    await openMenu('quantity');
    await grid.pressWords('from');
    await typing();
    await grid.page.keyboard.type('1,000');
    await grid.pressWords('to');
    await grid.page.keyboard.type('2000');
    await grid.pressWords('between');
    await untilRows('in between', (row) => row.quantity >= 1000 && row.quantity <= 2000);
    await grid.untilShown('Qty 1000 to 2000 ✕');
});

test('a text that a column contains, or equals', async () => {
    await openMenu('id');
    await grid.pressWords('text');
    await typing();
    await grid.page.keyboard.type('t-1');
    await grid.pressWords('contains');
    await untilRows('contains', (row) => row.id.startsWith('T-1'));
    await grid.untilShown('Id has t-1 ✕');
    await openMenu('id');
    await grid.pressWords('equals');
    await until('equals', async () => (await grid.rows()).map((row) => row.id).join() === 'T-1');
});

test('the last minutes of a time', async () => {
    publish(grid.link, [{...trade(300), updated: Date.now()}]);
    await openMenu('updated');
    await grid.pressWords('○ last 60 min');
    await until('the new one', async () => {
        return (await grid.rows()).map((row) => row.id).join() === 'T-300';
    });
    await grid.untilShown('Time: last 60 min ✕');
});

test('sort from the menu; a finger that stays opens it', async () => {
    await grid.page.context().close();
    await grid.open({hasTouch: true});
    const {x, y} = await grid.head('quantity');
    const cdp = await grid.page.context().newCDPSession(grid.page);
    const touchPoints = [{x, y}];
    await cdp.send('Input.dispatchTouchEvent', {type: 'touchStart', touchPoints});
    await grid.untilShown('Sort upwards');
    await cdp.send('Input.dispatchTouchEvent', {type: 'touchEnd', touchPoints: []});
    const item = await grid.target('Sort downwards');
    await grid.page.touchscreen.tap(item.x, item.y);
    await grid.untilShown('head Qty ▾');
});
