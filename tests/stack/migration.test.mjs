// tests/stack/migration.test.mjs - a deployment moves from slash to dotted subjects and back while
// orders go on (docs/migration.md): the services are restarted with the next family at each step,
// subscribers change over while both are published, and at each step nothing is lost.
import assert from 'node:assert/strict';
import {spawn} from 'node:child_process';
import {once} from 'node:events';
import {mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {after, before, test} from 'node:test';

import {root} from '../support/stack.mjs';
import {sleep, until} from '../support/wait.mjs';
import {Broker, freePort} from '../web/core/brokers.mjs';
import {NatsClient} from './nats_wire.mjs';

const account = 22214;
const subjectOf = {
    slash: `/accounts/${account}/trades`,
    dotted: `trades.account.${account}.updated`,
};
const roles = [
    'reference-data',
    'account-service',
    'people-service',
    'position-service',
    'trade-processor',
    'trade-service',
];

let folder;
let broker;
let services;
const ports = {};

before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'nats-blotter-migration-'));
    broker = await Broker.start();
    for (const role of roles) ports[role] = await freePort();
});
after(async () => {
    await stopServices();
    await broker?.kill();
    rmSync(folder, {recursive: true, force: true});
});

async function stopServices() {
    if (!services || services.exitCode !== null) return;
    services.kill('SIGTERM');
    await once(services, 'exit');
}

const url = (role, path) => `http://127.0.0.1:${ports[role]}${path}`;

// The services with another family, on the ports and the database they had.
async function restart(family) {
    await stopServices();
    const parameters = [
        ...roles.flatMap((role) => ['--port', `${role}=${ports[role]}`]),
        ...['--nats', `nats://127.0.0.1:${broker.port}`],
        ...['--subjects', family, '--database', join(folder, 'traderx.db')],
    ];
    const program = join(root, 'build/native-release/src/services/traderx-services');
    services = spawn(program, parameters, {stdio: 'ignore'});
    process.on('exit', () => services.kill('SIGKILL'));
    await until('the services', async () => {
        const answer = await fetch(url('trade-service', '/system/health')).catch(() => null);
        return answer && (await answer.json()).status === 'ok';
    });
}

// Orders one after another until stopped; `accepted` are the sizes of those that got a 200.
function load() {
    const accepted = [];
    let size = 0;
    let running = true;
    const done = (async () => {
        while (running) {
            const order = {accountId: account, security: 'IBM', side: 'Buy', quantity: ++size};
            const answer = await fetch(url('trade-service', '/trade/'), {
                method: 'POST',
                headers: {'content-type': 'application/json'},
                body: JSON.stringify(order),
            }).catch(() => null);
            if (answer?.status === 200) accepted.push(order.quantity);
            else await sleep(20); // the services are being restarted
        }
    })();
    const stop = () => {
        running = false;
        return done;
    };
    return {accepted, stop};
}

// A subscriber of one family; `sizes` are those of the trades it has heard.
async function listen(family) {
    const client = await NatsClient.connect({port: broker.port});
    await client.subscribe(subjectOf[family]);
    const sizes = () =>
        new Set(client.messages.map(({payload}) => JSON.parse(payload).payload.quantity));
    return {sizes, close: () => client.close()};
}

const booked = async () => {
    const trades = await (await fetch(url('position-service', `/trades/${account}`))).json();
    return trades.filter(({id}) => !id.startsWith('TRADE-')).map(({quantity}) => quantity);
};

test('SlashBothDottedAndBackLoseNothing', async () => {
    await restart('slash');
    const slash = await listen('slash');
    const dotted = await listen('dotted');
    const orders = load();
    const heard = new Set();
    // Who changes over does so while both are published.
    const steps = [
        {family: 'slash', by: [slash]},
        {family: 'both', by: [slash, dotted]},
        {family: 'dotted', by: [dotted]},
        {family: 'both', by: [slash, dotted]},
        {family: 'slash', by: [slash]},
    ];
    for (const [index, {family, by}] of steps.entries()) {
        if (index > 0) await restart(family);
        const from = orders.accepted.length;
        await until(`orders with ${family}`, () => orders.accepted.length >= from + 50, 60);
        const sent = orders.accepted.slice(from, from + 50);
        for (const listener of by) {
            await until(`all of them heard with ${family}`, () => {
                const sizes = listener.sizes();
                return sent.every((size) => sizes.has(size));
            });
        }
    }
    await orders.stop();
    await until('everything that was accepted is booked', async () => {
        const rows = new Set(await booked());
        return orders.accepted.every((size) => rows.has(size));
    });
    const rows = await booked();
    assert.equal(new Set(rows).size, rows.length, 'nothing is booked twice');
    await until('everything that is booked was heard in one family or the other', () => {
        for (const listener of [slash, dotted])
            for (const size of listener.sizes()) heard.add(size);
        return rows.every((size) => heard.has(size));
    });
    for (const listener of [slash, dotted]) listener.close();
});
