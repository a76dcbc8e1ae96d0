// Feature row "Column resize, reorder, hide, pin", and the view state that keeps it.
import assert from 'node:assert/strict';
import {after, afterEach, before, beforeEach, test} from 'node:test';

import {Grid} from '../support/grid.mjs';
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

const fields = async () => (await grid.table()).columns.map((column) => column.field);
const widthOf = async (field) =>
    (await grid.table()).columns.find((column) => column.field === field).width;
async function drag(from, to) {
    await grid.page.mouse.move(from.x, from.y);
    await grid.page.mouse.down();
    await grid.page.mouse.move(to.x, to.y, {steps: 5});
    await grid.page.mouse.up();
}

test('a head is dragged to another place', async () => {
    const from = await grid.head('quantity');
    const to = await grid.head('security');
    await drag(from, {x: to.x0 + 4, y: to.y});
    await until('before the security', async () => {
        const order = await fields();
        return order.indexOf('quantity') === order.indexOf('security') - 1;
    });
});

test('the edge of a head is dragged to make the column wider', async () => {
    const {edge, y, width} = await grid.head('security');
    await drag({x: edge, y}, {x: edge + 50, y});
    await until('wider', async () => Math.abs((await widthOf('security')) - width - 50) <= 2);
});

test('[ and ] size the column of the focus', async () => {
    await grid.press(await grid.cell(0, 'side'));
    await until('the focus', async () => (await grid.table()).focus?.field === 'side');
    const before = await widthOf('side');
    await grid.page.keyboard.press(']');
    await grid.page.keyboard.press(']');
    await until('wider', async () => Math.abs((await widthOf('side')) - before - 20) <= 1);
    await grid.page.keyboard.press('[');
    await until('narrower', async () => Math.abs((await widthOf('side')) - before - 10) <= 1);
});

async function openMenu(field) {
    const {x, y} = await grid.head(field);
    await grid.press({x, y}, {button: 'right'});
    await grid.untilShown('Sort upwards');
}

test('columns are hidden and shown from the menu of a head', async () => {
    await openMenu('side');
    await grid.pressWords('● State');
    await until('hidden', async () => !(await fields()).includes('state'));
    await grid.pressWords('○ Created');
    await until('shown', async () => (await fields()).includes('created'));
    await grid.pressWords('Columns as at first');
    await until('as before', async () => (await fields()).includes('state'));
});

test('a pinned column stays while the others scroll', async () => {
    await openMenu('security');
    await grid.pressWords('○ pinned at the left');
    await grid.page.keyboard.press('Escape');
    await until('first', async () => (await fields())[0] === 'security');
    const {edge, y} = await grid.head('updated');
    await drag({x: edge, y}, {x: edge + 500, y});
    const at = async (field) =>
        (await grid.table()).columns.find((column) => column.field === field).x;
    await until('wide', async () => (await at('state')) > 900);
    await grid.page.mouse.move(300, 400);
    await grid.page.mouse.wheel(300, 0);
    await until('scrolled', async () => (await at('updated')) < 0);
    assert.equal(await at('security'), (await grid.table()).x);
});

test('groups: exact sums, closed at first, opened by a press', async () => {
    await openMenu('security');
    await grid.pressWords('Group by it');
    await grid.pressWords('group ▸ C (25)');
    await grid.untilShown('group ▾ C (25)');
    await openMenu('security');
    await grid.pressWords('Ungroup');
    await grid.untilGone(/^group /);
});
