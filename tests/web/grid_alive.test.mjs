// Feature rows "Flashing cells", "Row anchoring while reading", "Number/time formats" and "Group,
// aggregate": what a person sees while the rows go on.
import assert from 'node:assert/strict';
import {after, afterEach, before, test} from 'node:test';

import {statsOf, untilStill} from '../support/browser.mjs';
import {Grid} from '../support/grid.mjs';
import {publish, trade, trades} from '../support/market.mjs';
import {readPng} from '../support/pixels.mjs';
import {until} from '../support/wait.mjs';

let grid;

before(async () => {
    grid = await Grid.start();
});
after(() => grid?.stop());
afterEach(async () => {
    assert.deepEqual(grid.page.complaints, []);
    await grid.page.context().close();
});

// A page whose clock can be stopped, so that a fade stays where it is while one looks at it.
const stoppable = () => {
    const real = performance.now.bind(performance);
    let stopped = null;
    performance.now = () => stopped ?? real();
    globalThis.stopClock = () => (stopped = performance.now());
    globalThis.startClock = () => (stopped = null);
};
// Once nothing is drawn: the next frame is then due at once, whatever the clock says.
const stopClock = async () => {
    await untilStill(grid.page);
    await grid.page.evaluate('stopClock()');
};
const startClock = () => grid.page.evaluate('startClock()');
// The ground of cells, left of their text.
async function grounds(places) {
    const image = readPng(await grid.page.screenshot());
    return places.map(({x, y}) => image.at(Math.round(x), Math.round(y)).join());
}
async function corner(line, field) {
    const {columns} = await grid.table();
    const {y} = await grid.cell(line, field);
    return {x: columns.find((one) => one.field === field).x + 3, y};
}
const untilGround = (what, place, colour) =>
    until(what, async () => (await grounds([place]))[0] === colour.join());
// Of the dark theme.
const up = [0x1f, 0x4d, 0x2b];
const down = [0x5a, 0x1e, 0x1c];
const changed = (index, by) => ({...trade(index), quantity: trade(index).quantity + by});

test('a changed cell flashes in the colour of its direction, a new row as a whole', async () => {
    await grid.open({init: stoppable, reducedMotion: 'no-preference'});
    const quantity = await corner(3, 'quantity');
    const side = await corner(3, 'side');
    const [calm, calmSide] = await grounds([quantity, side]);
    for (const [what, by, colour] of [
        ['up', 5, up],
        ['down', -5, down],
    ]) {
        await stopClock();
        publish(grid.link, [changed(196, by)]);
        await untilGround(`the quantity flashes ${what}`, quantity, colour);
        assert.equal((await grounds([side]))[0], calmSide, 'the side did not change');
        await startClock();
        await until('it has faded', async () => (await grounds([quantity]))[0] === calm);
    }
    await stopClock();
    publish(grid.link, [trade(300)]);
    await untilGround('a new row', await corner(0, 'side'), up);
    await untilGround('all of it', await corner(0, 'quantity'), up);
    await startClock();
});

test('a column that changes over 30 times a second is tinted and does not strobe', async () => {
    await grid.open({
        init: stoppable,
        reducedMotion: 'no-preference',
        viewport: {width: 1280, height: 1100},
    });
    const places = [];
    for (let line = 0; line < 40; ++line) places.push(await corner(line, 'quantity'));
    const calm = await grounds(places);
    await stopClock();
    publish(
        grid.link,
        places.map((_, line) => changed(199 - line, 1)),
    );
    const untilAll = (what, test) =>
        until(what, async () => (await grounds(places)).every((one, at) => test(one, at)));
    await untilAll('tinted', (one, at) => one !== calm[at]);
    const tints = new Set(await grounds(places));
    assert.ok(tints.size <= 2, `one tint on either shade of the rows, and not ${[...tints]}`);
    assert.ok(!tints.has(up.join()) && !tints.has(down.join()), 'no flash');
    // The same steady tint while more changes come.
    publish(
        grid.link,
        places.map((_, line) => changed(199 - line, -1)),
    );
    await until(
        'they are shown',
        async () => (await grid.rows())[39].quantity < trade(160).quantity,
    );
    assert.ok((await grounds(places)).every((one) => tints.has(one)));
    await startClock();
    await untilAll('calm again', (one, at) => one === calm[at]);
});

test('who wants less motion sees no flash', async () => {
    await grid.open({init: stoppable, reducedMotion: 'reduce'});
    const quantity = await corner(3, 'quantity');
    const [calm] = await grounds([quantity]);
    await stopClock();
    const {frames} = await statsOf(grid.page);
    publish(grid.link, [changed(196, 5)]);
    await until('it is drawn', async () => (await statsOf(grid.page)).frames > frames);
    assert.equal((await grid.rows())[3].quantity, trade(196).quantity + 5);
    assert.equal((await grounds([quantity]))[0], calm);
    await startClock();
});

// How many pixels of a cell have a colour, or nearly so.
async function coloured(line, field, name, [red, green, blue]) {
    const {columns, rowHeight} = await grid.table(name);
    const {x, width} = columns.find((one) => one.field === field);
    const {y} = await grid.cell(line, field, name);
    const image = readPng(await grid.page.screenshot());
    let count = 0;
    for (let row = Math.ceil(y - rowHeight / 2); row < y + rowHeight / 2; ++row)
        for (let column = Math.ceil(x); column < x + width; ++column) {
            const [r, g, b] = image.at(column, row);
            if (Math.abs(r - red) + Math.abs(g - green) + Math.abs(b - blue) < 40) ++count;
        }
    return count;
}

