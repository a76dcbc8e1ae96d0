// bench/run.mjs - the benchmark: rows of the targets table, side by side with the peers.
//
//   scripts/bench [--quick] [--row 8]... [--rounds 3] [--out bench/results.json] [-v]
//   scripts/bench --long --row 20 --row 22       an hour, ten minutes
//   scripts/bench --curves [--only rows]         the figures behind the charts
//
// Prints a table of ratios against targets and writes it to bench/results.json. What was measured
// before and is not measured now stays in that file, and docs/performance.md shows what it holds.
import {execFileSync} from 'node:child_process';
import {existsSync, readFileSync, writeFileSync} from 'node:fs';
import {cpus, totalmem} from 'node:os';
import {join} from 'node:path';
import {parseArgs} from 'node:util';

import {chromiumPath} from './lib/browser.mjs';
import {buildPages, buildPublisher} from './lib/build.mjs';
import {missing} from './lib/figures.mjs';
import {Servers, root, versionOf} from './lib/servers.mjs';

const FAMILIES = [
    'engine',
    'memory',
    'rates',
    'visible',
    'drawing',
    'weight',
    'start',
    'million',
    'growth',
    'input',
    'link',
];

const RESULTS = join(root, 'bench', 'results.json');

const USAGE = `usage: scripts/bench [options]     (docs/performance.md says what the rows are)

    scripts/bench --row 8 --quick -v     one row, in its short form, with what happens meanwhile
    scripts/bench --row 9a --rounds 5    one figure, more rounds
    scripts/bench --long --row 20        an hour of it
    scripts/bench --curves               cost as work grows, for the charts: about 15 minutes

    --quick        shorter rounds and smaller tables, under 5 minutes (also QUICK=1)
    --row ROW      of the targets table, with a letter for one figure; as often as wanted
    --rounds N     of each figure; the median counts
    --long         rows 20 and 22 as long as their targets say
    --curves       the figures behind the charts in the place of the rows; --only NAME: one of them
    --out FILE     where the figures go (bench/results.json)
    -v, --verbose  what happens meanwhile
    -h, --help     this

Prints ratios against targets. PAGE_DIR= measures another build of the page.`;

// A word that is no option is answered with the usage, and nothing is measured.
function readOptions(settings) {
    try {
        return parseArgs(settings).values;
    } catch (error) {
        console.error(`bench: ${error.message}\n\n${USAGE}`);
        process.exit(1);
    }
}

const options = readOptions({
    options: {
        help: {type: 'boolean', short: 'h', default: false},
        quick: {type: 'boolean', default: Boolean(process.env.QUICK)},
        row: {type: 'string', multiple: true, default: []},
        rounds: {type: 'string'},
        long: {type: 'boolean', default: false}, // rows 20 and 22 as long as their targets say
        curves: {type: 'boolean', default: false},
        only: {type: 'string'}, // one of the curves
        out: {type: 'string', default: RESULTS},
        verbose: {type: 'boolean', short: 'v', default: false},
    },
});
if (options.help) {
    console.log(USAGE);
    process.exit(0);
}

// "8" stands for 8a and 8b; "8a" for itself alone.
const numberOf = (row) => row.replace(/[a-z]+$/, '');
const isWanted = (row) =>
    options.row.length === 0 || options.row.some((name) => name === row || name === numberOf(row));

const began = Date.now();
const seconds = () => `${((Date.now() - began) / 1000).toFixed(0)} s`.padStart(6);

// Past this no further row is begun: the whole stays under 5 and under 40 minutes.
const MINUTES_MAX = options.quick ? 4.6 : 37;

const context = {
    quick: options.quick,
    rounds: Number(options.rounds ?? (options.quick ? 1 : 3)),
    seconds: options.quick ? 2 : 5, // of one measurement
    stepSeconds: options.quick ? 1.5 : 4, // of one step of a search for the highest rate
    log: (words) => {
        if (options.verbose) console.error(`${seconds()} ${words}`);
    },
    wants: isWanted,
    only: options.only,
    long: options.long,
    // The results of `work`, or one line that says why there are none.
    async attempt(entry, target, work) {
        const entries = [entry].flat();
        if (!entries.some(({row}) => isWanted(row))) return [];
        if (options.row.length === 0 && Date.now() - began > MINUTES_MAX * 60_000) {
            const late = new Error('the time was over');
            return entries.map((each) => missing({...each, target: each.target ?? target}, late));
        }
        console.error(`${seconds()} row ${entries.map(({row}) => row).join(', ')}`);
        try {
            return [await work()].flat();
        } catch (error) {
            console.error(`${seconds()}   ${error.message}`);
            if (options.verbose) console.error(error.stack);
            return entries.map((each) => missing({...each, target: each.target ?? target}, error));
        }
    },
};

