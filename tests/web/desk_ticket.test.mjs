// tests/web/desk_ticket.test.mjs - the ticket as a trader uses it: keys, fields, the line that says
// what became of it; and the desk around the tables.
import assert from 'node:assert/strict';
import {after, afterEach, before, beforeEach, test} from 'node:test';

import {launchBrowser, openPage, statsOf, untilStatus, withBlotter} from '../support/browser.mjs';
import {binary, Ingress, quietBroker} from '../support/ingress.mjs';
import {restOf, tradeMessage} from '../support/market.mjs';
import {sleep, until} from '../support/wait.mjs';

let ingress;
let browser;
let page;
let link; // the socket of the page
let orders; // bodies of what was sent
let answerOrder; // what trade-service answers

const stocks = [
    {ticker: 'IBM', companyName: 'International Business Machines'},
    {ticker: 'IP', companyName: 'International Paper'},
    {ticker: 'MSFT', companyName: 'Microsoft Corp.'},
];
const json = (value, status = 200) => ({status, body: JSON.stringify(value)});

before(async () => {
    ingress = await Ingress.start();
    browser = await launchBrowser();
});
after(async () => {
    await browser?.close();
    await ingress?.stop();
});
beforeEach(async () => {
    orders = [];
    answerOrder = (order) => json(order);
    const market = restOf(20);
    ingress.socket = (connection) => {
        link = connection;
        quietBroker(connection);
    };
    ingress.rest = async (path, request) => {
        if (path === '/reference-data/stocks') return json(stocks);
        if (path !== '/trade-service/trade/') return market(path);
        orders.push({...JSON.parse(request.body), method: request.method});
        return answerOrder(orders.at(-1));
    };
    page = await openPage(browser, `${ingress.url}#account=22214`);
    await untilStatus(page, 'live');
    await withBlotter(page, (blotter) => blotter.shadowRoot.querySelector('canvas').focus());
});
afterEach(async () => {
    assert.deepEqual(page.complaints, []);
    await page.context().close();
});

const words = async () => (await statsOf(page)).ticket.words;
const untilWords = (pattern) => until(String(pattern), async () => pattern.test(await words()), 15);
const click = async (name) => page.mouse.click(...(await statsOf(page)).places[name]);
const fieldFocused = (label) =>
    until(`the field ${label} has the keys`, () =>
        withBlotter(
            page,
            (blotter, wanted) =>
                blotter.shadowRoot.activeElement?.getAttribute('aria-label') === wanted,
            label,
        ),
    );

// Types a ticket from the rows on and sends it.
async function send(key, security, quantity) {
    await page.keyboard.press(key);
    await fieldFocused('Security');
    await page.keyboard.type(security);
    await page.keyboard.press('Tab');
    await fieldFocused('Quantity');
    await page.keyboard.type(quantity);
    await page.keyboard.press('Enter');
}

// Two presses within half a second are one: until the guard lets it through. What a press brings is
// waited for, as the next one may send again and change the words.
const enterUntil = (pattern) =>
    until(String(pattern), async () => {
        await page.keyboard.press('Enter');
        for (let polls = 0; polls < 30; ++polls) {
            if (pattern.test(await words())) return true;
            await sleep(25);
        }
        return false;
    });

