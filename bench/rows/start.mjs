// bench/rows/start.mjs - row 15, from the navigation to the first row, and row 19, a snapshot of a
// million trades to the first full view.
import {inCell, untilFull} from '../lib/cell.mjs';
import {Samples, figure} from '../lib/figures.mjs';

export const rows = [
    {row: '15a', metric: 'time to first row of 10,000: ag-Grid / ours, ms', target: '>= 0.9'},
    {row: '15b', metric: 'time to first row of 10,000: Perspective / ours, ms', target: '>= 1.5'},
    {row: '19', metric: 'snapshot to first full view: ag-Grid / ours, ms', target: '>= 5'},
];

async function firstRow(context) {
    const count = 10_000;
    await context.servers.serveRows(count);
    const pages = {'ag-Grid': 'aggrid', Perspective: 'perspective', ours: 'ours'};
    const samples = new Samples();
    let renderer = '';
    for (let round = 0; round < (context.quick ? context.rounds : 5); ++round) {
        for (const [name, page] of Object.entries(pages)) {
            // Begun by the page itself, not by a harness that looks whether it is there.
            const query = {start: JSON.stringify({rows: count})};
            await inCell(context, {page, start: null, query}, async (browser) => {
                const {firstRowMs} = await browser.call('started');
                samples.add(name, firstRowMs);
                context.log(`  ${name}: ${firstRowMs.toFixed(0)} ms`);
                if (page === 'ours') renderer = (await browser.call('read')).renderer;
            });
        }
    }
    return [
        figure({...rows[0], samples, peer: 'ag-Grid', atLeast: 0.9, renderer}),
        figure({...rows[1], samples, peer: 'Perspective', atLeast: 1.5, renderer}),
    ];
}

async function snapshot(context) {
    const count = context.quick ? 200_000 : 1_000_000;
    await context.servers.serveRows(count);
    const samples = new Samples();
    let renderer = '';
    for (let round = 0; round < context.rounds; ++round) {
        for (const [name, page] of Object.entries({'ag-Grid': 'aggrid', ours: 'ours'})) {
            await inCell(context, {page, start: null}, async (browser) => {
                const begin = Date.now();
                const starting = browser.call('start', {rows: count});
                await starting;
                await untilFull(browser, count);
                samples.add(name, Date.now() - begin);
                context.log(`  ${name}: ${Date.now() - begin} ms`);
                if (page === 'ours') renderer = (await browser.call('read')).renderer;
            });
        }
    }
    const metric = `snapshot of ${count} trades to first full view: ag-Grid / ours, ms`;
    return figure({...rows[2], metric, samples, peer: 'ag-Grid', atLeast: 5, renderer});
}

export async function run(context) {
    return [
        ...(await context.attempt(rows.slice(0, 2), '', () => firstRow(context))),
        ...(await context.attempt(rows[2], '', () => snapshot(context))),
    ];
}
