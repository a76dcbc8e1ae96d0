// tests/stack/exactly_once.test.mjs - every process is killed with SIGKILL again and again, under
// load. At the end every order that got its 200 is booked once, no order twice, the positions are
// the sums of the trades, and every committed row's event has been on the bus.
//
// The victim and the moment come from a seed: NB_SEED=n repeats it, NB_KILLS=n makes it longer.
// With core NATS the broker lives on, since it keeps nothing for a listener that it takes down with
// it; in JetStream mode it dies too, and the events are read from their stream.
import assert from 'node:assert/strict';
import {describe, test} from 'node:test';

import {Roles} from '../support/roles.mjs';
import {sleep, until} from '../support/wait.mjs';
import {NatsClient} from './nats_wire.mjs';

const SEED = Number(process.env.NB_SEED ?? 20260722);
const KILLS = Number(process.env.NB_KILLS ?? 12);
const CONNECTIONS = 12;
const ACCOUNTS = [10031, 11413, 22214, 42422, 44044, 52355, 62654];
const SECURITIES = ['IBM', 'MS', 'C', 'AAPL'];
const SETTLE_SECONDS = 120;

// mulberry32
function randomFrom(seed) {
    let state = seed >>> 0;
    return (below) => {
        state = (state + 0x6d2b79f5) >>> 0;
        let t = Math.imul(state ^ (state >>> 15), state | 1);
        t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
        return ((t ^ (t >>> 14)) >>> 0) % below;
    };
}

// The quantity is the order's number, by which it is known again in its trade.
function orderOf(number) {
    return {
        accountId: ACCOUNTS[number % ACCOUNTS.length],
        security: SECURITIES[(number >> 3) % SECURITIES.length],
        side: number % 3 === 0 ? 'Sell' : 'Buy',
        quantity: number,
    };
}

const FIRST = 10_000; // above every quantity of the seed rows

async function load(roles, state) {
    const worker = async () => {
        while (!state.stopping) {
            const number = FIRST + state.sent++;
            const {status} = await roles.request(
                'POST',
                'trade-service',
                '/trade/',
                orderOf(number),
            );
            if (status === 200) state.accepted.add(number);
            else await sleep(20);
        }
    };
    await Promise.all(Array.from({length: CONNECTIONS}, worker));
}

function checkBooked(trades, positions, state) {
    const counts = new Map();
    for (const {quantity} of trades) counts.set(quantity, (counts.get(quantity) ?? 0) + 1);
    for (const number of state.accepted)
        assert.equal(counts.get(number), 1, `order ${number} was accepted`);
    for (const [quantity, count] of counts)
        if (quantity >= FIRST) assert.equal(count, 1, `order ${quantity} was booked twice`);
    const sums = new Map();
    for (const {accountId, security, side, quantity} of trades) {
        const key = `${accountId} ${security}`;
        sums.set(key, (sums.get(key) ?? 0) + (side === 'Buy' ? quantity : -quantity));
    }
    assert.equal(positions.length, sums.size);
    for (const {accountId, security, quantity} of positions)
        assert.equal(quantity, sums.get(`${accountId} ${security}`), `${accountId} ${security}`);
}

// What the events told: ids of trades, and of each position its newest version.
class Told {
    trades = new Set();
    positions = new Map();
    take(messages) {
        for (const {subject, payload} of messages) {
            const {payload: record} = JSON.parse(payload);
            if (/trades/.test(subject)) this.trades.add(record.id);
            else {
                const key = `${record.accountId} ${record.security}`;
                if (!(this.positions.get(key)?.updated >= record.updated))
                    this.positions.set(key, record);
            }
        }
    }
    has(trades, positions) {
        return (
            trades.every(({id}) => id.startsWith('TRADE-') || this.trades.has(id)) &&
            positions.every(({accountId, security, quantity, updated}) => {
                const told = this.positions.get(`${accountId} ${security}`);
                return told?.quantity === quantity && told.updated === Date.parse(updated);
            })
        );
    }
}

const SUBJECTS = ['trades.account.*.updated', 'positions.account.*.updated'];

