// tests/stack/soak.test.mjs - two minutes of `make soak`: the system under load, and every ten
// seconds a fault of the stack and one of each page. NB_SEED=n repeats it.
import assert from 'node:assert/strict';
import {test} from 'node:test';

import {soak} from '../support/soak.mjs';

const seed = Number(process.env.NB_SEED ?? 20260722);

test('two minutes of load and faults: nothing lost, doubled or stale', async () => {
    const {lost, doubled, stale, failures, memory, ...figures} = await soak({
        seconds: Number(process.env.NB_SECONDS ?? 120),
        rate: 100,
        seed,
    });
    console.log(`     ${JSON.stringify(figures)}, NB_SEED=${seed}`);
    assert.deepEqual(failures, []);
    assert.deepEqual({lost, doubled, stale}, {lost: 0, doubled: 0, stale: 0});
    assert.ok(memory.length > 0 && figures.faults > 0 && figures.orders > 0);
});
