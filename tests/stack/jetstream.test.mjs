// tests/stack/jetstream.test.mjs - JETSTREAM=1, with the configuration that scripts/run makes: what
// the broker has acknowledged survives its SIGKILL and is booked once.
import assert from 'node:assert/strict';
import {existsSync} from 'node:fs';
import {join} from 'node:path';
import {test} from 'node:test';

import {connect} from '@nats-io/transport-node';

import {Stack} from '../support/stack.mjs';
import {until} from '../support/wait.mjs';

const FIRST = 20_000; // above every quantity of the seed rows
const ON_THE_BUS = 300;

test('OrdersThatTheStreamHasSurviveTheBrokersDeath', async () => {
    const stack = await Stack.start({JETSTREAM: '1', ROLES: 'split'});
    const dial = () =>
        connect({
            servers: `127.0.0.1:${stack.ports.BROKER_PORT}`,
            user: 'services',
            pass: stack.servicesPassword(),
            ignoreClusterUpdates: true,
        });
    try {
        assert.ok(existsSync(join(stack.stateDir, 'jetstream')));
        const order = (quantity) => ({accountId: 22214, security: 'IBM', side: 'Buy', quantity});
        const quantities = async () => (await stack.trades(22214)).map((row) => row.quantity);
        assert.equal(await stack.order(order(FIRST)), 200);
        await until('an order through the streams', async () =>
            (await quantities()).includes(FIRST),
        );

        // Nobody books while the broker takes orders, by both subjects, and dies.
        const processor = stack.pid('trade-processor');
        process.kill(processor, 'SIGSTOP');
        const client = await dial();
        const stored = [];
        for (let number = 1; number <= ON_THE_BUS; ++number) {
            const subject = number % 2 === 0 ? '/trades' : 'trades.new';
            const event = {type: 'TradeOrder', payload: order(FIRST + number)};
            stored.push(client.request(subject, JSON.stringify(event), {timeout: 60_000}));
        }
        for (const answer of await Promise.all(stored))
            assert.equal(answer.json().stream, 'TRADERX_ORDERS');
        await client.close();
        const posted = FIRST + ON_THE_BUS + 1;
        assert.equal(await stack.order(order(posted)), 200);
        const broker = stack.pid('nats');
        stack.kill('nats');
        await until('another broker', () => stack.pid('nats') !== broker, 60);
        process.kill(processor, 'SIGCONT');

        const wanted = Array.from({length: ON_THE_BUS + 2}, (_, index) => FIRST + index);
        await until(
            'every order booked',
            async () => {
                const booked = new Set(await quantities());
                return wanted.every((quantity) => booked.has(quantity));
            },
            60,
        );
        const booked = (await quantities()).filter((quantity) => quantity >= FIRST);
        assert.deepEqual(
            booked.sort((a, b) => a - b),
            wanted,
        );

        // Their events, two of each, follow the commit; the broker may still be starting.
        await until(
            'two events of each',
            async () => {
                const listener = await dial().catch(() => null);
                if (!listener) return false;
                try {
                    const answer = await listener.request('$JS.API.STREAM.INFO.TRADERX_EVENTS');
                    return answer.json().state?.messages >= 2 * wanted.length;
                } catch {
                    return false; // JetStream is still starting
                } finally {
                    await listener.close();
                }
            },
            60,
        );
    } finally {
        await stack.stop();
    }
});

test('WithSlashSubjectsAloneItIsRefused', async () => {
    await assert.rejects(
        Stack.start({JETSTREAM: '1', SUBJECTS: 'slash'}),
        /JETSTREAM=1 needs SUBJECTS=both/,
    );
});
