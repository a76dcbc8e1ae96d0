// tests/web/defects.test.mjs - defects that clients of this feed are known for, by their numbers in
// the description of the screen; each shown by the trouble that brings it out.
import assert from 'node:assert/strict';
import {after, afterEach, before, beforeEach, test} from 'node:test';

import {launchBrowser, openPage, rowsOf, statsOf, untilStatus} from '../support/browser.mjs';
import {Ingress, binary, quietBroker} from '../support/ingress.mjs';
import {account, publish, restOf, trade, tradeMessage} from '../support/market.mjs';
import {until} from '../support/wait.mjs';

let ingress;
let browser;
let page;
let link;

before(async () => {
    ingress = await Ingress.start();
    ingress.socket = (connection) => {
        link = connection;
        quietBroker(connection);
    };
    browser = await launchBrowser();
});
after(async () => {
    await browser?.close();
    await ingress?.stop();
});
beforeEach(() => {
    ingress.rest = restOf(5);
});
afterEach(async () => {
    assert.deepEqual(page.complaints, []);
    await page.context().close();
});

const open = async (hash = `#account=${account}`) => {
    page = await openPage(browser, ingress.url + hash);
};
const ids = async () => (await rowsOf(page, 'trades')).map(({id}) => id);
const untilRow = (id) => until(`trade ${id}`, async () => (await ids()).includes(id));
const named = (index, security) => ({...trade(index), security});

test('D1: sizes are bytes: a message with É is whole at once, and so is the next', async () => {
    await open();
    await untilStatus(page, 'live');
    publish(link, [named(10, 'É'.repeat(40))]);
    await untilRow('T-10'); // not when another one pushes it out
    publish(link, [trade(11)]);
    await untilRow('T-11');
    const rows = await rowsOf(page, 'trades');
    assert.equal(rows.find(({id}) => id === 'T-10').security, 'É'.repeat(40));
});

test('D2: a character cut by the border of two frames is one character', async () => {
    await open();
    await untilStatus(page, 'live');
    const bytes = Buffer.from(tradeMessage(named(12, 'Société')));
    const cut = bytes.indexOf(0xc3) + 1; // within the first é
    link.write(binary(bytes.subarray(0, cut)));
    link.write(binary(bytes.subarray(cut)));
    await untilRow('T-12');
    const rows = await rowsOf(page, 'trades');
    assert.equal(rows.find(({id}) => id === 'T-12').security, 'Société');
});

test('D4: what streams while the snapshot is read stays, and is not turned back', async () => {
    let answer;
    const held = new Promise((resolve) => (answer = resolve));
    let asked = false;
    ingress.rest = async (path) => {
        if (path.includes('/trades/')) {
            asked = true;
            await held;
        }
        return restOf(5)(path);
    };
    await open();
    await until('the snapshot is asked for', () => asked);
    publish(link, [trade(20), trade(4, 7)]); // a new one, and a newer version of a known one
    await until('both have come', async () => (await statsOf(page)).events >= 2);
    answer();
    await untilStatus(page, 'live');
    const rows = await rowsOf(page, 'trades');
    assert.ok(rows.some(({id}) => id === 'T-20'));
    assert.equal(rows.find(({id}) => id === 'T-4').quantity, trade(4, 7).quantity);
});

test('D6: what was booked while the connection was away is there after it', async () => {
    await open();
    await untilStatus(page, 'live');
    ingress.rest = restOf(6); // T-5 was published to nobody
    link.destroy();
    await untilRow('T-5');
    await untilStatus(page, 'live');
    assert.ok((await statsOf(page)).gaps >= 1);
});

test('D7: a late answer for one account is never shown under another', async () => {
    let answer;
    const held = new Promise((resolve) => (answer = resolve));
    let asked = false;
    ingress.rest = async (path) => {
        if (path.endsWith(`/trades/${account}`)) {
            asked = true;
            await held;
        }
        const body = path.includes('/trades/7') ? [trade(70, 0, 7)] : [];
        const late = path.endsWith(`/trades/${account}`) ? [trade(1)] : body;
        return {status: 200, body: JSON.stringify(late)};
    };
    await open();
    await until('the first account is asked for', () => asked);
    await page.evaluate(() => (location.hash = '#account=7'));
    await untilStatus(page, 'live');
    answer();
    await page.evaluate(() => document.querySelector('nats-blotter').resync());
    await until('read again', async () => (await statsOf(page)).resyncs >= 1);
    await untilStatus(page, 'live');
    assert.deepEqual(await ids(), ['T-70']);
});
