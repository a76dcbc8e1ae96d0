// bench/charts.mjs - draws bench/curves.json as docs/images/cost-by-*.svg, with gnuplot.
import {execFileSync} from 'node:child_process';
import {readFileSync, statSync} from 'node:fs';
import {join} from 'node:path';

import {root} from './lib/servers.mjs';

const curves = JSON.parse(readFileSync(join(root, 'bench', 'curves.json'), 'utf8'));
const COLOURS = {
    ours: '#1f6feb',
    'ag-Grid': '#bf3989',
    Perspective: '#bc4c00',
    'nats.js': '#57606a',
    raw: '#8c959f',
};

const CPU = 'main thread, µs per message';
const PICTURES = [
    {name: 'rows', curve: 'rows', field: 'cpuUs', x: 'rows, at 10,000 updates/s', y: CPU},
    {name: 'rows-memory', curve: 'rows', field: 'megabytes', x: 'rows', y: 'private memory, MB'},
    {name: 'rate', curve: 'rate', field: 'cpuUs', x: 'events/s, 10,000 rows', y: CPU},
    {name: 'rate-lag', curve: 'rate', field: 'lagMs', x: 'events/s, 10,000 rows', y: 'lag, ms'},
    {
        name: 'subscriptions',
        curve: 'subscriptions',
        field: 'cpuUs',
        x: 'subscriptions, at 10,000 events/s',
        y: CPU,
    },
    {name: 'columns', curve: 'columns', field: 'cpuUs', x: 'fields, at 5,000 events/s', y: CPU},
];

const quoted = (text) => `'${text.replaceAll("'", "''")}'`;

for (const {name, curve, field, x, y} of PICTURES) {
    const lines = Object.entries(curves[curve] ?? {});
    if (lines.length === 0) throw new Error(`bench/curves.json has no figures by ${curve}`);
    const out = join(root, 'docs', 'images', `cost-by-${name}.svg`);
    const plots = lines.map(
        ([page], index) =>
            `$data${index} using 1:2 with linespoints lw 2 pt 7 ps 0.5 ` +
            `lc rgb ${quoted(COLOURS[page] ?? '#000000')} title ${quoted(page)}`,
    );
    const script = [
        `set terminal svg size 640,360 font 'sans-serif,12' background rgb 'white'`,
        `set output ${quoted(out)}`,
        `set logscale xy`,
        `set xlabel ${quoted(x)}`,
        `set ylabel ${quoted(y)}`,
        `set format x '%.0s%c'`,
        `set grid lc rgb '#d0d7de'`,
        `set border 3 lc rgb '#57606a'`,
        `set tics nomirror`,
        `set key outside right top`,
        ...lines.map(([, points], index) => {
            const data = points.map((point) => `${point.at} ${Math.max(point[field], 0.01)}`);
            return `$data${index} << END\n${data.join('\n')}\nEND`;
        }),
        `plot ${plots.join(', ')}`,
    ].join('\n');
    execFileSync('gnuplot', ['-'], {input: script + '\n'});
    console.log(`${out}: ${statSync(out).size} bytes`);
}
