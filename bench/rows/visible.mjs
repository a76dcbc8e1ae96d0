// bench/rows/visible.mjs - row 10: publication to pixels, 20 rows, all of them in sight.
import {assertRowsDrawn, inCell, settle} from '../lib/cell.mjs';
import {Samples, figure, percentile} from '../lib/figures.mjs';

const IDS = 20;
const RATES = {'1k/s': 1000, '10k/s': 10_000};
const RENDERERS = {canvas: 2, webgl: 1.3};

const cells = Object.entries(RENDERERS).flatMap(([renderer, atLeast]) =>
    Object.keys(RATES).flatMap((rate) =>
        [50, 99].map((percent) => ({renderer, atLeast, rate, percent})),
    ),
);

export const rows = cells.map(({renderer, atLeast, rate, percent}, index) => ({
    row: '10' + 'abcdefgh'[index],
    metric: `publish to visible at ${rate}, p${percent}: ag-Grid / ours, ${renderer}, ms`,
    target: `>= ${atLeast}`,
}));

// {'1k/s 50': ms, ...} of one page.
async function measurePage(context, options) {
    await context.servers.serveRows(IDS);
    return inCell(context, options, async (browser) => {
        await settle(context, options);
        const figures = {};
        for (const [name, rate] of Object.entries(RATES)) {
            const load = {link: options.link, rate, seconds: context.seconds, ids: IDS};
            await browser.call('startProbe');
            await context.servers.publish(load);
            const samples = await browser.call('stopProbe');
            if (samples.length < 50) throw new Error(`only ${samples.length} samples at ${name}`);
            for (const percent of [50, 99]) {
                figures[`${name} ${percent}`] = percentile(samples, percent);
            }
            context.log(`    ${name}: ${JSON.stringify(figures)} of ${samples.length}`);
        }
        await assertRowsDrawn(context, browser, {link: options.link, ids: IDS});
        figures.renderer = (await browser.call('read')).renderer;
        return figures;
    });
}

const start = {rows: IDS};
const link = 'small';

export const run = (context) => context.attempt(rows, '', () => measure(context));

async function measure(context) {
    const pages = {
        'ag-Grid': {page: 'aggrid', link, start},
        canvas: {page: 'ours', link, renderer: 'canvas', start},
        webgl: {page: 'ours', link, renderer: 'webgl', start},
    };
    const taken = {'ag-Grid': [], canvas: [], webgl: []};
    for (let round = 0; round < context.rounds; ++round) {
        for (const [name, options] of Object.entries(pages)) {
            context.log(`  round ${round + 1}: ${name}`);
            taken[name].push(await measurePage(context, options));
        }
    }
    return rows.map((entry, index) => {
        const {renderer, rate, percent, atLeast} = cells[index];
        const samples = new Samples();
        for (const [name, page] of [
            ['ours', renderer],
            ['ag-Grid', 'ag-Grid'],
        ]) {
            for (const figures of taken[page]) samples.add(name, figures[`${rate} ${percent}`]);
        }
        const drawn = taken[renderer][0].renderer;
        return figure({...entry, samples, peer: 'ag-Grid', atLeast, renderer: drawn});
    });
}