async function listen(roles, told) {
    const client = await NatsClient.connect({port: roles.broker});
    for (const subject of SUBJECTS) await client.subscribe(subject);
    return {collect: () => told.take(client.messages.splice(0)), close: () => client.close()};
}

// Everything that the stream of account events kept.
async function replay(roles, told) {
    const client = await NatsClient.connect({port: roles.broker});
    const inbox = `test.replay.${Math.random().toString(36).slice(2)}`;
    await client.subscribe(inbox);
    const config = {deliver_subject: inbox, deliver_policy: 'all', ack_policy: 'none'};
    await client.publish(
        '$JS.API.CONSUMER.CREATE.TRADERX_EVENTS',
        JSON.stringify({stream_name: 'TRADERX_EVENTS', config}),
    );
    return {
        collect: () => told.take(client.messages.splice(0)),
        close: () => client.close(),
    };
}

async function run({database, jetstream, victims, seed}) {
    const random = randomFrom(seed);
    const roles = await Roles.start({database, jetstream});
    try {
        const told = new Told();
        // The seed rows were never told.
        let listener = jetstream ? null : await listen(roles, told);
        const state = {sent: 0, accepted: new Set(), stopping: false};
        const loading = load(roles, state);
        await sleep(300);
        for (let kill = 0; kill < KILLS; ++kill) {
            // Each of them once; then by chance.
            const name = victims[kill < victims.length ? kill : random(victims.length)];
            roles.kill(name);
            // One kill in three meets a system that has not recovered from the one before.
            const accepted = state.accepted.size;
            if (random(3) > 0)
                await until('more orders', () => state.accepted.size >= accepted + 30, 120);
            await sleep(random(300));
            listener?.collect();
        }
        await sleep(300);
        state.stopping = true;
        await loading;
        await roles.ready();

        let trades, positions;
        await until(
            `the booking of ${state.accepted.size} accepted orders (NB_SEED=${seed})`,
            async () => {
                listener?.collect();
                trades = await roles.rows('trades');
                const booked = new Set(trades?.map(({quantity}) => quantity));
                return [...state.accepted].every((number) => booked.has(number));
            },
            SETTLE_SECONDS,
        );
        listener ??= await replay(roles, told);
        await until(
            `the event of each of ${trades.length} trades (NB_SEED=${seed})`,
            async () => {
                listener.collect();
                trades = await roles.rows('trades');
                positions = await roles.rows('positions');
                const traded = new Set(trades?.map((t) => `${t.accountId} ${t.security}`));
                return (
                    trades &&
                    positions &&
                    told.has(
                        trades,
                        // A seed position that no order touched has no event.
                        positions.filter(
                            (p) =>
                                traded.has(`${p.accountId} ${p.security}`) &&
                                trades.some(
                                    (t) =>
                                        t.quantity >= FIRST &&
                                        t.accountId === p.accountId &&
                                        t.security === p.security,
                                ),
                        ),
                    )
                );
            },
            SETTLE_SECONDS,
        );
        listener.close();
        checkBooked(trades, positions, state);
        assert.ok(state.accepted.size >= KILLS, 'hardly any order was accepted');
        console.log(
            `     ${database}${jetstream ? ', JetStream' : ''}: ${state.sent} posted, ` +
                `${state.accepted.size} accepted, kills ${JSON.stringify(roles.kills)}, ` +
                `NB_SEED=${seed}`,
        );
    } catch (error) {
        console.log(roles.words());
        throw error;
    } finally {
        await roles.stop();
    }
}

const SERVICES = ['trade-service', 'trade-processor', 'trade-processor-2'];

describe('kill -9 of any process, at any point', () => {
    test('SqliteBooksWhatWasAcceptedOnce', () =>
        run({database: 'sqlite', victims: [...SERVICES, 'readers'], seed: SEED}));
    test('PostgresBooksWhatWasAcceptedOnceThoughItIsKilledToo', () =>
        run({database: 'postgres', victims: [...SERVICES, 'postgres'], seed: SEED + 1}));
    test('JetStreamKeepsOrdersAndEventsThoughItIsKilledToo', () =>
        run({
            database: 'sqlite',
            jetstream: true,
            victims: [...SERVICES, 'broker'],
            seed: SEED + 2,
        }));
});
