// tests/stack/volume.test.mjs - many orders from several connections: the database and the events
// agree to the last row, on both databases. NB_ORDERS=100000 is the long form.
import assert from 'node:assert/strict';
import {describe, test} from 'node:test';

import {Roles} from '../support/roles.mjs';
import {until} from '../support/wait.mjs';
import {NatsClient} from './nats_wire.mjs';

const ORDERS = Number(process.env.NB_ORDERS ?? 20_000);
const CONNECTIONS = 32;
const ACCOUNTS = [10031, 11413, 22214, 42422, 44044, 52355, 62654];
const SECURITIES = ['IBM', 'MS', 'C', 'AAPL', 'MSFT', 'BAC', 'TSLA', 'BRK.B'];
const SECONDS_MAX = 500;

async function post(roles) {
    let next = 0;
    const worker = async () => {
        while (next < ORDERS) {
            const number = next++;
            const {status, text} = await roles.request('POST', 'trade-service', '/trade/', {
                accountId: ACCOUNTS[number % ACCOUNTS.length],
                security: SECURITIES[(number * 7) % SECURITIES.length],
                side: number % 3 === 0 ? 'Sell' : 'Buy',
                quantity: 1 + (number % 997),
            });
            assert.equal(status, 200, text);
        }
    };
    await Promise.all(Array.from({length: CONNECTIONS}, worker));
}

// A REST row as the event about it would be.
const asEvent = (row) => {
    const event = {...row, updated: Date.parse(row.updated)};
    if (row.created) event.created = Date.parse(row.created);
    return event;
};

async function run(database) {
    const roles = await Roles.start({database});
    try {
        const listener = await NatsClient.connect({port: roles.broker});
        for (const account of ACCOUNTS)
            for (const stream of ['trades', 'positions'])
                await listener.subscribe(`/accounts/${account}/${stream}`);
        const seeds = await roles.rows('trades');
        const began = Date.now();
        await post(roles);
        const posted = Date.now();
        // Exactly one trade event and one position event per booked order.
        await until('every event', () => listener.messages.length >= 2 * ORDERS, SECONDS_MAX);
        const told = Date.now();

        const trades = new Map(seeds.map((row) => [row.id, asEvent(row)]));
        const positions = new Map();
        for (const {subject, payload} of listener.messages) {
            const {payload: record} = JSON.parse(payload);
            if (subject.endsWith('/trades')) {
                trades.set(record.id, record);
                continue;
            }
            const key = `${record.accountId} ${record.security}`;
            if (!(positions.get(key)?.updated >= record.updated)) positions.set(key, record);
        }
        const tradeRows = (await roles.rows('trades')).map(asEvent);
        assert.equal(tradeRows.length, ORDERS + seeds.length);
        assert.equal(trades.size, tradeRows.length);
        for (const row of tradeRows) assert.deepEqual(trades.get(row.id), row);
        const positionRows = (await roles.rows('positions')).map(asEvent);
        assert.equal(positionRows.length, positions.size);
        for (const row of positionRows)
            assert.deepEqual(positions.get(`${row.accountId} ${row.security}`), row);
        listener.close();
        console.log(
            `     ${database}: ${ORDERS} orders posted in ${posted - began} ms, ` +
                `the last event ${told - posted} ms later`,
        );
    } catch (error) {
        console.log(roles.words());
        throw error;
    } finally {
        await roles.stop();
    }
}

describe(`${ORDERS} orders from ${CONNECTIONS} connections`, () => {
    for (const database of ['sqlite', 'postgres'])
        test(`DatabaseAndEventsAgreeToTheLastRow, ${database}`, () => run(database));
});
