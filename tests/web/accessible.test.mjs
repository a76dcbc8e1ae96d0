// tests/web/accessible.test.mjs - the screen for who does not see it: Chromium's accessibility
// tree, what is announced, the plain table, axe-core's rules, and contrast as painted.
import assert from 'node:assert/strict';
import {readFileSync} from 'node:fs';
import {createRequire} from 'node:module';
import {after, afterEach, before, beforeEach, test} from 'node:test';

import {launchBrowser, openPage, statsOf, untilStatus, withBlotter} from '../support/browser.mjs';
import {Ingress, quietBroker} from '../support/ingress.mjs';
import {account, publish, restOf, trade} from '../support/market.mjs';
import {readPng} from '../support/pixels.mjs';
import {until} from '../support/wait.mjs';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

let ingress;
let browser;
let page;
let link;

before(async () => {
    ingress = await Ingress.start();
    browser = await launchBrowser();
});
after(async () => {
    await browser?.close();
    await ingress?.stop();
});
beforeEach(async () => {
    ingress.rest = restOf(300);
    ingress.socket = (connection) => {
        link = connection;
        quietBroker(connection);
    };
    page = await openPage(browser, `${ingress.url}#account=${account}`);
    await untilStatus(page, 'live');
});
afterEach(async () => {
    assert.deepEqual(page.complaints, []);
    await page.context().close();
});

// The focused cell as Chromium tells assistive technology, with what the canvas says of itself.
async function focusedCell() {
    const cdp = await page.context().newCDPSession(page);
    const {nodes} = await cdp.send('Accessibility.getFullAXTree');
    await cdp.detach();
    const property = (node, name) => node.properties?.find((one) => one.name === name)?.value;
    const grid = nodes.find((node) => node.role?.value === 'grid');
    const active = grid && property(grid, 'activedescendant')?.relatedNodes?.[0];
    const cell = active && nodes.find((node) => node.backendDOMNodeId === active.backendDOMNodeId);
    if (!cell) return null;
    const parent = nodes.find((node) => node.nodeId === cell.parentId);
    return {
        grid: grid.name.value,
        focused: property(grid, 'focused')?.value ?? false,
        role: cell.role.value,
        value: cell.name.value,
        header: cell.description?.value,
        row: parent?.role.value,
    };
}

// Row and counts from the DOM that the tree is made of.
const mirror = () =>
    withBlotter(page, ({shadowRoot}) => {
        const canvas = shadowRoot.querySelector('canvas');
        const cell = shadowRoot.getElementById(canvas.getAttribute('aria-activedescendant'));
        return {
            role: canvas.getAttribute('role'),
            rowCount: Number(canvas.getAttribute('aria-rowcount')),
            columnCount: Number(canvas.getAttribute('aria-colcount')),
            rows: canvas.children.length,
            row: Number(cell?.parentNode.getAttribute('aria-rowindex')) - 2,
            column: Number(cell?.getAttribute('aria-colindex')) - 1,
            focusStays: shadowRoot.activeElement === canvas,
        };
    });

test('the tree gives row, header and value of the focused cell, as rows come and go', async () => {
    await page.keyboard.press('Tab');
    await until('the mirror', async () => (await mirror()).role === 'grid');
    await until('its rows', async () => (await mirror()).rows > 20); // a page has a length now
    await page.keyboard.press('PageDown');
    await until('another row', async () => (await mirror()).row > 5);
    const told = await mirror();
    assert.equal(told.rowCount, 301);
    assert.ok(told.columnCount >= 6 && told.rows > 20 && told.rows < 60, JSON.stringify(told));
    assert.ok(told.focusStays);
    const cell = await focusedCell();
    const [row] = await withBlotter(page, (blotter, at) => blotter.rows('trades', at, 1), told.row);
    const columns = await withBlotter(page, (blotter) => blotter.columns('trades'));
    assert.equal(cell.grid, 'Trades');
    assert.ok(cell.focused);
    assert.match(cell.role, /^gridcell$/i);
    assert.equal(cell.row, 'row');
    const column = columns.find(({title}) => title === cell.header);
    assert.ok(column, `the header of the cell: ${cell.header}`);
    const time = new Date(row.updated);
    const clock = (parts) => parts.map((part) => String(part).padStart(2, '0')).join(':');
    const seconds = clock([time.getHours(), time.getMinutes(), time.getSeconds()]);
    const value =
        column.type === 'time'
            ? `${seconds}.${String(time.getMilliseconds()).padStart(3, '0')}`
            : String(row[column.field]);
    assert.equal(cell.value, value);
    // A new row comes in above: the cell stays the same one, its place is another.
    publish(link, [trade(5000)]);
    await until('one more', async () => (await mirror()).rowCount === 302);
    assert.equal((await focusedCell()).value, value);
});

test('the mirror is that of the table that has the focus', async () => {
    await page.keyboard.press('Tab');
    await until('trades', async () => (await focusedCell())?.grid === 'Trades');
    await page.keyboard.press('Tab');
    await until('positions', async () => (await focusedCell())?.grid === 'Positions');
    assert.equal((await mirror()).rowCount, 9);
});

// Announcements with their times, from now on.
const listen = () =>
    withBlotter(page, ({shadowRoot}) => {
        const region = shadowRoot.querySelector('[role=status]');
        globalThis.heard = [];
        new MutationObserver(() => heard.push([performance.now(), region.textContent])).observe(
            region,
            {childList: true, characterData: true, subtree: true},
        );
    });
const heard = () => page.evaluate(() => globalThis.heard);

