// tests/stack/faults.test.mjs - seeded schedules of faults on the whole system, and pages that must
// be the database by rule 12 of the rules of truth: 0 lost, 0 doubled, 0 stale, or said so.
//
// Real broker, services, SQLite, nginx and Chromium; three pages on a stack, three kinds of stack.
// A schedule is what one page goes through in one round: faults of its own and those of the stack,
// all from the seed. While they last, an oracle looks at every page again and again
// (tests/support/page_oracle.mjs); when they are over, every page becomes live and is the database.
//
//   NB_SEED=n repeats a run, NB_ROUNDS=n makes it longer.
import assert from 'node:assert/strict';
import {describe, test} from 'node:test';

import {pageSchedule, stackSchedules, words} from '../support/fault_schedule.mjs';
import {FaultStack} from '../support/fault_stack.mjs';
import {sleep} from '../support/wait.mjs';

const SEED = Number(process.env.NB_SEED ?? 20260722);
const ROUNDS = Number(process.env.NB_ROUNDS ?? 6);
const FAULTS_OF_A_STACK = 2; // in a round
const SECONDS_MAX = 120; // until a page is the database again

async function play(schedule, make) {
    const start = performance.now();
    const under = [];
    for (const fault of schedule) {
        const wait = start + fault.at - performance.now();
        if (wait > 0) await sleep(wait);
        under.push(make(fault));
    }
    await Promise.all(under);
}

// Looks at a page again and again until `over`.
async function watch(page, over, calm = false) {
    let done = false;
    over.then(
        () => (done = true),
        () => (done = true),
    );
    do {
        await page.oracle.look(calm);
        await sleep(150);
    } while (!done);
}

async function playRound(stack, stackSchedule, seed) {
    const schedules = stack.pages.map((_, index) => pageSchedule(seed * 10 + index));
    const told = [
        `stack: ${words(stackSchedule)}`,
        ...schedules.map((schedule, index) => `${stack.pages[index].name}: ${words(schedule)}`),
    ].join('\n       ');
    if (process.env.NB_SAY) console.log(`     ${told}`);
    try {
        const playing = Promise.all([
            play(stackSchedule, (fault) => stack.faultOfStack(fault)),
            ...stack.pages.map((page, index) =>
                play(schedules[index], (fault) => stack.faultOfPage(page, fault)),
            ),
        ]);
        await Promise.all([playing, ...stack.pages.map((page) => watch(page, playing))]);
        const overAt = performance.now();
        if (stack.untold) for (const page of stack.pages) await page.call('resync()');
        const secondsUntilEqual = [];
        for (const page of stack.pages) {
            await page.oracle.equals(SECONDS_MAX);
            page.oracle.untold = false;
            secondsUntilEqual.push((performance.now() - overAt) / 1000);
        }
        stack.untold = false;
        for (const page of stack.pages) await page.oracle.look(true);
        const failures = stack.pages.flatMap(({oracle}) => oracle.failures);
        assert.deepEqual(failures, []);
        return Math.max(...secondsUntilEqual);
    } catch (error) {
        const asked = stack.pages.map(({oracle}) => oracle.complaints());
        const complaints = await Promise.all(asked);
        error.message += [``, ...complaints.flat(), told, stack.words()].join('\n       ');
        throw error;
    }
}

async function run(kind, seed) {
    const stack = await FaultStack.start({kind});
    try {
        stack.startOrders();
        const seconds = [];
        const schedules = stackSchedules(seed, ROUNDS, FAULTS_OF_A_STACK);
        for (let round = 0; round < ROUNDS; ++round)
            seconds.push(await playRound(stack, schedules[round], seed + round));
        await stack.stopOrders();
        // What is still under way is told and committed; then nothing differs at all.
        if (stack.stock) for (const page of stack.pages) await page.call('resync()');
        for (const page of stack.pages) await page.oracle.equals(SECONDS_MAX, {exactly: true});
        const sum = (name) => stack.pages.reduce((total, {oracle}) => total + oracle[name], 0);
        console.log(
            `     ${kind}: ${ROUNDS * stack.pages.length} schedules, ${stack.accepted} orders, ` +
                `${sum('looks')} looks, ${sum('rowsCompared')} rows compared; equal at most ` +
                `${Math.max(...seconds).toFixed(1)} s after the last fault; NB_SEED=${SEED}`,
        );
    } catch (error) {
        error.message = `NB_SEED=${SEED}, ${kind}: ${error.message}`;
        throw error;
    } finally {
        await stack.stop();
    }
}

describe('whatever fails, a page that says live is the database', () => {
    const kinds = process.env.NB_KIND ? [process.env.NB_KIND] : ['core', 'jetstream', 'stock'];
    for (const kind of kinds)
        test(`OnAStackThatIs${kind}`, () => run(kind, SEED + 1000 * kinds.indexOf(kind)));
});
