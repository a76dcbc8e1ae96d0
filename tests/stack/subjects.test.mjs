// tests/stack/subjects.test.mjs - the two families of subjects, chosen per deployment, and both at
// once.
import assert from 'node:assert/strict';
import {test} from 'node:test';

import {Stack} from '../support/stack.mjs';
import {until} from '../support/wait.mjs';
import {NatsClient} from './nats_wire.mjs';

const subjects = {
    slash: ['/trades', '/accounts/22214/positions', '/accounts/22214/trades'],
    dotted: ['trades.new', 'positions.account.22214.updated', 'trades.account.22214.updated'],
};

// The subjects on which one order is heard, as the services' user, who may listen everywhere.
async function heard(family) {
    const stack = await Stack.start({SUBJECTS: family});
    try {
        const listener = await NatsClient.connect({
            port: stack.ports.BROKER_PORT,
            user: 'services',
            password: stack.servicesPassword(),
        });
        for (const subject of ['*', 'trades.new', 'trades.account.*.updated'])
            await listener.subscribe(subject);
        await listener.subscribe('positions.account.*.updated');
        const order = {security: 'IBM', quantity: 5, accountId: 22214, side: 'Buy'};
        assert.equal(await stack.order(order), 200);
        const wanted = family === 'both' ? 5 : 3;
        await until('its messages', () => listener.messages.length >= wanted);
        await listener.ping();
        // The envelope's topic is the subject of that copy, on each of them.
        for (const {subject, payload} of listener.messages)
            assert.equal(JSON.parse(payload).topic, subject);
        const told = listener.messages.map(({subject}) => subject).sort();
        listener.close();
        assert.equal((await stack.trades(22214)).length, 4, 'booked once');
        return told;
    } finally {
        await stack.stop();
    }
}

test('TheSlashFamilyAlone', async () => {
    assert.deepEqual(await heard('slash'), [...subjects.slash].sort());
});

test('TheDottedFamilyAlone', async () => {
    assert.deepEqual(await heard('dotted'), [...subjects.dotted].sort());
});

test('BothWhileADeploymentMovesOver', async () => {
    const events = [...subjects.slash, ...subjects.dotted.slice(1)];
    assert.deepEqual(await heard('both'), events.sort());
});