test('a thousand events a second announce nothing; the status is announced', async () => {
    await until('live is said', () =>
        withBlotter(
            page,
            ({shadowRoot}) => shadowRoot.querySelector('[role=status]').textContent === 'live',
        ),
    );
    await listen();
    let next = 10_000;
    const feed = setInterval(() => {
        const rows = Array.from({length: 50}, () => trade(next++));
        publish(link, rows);
    }, 50);
    await until('thousands of events', async () => (await statsOf(page)).events > 3000);
    clearInterval(feed);
    assert.deepEqual(await heard(), []);
});

test('a status that flaps is announced once in 5 s at most, its last word too', async () => {
    await listen();
    for (let times = 0; times < 14; ++times) {
        const {dials} = await statsOf(page);
        link.destroy();
        await until('dialled', async () => (await statsOf(page)).dials > dials, 40);
        await untilStatus(page, 'live');
        if ((await heard()).length >= 2 && times > 3) break;
    }
    await until('the last word', async () => (await heard()).at(-1)?.[1] === 'live');
    const times = (await heard()).map(([time]) => time);
    for (let at = 1; at < times.length; ++at) {
        assert.ok(times[at] - times[at - 1] > 4900, `announced at ${times.map(Math.round)} ms`);
    }
});

test('P shows the view as an ordinary table, and everything there works by keyboard', async () => {
    await withBlotter(page, (blotter) => blotter.setFilter('trades', 'IBM'));
    await page.keyboard.press('Tab');
    await page.keyboard.press('p');
    await until('the table', () =>
        withBlotter(page, ({shadowRoot}) => shadowRoot.querySelector('.plain table')),
    );
    const told = await withBlotter(page, ({shadowRoot}) => {
        const [table, positions] = shadowRoot.querySelectorAll('.plain table');
        return {
            caption: table.caption.textContent,
            heads: [...table.tHead.rows[0].cells].map((cell) => cell.textContent),
            rows: table.tBodies[0].rows.length,
            all: [...table.tBodies[0].rows].every((row) => row.textContent.includes('IBM')),
            positions: positions.tBodies[0].rows.length,
        };
    });
    assert.match(told.caption, /^Trades: 38 rows$/);
    assert.ok(told.heads.includes('Security'), told.heads.join());
    assert.deepEqual([told.rows, told.all, told.positions], [38, true, 8]);
    // Read again, by the button that is reached with Tab.
    publish(link, [trade(8000)]);
    await until('booked', () =>
        withBlotter(page, async (blotter) => (await blotter.rowCount('trades')) === 39),
    );
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await until('one more row', () =>
        withBlotter(
            page,
            ({shadowRoot}) =>
                shadowRoot.querySelector('.plain table').tBodies[0].rows.length === 39,
        ),
    );
    await page.keyboard.press('Escape');
    const left = await withBlotter(page, ({shadowRoot}) => [
        shadowRoot.querySelector('.plain') === null,
        shadowRoot.activeElement?.localName,
    ]);
    assert.deepEqual(left, [true, 'canvas']);
});

test("axe-core's rules are kept, with and without the plain table", async () => {
    await page.keyboard.press('Tab');
    await until('the mirror', async () => (await mirror()).role === 'grid');
    await page.evaluate(axe); // as the debugger, which the page's policy does not bind
    const check = async () => {
        const {violations, passes} = await page.evaluate(() => globalThis.axe.run(document));
        assert.ok(passes.length > 5, 'rules were applied');
        const words = violations.map(
            ({id, help, nodes}) => `${id}: ${help} (${nodes.map((node) => node.html).join(' ')})`,
        );
        assert.deepEqual(words, []);
    };
    await check();
    await page.keyboard.press('p');
    await until('the table', () =>
        withBlotter(page, ({shadowRoot}) => shadowRoot.querySelector('.plain table')),
    );
    await check();
});

const luminance = (pixel) => {
    const [r, g, b] = pixel.map((value) => {
        const part = value / 255;
        return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
};
const ratio = (a, b) => {
    const [high, low] = [luminance(a), luminance(b)].sort((x, y) => y - x);
    return (high + 0.05) / (low + 0.05);
};

test('text is painted with a contrast of 4.5 at least, in every theme', async () => {
    for (const theme of ['dark', 'light', 'high-contrast', 'colour-blind']) {
        const {frames} = await statsOf(page);
        await withBlotter(page, (blotter, name) => blotter.setAttribute('theme', name), theme);
        await until('drawn', async () => (await statsOf(page)).frames > frames);
        const {x, y, width, headerHeight, rowHeight} = (await statsOf(page)).layout.tables.trades;
        const image = readPng(await page.screenshot());
        // Of each row: its ground is the most frequent colour, its text the one furthest from it.
        for (let row = 0; row < 5; ++row) {
            const top = Math.round(y + headerHeight + row * rowHeight);
            const counts = new Map();
            for (let line = top + 2; line < top + rowHeight - 2; ++line) {
                for (let column = Math.round(x); column < x + width - 20; ++column) {
                    const key = image.at(column, line).join();
                    counts.set(key, (counts.get(key) ?? 0) + 1);
                }
            }
            const colours = [...counts].sort((a, b) => b[1] - a[1]).map(([key]) => key);
            const ground = colours[0].split(',').map(Number);
            const best = Math.max(
                ...colours.map((key) => ratio(key.split(',').map(Number), ground)),
            );
            assert.ok(best >= 4.5, `${theme}, row ${row}: ${best.toFixed(2)}`);
        }
    }
});
