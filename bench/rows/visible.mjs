// bench/rows/visible.mjs - row 10: publication to pixels, 20 rows, all of them in sight.
import {readFileSync} from 'node:fs';
import {join} from 'node:path';

import {rest} from '../lib/browser.mjs';
import {assertRowsDrawn, inCell, settle} from '../lib/cell.mjs';
import {Samples, figure, percentile} from '../lib/figures.mjs';
import {idOf} from '../lib/trades.mjs';

const IDS = 20;
const SCATTER = 7919; // as in the publisher: event n is of trade n * 7919 % ids
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

// One sample for each event: from its publication until its row first shows it, or a newer state.
function perEvent(log, sightings) {
    const ofRow = new Map();
    for (const sighting of sightings) {
        if (!ofRow.has(sighting[0])) ofRow.set(sighting[0], []);
        ofRow.get(sighting[0]).push(sighting);
    }
    const samples = [];
    const next = new Map(); // of each row, the first sighting that may still answer
    for (const line of readFileSync(log, 'latin1').trim().split('\n')) {
        const [time, first, count] = line.split(' ').map(Number);
        for (let event = first; event < first + count; ++event) {
            const id = idOf((event * SCATTER) % IDS);
            const seen = ofRow.get(id) ?? [];
            let at = next.get(id) ?? 0;
            while (at < seen.length && seen[at][1] < time) ++at;
            next.set(id, at);
            if (at < seen.length) samples.push(seen[at][2] - time);
        }
    }
    return samples;
}

// {'1k/s 50': ms, ...} of one page.
async function measurePage(context, options) {
    await context.servers.serveRows(IDS);
    return inCell(context, options, async (browser) => {
        await settle(context, options);
        const figures = {};
        for (const [name, rate] of Object.entries(RATES)) {
            const log = join(context.servers.state, 'published');
            const load = {link: options.link, rate, seconds: context.seconds, ids: IDS, log};
            await browser.call('startProbe');
            await context.servers.publish(load);
            await rest(500);
            await browser.call('stopProbe');
            const samples = perEvent(log, await browser.call('allSightings'));
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