test('S, a security, Tab, a quantity, Enter: sent, accepted, a matching trade seen', async () => {
    await send('s', 'ibm', '2.5k');
    await untilWords(/^Sell 2,500 IBM: accepted \S+ ms$/);
    assert.equal(orders.length, 1);
    const {id, ...order} = orders[0];
    assert.match(id, /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
    assert.deepEqual(order, {
        security: 'IBM',
        quantity: 2500,
        accountId: 22214,
        side: 'Sell',
        method: 'POST',
    });
    const booked = {
        id: 'T-mine',
        accountId: 22214,
        security: 'IBM',
        side: 'Sell',
        state: 'Settled',
        quantity: 2500,
        updated: Date.now(),
        created: Date.now(),
    };
    link.write(binary(tradeMessage(booked)));
    await untilWords(/^Sell 2,500 IBM: accepted \S+ ms → matching trade seen \d+ m?s$/);
    // The fields stay, the quantity selected: the next one is typed over it.
    await fieldFocused('Quantity');
    await page.keyboard.type('7');
    await enterUntil(/^Sell 7 IBM: accepted/);
    const {ticket, log} = await statsOf(page);
    assert.equal(ticket.sent, orders.length);
    assert.deepEqual([...new Set(orders.map(({quantity}) => quantity))], [2500, 7]);
    assert.ok(
        log.some((line) => /^Sell 2,500 IBM: accepted .* seen/.test(line)),
        `${log}`,
    );
});

test('a trade that carries the order id is the booking', async () => {
    answerOrder = (order) => {
        const payload = JSON.stringify({
            payload: {
                id: 'T-booked',
                orderId: order.id,
                accountId: 22214,
                security: 'IBM',
                side: 'Buy',
                state: 'Settled',
                quantity: 100,
                updated: Date.now(),
                created: Date.now(),
            },
        });
        link.write(binary(`MSG a 1 ${payload.length}\r\n${payload}\r\n`));
        return json(order);
    };
    await send('b', 'IBM', '100');
    await untilWords(/^Buy 100 IBM: accepted \S+ ms → booked \S+ ms$/);
});

test('suggestions are chosen by arrow and Enter', async () => {
    await page.keyboard.press('n');
    await fieldFocused('Security');
    await page.keyboard.type('inter'); // both by a word of the company
    await until('suggestions', async () => (await statsOf(page)).ticket.suggests);
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await fieldFocused('Quantity');
    await page.keyboard.type('1');
    await page.keyboard.press('Enter');
    await untilWords(/^Buy 1 IP: accepted/);
    assert.equal(orders.length, 1);
});

test('what cannot be sent is said in words, and nothing is sent', async () => {
    await send('n', 'NOPE', '100');
    await untilWords(/There is no security “NOPE”/);
    await until('the rows have the keys', async () => {
        await page.keyboard.press('Escape'); // a list first, where one is open
        return withBlotter(page, ({shadowRoot}) => shadowRoot.activeElement.matches('canvas'));
    });
    await send('n', 'IBM', '1.5');
    await untilWords(/must be a whole number/);
    await fieldFocused('Quantity');
    await page.keyboard.press('Control+A');
    await page.keyboard.type('3000m');
    await page.keyboard.press('Enter');
    await untilWords(/at most 2,147,483,647/);
    assert.deepEqual(orders, []);
});

test('errors of trade-service are words', async () => {
    answerOrder = () => json({status: 404}, 404);
    await send('b', 'IBM', '100');
    await untilWords(/refused: trade-service knows no such ticker or account \(404\)/);
    answerOrder = () => ({status: 502, body: '<html>'});
    await enterUntil(/unknown, check before sending again: trade-service is down/);
});

test('above the soft limit Enter only asks, and Y sends', async () => {
    await send('b', 'IBM', '1m');
    await untilWords(/A large quantity. Buy 1,000,000 IBM\?/);
    assert.deepEqual(orders, []);
    await page.keyboard.press('Enter');
    await page.keyboard.press('Escape');
    await untilWords(/Not sent/);
    await fieldFocused('Quantity');
    await page.keyboard.press('Enter');
    await untilWords(/A large quantity/);
    await page.keyboard.press('y');
    await untilWords(/^Buy 1,000,000 IBM: accepted/);
    assert.equal(orders.length, 1);
});

test('offline, a ticket is asked about once more', async () => {
    await send('b', 'IBM', '5');
    await untilWords(/^Buy 5 IBM: accepted/);
    ingress.socket = (connection) => connection.destroy();
    link.destroy();
    await untilStatus(page, 'offline');
    await until('asked, answered, and sent unless that was too soon', async () => {
        await page.keyboard.press('Enter');
        await untilWords(/OFFLINE: no trade will be seen\. Buy 5 IBM\?/);
        assert.equal(orders.length, 1, 'not by Enter');
        await page.keyboard.press('y');
        await until('answered', async () => !(await statsOf(page)).ticket.asks);
        await untilWords(/accepted|sent just now/);
        return orders.length === 2;
    });
});

test('all accounts have no ticket, and it says so', async () => {
    await withBlotter(page, (blotter) => blotter.setAccount(0));
    await page.keyboard.press('n');
    await until('the field cannot be used', () =>
        withBlotter(page, (blotter) =>
            [...blotter.shadowRoot.querySelectorAll('input')].some(
                (field) => field.getAttribute('aria-label') === 'Security' && field.disabled,
            ),
        ),
    );
    assert.equal((await statsOf(page)).ticket.sent, 0);
});

test('a resync says what it brought, in words and in the log', async () => {
    const market = restOf(22);
    ingress.rest = (path) => market(path);
    link.destroy();
    await until('words', async () => {
        const {toast} = await statsOf(page);
        return toast === 'resynced: 2 added, 0 changed, 0 removed';
    });
    const {log} = await statsOf(page);
    assert.ok(log.includes('resynced: 2 added, 0 changed, 0 removed'), `${log}`);
    assert.ok(log.some((line) => line.startsWith('offline: ')) && log.includes('live'), `${log}`);
});

test('the dock opens by I, by its tabs and by the connection chip', async () => {
    const height = async () => (await statsOf(page)).layout.tables.trades.height;
    const tall = await height();
    await page.keyboard.press('i');
    await until('open', async () => (await height()) < tall - 100);
    await click('Stats');
    await until('closed', async () => (await height()) === tall);
    await click('Log');
    await until('open', async () => (await height()) < tall - 100);
    await click('Log');
    await until('closed', async () => (await height()) === tall);
    await click('Connection');
    await until('open', async () => (await height()) < tall - 100);
});

test('the line between the tables is dragged, and put back by a double click', async () => {
    const width = async () => (await statsOf(page)).layout.tables.trades.width;
    const before = await width();
    const {x, y} = (await statsOf(page)).layout.tables.positions;
    await page.mouse.move(x - 1, y + 200);
    await page.mouse.down();
    await page.mouse.move(x - 200, y + 210, {steps: 4});
    await until('narrower', async () => (await width()) < before - 150);
    await page.mouse.up();
    const now = (await statsOf(page)).layout.tables.positions.x;
    await page.mouse.dblclick(now - 1, y + 200);
    await until('as before', async () => (await width()) === before);
});

test('Space pauses the view, and the rows go on behind it', async () => {
    await page.keyboard.press(' ');
    await until('paused', async () => (await statsOf(page)).paused);
    const booked = {id: 'T-new', accountId: 22214, security: 'IBM', side: 'Buy', quantity: 1};
    link.write(
        binary(tradeMessage({...booked, state: 'Settled', updated: Date.now(), created: 1})),
    );
    await until('it waits', async () => (await statsOf(page)).waiting === 1);
    const count = () => withBlotter(page, (b) => b.rowCount('trades'));
    assert.equal(await count(), 20);
    await page.keyboard.press(' ');
    await until('on', async () => !(await statsOf(page)).paused);
    await until('merged', async () => (await count()) === 21);
});

test('D14: what became of a ticket is words, never raw JSON, and the form stays', async () => {
    await send('b', 'IBM', '5');
    await untilWords(/^Buy 5 IBM: accepted/);
    assert.doesNotMatch(await words(), /[{}"]/);
    answerOrder = () => json({message: 'no'}, 404);
    await page.keyboard.press('Control+a');
    await page.keyboard.type('6');
    await enterUntil(/^Buy 6 IBM: /);
    await untilWords(/404|unknown/);
    assert.doesNotMatch(await words(), /[{}"]/);
    const values = await withBlotter(page, ({shadowRoot}) =>
        ['Security', 'Quantity'].map(
            (label) => shadowRoot.querySelector(`input[aria-label="${label}"]`).value,
        ),
    );
    assert.deepEqual(values, ['IBM', '6']);
});

test('D15: no negative or broken quantity; the ticker is what stands in the field', async () => {
    await send('b', 'IBM', '-5');
    await untilWords(/^The quantity must be at least 1\.$/);
    for (const [quantity, why] of [
        ['5.5', /^The quantity must be a whole number\.$/],
        ['-5.5', /^The quantity must be at least 1\.$/],
        ['2147483648', /^The quantity must be at most 2,147,483,647\.$/],
        ['0', /^The quantity must be at least 1\.$/],
    ]) {
        await fieldFocused('Quantity');
        await page.keyboard.press('Control+a');
        await page.keyboard.type(quantity);
        await page.keyboard.press('Enter');
        await untilWords(why);
    }
    assert.deepEqual(orders, []);
    await page.keyboard.press('Shift+Tab');
    await fieldFocused('Security');
    await page.keyboard.press('Control+a');
    // Chosen from the list, then typed on: not the one that was chosen.
    await page.keyboard.type('msf');
    await until('the list', async () => (await statsOf(page)).ticket.suggests);
    await page.keyboard.press('Enter');
    await fieldFocused('Quantity');
    await page.keyboard.press('Shift+Tab');
    await fieldFocused('Security');
    await page.keyboard.press('End');
    await page.keyboard.type('X');
    await page.keyboard.press('Tab');
    await fieldFocused('Quantity');
    await page.keyboard.type('5');
    await page.keyboard.press('Enter');
    await untilWords(/^There is no security “MSFT.*X”/);
    assert.equal(orders.length, 0);
});
