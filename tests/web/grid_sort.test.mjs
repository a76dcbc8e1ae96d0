// Feature row "Sort, multi-column": a press on a head sorts, Shift+press adds a key, the heads say
// which key is which.
import assert from 'node:assert/strict';
import {after, afterEach, before, beforeEach, test} from 'node:test';

import {statsOf} from '../support/browser.mjs';
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

const ids = async () => (await grid.rows()).map((row) => row.id);
const sorted = (compare) =>
    trades(200)
        .sort(compare)
        .map((row) => row.id);
const by = (a, b) => (a < b ? -1 : a > b ? 1 : 0);
const untilIds = (what, expected) =>
    until(what, async () => (await ids()).join() === expected.join());

test('a press on a head sorts by it, another turns it round', async () => {
    await grid.press(await grid.head('quantity'));
    await grid.untilShown('head Qty ▴');
    await untilIds(
        'upwards',
        sorted((a, b) => a.quantity - b.quantity),
    );
    await grid.press(await grid.head('quantity'));
    await grid.untilShown('head Qty ▾');
    await untilIds(
        'downwards',
        sorted((a, b) => b.quantity - a.quantity),
    );
});

test('Shift and a press add keys, numbered in the heads; equal rows keep their order', async () => {
    await grid.press(await grid.head('side'));
    await grid.press(await grid.head('security'), {modifiers: ['Shift']});
    await grid.press(await grid.head('security'), {modifiers: ['Shift']});
    await grid.untilShown('head Side ▴1');
    await grid.untilShown('head Security ▾2');
    // Ids rise with arrival; where the last key is downwards, the newest of equals is first.
    const index = (row) => Number(row.id.slice(2));
    await untilIds(
        'both keys',
        sorted((a, b) => by(a.side, b.side) || by(b.security, a.security) || index(b) - index(a)),
    );
    await grid.press(await grid.head('security'), {modifiers: ['Shift']});
    await grid.untilShown('head Side ▴');
    await untilIds(
        'the third press takes it out',
        sorted((a, b) => by(a.side, b.side) || index(a) - index(b)),
    );
});

test('a trade that arrives is put where it belongs', async () => {
    await grid.press(await grid.head('quantity'));
    await grid.press(await grid.head('quantity'));
    await grid.untilShown('head Qty ▾');
    publish(grid.link, [{...trade(900), quantity: 1_000_000}]);
    await until('it is the first', async () => (await ids())[0] === 'T-900');
});

test('a finger sorts as a mouse does', async () => {
    await grid.page.context().close();
    await grid.open({hasTouch: true});
    const head = await grid.head('security');
    await grid.page.touchscreen.tap(head.x, head.y);
    await grid.untilShown('head Security ▴');
    assert.ok((await statsOf(grid.page)).frames > 0);
});
