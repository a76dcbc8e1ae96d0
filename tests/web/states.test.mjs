// tests/web/states.test.mjs - every state of the screen's drawing, brought about as it happens, and
// what it shows: words, colours at the edges, marks. What other files show is named at the end.
import assert from 'node:assert/strict';
import {after, afterEach, before, test} from 'node:test';

import {
    launchBrowser,
    openPage,
    rowsOf,
    statsOf,
    statusOf,
    untilStatus,
} from '../support/browser.mjs';
import {binary, Ingress, quietBroker} from '../support/ingress.mjs';
import {account, publish, restOf, trade} from '../support/market.mjs';
import {readPng} from '../support/pixels.mjs';
import {until} from '../support/wait.mjs';

// Of the dark theme.
const STALE = [0xd2, 0x99, 0x22];
const OFFLINE = [0xf8, 0x51, 0x49];

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
afterEach(async () => {
    assert.deepEqual(page.complaints, []);
    await page.context().close();
});

const ordinary = (connection) => {
    link = connection;
    quietBroker(connection);
};

// A page whose clock is turned on by hand as well; it keeps its own pace besides.
async function open({rest = restOf(20), socket = ordinary} = {}) {
    ingress.rest = rest;
    ingress.socket = socket;
    page = await openPage(browser, 'about:blank');
    await page.clock.install();
    await page.goto(`${ingress.url}?theme=dark#account=${account}`);
}
const wait = (milliseconds) => page.clock.fastForward(milliseconds);

const layout = async () => (await statsOf(page)).layout;
const shown = async (words) => (await layout()).targets.find((one) => words.test(one.words));
const untilShown = (words) => until(`${words} on the screen`, () => shown(words));
const untilToast = (words) =>
    until(`${words} as a toast`, async () => words.test((await statsOf(page)).toast));
const middle = ({x, y, width, height}) => [x + width / 2, y + height / 2];

// How many of the picture's pixels in a box have that colour.
async function coloured({x, y, width, height}, [red, green, blue]) {
    const image = readPng(await page.screenshot());
    let count = 0;
    for (let row = Math.round(y); row < y + height; ++row)
        for (let column = Math.round(x); column < x + width; ++column) {
            const [r, g, b] = image.at(column, row);
            if (Math.abs(r - red) + Math.abs(g - green) + Math.abs(b - blue) < 24) ++count;
        }
    return count;
}
async function leftEdgeOfRows() {
    const {x, y, headerHeight, rowHeight} = (await layout()).tables.trades;
    return {x, y: y + headerHeight, width: 4, height: 20 * rowHeight};
}
async function topEdgeOfTables() {
    const {x, y} = (await layout()).tables.trades;
    return {x, y: y - 1, width: 1280, height: 3};
}

test('loading: what is read is named, with the seconds it takes', async () => {
    await open({rest: () => new Promise(() => {})});
    await untilStatus(page, 'syncing');
    await untilShown(/^Loading trades of /);
    await wait(3000);
    await untilShown(/^Loading trades of .*… [3-9] s$/);
    assert.equal(await shown(/^sum/), undefined, 'what is not read has no sum');
});

test('empty: it says so, and how to begin; the heads stay', async () => {
    await open({rest: restOf(0)});
    await untilStatus(page, 'live');
    await untilShown(/^No trades for Test Account 20 .*yet\. N opens a ticket\.$/);
    await untilShown(/^head Time/);
    // A phone has no such key.
    await page.setViewportSize({width: 390, height: 844});
    await untilShown(/^No trades for Test Account 20 .*yet\. New ticket, below, begins\.$/);
});

test('a filter that hides all says of how many, and Clear takes it away', async () => {
    await open();
    await untilStatus(page, 'live');
    await page.keyboard.press('Tab');
    await page.keyboard.type('/nothing like it');
    await untilShown(/^0 of 20 rows match\.$/);
    await page.keyboard.press('Enter');
    // Enter closes the field, which may move the button from under the pointer.
    await until('all rows', async () => {
        const clear = await shown(/^Clear$/);
        if (clear) await page.mouse.click(...middle(clear));
        return shown(/^title 20 rows/);
    });
});

test('a REST error names the service; what streams is shown as without history', async () => {
    const healthy = restOf(20);
    await open({
        rest: (path) => (path.includes('/trades/') ? {status: 503, body: ''} : healthy(path)),
    });
    await until('the cause', async () =>
        (await statsOf(page)).log.some((line) => /503/.test(line)),
    );
    publish(link, [trade(70)]);
    await untilShown(/^title 1 row, live only: history is missing/);
    assert.equal(await statusOf(page), 'syncing');
    ingress.rest = healthy;
    await untilStatus(page, 'live');
    await untilShown(/^title 21 rows$/);
});

