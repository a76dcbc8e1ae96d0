// The three worked examples of docs/profiles.md under their own URLs, as `make run` serves them:
// rows come from the bus, and hold what was published.
import assert from 'node:assert/strict';
import {after, afterEach, before, test} from 'node:test';

import {NatsClient} from '../stack/nats_wire.mjs';
import {launchBrowser, openPage, rowsOf, untilStatus} from '../support/browser.mjs';
import {Stack} from '../support/stack.mjs';
import {until} from '../support/wait.mjs';

let stack;
let browser;
let page;
let bus;

before(async () => {
    stack = await Stack.start({PRICES: '1'});
    bus = await NatsClient.connect({
        port: stack.ports.BROKER_PORT,
        user: 'services',
        password: stack.servicesPassword(),
    });
    browser = await launchBrowser();
});
after(async () => {
    bus?.close();
    await browser?.close();
    await stack?.stop();
});
afterEach(async () => {
    assert.deepEqual(page.complaints, []);
    await page.context().close();
});

async function open(example) {
    page = await openPage(browser, `${stack.url}?profile=profiles/${example}.json`);
    await untilStatus(page, 'live');
}
// What is on the bus from now on, as records.
async function heard(pattern, records) {
    await bus.subscribe(pattern);
    const [first] = pattern.split('*');
    return () => bus.messages.filter(({subject}) => subject.startsWith(first)).flatMap(records);
}

test('market prices', async () => {
    const published = await heard('pricing.*', ({subject, payload}) => [
        {...JSON.parse(payload).payload, subject},
    ]);
    await open('prices');
    let rows;
    await until('all 20 tickers', async () => (rows = await rowsOf(page, 'prices')).length === 20);
    assert.deepEqual(
        rows.map(({ticker}) => ticker),
        rows.map(({ticker}) => ticker).sort(),
    );
    for (const row of rows) {
        const asOf = new Date(row.asOf).toISOString();
        let tick;
        await until(`${row.ticker} as of ${asOf} on the bus`, () => {
            tick = published().find((one) => one.ticker === row.ticker && one.asOf === asOf);
            return tick !== undefined;
        });
        assert.equal(tick.subject, `pricing.${row.ticker}`);
        assert.deepEqual(
            [row.price, row.openPrice, row.closePrice, row.source],
            [tick.price, tick.openPrice, tick.closePrice, tick.source],
        );
    }
    const ibm = (list) => list.find(({ticker}) => ticker === 'IBM').asOf;
    await until('the next price of IBM', async () => ibm(await rowsOf(page, 'prices')) > ibm(rows));
});

test('sensors', async () => {
    const published = await heard('sensors.*.readings', ({subject, payload}) => {
        const house = subject.split('.')[1];
        return JSON.parse(payload).readings.map((one) => ({...one, house}));
    });
    await open('sensors');
    let rows;
    await until('all sensors', async () => (rows = await rowsOf(page, 'readings')).length === 9);
    for (const row of rows) {
        let reading;
        await until(`${row.house} ${row.sensor} at ${row.at} on the bus`, () => {
            reading = published().find(
                ({house, sensor, at}) =>
                    house === row.house && sensor === row.sensor && at === row.at,
            );
            return reading !== undefined;
        });
        assert.equal(row['/value/number'], reading.value.number);
        assert.equal(row['/value/unit'], reading.value.unit);
        assert.equal(row.state, 'ok');
    }
    const newest = (list) => Math.max(...list.map(({at}) => at));
    await until(
        'newer readings',
        async () => newest(await rowsOf(page, 'readings')) > newest(rows),
    );
});

test('TraderX as a file', async () => {
    await open('traderx');
    const trades = async () => (await rowsOf(page, 'trades')).length;
    await until('the seed rows', async () => (await trades()) === 4);
    const order = {accountId: 52355, security: 'IBM', side: 'Buy', quantity: 123};
    assert.equal(await stack.order(order), 200);
    await until('the trade', async () => (await trades()) === 5);
    const [trade] = await rowsOf(page, 'trades');
    assert.deepEqual([trade.security, trade.side, trade.quantity], ['IBM', 'Buy', 123]);
});
