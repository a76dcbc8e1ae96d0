// "Open as table": what the inspector sees becomes a live blotter, its profile a file, and the way
// back leads to what was there. And the inspector by keys: messages with the arrows, one of them to
// the clipboard.
import assert from 'node:assert/strict';
import {readFile} from 'node:fs/promises';
import {after, afterEach, before, beforeEach, test} from 'node:test';

import {
    launchBrowser,
    openPage,
    rowsOf,
    statsOf,
    untilStatus,
    withBlotter,
} from '../support/browser.mjs';
import {Desk, account} from '../support/desk.mjs';
import {until} from '../support/wait.mjs';
import {Publisher} from './core/brokers.mjs';

let browser;
let desk;
let page;

before(async () => {
    browser = await launchBrowser();
    desk = await Desk.start();
});
after(async () => {
    await browser?.close();
    await desk?.stop();
});
beforeEach(async () => {
    page = await openPage(browser, desk.url, {
        acceptDownloads: true,
        permissions: ['clipboard-read', 'clipboard-write'],
    });
    await untilStatus(page, 'live');
    await page.keyboard.press('Tab');
    const [x, y] = (await statsOf(page)).places.Inspector;
    await page.mouse.click(x, y);
    await shown('subject to inspect');
});
afterEach(async () => {
    assert.deepEqual(page.complaints, []);
    await page.context().close();
});

async function shown(words) {
    const like = (one) => (words instanceof RegExp ? words.test(one.words) : one.words === words);
    let found;
    await until(`${words} on the screen`, async () => {
        found = (await statsOf(page)).layout.targets.find(like);
        return found !== undefined;
    });
    return found;
}
async function press(words) {
    const {x, y, width, height} = await shown(words);
    await page.mouse.click(x + width / 2, y + height / 2);
}
const publish = (subject, payload) => desk.publish([Publisher.message(subject, payload)]);
async function subscribe(subject) {
    await press('subject to inspect');
    await page.keyboard.type(subject);
    await page.keyboard.press('Enter');
    await until(`subscribed to ${subject}`, async () => {
        const connections = await desk.broker.connections('nats-blotter');
        return connections.some((one) => one.subscriptions_list?.includes(subject));
    });
}
const said = (words) =>
    until(`the inspector says ${words}`, async () =>
        words.test((await statsOf(page)).inspector.words),
    );
const toast = (words) =>
    until(`it says ${words}`, async () => words.test((await statsOf(page)).toast));
const tablesAre = (...names) =>
    until(`the tables ${names}`, async () => {
        const tables = await withBlotter(page, (blotter) => blotter.tables()).catch(() => []);
        return tables.join() === names.join();
    });
const reading = (sensor, number, at) =>
    `{"sensor":"${sensor}","value":{"number":${number},"unit":"C"},"ok":true,"at":${at}}`;
const at = Date.UTC(2026, 6, 22);

test('a feed becomes a table that is live, a file, and is left again', async () => {
    await subscribe('sensors.*.readings');
    const message = (house, ...readings) =>
        publish(`sensors.${house}.readings`, `{"readings":[${readings.join()}]}`);
    await message('north', reading('t1', 21.5, at), reading('t2', 4, at));
    await message('south', reading('t1', -3, at));
    await said(/^2 messages$/);
    await press('Open as table');
    await tablesAre('sensors-readings');
    await untilStatus(page, 'live');
    await toast(/^sensors\.\*\.readings as a table, from 2 messages: 6 columns, a row for each /);
    const columns = await withBlotter(page, (blotter) => blotter.columns('sensors-readings'));
    assert.deepEqual(
        columns.map(({title, type}) => `${title} ${type}`),
        [
            'Subject 2 symbol',
            'Sensor symbol',
            'Value number decimal',
            'Value unit enum',
            'Ok bool',
            'At time',
        ],
    );
    const {targets} = (await statsOf(page)).layout;
    assert.ok(!targets.some(({words}) => words.startsWith('sum ')), 'no sum of temperatures');
    const rows = () => rowsOf(page, 'sensors-readings');
    await message('north', reading('t1', 22.5, at + 1), reading('t2', 4.5, at + 1));
    await until('both of the north', async () => (await rows()).length === 2);
    await message('south', reading('t1', -2.5, at + 1));
    await until('the south too', async () => (await rows()).length === 3);
    await message('north', reading('t1', 23, at + 2));
    const north = async () =>
        (await rows()).find((row) => row.subject2 === 'north' && row.sensor === 't1');
    await until('the new value', async () => (await north())['/value/number'] === 23);
    await message('north', reading('t1', 1, at)); // older
    await message('north', reading('t3', 1, at));
    await until('the sensor after it', async () => (await rows()).length === 4);
    assert.equal((await north())['/value/number'], 23);
    await shown(/^title 4 rows$/); // counted without a sum

    const [file] = await Promise.all([page.waitForEvent('download'), press('Save profile')]);
    assert.equal(file.suggestedFilename(), 'sensors-readings.json');
    const text = await readFile(await file.path(), 'utf8');
    assert.deepEqual(JSON.parse(text).tables[0].key, ['subject2', 'sensor']);

    await press('Back');
    await tablesAre('trades', 'positions');
    await untilStatus(page, 'live');
    assert.equal((await withBlotter(page, (blotter) => blotter.viewState())).account, account);

    // What was saved opens as it was.
    await withBlotter(page, (blotter, profile) => blotter.openProfile(profile), text);
    await tablesAre('sensors-readings');
    assert.deepEqual(
        await withBlotter(page, (blotter) => blotter.columns('sensors-readings')),
        columns,
    );
});

