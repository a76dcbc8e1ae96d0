// tests/stack/bus_clients.test.mjs - the bus as others use it: nats.js submits and listens, and
// --stock behaves as the stock services do. (nats.c does the same in
// tests/services/trade_path_test.cpp.)
import assert from 'node:assert/strict';
import {spawn} from 'node:child_process';
import {once} from 'node:events';
import {readFileSync} from 'node:fs';
import {join} from 'node:path';
import {describe, test} from 'node:test';

import {connect} from '@nats-io/transport-node';

import {Roles} from '../support/roles.mjs';
import {Stack, root} from '../support/stack.mjs';
import {until} from '../support/wait.mjs';
import {NatsClient} from './nats_wire.mjs';

const order = (more = {}) => ({
    security: 'IBM',
    quantity: 7100,
    accountId: 22214,
    side: 'Buy',
    ...more,
});
const orderEvent = (payload) =>
    JSON.stringify({topic: '/trades', payload, date: Date.now(), from: 'js', type: 'TradeOrder'});

async function withRoles(options, work) {
    const roles = await Roles.start(options);
    try {
        await work(roles);
    } catch (error) {
        console.log(roles.words());
        throw error;
    } finally {
        await roles.stop();
    }
}

describe('clients of the bus', () => {
    test('AnOrderOfNatsJsIsBookedAndItsSubscribersReadTheEvents', () =>
        withRoles({}, async (roles) => {
            const client = await connect({servers: `127.0.0.1:${roles.broker}`});
            const seen = [];
            for (const subject of ['/accounts/22214/trades', 'positions.account.*.updated']) {
                client.subscribe(subject, {
                    callback: (error, message) => {
                        assert.equal(error, null);
                        seen.push({subject: message.subject, ...message.json()});
                    },
                });
            }
            await client.flush();
            client.publish('/trades', orderEvent(order()));
            await until('two events', () => seen.length >= 2, 60);
            const trade = seen.find(({type}) => type === 'Trade');
            assert.equal(trade.subject, '/accounts/22214/trades');
            assert.equal(trade.topic, trade.subject);
            assert.equal(trade.payload.quantity, 7100);
            const position = seen.find(({type}) => type === 'Position');
            assert.equal(position.subject, 'positions.account.22214.updated');
            assert.equal(position.payload.quantity, 7000);

            // The same over trades.submit, answered with the row that REST shows.
            const submit = async (body) =>
                (
                    await client.request('trades.submit', JSON.stringify(body), {timeout: 60_000})
                ).json();
            const booked = await submit(order({quantity: 12}));
            const row = (await roles.rows('trades')).find(({id}) => id === booked.id);
            assert.deepEqual(booked, row);
            assert.equal((await submit(order({security: 'NOTREAL'}))).status, 404);
            assert.equal((await submit(order({accountId: 1}))).status, 404);
            assert.equal((await submit(order({side: 'BUY'}))).status, 400);
            await client.close();
        }));

    test('TheNodeExampleOfTheDocumentWorks', async () => {
        const page = readFileSync(join(root, 'docs/payloads.md'), 'utf8');
        const [, example] = /^## Node.*?^```js\n(.*?)^```/ms.exec(page);
        const stack = await Stack.start();
        const address = `127.0.0.1:${stack.ports.BROKER_PORT}`;
        assert.ok(example.includes("'127.0.0.1:14222'"));
        const child = spawn(
            process.execPath,
            ['--input-type=module', '-e', example.replace('127.0.0.1:14222', address)],
            {
                cwd: root,
                env: {...process.env, NATS_PASSWORD: stack.servicesPassword()},
                stdio: ['ignore', 'pipe', 'inherit'],
            },
        );
        try {
            let said = '';
            child.stdout.on('data', (bytes) => (said += bytes));
            await until('its trade', () => /state: 'Settled'/.test(said), 60);
            assert.match(said, /accountId: 22214/);
            assert.match(said, /quantity: 100/);
        } finally {
            child.kill();
            if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
            await stack.stop();
        }
    });

    // What a page must survive: an event before its row, events without a row, and a health answer
    // that says connected while nobody is.
    test('AsTheStockServicesPhantomsArePublishedAndHealthLies', () =>
        withRoles({options: ['--stock', '--subjects', 'slash']}, async (roles) => {
            const listener = await NatsClient.connect({port: roles.broker});
            await listener.subscribe('/accounts/22214/trades');
            await listener.subscribe('/accounts/22214/positions');
            for (const quantity of [0, -7, 5]) {
                const {status} = await roles.request(
                    'POST',
                    'trade-service',
                    '/trade/',
                    order({quantity}),
                );
                assert.equal(status, 200);
            }
            await until('six events', () => listener.messages.length >= 6, 60);
            const told = listener.messages
                .map(({payload}) => JSON.parse(payload))
                .filter(({type}) => type === 'Trade')
                .map(({payload}) => payload.quantity);
            assert.deepEqual(
                told.sort((a, b) => a - b),
                [-7, 0, 5],
            );
            await until(
                'the one row',
                async () => (await roles.rows('trades'))?.some(({quantity}) => quantity === 5),
                60,
            );
            assert.ok((await roles.rows('trades')).every(({quantity}) => quantity > 0));
            listener.close();

            roles.pause('broker');
            roles.kill('broker');
            await until(
                'the lie',
                async () => {
                    const {text} = await roles.request('GET', 'trade-service', '/system/health');
                    return text.includes('"status":"ok"') && text.includes('"connected"');
                },
                10,
            );
            // It is one: nothing can be published.
            const {status} = await roles.request('POST', 'trade-service', '/trade/', order());
            assert.equal(status, 500);
        }));
});
