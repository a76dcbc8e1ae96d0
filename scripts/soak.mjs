// scripts/soak.mjs - runs tests/support/soak.mjs and prints its report; see scripts/soak.
import {soak} from '../tests/support/soak.mjs';

const {memory, failures, ...report} = await soak({
    seconds: Number(process.env.DURATION ?? 600),
    rate: Number(process.env.RATE ?? 200),
    kind: process.env.KIND ?? 'core',
    seed: Number(process.env.NB_SEED ?? Math.floor(Math.random() * 1e9)),
    say: (line) => console.log(line),
});
for (const words of failures) console.log(words);
console.log(JSON.stringify(report, null, 2));

// Memory after a third of the time is the base: the stack is warm by then.
const warm = memory.slice(Math.floor(memory.length / 3));
for (const name of Object.keys(memory[0]).filter((key) => !['seconds', 'orders'].includes(key))) {
    const values = warm.map((sample) => sample[name]).filter((value) => value > 0);
    const [least, most] = [Math.min(...values), Math.max(...values)];
    console.log(`${name}: ${least} to ${most} KiB once warm, ${values.at(-1)} at the end`);
}
const {lost, doubled, stale} = report;
process.exitCode = lost + doubled + stale + failures.length > 0 ? 1 : 0;
