// bench/rows/engine.mjs - rows 1 to 4: what one message costs from bytes to row, in one page, turn
// by turn; and our engine as WebAssembly against the same natively.
import {execFileSync} from 'node:child_process';
import {existsSync} from 'node:fs';
import {join} from 'node:path';

import {inCell} from '../lib/cell.mjs';
import {Samples, figure} from '../lib/figures.mjs';
import {root} from '../lib/servers.mjs';

const NATIVE = join(root, 'build', 'native-bench', 'bench', 'engine', 'engine');

const WASM = join(root, 'build', 'wasm-bench', 'bench', 'engine', 'engine.wasm');

const PROGRAMS = [
    'nats.js parser',
    'nats.js',
    'TraderX',
    'ours parser',
    'ours store generic',
    'ours store shape',
];
// What these leave behind must be the same rows.
const HOLDING = ['nats.js', 'TraderX', 'ours store generic', 'ours store shape'];

// ns per message of the native engine, 64 KiB chunks.
function nativeNs(messages) {
    const text = execFileSync(NATIVE, [String(messages), '1'], {encoding: 'utf8'});
    const match = text.match(/65536 store shape: +([\d.]+) ns/);
    if (!match) throw new Error(`the native engine said nothing of its store: ${text}`);
    return Number(match[1]);
}

function pick(samples, names) {
    const picked = new Samples();
    for (const [as, name] of Object.entries(names)) picked.values[as] = samples.values[name] ?? [];
    return picked;
}

export const rows = [
    {row: '1a', metric: 'decode and upsert, nats.js / ours, ns', target: '>= 20'},
    {row: '1b', metric: 'the same, our generic path alone, ns', target: '>= 11'},
    {row: '2', metric: 'decode and upsert, TraderX algorithm / ours, ns', target: '>= 10'},
    {row: '3', metric: 'protocol parser only, nats.js / ours, ns', target: '>= 12'},
    {row: '4', metric: 'WebAssembly / native, ns', target: '<= 1.2'},
];

export const run = (context) => context.attempt(rows, '', () => measure(context));

async function measure(context) {
    for (const file of [NATIVE, WASM]) {
        if (!existsSync(file)) throw new Error('the engine is not built: scripts/bench builds it');
    }
    const messages = context.quick ? 120_000 : 600_000;
    const samples = new Samples();
    await inCell(
        context,
        {page: 'engine', isolated: true, start: {messages, chunkBytes: 65_536}},
        async (browser) => {
            const sums = new Set();
            for (const name of PROGRAMS) {
                const isHolding = HOLDING.includes(name);
                const {checksum} = await browser.call('run', name, isHolding); // warms up
                if (isHolding) sums.add(checksum);
            }
            if (sums.size !== 1) throw new Error(`not the same rows: ${[...sums]}`);
            for (let round = 0; round < Math.max(3, context.rounds); ++round) {
                for (const name of PROGRAMS) {
                    samples.add(name, (await browser.call('run', name, false)).ns);
                }
                samples.add('native', nativeNs(Math.min(messages, 300_000)));
            }
        },
    );
    const natsjs = {ours: 'ours store shape', 'nats.js': 'nats.js'};
    const generic = {ours: 'ours store generic', 'nats.js': 'nats.js'};
    const traderx = {ours: 'ours store shape', TraderX: 'TraderX'};
    const parser = {ours: 'ours parser', 'nats.js': 'nats.js parser'};
    const native = {ours: 'ours store shape', native: 'native'};
    return [
        figure({...rows[0], samples: pick(samples, natsjs), peer: 'nats.js', atLeast: 20}),
        figure({...rows[1], samples: pick(samples, generic), peer: 'nats.js', atLeast: 11}),
        figure({...rows[2], samples: pick(samples, traderx), peer: 'TraderX', atLeast: 10}),
        figure({...rows[3], samples: pick(samples, parser), peer: 'nats.js', atLeast: 12}),
        figure({
            ...rows[4],
            samples: pick(samples, native),
            peer: 'native',
            inverse: true,
            atMost: 1.2,
        }),
    ];
}
