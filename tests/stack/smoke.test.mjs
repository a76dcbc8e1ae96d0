// tests/stack/smoke.test.mjs - scripts/smoke passes against a stack of its own, and notices one
// that is not as it should be.
import assert from 'node:assert/strict';
import {spawnSync} from 'node:child_process';
import {join} from 'node:path';
import {after, before, describe, test} from 'node:test';

import {Stack, root} from '../support/stack.mjs';

const smoke = (port) =>
    spawnSync(join(root, 'scripts', 'smoke'), [String(port)], {
        encoding: 'utf8',
        timeout: 120_000,
    });

describe('smoke', () => {
    let stack;
    before(async () => {
        stack = await Stack.start();
    });
    after(() => stack?.stop());

    test('EveryCheckPasses', () => {
        const {stdout, stderr, status} = smoke(stack.port);
        assert.equal(status, 0, stdout + stderr);
        assert.deepEqual(
            stdout
                .split('\n')
                .filter((line) => line.startsWith('ok'))
                .map((line) => Number(line.slice(3, 6))),
            [3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15],
        );
    });

    test('AStackThatLacksTickersFailsTheChecksOfThem', async () => {
        const other = await Stack.start({REFERENCE_DATA_SUPPORTED_TICKERS: 'IBM,MS'});
        const {stdout, status} = smoke(other.port);
        await other.stop();
        assert.equal(status, 1, stdout);
        for (const line of [/^FAILED +11 /m, /^FAILED +15 /m]) assert.match(stdout, line);
        for (const line of [/^ok +3 /m, /^ok +9 /m]) assert.match(stdout, line);
    });
});
