// demo/faults.mjs - the seven things that happen to both panes at once. Each is what a day brings:
// none touches a page, and the database is right throughout.
//
// A fault is `async (stack, proxy, request, say)`: `request.account` is the account on both panes,
// `say(words)` tells the person who pressed the button what has been done. A fault ends when
// everything it set off is in the database and on the bus.
import {randomUUID} from 'node:crypto';

import {STOCK_READ_TIMEOUT_MS} from './feed_proxy.mjs';
import {until} from './wait.mjs';

const QUIET_MS = 30_000; // more than the 20 s after which our pane asks for a sign of life
const BURST_ORDERS = 10_000; // two events each
const SLOW_READ_MS = 2000;

// Sizes by which an order of the demo is known again; never used twice in one run.
let lastQuantity = 7000;
const nextQuantity = () => ++lastQuantity;

const isTrade = (quantity) => (subject, payload) =>
    subject.endsWith('/trades') && payload.quantity === quantity;

// An order, booked and its events published.
async function bookedOrder(stack, account, security = 'IBM') {
    const bus = await stack.bus();
    const heard = await bus.listen(account);
    const quantity = nextQuantity();
    const order = {accountId: account, security, side: 'Buy', quantity};
    await until('an order is taken', async () => (await stack.order(order)) === 200);
    const {payload} = await heard(isTrade(quantity));
    await heard((subject, {security: name}) => subject.endsWith('/positions') && name === security);
    bus.close();
    return payload;
}

const bothPanes = (proxy) => until('both panes are back', () => proxy.panes.size === 2, 60);

async function broker(stack, proxy, {account}, say) {
    proxy.doorShut = true;
    try {
        say('The broker is killed. Both panes lose their connection.');
        await stack.killBroker();
        say('It is up again. While both panes are still away, one order is booked.');
        const {quantity} = await bookedOrder(stack, account);
        say(`Booked: buy ${quantity} IBM. Its events went to nobody. Now the panes may come back.`);
    } finally {
        proxy.doorShut = false;
    }
    await bothPanes(proxy);
}

async function idle(stack, proxy, {account}, say) {
    const seconds = QUIET_MS / 1000;
    say(
        `The ingress closes what is quiet for ${seconds} s (60 s as shipped). Nothing happens now.`,
    );
    proxy.readTimeoutMs = QUIET_MS;
    try {
        const cut = until('a quiet connection is closed', () => proxy.panes.size < 2, 90);
        for (let left = seconds - 5; left > 0; left -= 5) {
            const waited = new Promise((resolve) => setTimeout(resolve, 5000, 'waited'));
            if ((await Promise.race([cut, waited])) !== 'waited') break;
            say(`Quiet; ${left} s to go.`);
        }
        await cut;
        proxy.doorShut = true;
        say('A quiet connection was closed. One order is booked before it is opened again.');
        const {quantity} = await bookedOrder(stack, account);
        say(`Booked: buy ${quantity} IBM.`);
    } finally {
        proxy.readTimeoutMs = STOCK_READ_TIMEOUT_MS;
        proxy.doorShut = false;
    }
    await bothPanes(proxy);
}

async function letter(stack, proxy, {account}, say) {
    const bus = await stack.bus();
    const heard = await bus.listen(account);
    const quantity = nextQuantity();
    say('A trade in “Société” is booked: each é is one character and two bytes.');
    await stack.bookDirectly({accountId: account, security: 'Société', side: 'Buy', quantity});
    await heard(isTrade(quantity));
    await heard((subject, {security}) => subject.endsWith('/positions') && security === 'Société');
    bus.close();
    await bookedOrder(stack, account);
    say('An ordinary trade follows it.');
}

async function burst(stack, proxy, {account}, say) {
    const bus = await stack.bus();
    const before = (await stack.trades(account)).length;
    say(`${BURST_ORDERS.toLocaleString('en')} orders go onto the bus, for two events each.`);
    const securities = ['IBM', 'MS', 'C', 'AAPL', 'MSFT', 'BAC', 'TSLA', 'JPM'];
    for (let index = 0; index < BURST_ORDERS; ++index) {
        const order = {
            id: randomUUID(),
            accountId: account,
            security: securities[index % securities.length],
            side: index % 3 ? 'Buy' : 'Sell',
            quantity: 1 + (index % 997),
        };
        const date = Date.now();
        const envelope = {topic: '/trades', payload: order, date, from: 'demo', type: 'TradeOrder'};
        await bus.publish('/trades', envelope);
    }
    await bus.flush();
    bus.close();
    await until(
        'all of them are booked',
        async () => {
            const booked = (await stack.trades(account)).length - before;
            say(`Booked: ${booked.toLocaleString('en')}.`);
            await new Promise((resolve) => setTimeout(resolve, 1000));
            return booked >= BURST_ORDERS;
        },
        300,
    );
}

async function change(stack, proxy, {account}, say) {
    say(`Reads of account ${account} take ${SLOW_READ_MS / 1000} s for a while.`);
    stack.slowReads = {account, milliseconds: SLOW_READ_MS};
    try {
        // The page chooses this account, and another one at once, when it hears the next words.
        say('choose');
        await until('the slow answers were given', () => stack.slowAnswers >= 2, 60);
    } finally {
        stack.slowReads = null;
    }
    say('The answers of the first account have come, after those of the second.');
}

async function phantom(stack, proxy, {account}, say) {
    const quantity = nextQuantity();
    const positions = await stack.positions(account);
    const held = positions.find(({security}) => security === 'IBM')?.quantity ?? 0;
    const now = Date.now();
    const trade = {
        ...{id: randomUUID(), accountId: account, security: 'IBM', side: 'Buy', state: 'Settled'},
        ...{quantity, updated: now, created: now},
    };
    const position = {accountId: account, security: 'IBM', quantity: held + quantity, updated: now};
    const bus = await stack.bus();
    for (const [stream, type, payload] of [
        ['trades', 'Trade', trade],
        ['positions', 'Position', position],
    ]) {
        const topic = `/accounts/${account}/${stream}`;
        const from = 'trade-processor';
        await bus.publish(topic, {topic, payload, date: now, from, type});
    }
    await bus.flush();
    bus.close();
    say(`A trade of ${quantity} IBM is told as settled, and its transaction fails afterwards.`);
}

async function swallow(stack, proxy, {account}, say) {
    proxy.swallowNext(`/accounts/${account}/trades`);
    say('An order is booked, and its trade event is lost on the way to both panes.');
    const {quantity} = await bookedOrder(stack, account);
    await until('both have lost it', () => proxy.hungry === 0);
    say(`Booked: buy ${quantity} IBM. No connection broke, and nobody was told.`);
}

export const faults = {broker, idle, letter, burst, switch: change, phantom, swallow};
