// bench/rows/memory.mjs - row 5: bytes a trade row takes, index included: what the page's process
// has for itself with 200,000 rows (100,000 in the short form) less what it has with 1,000.
import {inCell, untilFull} from '../lib/cell.mjs';
import {Samples, figure} from '../lib/figures.mjs';
import {rest} from '../lib/browser.mjs';

const FEW = 1000;

export const rows = [
    {row: '5a', metric: 'bytes per row: Map of objects / ours', target: '>= 3'},
    {row: '5b', metric: 'bytes per row: ag-Grid / ours', target: '>= 5.5'},
    {row: '5c', metric: 'bytes per row: Perspective / ours', target: '>= 28'},
];

const PAGES = {Map: 'rowmap', 'ag-Grid': 'aggrid', Perspective: 'perspective', ours: 'ours'};

// What the page holds when it is at rest.
async function held(browser) {
    await rest(300);
    await browser.collectGarbage();
    await rest(300);
    return browser.privateBytes();
}

async function bytesWith(context, page, count) {
    await context.servers.serveRows(count);
    const options = {page, start: {rows: count}};
    return inCell(context, options, async (browser) => {
        await untilFull(browser, count);
        if (page === 'ours') await rest(2500); // its second reading of the snapshot
        return held(browser);
    });
}

export const run = (context) => context.attempt(rows, '', () => measure(context));

async function measure(context) {
    const many = context.quick ? 100_000 : 200_000;
    const samples = new Samples();
    for (let round = 0; round < context.rounds; ++round) {
        for (const [name, page] of Object.entries(PAGES)) {
            const few = await bytesWith(context, page, FEW);
            const all = await bytesWith(context, page, many);
            const bytes = (all - few) / (many - FEW);
            context.log(`  ${name}: ${bytes.toFixed(0)} bytes`);
            samples.add(name, bytes);
        }
    }
    return [
        figure({...rows[0], samples, peer: 'Map', atLeast: 3}),
        figure({...rows[1], samples, peer: 'ag-Grid', atLeast: 5.5}),
        figure({...rows[2], samples, peer: 'Perspective', atLeast: 28}),
    ];
}
