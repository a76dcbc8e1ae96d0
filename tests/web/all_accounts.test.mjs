// All accounts: the positions of all of them are merged by security, with the accounts inside; the
// sums are exact and follow the events, without reading anything again.
import assert from 'node:assert/strict';
import {after, afterEach, before, beforeEach, test} from 'node:test';

import {openPage, untilStatus, withBlotter} from '../support/browser.mjs';
import {Grid} from '../support/grid.mjs';
import {binary} from '../support/ingress.mjs';
import {positions, trades} from '../support/market.mjs';
import {until} from '../support/wait.mjs';

const accounts = [
    {id: 11413, displayName: 'Private Clients Fund TTXX'},
    {id: 22214, displayName: 'Test Account 20'},
    {id: 52355, displayName: 'Big Corporate Fund'},
];
let grid;
let asked; // paths of position-service, with their counts
let held; // position quantities as published, by account and security

// What position-service says of an account: each has other amounts.
const positionsOf = ({id}) =>
    positions(id).map((row, index) => ({...row, quantity: row.quantity + (id % 7) * index}));

before(async () => {
    grid = await Grid.start();
});
after(() => grid?.stop());
beforeEach(async () => {
    asked = 0;
    held = new Map();
    for (const row of accounts.flatMap(positionsOf))
        held.set(`${row.accountId} ${row.security}`, row);
    grid.ingress.rest = (path) => {
        let body = accounts;
        const [, only] = path.match(/\/(?:trades|positions)\/(\d+)$/) ?? [];
        const wanted = accounts.filter(({id}) => !only || id === Number(only));
        if (path.includes('/trades/')) body = wanted.flatMap(({id}) => trades(3, id));
        if (path.includes('/positions/')) {
            ++asked;
            body = [...held.values()].filter(({accountId: id}) => !only || id === Number(only));
        }
        return {status: 200, body: JSON.stringify(body)};
    };
    grid.page = await openPage(grid.browser, `${grid.ingress.url}?renderer=canvas#account=0`);
    await untilStatus(grid.page, 'live');
    await grid.untilShown(/^group ▸ IBM/);
    await withBlotter(grid.page, (blotter) => blotter.shadowRoot.querySelector('canvas').focus());
});
afterEach(async () => {
    assert.deepEqual(grid.page.complaints, []);
    await grid.page.context().close();
});

const press = (key) => grid.page.keyboard.press(key);
const shown = (number) => number.toLocaleString('en').replace('-', '−');
const of = (security) => [...held.values()].filter((row) => row.security === security);
const sumOf = (rows) => rows.reduce((sum, {quantity}) => sum + quantity, 0);
// The heads in sight with their sums, as the table has them.
const heads = async () => (await grid.table('positions')).lines.filter(({group}) => group);
const untilSums = (what) =>
    until(`the sums are exact ${what}`, async () => {
        const found = (await heads()).map(({group, sums}) => [group, Number(sums.quantity)]).sort();
        const names = [...new Set([...held.values()].map(({security}) => security))].sort();
        const expected = names.map((security) => [security, sumOf(of(security))]);
        return JSON.stringify(found) === JSON.stringify(expected);
    });
let version = 0;
function move(accountId, security, quantity) {
    const row = {accountId, security, quantity, updated: Date.UTC(2026, 8, 1) + ++version};
    held.set(`${accountId} ${security}`, row);
    const payload = JSON.stringify({payload: row});
    const sid = accounts.findIndex(({id}) => id === accountId) * 2 + 2;
    grid.link.write(binary(`MSG a ${sid} ${Buffer.byteLength(payload)}\r\n${payload}\r\n`));
}
const focusAt = (row) =>
    until(`the focus at line ${row}`, async () => {
        const {focus} = await grid.table('positions');
        return focus?.row === row;
    });
const lineOf = async (group) =>
    (await grid.table('positions')).lines.findIndex((line) => line.group === group);
const opened = async (group) => (await heads()).find((line) => line.group === group).open;

test('one line for each security with the exact sum, which follows the events', async () => {
    await untilSums('as read');
    await grid.untilShown('group ▸ IBM (3)');
    const before = asked;
    move(11413, 'IBM', 5000);
    move(22214, 'IBM', -7000);
    move(52355, 'MSFT', 9_007_199_254_740_991);
    await until('IBM', async () => {
        const {sums} = (await heads()).find(({group}) => group === 'IBM');
        return sums.quantity === String(sumOf(of('IBM')));
    });
    move(52355, 'MSFT', 12);
    await untilSums('after events');
    const longs = [...held.values()].filter(({quantity}) => quantity > 0);
    const shorts = [...held.values()].filter(({quantity}) => quantity < 0);
    await grid.untilShown(
        `sums long ${shown(sumOf(longs))} · short ${shown(sumOf(shorts))} · ` +
            `gross ${shown(sumOf(longs) - sumOf(shorts))}`,
    );
    await grid.untilShown(`sum Net qty ${shown(sumOf([...held.values()]))}`);
    assert.ok(asked - before <= 1, `${asked - before} reads`); // the minute's check
});

// Securities from the first line down.
const order = async () => (await heads()).map(({group}) => group);
const inOrder = (figure) =>
    [...new Set([...held.values()].map(({security}) => security))]
        .map((security) => [security, figure(of(security))])
        .sort(([a, left], [b, right]) => right - left || (a < b ? -1 : 1))
        .map(([security]) => security);