const show = (value) => {
    if (value === null || value === undefined) return '-';
    if (Math.abs(value) >= 10_000) return `${Math.round(value / 1000)}k`;
    return String(value);
};

function printTable(results) {
    const lines = [['row', 'figure', 'ours', 'peers', 'ratio', 'target', '', 'renderer']];
    for (const result of results) {
        const peers = Object.entries(result.peers).map(([name, value]) => `${name} ${show(value)}`);
        lines.push([
            result.row,
            result.metric,
            show(result.ours),
            peers.join(', '),
            show(result.ratio),
            result.target,
            result.pass ? 'pass' : result.reason ? `none: ${result.reason}` : 'SHORT',
            result.renderer,
        ]);
    }
    const widths = lines[0].map((_, column) =>
        Math.min(70, Math.max(...lines.map((line) => line[column].length))),
    );
    for (const line of lines) {
        console.log(
            line
                .map((text, column) => text.padEnd(widths[column]))
                .join('  ')
                .trimEnd(),
        );
    }
}

const byRow = (a, b) =>
    Number(numberOf(a.row)) - Number(numberOf(b.row)) || a.row.localeCompare(b.row);

// One result a line, so that changes are read easily.
function save(results) {
    const kept = existsSync(options.out) ? JSON.parse(readFileSync(options.out, 'utf8')) : [];
    const rows = new Set(results.map(({row}) => row));
    const all = [...kept.filter(({row}) => !rows.has(row)), ...results].sort(byRow);
    writeFileSync(options.out, `[\n${all.map((line) => JSON.stringify(line)).join(',\n')}\n]\n`);
}

function saveConditions() {
    const peers = ['@nats-io/nats-core', 'ag-grid-community', '@perspective-dev/client'];
    const version = (name) =>
        JSON.parse(readFileSync(join(root, 'node_modules', name, 'package.json'), 'utf8')).version;
    const conditions = {
        mode: context.quick ? 'quick' : 'full',
        rounds: context.rounds,
        seconds: context.seconds,
        machine: `${cpus().length} x ${cpus()[0].model}, ${Math.round(totalmem() / 2 ** 30)} GiB`,
        browser: versionOf(chromiumPath(), '--version'),
        broker: versionOf(process.env.NATS_SERVER || 'nats-server', '--version'),
        node: process.version,
        peers: Object.fromEntries(peers.map((name) => [name, version(name)])),
    };
    const path = options.out.replace(/\.json$/, '-conditions.json');
    writeFileSync(path, JSON.stringify(conditions, null, 4) + '\n');
}

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => process.exit(130));

buildPublisher();
await buildPages();
context.servers = await Servers.start();
const results = [];
try {
    for (const name of options.curves ? ['curves'] : FAMILIES) {
        const family = await import(`./rows/${name}.mjs`);
        if (!options.curves && !family.rows.some(({row}) => isWanted(row))) continue;
        results.push(...(await family.run(context)));
        // What is measured is kept, should the rest be cut short.
        if (!options.curves) save(results.filter(({row}) => isWanted(row)));
    }
} finally {
    await context.servers.stop();
}
if (!options.curves) {
    const wanted = results.filter(({row}) => isWanted(row)).sort(byRow);
    printTable(wanted);
    save(wanted);
    if (options.row.length === 0) saveConditions();
    if (options.out === RESULTS) execFileSync(process.execPath, [join(root, 'bench', 'docs.mjs')]);
    const short = wanted.filter(({pass}) => !pass).length;
    console.log(`\n${wanted.length - short} of ${wanted.length} figures at their target`);
    console.log(`${((Date.now() - began) / 60_000).toFixed(1)} minutes`);
}
process.exit(0);