test('by keys: O opens the feed of the chosen message, and O leads back', async () => {
    await subscribe('prices.*');
    await publish('prices.IBM', '{"symbol":"IBM","bid":1.25}');
    await said(/^1 message$/);
    await subscribe('other');
    await publish('other', '{"id":7}');
    await said(/^2 messages$/);
    await press(/^message prices\.IBM/);
    await until('it is the chosen one', async () =>
        (await statsOf(page)).inspector.detail.includes('bid'),
    );
    await page.keyboard.press('o');
    await tablesAre('prices');
    await untilStatus(page, 'live');
    await publish('prices.MS', '{"symbol":"MS","bid":2.5}');
    await until('its row', async () => (await rowsOf(page, 'prices')).length === 1);
    assert.deepEqual(
        (await rowsOf(page, 'prices')).map(({symbol, bid}) => [symbol, bid]),
        [['MS', 2.5]],
    );
    await page.keyboard.press('Tab');
    await page.keyboard.press('?');
    await shown(/^help: the plain table$/);
    const helped = (await statsOf(page)).layout.targets.map(({words}) => words);
    for (const key of ['a ticket to buy', 'choose the account', "a position's trades"])
        assert.ok(!helped.some((words) => words.startsWith(`help: ${key}`)), key);
    await page.keyboard.press('Escape');
    await until('the help is closed', async () => {
        const {targets} = (await statsOf(page)).layout;
        return !targets.some(({words}) => words.startsWith('help: '));
    });
    await page.keyboard.press('o');
    await tablesAre('trades', 'positions');
    await page.keyboard.press('Tab');
    await page.keyboard.press('?');
    await shown('help: a ticket to buy');
});

test('what names the rows is chosen, by the menu of a head and by a key', async () => {
    await subscribe('fills');
    const fill = (id, venue) => publish('fills', `{"id":${id},"venue":"${venue}","qty":${id}}`);
    await fill(1, 'X');
    await said(/^1 message$/);
    await press('Open as table');
    await tablesAre('fills');
    await untilStatus(page, 'live');
    const keyIs = async (...fields) => {
        await toast(new RegExp(`^fills: a row for each ${fields.join(' and ')}\\.$`));
        await untilStatus(page, 'live');
    };
    const table = async () => (await statsOf(page)).layout.tables.fills;
    const head = async (field) => {
        const {y, headerHeight, columns} = await table();
        const {x} = columns.find((one) => one.field === field);
        return [x + 20, y + headerHeight - 11];
    };
    await until('it is drawn', async () => (await table())?.columns.length === 3);
    await page.mouse.click(...(await head('venue')), {button: 'right'});
    await press('○ names the rows');
    await keyIs('id', 'venue');
    await until('it is drawn', async () => (await table())?.columns.length === 3);
    await page.mouse.click(...(await head('id')), {button: 'right'});
    await press('● names the rows');
    await keyIs('venue');
    await withBlotter(page, async (blotter) => {
        const {tables} = await blotter.viewState();
        const {columns} = tables.fills;
        columns.find(({field}) => field === 'qty').width = 321;
        columns.reverse();
        await blotter.setViewState({tables});
        await blotter.setSort('fills', [{field: 'qty', dir: 'desc'}]);
    });
    const before = await withBlotter(page, async (blotter) => (await blotter.viewState()).tables);
    await fill(2, 'X');
    await fill(3, 'X');
    await until('one row for the venue', async () => {
        const rows = await rowsOf(page, 'fills');
        return rows.length === 1 && rows[0].id === 3;
    });
    // The last one stays, and has no such line.
    await page.mouse.click(...(await head('venue')), {button: 'right'});
    await shown('Sort upwards');
    assert.ok(
        !(await statsOf(page)).layout.targets.some(({words}) => words.includes('names the rows')),
    );
    await page.keyboard.press('Escape');
    const {x, y, headerHeight, rowHeight, columns} = await table();
    const id = columns.find((one) => one.field === 'id');
    await page.mouse.click(id.x + id.width / 2, y + headerHeight + rowHeight / 2);
    await until('the focus', async () => (await table()).focus?.field === 'id');
    assert.ok(x >= 0);
    await page.keyboard.press('k');
    await keyIs('venue', 'id');
    // The columns stay as they were laid out, and the order of the rows too.
    assert.deepEqual(
        await withBlotter(page, async (blotter) => (await blotter.viewState()).tables),
        before,
    );
});

