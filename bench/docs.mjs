// bench/docs.mjs - puts the figures of bench/results.json into docs/performance.md, between its two
// marks. With --check it only says whether they stand there already.
import {existsSync, readFileSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';

import {root} from './lib/servers.mjs';

const path = join(root, 'docs', 'performance.md');
const BEGIN = '<!-- figures: written by bench/docs.mjs -->';
const END = '<!-- end of figures -->';

const read = (name) => JSON.parse(readFileSync(join(root, 'bench', name), 'utf8'));
const show = (value) => (value === null ? '–' : value.toLocaleString('en-US'));
const range = (spread) => (spread ? `${show(spread[0])}..${show(spread[1])}` : '');
const withRange = (value, spread) => {
    const isOne = !spread || spread[0] === spread[1];
    return isOne ? show(value) : `${show(value)} [${range(spread)}]`;
};

function line({row, metric, ours, peers, ratio, target, renderer, spread, pass, reason}) {
    const others = Object.entries(peers).map(
        ([name, value]) => `${name} ${withRange(value, spread[name])}`,
    );
    const cells = [
        row,
        metric,
        withRange(ours, spread.ours),
        others.join('; '),
        show(ratio),
        target.replace('<=', '≤').replace('>=', '≥'),
        pass ? 'yes' : reason ? 'not measured' : '**short**',
        renderer === 'none' ? '' : renderer,
    ];
    return `| ${cells.join(' | ')} |`;
}

function figures() {
    const results = read('results.json');
    const text = [BEGIN, ''];
    if (existsSync(join(root, 'bench', 'results-conditions.json'))) {
        const {mode, rounds, machine, browser, broker, peers} = read('results-conditions.json');
        const versions = Object.entries(peers).map(([name, version]) => `${name} ${version}`);
        const length = mode === 'quick' ? 'the short form' : `medians of ${rounds} rounds`;
        text.push(`${machine}; ${browser}; ${broker}; ${versions.join(', ')}; ${length}.`, '');
    }
    text.push('| row | figure | ours | peers | ratio | target | reached | renderer |');
    text.push('|---|---|---|---|---|---|---|---|');
    text.push(...results.map(line));
    const short = results.filter(({pass}) => !pass).map(({row}) => row);
    text.push('', `${results.length - short.length} of ${results.length} figures at their target.`);
    if (short.length > 0) text.push(`Short or not measured: ${short.join(', ')}.`);
    text.push('', END);
    return text.join('\n');
}

const before = readFileSync(path, 'utf8');
const [begin, end] = [before.indexOf(BEGIN), before.indexOf(END)];
if (begin < 0 || end < begin) throw new Error(`${path} has lost the marks of its figures`);
const after = before.slice(0, begin) + figures() + before.slice(end + END.length);
if (process.argv.includes('--check')) {
    if (after !== before) {
        console.error('docs/performance.md has other figures than bench/results.json');
        process.exit(1);
    }
} else {
    writeFileSync(path, after);
}
