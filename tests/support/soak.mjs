// tests/support/soak.mjs - the whole system under load for a given time, with a fault of the stack
// and one of each page every ten seconds. Answers what was lost, doubled and stale, and the memory
// of every process over time.
import {endlessSchedule} from './fault_schedule.mjs';
import {FaultStack} from './fault_stack.mjs';
import {sleep, until} from './wait.mjs';

const everyMs = 10_000;
const secondsMax = 240; // until a page is the database again
const tradesLookedAt = 1000;
const connections = 32;

// All trades of a page against the database, piece by piece; {lost, doubled, stale}.
async function compareAll(page, log) {
    const {oracle, tab} = page;
    const sum = {lost: 0, doubled: 0, stale: 0};
    const seen = new Set();
    const text =
        '[row.id, row.accountId, row.security, row.side, row.state, row.quantity, row.updated, ' +
        "row.created].join(' ')";
    const blotter = "document.querySelector('nats-blotter')";
    const rows = (start) =>
        tab.evaluate(
            `${blotter}.rows('trades', ${start}, 20000, {exact: true})` +
                `.then((rows) => rows.map((row) => ${text}))`,
        );
    for (let start = 0; ; start += 20_000) {
        const texts = await rows(start);
        for (const text of texts) {
            const key = text.slice(0, text.indexOf(' '));
            if (seen.has(key)) ++sum.doubled;
            seen.add(key);
            if (log.tables.trades.get(key)?.at(-1).text !== text) ++sum.stale;
        }
        if (texts.length < 20_000) break;
    }
    for (const [key, versions] of log.tables.trades)
        if (oracle.inScope(versions[0].account) && !seen.has(key)) ++sum.lost;
    return sum;
}

// `rate` is in events a second, two for each order. `say` is told a line now and then.
export async function soak({seconds, rate, seed, kind = 'core', say = () => {}}) {
    const stack = await FaultStack.start({kind, tradesMax: tradesLookedAt});
    try {
        const startedAt = performance.now();
        const elapsed = () => (performance.now() - startedAt) / 1000;
        stack.startOrders((connections * 2000) / rate, connections);
        const schedule = endlessSchedule(seed, stack.pages.length);
        const memory = [];
        let faults = 0;
        let slowest = 0;
        while (elapsed() < seconds) {
            const roundAt = performance.now();
            const {stack: stackFaults, pages} = schedule.next().value;
            const made = [
                ...stackFaults.map((fault) => [fault, () => stack.faultOfStack(fault)]),
                ...pages.flatMap((list, at) =>
                    list.map((fault) => [fault, () => stack.faultOfPage(stack.pages[at], fault)]),
                ),
            ];
            faults += made.length;
            const playing = Promise.all(
                made.map(async ([fault, make]) => {
                    await sleep(fault.at);
                    await make();
                }),
            );
            let over = false;
            playing.catch(() => {}).finally(() => (over = true));
            while (!over) {
                for (const page of stack.pages) await page.oracle.look();
                await sleep(300);
            }
            await playing;
            const overAt = performance.now();
            for (const page of stack.pages) await page.oracle.equals(secondsMax);
            slowest = Math.max(slowest, (performance.now() - overAt) / 1000);
            do {
                for (const page of stack.pages) await page.oracle.look(true);
                await sleep(500);
            } while (performance.now() - roundAt < everyMs);
            const names = made.map(([fault]) => fault.name).join(', ');
            const sample = {seconds: Math.round(elapsed()), orders: stack.accepted};
            memory.push({...sample, ...stack.memory()});
            say(`${JSON.stringify(memory.at(-1))} after ${names}`);
        }
        const took = elapsed();
        await stack.stopOrders();
        const result = {lost: 0, doubled: 0, stale: 0};
        for (const page of stack.pages) {
            const {oracle} = page;
            await oracle.equals(secondsMax);
            const inScope = () =>
                [...stack.log.tables.trades.values()].filter(([first]) =>
                    oracle.inScope(first.account),
                ).length;
            await until(
                `every trade on ${page.name}`,
                async () => {
                    await stack.log.look();
                    return (await oracle.show()).stats.rows.trades === inScope();
                },
                secondsMax,
            ).catch(() => {}); // the comparison says what is missing
            const sum = await compareAll(page, stack.log);
            for (const name of Object.keys(result)) result[name] += sum[name];
        }
        const shown = await Promise.all(stack.pages.map(({oracle}) => oracle.show()));
        return {
            ...result,
            failures: stack.pages.flatMap(({oracle}) => oracle.failures),
            seconds: Math.round(took),
            orders: stack.accepted,
            eventsASecond: Math.round((stack.accepted * 2) / took),
            faults,
            secondsUntilEqual: Number(slowest.toFixed(1)),
            liveShare:
                stack.pages.reduce((sum, {oracle}) => sum + oracle.liveLooks, 0) /
                stack.pages.reduce((sum, {oracle}) => sum + oracle.calmLooks, 0),
            reconnects: shown.map(({stats}) => stats.reconnects),
            resyncs: shown.map(({stats}) => stats.resyncs),
            rows: shown.map(({stats}) => stats.rows.trades),
            memory,
        };
    } catch (error) {
        error.message += `\n${stack.words()}`;
        throw error;
    } finally {
        await stack.stop();
    }
}