test('a record that cannot be read is read once more, then left out and counted', async () => {
    const well = restOf(20);
    const rest = (path, asked) => {
        const answer = well(path, asked);
        if (!path.includes('/trades/')) return answer;
        return {...answer, body: answer.body.replace(/^\[/, '[{"id":17},')};
    };
    await open({rest});
    await until('the words', async () => {
        await wait(200);
        return shown(/^1 unreadable$/);
    });
    await untilStatus(page, 'live');
    await untilToast(/records that cannot be read/);
    assert.equal((await rowsOf(page, 'trades')).length, 20);
    assert.equal((await statsOf(page)).unreadable, 1);
});

test('syncing after a reconnect: the rows stay, and what it brought is told', async () => {
    await open();
    await untilStatus(page, 'live');
    let release;
    const held = new Promise((resolve) => (release = resolve));
    ingress.rest = async (path) => {
        await held;
        return restOf(22)(path);
    };
    link.destroy();
    await untilStatus(page, 'syncing');
    assert.equal((await rowsOf(page, 'trades')).length, 20, 'the rows stay');
    release();
    await untilStatus(page, 'live');
    await untilToast(/^resynced: 2 added/);
});

test('stale: amber around the tables, and hatched rows until something is heard', async () => {
    await open();
    await untilStatus(page, 'live');
    assert.equal(await coloured(await leftEdgeOfRows(), STALE), 0);
    const write = link.write;
    const held = [];
    link.write = (bytes) => held.push(bytes);
    await until('stale', async () => {
        await wait(500);
        return (await statusOf(page)) === 'stale';
    });
    await until('hatched', async () => (await coloured(await leftEdgeOfRows(), STALE)) > 400);
    assert.ok((await coloured(await topEdgeOfTables(), STALE)) > 2000, 'a border of amber');
    link.write = write;
    for (const bytes of held) link.write(bytes);
    await untilStatus(page, 'live');
    await until('as before', async () => (await coloured(await leftEdgeOfRows(), STALE)) === 0);
});

test('offline: red around the tables, the cause, and Retry now', async () => {
    await open();
    await untilStatus(page, 'live');
    ingress.socket = (connection) => connection.destroy();
    link.destroy();
    await untilStatus(page, 'offline');
    await until('red', async () => (await coloured(await topEdgeOfTables(), OFFLINE)) > 2000);
    assert.equal((await rowsOf(page, 'trades')).length, 20, 'the rows stay');
    ingress.socket = ordinary;
    await untilStatus(page, 'live');
});

test('a trade that is not confirmed says so under the pointer', async () => {
    // It streams while the first read is answered, and is in neither that nor the next one.
    const payload = JSON.stringify({payload: {...trade(80), updated: trade(80).updated}});
    let streamed = false;
    await open({
        rest: async (path) => {
            if (path.includes('/trades/') && !streamed) {
                streamed = true;
                link.write(binary(`MSG a 1 ${payload.length}\r\n${payload}\r\n`));
                await until('it is there', async () => (await statsOf(page)).events > 0);
            }
            return restOf(20)(path);
        },
    });
    await untilStatus(page, 'live');
    await until('the mark', async () =>
        (await rowsOf(page, 'trades')).some((row) => row._phantom && row.id === 'T-80'),
    );
    const {x, y, headerHeight, rowHeight} = (await layout()).tables.trades;
    const at = (await rowsOf(page, 'trades')).findIndex((row) => row._phantom);
    const words = /^not confirmed by position-service$/;
    await page.mouse.move(x + 200, y + headerHeight + (at + 1.5) * rowHeight);
    await page.mouse.move(x + 200, y + headerHeight + (at + 0.5) * rowHeight);
    await untilShown(words);
    await page.mouse.move(x + 200, y + headerHeight + (at + 2.5) * rowHeight);
    await until('gone', async () => !(await shown(words)));
});

test('what the broker refuses is a toast and a line of the log', async () => {
    await open();
    await untilStatus(page, 'live');
    link.write(binary(`-ERR 'Permissions Violation for Subscription to "/accounts/1/trades"'\r\n`));
    await untilToast(/^The broker refuses: .*Permissions Violation/);
    const {log} = await statsOf(page);
    assert.ok(log.some((line) => line.includes('Permissions Violation')));
});

// A hidden tab: hidden_tab.test.mjs. The row cap: million.test.mjs. WebGL lost: renderers.test.mjs.
