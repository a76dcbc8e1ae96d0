// A million trades: read as a stream, scrolled row by row to the very end, and kept still under the
// eye while new ones come in above.
import assert from 'node:assert/strict';
import {after, before, test} from 'node:test';

import {launchBrowser, openPage, statsOf, untilStatus, withBlotter} from '../support/browser.mjs';
import {until} from '../support/wait.mjs';
import {binary, Ingress, quietBroker} from '../support/ingress.mjs';
import {inkIn, readPng} from '../support/pixels.mjs';

const tradeCount = 1_000_000;
const firstTime = Date.UTC(2026, 0, 1);

let ingress;
let browser;
let page;
let link;

const tradeText = (index) =>
    `{"id":"T-${index}","accountId":22214,"security":"IBM","side":"Buy","state":"Settled",` +
    `"quantity":${index},"updated":${firstTime + index},"created":${firstTime + index}}`;

// The body in pieces, so that neither side holds all of it.
function* tradesBody() {
    yield '[';
    for (let index = 0; index < tradeCount; index += 1000) {
        const part = Array.from({length: 1000}, (_, offset) => tradeText(index + offset));
        yield (index > 0 ? ',' : '') + part.join();
    }
    yield ']';
}

before(async () => {
    ingress = await Ingress.start();
    ingress.rest = (path) => ({
        status: 200,
        body: path.startsWith('/position-service/trades/') ? tradesBody() : '[]',
    });
    ingress.socket = (connection) => {
        link = connection;
        quietBroker(connection);
    };
    browser = await launchBrowser();
    page = await openPage(browser, `${ingress.url}#account=22214`);
    await untilStatus(page, 'live', 120);
});
after(async () => {
    await browser?.close();
    await ingress?.stop();
});

const trades = async () => (await statsOf(page)).layout.tables.trades;
const firstRow = async () => (await trades()).firstRow;
const untilFirstRow = (row) => until(`first row ${row}`, async () => (await firstRow()) === row);

async function focusCanvas() {
    await withBlotter(page, (blotter) => blotter.shadowRoot.querySelector('canvas').focus());
}

test('all rows are there, in order', async () => {
    const [count, last] = await withBlotter(page, async (blotter) => [
        await blotter.rowCount('trades'),
        await blotter.rows('trades', 999_998),
    ]);
    assert.equal(count, tradeCount);
    assert.deepEqual(
        last.map((row) => row.id),
        ['T-1', 'T-0'],
    );
});

test('keys, wheel and scroll bar reach every row exactly', async () => {
    const {x, y, width, height, headerHeight, footerHeight, rowHeight} = await trades();
    const visible = Math.floor((height - headerHeight - footerHeight) / rowHeight);
    const lastTop = tradeCount - visible;
    await focusCanvas();
    await page.keyboard.press('End');
    await untilFirstRow(lastTop);
    await page.keyboard.press('PageUp');
    await untilFirstRow(lastTop - visible + 1);
    await page.keyboard.press('ArrowUp'); // the first shows the focus, on the row at the top
    await page.keyboard.press('ArrowUp');
    await untilFirstRow(lastTop - visible);
    await page.mouse.move(x + 100, y + 200);
    await page.mouse.wheel(0, 40);
    await untilFirstRow(lastTop - visible + 2);
    await page.keyboard.press('Home');
    await untilFirstRow(0);

    const bar = x + width - 6;
    await page.mouse.move(bar, y + headerHeight + 5);
    await page.mouse.down();
    await page.mouse.move(bar, y + height + 50, {steps: 5});
    await untilFirstRow(lastTop);
    await page.mouse.up();
    const picture = readPng(await page.screenshot());
    const lowest = {x, y: y + headerHeight + (visible - 1) * rowHeight, width, height: rowHeight};
    assert.ok(inkIn(picture, lowest) > 100, 'the last row is drawn');
});

test('rows under the eye stay while others come in above, and the top follows', async () => {
    await focusCanvas();
    await page.keyboard.press('Home');
    await untilFirstRow(0);
    const send = (index) => {
        const payload = `{"payload":${tradeText(index)}}`;
        // The subscriptions of one account: trades first, then positions.
        link.write(binary(`MSG a 1 ${payload.length}\r\n${payload}\r\n`));
    };
    send(tradeCount);
    await until('the newest on top', async () => {
        const [row] = await withBlotter(page, (blotter) => blotter.rows('trades', 0, 1));
        return row.id === `T-${tradeCount}`;
    });
    assert.equal(await firstRow(), 0);
    const {x, y} = await trades();
    await page.mouse.move(x + 100, y + 200);
    await page.mouse.wheel(0, 100);
    await untilFirstRow(5);
    for (let index = 1; index <= 37; ++index) send(tradeCount + index);
    await untilFirstRow(5 + 37);

    // Well above the row cap the oldest go, and the screen says so, with a filter too.
    for (let index = 38; index <= 40_000; ++index) send(tradeCount + index);
    const shows = (words) =>
        until(String(words), async () =>
            (await statsOf(page)).layout.targets.some((one) => words.test(one.words)),
        );
    await shows(/^oldest [1-9][\d,]* unloaded$/);
    const {log} = await statsOf(page);
    assert.ok(
        log.some((line) => line.includes('row cap')),
        `${log}`,
    );
    await withBlotter(page, (blotter) => blotter.setFilter('trades', 'nothing like it'));
    await shows(/^0 of 1,0[\d,]+ rows match\. Older rows are unloaded\.$/);
    assert.deepEqual(page.complaints, []);
});