test('the filter of an opened table is not in the link, and does not come back', async () => {
    const hash = () => page.evaluate(() => location.hash);
    await withBlotter(page, (blotter) => blotter.setFilter('trades', 'MSFT'));
    await until('in the link', async () => (await hash()).includes('filter=MSFT'));
    await subscribe('quotes.*');
    await publish('quotes.IBM', '{"symbol":"IBM","bid":1.25}');
    await said(/^1 message$/);
    await press('Open as table');
    await tablesAre('quotes');
    await untilStatus(page, 'live');
    await withBlotter(page, (blotter) => blotter.setFilter('quotes', 'XYZ'));
    await shown(/^XYZ ✕$/);
    assert.ok((await hash()).includes('filter=MSFT'), await hash());
    await page.reload();
    await untilStatus(page, 'live');
    await tablesAre('trades', 'positions');
    await until('the filter of the trades', async () => {
        const {tables} = await withBlotter(page, (blotter) => blotter.viewState());
        return tables.trades.filter.quick === 'MSFT';
    });
    assert.ok((await hash()).includes('filter=MSFT'));
});

test('on a phone the profile can be saved, and a pause counts what waits', async () => {
    await subscribe('ticks');
    await publish('ticks', '{"id":1,"v":1}');
    await said(/^1 message$/);
    await press('Open as table');
    await tablesAre('ticks');
    await untilStatus(page, 'live');
    await page.setViewportSize({width: 390, height: 844});
    const [file] = await Promise.all([page.waitForEvent('download'), press('Save')]);
    assert.equal(file.suggestedFilename(), 'ticks.json');
    await press('‖');
    await shown('Resume · 0');
    await publish('ticks', '{"id":2,"v":1}');
    await press('Resume · 1');
    await until('its row', async () => (await rowsOf(page, 'ticks')).length === 1);
});

test('where no table can be made, words say why and nothing changes', async () => {
    await subscribe('raw');
    await press('Open as table');
    await toast(/^No message of raw has come yet\.$/);
    await publish('raw', 'not JSON <img src=x onerror="globalThis.ran = true">');
    await said(/^1 message$/);
    await press('Open as table');
    await toast(/^No message of raw that was seen is a JSON object, or a list of some\.$/);
    await publish('raw', '[{"v":1.5},{"v":1.5}]');
    await said(/^2 messages$/);
    await press('Open as table');
    await toast(/^No key was found: /);
    await tablesAre('trades', 'positions');
    assert.equal(await page.evaluate(() => globalThis.ran), undefined);
    const refused = await withBlotter(page, (blotter) =>
        blotter.openProfile('{"name":"p"}').then(
            () => '',
            (error) => error.message,
        ),
    );
    assert.match(refused, /lacks the member "tables"/);
    await withBlotter(page, (blotter) => blotter.openProfile(null));
    await tablesAre('trades', 'positions');
});

test('arrows move through the messages, and one of them is copied', async () => {
    await subscribe('a.*');
    for (let index = 1; index <= 60; ++index) await publish('a.b', `{"n":${index}}`);
    await said(/^60 messages$/);
    const detail = async () => (await statsOf(page)).inspector.detail;
    const chosen = (index) =>
        until(`message ${index}`, async () => (await detail()).includes(`"n": ${index}\n`));
    await press('message a.b  {"n":60}');
    await chosen(60);
    await page.keyboard.press('ArrowDown');
    await chosen(59);
    await page.keyboard.press('ArrowUp');
    await chosen(60);
    await page.keyboard.press('End');
    await chosen(1);
    await shown('message a.b  {"n":1}');
    await page.keyboard.press('ArrowUp');
    await chosen(2);
    await page.keyboard.press('PageUp');
    await until('a page up', async () => !(await detail()).includes('"n": 2\n'));
    await page.keyboard.press('Home');
    await chosen(60);
    await page.keyboard.press('Control+c');
    const copied = () => page.evaluate(() => navigator.clipboard.readText());
    await until('it is copied', async () => (await copied()).endsWith('{\n  "n": 60\n}\n'));
    await page.keyboard.press('ArrowDown');
    await chosen(59);
    await press('Copy');
    await until('the next one too', async () => (await copied()).endsWith('{\n  "n": 59\n}\n'));
    // Escape gives the keys back to the table.
    await page.keyboard.press('Escape');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Control+Home');
    await chosen(59);
});