const newest = (rows) => Math.max(...rows.map(({updated}) => new Date(updated).getTime()));

test('securities stand as the sort says: the newest first, by sum, by name', async () => {
    const is = (what, figure) =>
        until(what, async () => JSON.stringify(await order()) === JSON.stringify(inOrder(figure)));
    await is('the newest first', newest);
    const last = (await order()).at(-1);
    move(22214, last, 77);
    await is('what has moved comes first', newest);
    assert.equal((await order())[0], last);
    // A screen reader hears it as well.
    await press('Tab');
    await press('ArrowDown');
    const words = (await grid.target(new RegExp(`^last of ${last} `))).words.split(' ').at(-1);
    await until(`the mirror says ${words}`, () =>
        withBlotter(
            grid.page,
            ({shadowRoot}, time) =>
                shadowRoot
                    .querySelectorAll('canvas [role=row]')[1]
                    ?.lastElementChild?.textContent.endsWith(time),
            words,
        ),
    );

    for (let times = 0; times < 2; ++times)
        await grid.press(await grid.head('quantity', 'positions'));
    await is('by sum', (rows) => sumOf(rows));
    const least = (await order()).at(-1);
    move(11413, least, 9_000_000);
    await is('by sum, as it is now', (rows) => sumOf(rows));
    assert.equal((await order())[0], least);
    // The records come in the order of the lines.
    const rows = await grid.rows('positions');
    assert.deepEqual(
        [...new Set(rows.map(({security}) => security))],
        inOrder((rows) => sumOf(rows)),
    );

    await grid.press(await grid.head('security', 'positions'));
    const names = [...new Set([...held.values()].map(({security}) => security))].sort();
    await until('by name', async () => `${await order()}` === `${names}`);
    await grid.press(await grid.head('security', 'positions'));
    await until('by name, downwards', async () => `${await order()}` === `${names.reverse()}`);
});

test('a press opens a security to its accounts and closes it', async () => {
    await grid.pressWords('group ▸ MS (3)');
    await grid.untilShown('group ▾ MS (3)');
    const {lines} = await grid.table('positions');
    const at = await lineOf('MS');
    assert.deepEqual(
        lines.slice(at + 1, at + 4).map(({group}) => group),
        [undefined, undefined, undefined],
    );
    const rows = await grid.rows('positions');
    const inside = lines.slice(at + 1, at + 4).map(({position}) => rows[position]);
    assert.deepEqual(
        inside.map(({accountId, security}) => `${security} ${accountId}`).sort(),
        of('MS').map(({accountId, security}) => `${security} ${accountId}`),
    );
    await grid.pressWords('group ▾ MS (3)');
    await grid.untilShown('group ▸ MS (3)');
});

test('by keyboard: arrows to a security, Right opens, Left closes, Enter does both', async () => {
    await press('Tab'); // from the trades to the positions
    await press('ArrowDown');
    await focusAt(0);
    await press('ArrowDown');
    await focusAt(1);
    const {group} = (await grid.table('positions')).lines[1];
    await press('ArrowRight');
    await until('open', () => opened(group));
    await press('ArrowDown');
    await press('ArrowDown');
    await focusAt(3);
    await until('selected', async () => (await grid.table('positions')).selected === 1);
    await press('ArrowLeft'); // from the first column to the head
    await focusAt(1);
    await press('ArrowLeft');
    await until('closed', async () => !(await opened(group)));
    await press('Enter');
    await until('open again', () => opened(group));
    await press('Enter');
    await until('closed again', async () => !(await opened(group)));
    // What a screen reader is told of it.
    const active = () =>
        withBlotter(grid.page, ({shadowRoot}) => {
            const canvas = shadowRoot.querySelector('canvas');
            const cell = shadowRoot.getElementById(canvas.getAttribute('aria-activedescendant'));
            const row = cell?.parentElement;
            return [canvas.role, row?.textContent, row?.getAttribute('aria-expanded')];
        });
    const words = `${group} (3)${shown(sumOf(of(group)))}`; // and when the last was
    await until(`the mirror says ${words}`, async () => {
        const [role, text, expanded] = await active();
        return role === 'treegrid' && text?.startsWith(words) && expanded === 'false';
    });
});

test('one account has a row for each security, and all accounts are merged again', async () => {
    await withBlotter(grid.page, (blotter) => blotter.setAccount(22214));
    await grid.untilGone(/^group /);
    assert.equal((await grid.rows('positions')).length, 8);
    await withBlotter(grid.page, (blotter) => blotter.setAccount(0));
    await grid.untilShown('group ▸ IBM (3)');
    await untilSums('after a change of account');
});

test('who takes the groups off has a row for each account and security, for good', async () => {
    const {x, y} = await grid.head('security', 'positions');
    await grid.press({x, y}, {button: 'right'});
    await grid.pressWords('Ungroup');
    await grid.untilGone(/^group /);
    await press('Escape');
    const state = await withBlotter(grid.page, (blotter) => blotter.viewState());
    assert.equal(state.tables.positions.group, false);
    await withBlotter(grid.page, (blotter) => blotter.setAccount(22214));
    await withBlotter(grid.page, (blotter) => blotter.setAccount(0));
    await until('24 rows', async () => (await grid.rows('positions')).length === 24);
    assert.equal(await grid.shows(/^group /), false);
});