test('what is sold or below zero is red, what is bought is green, zero is dim', async () => {
    await grid.open();
    const green = [0x3f, 0xb9, 0x50];
    const red = [0xf8, 0x51, 0x49];
    const dim = [0x9a, 0xa7, 0xb4];
    const sides = (await grid.rows()).map(({side}) => side);
    const bought = sides.indexOf('Buy');
    const sold = sides.indexOf('Sell');
    assert.ok((await coloured(bought, 'side', 'trades', green)) > 10);
    assert.equal(await coloured(bought, 'side', 'trades', red), 0);
    assert.ok((await coloured(sold, 'side', 'trades', red)) > 10);
    assert.equal(await coloured(sold, 'side', 'trades', green), 0);
    const amounts = (await grid.rows('positions')).map(({quantity}) => quantity);
    const line = (wanted) => amounts.findIndex((amount) => Math.sign(amount) === wanted);
    assert.ok((await coloured(line(-1), 'quantity', 'positions', red)) > 10);
    assert.equal(await coloured(line(1), 'quantity', 'positions', red), 0);
    assert.ok((await coloured(line(0), 'quantity', 'positions', dim)) > 2);
});

test('numbers have thousands apart, or not', async () => {
    await grid.open();
    const sum = trades(200).reduce((all, {quantity}) => all + quantity, 0);
    await grid.untilShown(`sum Qty ${sum.toLocaleString('en')}`);
    const {x, y} = await grid.head('quantity');
    await grid.press({x, y}, {button: 'right'});
    await grid.pressWords(/^● .*thousands/);
    await grid.untilShown(`sum Qty ${sum}`);
});

test('rows under the eye stay while 37 come in above; the chip leads to them', async () => {
    await grid.open();
    const at = await grid.cell(2, 'security');
    await grid.page.mouse.move(at.x, at.y);
    await grid.page.mouse.wheel(0, 600);
    await until('scrolled', async () => (await grid.table()).firstRow === 30);
    const [top] = (await grid.rows()).slice(30);
    publish(
        grid.link,
        Array.from({length: 37}, (_, index) => trade(300 + index)),
    );
    await grid.untilShown('▲ 37 new');
    const {firstRow} = await grid.table();
    assert.equal(firstRow, 67);
    assert.equal((await grid.rows())[firstRow].id, top.id);
    await grid.pressWords('▲ 37 new');
    await grid.untilGone(/^▲ \d+ new$/);
    assert.equal((await grid.table()).firstRow, 0);
    // At the top the table follows.
    publish(grid.link, [trade(400)]);
    await until('it is the first', async () => (await grid.rows())[0].id === 'T-400');
    assert.equal((await grid.table()).firstRow, 0);
});

test('times are local or UTC, with milliseconds or without', async () => {
    await grid.open({
        timezoneId: 'Asia/Kolkata',
        permissions: ['clipboard-read', 'clipboard-write'],
    });
    const {updated} = trade(199);
    const utc = new Date(updated).toISOString().slice(11, 23);
    const local = new Date(updated + 5.5 * 3_600_000).toISOString().slice(11, 23);
    await grid.press(await grid.cell(0, 'security'));
    await until('selected', async () => (await grid.table()).selected === 1);
    // A copy has times as they are shown.
    const untilTime = (time) =>
        until(`the time is ${time}`, async () => {
            await grid.page.keyboard.press('Control+c');
            const text = await grid.page.evaluate(() => navigator.clipboard.readText());
            return text.split(/\r?\n/)[1]?.split('\t')[0] === time;
        });
    const choose = async (words) => {
        const {x, y} = await grid.head('updated');
        await grid.press({x, y}, {button: 'right'});
        await grid.pressWords(words);
        await grid.page.keyboard.press('Escape');
        await grid.untilGone('Sort upwards');
    };
    await untilTime(local);
    await choose('○ in UTC');
    await untilTime(utc);
    await choose('● milliseconds');
    await untilTime(utc.slice(0, 8));
    await choose('● in UTC');
    await untilTime(local.slice(0, 8));
});

test('the sums of groups are those of the data, whatever arrives or is filtered', async () => {
    await grid.open();
    const data = new Map(trades(200).map((row) => [row.id, row]));
    const add = (rows) => {
        for (const row of rows) data.set(row.id, row);
        publish(grid.link, rows);
    };
    const untilSums = (what, wanted = () => true) =>
        until(`the sums are exact ${what}`, async () => {
            const sums = {};
            for (const row of data.values())
                if (wanted(row)) sums[row.security] = (sums[row.security] ?? 0) + row.quantity;
            const expected = Object.entries(sums).sort(([a], [b]) => (a < b ? -1 : 1));
            const {lines = []} = await grid.table();
            const found = lines
                .filter(({group}) => group)
                .map((line) => [line.group, Number(line.sums.quantity)])
                .sort(([a], [b]) => (a < b ? -1 : 1));
            return JSON.stringify(found) === JSON.stringify(expected);
        });
    const {x, y} = await grid.head('security');
    await grid.press({x, y}, {button: 'right'});
    await grid.pressWords('Group by it');
    await grid.page.keyboard.press('Escape');
    await untilSums('at first');
    add(Array.from({length: 50}, (_, index) => trade(300 + index)));
    add([changed(12, 1000), changed(13, -100), {...trade(14), security: 'NEW'}]);
    await untilSums('after events');
    await grid.page.keyboard.press('/');
    await grid.page.keyboard.type('sell');
    await untilSums('of the filter', ({side}) => side === 'Sell');
    assert.ok((await statsOf(grid.page)).events >= 53);
});
