// bench/rows/rates.mjs - rows 6 to 9: CPU per message and highest rates, without and with a table.
import {assertRowsDrawn, highestRate, inCell, settle, underLoad} from '../lib/cell.mjs';
import {Samples, figure} from '../lib/figures.mjs';

const IDS = 10_000;

export const rows = [
    {row: '6', metric: '200k/s in 4 KiB messages, no table: CPU per message, ours / raw, µs'},
    {row: '7', metric: 'highest rate, large messages, no table: ours / raw, events/s'},
    {row: '8a', metric: 'CPU per message at 50k/s with a table: ag-Grid / ours, WebGL, µs'},
    {row: '8b', metric: 'CPU per message at 50k/s with a table: ag-Grid / ours, canvas, µs'},
    {row: '9a', metric: 'highest rate with a table, 4 KiB messages: ours / best peer, events/s'},
    {row: '9b', metric: 'highest rate with a table, broker compression, events/s'},
    {row: '9c', metric: 'frames a second at that rate'},
];

const named = (row) => rows.find((entry) => entry.row === row);

// `pages`: {name: {page, ...options of inCell}}; `measure(browser, options)` gives a number.
async function eachRound(context, pages, measure) {
    const samples = new Samples();
    const renderers = {};
    for (let round = 0; round < context.rounds; ++round) {
        for (const [name, options] of Object.entries(pages)) {
            context.log(`  round ${round + 1}: ${name}`);
            await inCell(context, options, async (browser) => {
                await settle(context, options);
                const value = await measure(browser, options, name);
                samples.add(name, value);
                renderers[name] = (await browser.call('read')).renderer;
            });
        }
    }
    return {samples, renderers};
}

async function cpuWithoutTable(context) {
    await context.servers.serveRows(IDS);
    const pages = {
        raw: {page: 'raw', link: 'small'},
        ours: {page: 'ours', link: 'small', start: {rows: IDS, hidden: true}},
    };
    const load = {link: 'small', rate: 200_000, seconds: context.seconds, ids: IDS};
    const {samples} = await eachRound(context, pages, async (browser) => {
        const {cpuUs, rate, lagMs} = await underLoad(context, browser, load);
        context.log(`    ${cpuUs.toFixed(2)} µs at ${rate.toFixed(0)}/s, ${lagMs.toFixed(0)} ms`);
        return cpuUs;
    });
    return figure({...named('6'), samples, peer: 'raw', inverse: true, atMost: 1.25});
}

async function rateWithoutTable(context) {
    await context.servers.serveRows(IDS);
    const pages = {
        raw: {page: 'raw', link: 'large'},
        ours: {page: 'ours', link: 'large', start: {rows: IDS, hidden: true}},
    };
    const load = {link: 'large', first: 300_000, seconds: context.stepSeconds, ids: IDS};
    const {samples} = await eachRound(context, pages, async (browser) => {
        return (await highestRate(context, browser, load))?.step.rate ?? 0;
    });
    return figure({...named('7'), samples, peer: 'raw', inverse: true, atLeast: 0.85});
}

async function cpuWithTable(context) {
    await context.servers.serveRows(IDS);
    const ours = {page: 'ours', link: 'small', start: {rows: IDS}};
    const pages = {
        'ag-Grid': {page: 'aggrid', link: 'small', start: {rows: IDS}},
        webgl: {...ours, renderer: 'webgl'},
        canvas: {...ours, renderer: 'canvas'},
    };
    const load = {link: 'small', rate: 50_000, seconds: context.seconds, ids: IDS};
    const {samples, renderers} = await eachRound(context, pages, async (browser) => {
        await assertRowsDrawn(context, browser, load);
        const {cpuUs, fps, lagMs} = await underLoad(context, browser, load);
        const words = `${fps.toFixed(0)} fps, ${lagMs.toFixed(0)} ms`;
        context.log(`    ${cpuUs.toFixed(2)} µs, ${words}`);
        return cpuUs;
    });
    const beside = (name) => {
        const pair = new Samples();
        pair.values = {ours: samples.values[name], 'ag-Grid': samples.values['ag-Grid']};
        return {samples: pair, peer: 'ag-Grid', renderer: renderers[name]};
    };
    return [
        figure({...named('8a'), ...beside('webgl'), atLeast: 2.5}),
        figure({...named('8b'), ...beside('canvas'), atLeast: 1.2}),
    ];
}

async function rateWithTable(context) {
    await context.servers.serveRows(IDS);
    const pages = {
        'ag-Grid': {page: 'aggrid', link: 'small', start: {rows: IDS}, first: 50_000},
        Perspective: {page: 'perspective', link: 'small', start: {rows: IDS}, first: 50_000},
        ours: {page: 'ours', link: 'small', start: {rows: IDS}, first: 100_000, fps: 30},
    };
    const {samples, renderers} = await eachRound(context, pages, async (browser, options) => {
        const {first, fps} = options;
        const load = {link: 'small', first, fps, seconds: context.stepSeconds, ids: IDS};
        await assertRowsDrawn(context, browser, load);
        const best = await highestRate(context, browser, load);
        return best?.step.rate ?? 0;
    });
    const best = Math.max(samples.median('ag-Grid'), samples.median('Perspective'));
    return figure({
        ...named('9a'),
        samples,
        ratio: samples.median('ours') / best,
        atLeast: 2,
        renderer: renderers.ours,
    });
}

async function rateCompressed(context) {
    await context.servers.serveRows(IDS);
    const frames = new Samples();
    const pages = {ours: {page: 'ours', start: {rows: IDS}, first: 200_000, fps: 40}};
    if (!context.quick) {
        pages['ag-Grid'] = {page: 'aggrid', start: {rows: IDS}, first: 100_000, fps: 0};
    }
    const {samples, renderers} = await eachRound(context, pages, async (browser, options, name) => {
        const {first, fps} = options;
        const load = {link: 'compressed', first, fps, seconds: context.stepSeconds, ids: IDS};
        await assertRowsDrawn(context, browser, load);
        const best = await highestRate(context, browser, load);
        frames.add(name, best?.step.fps ?? 0);
        return best?.step.rate ?? 0;
    });
    const renderer = renderers.ours;
    return [
        figure({...named('9b'), samples, atLeast: 400_000, renderer}),
        figure({...named('9c'), samples: frames, atLeast: 40, renderer}),
    ];
}

export async function run(context) {
    return [
        ...(await context.attempt(named('6'), '<= 1.25', () => cpuWithoutTable(context))),
        ...(await context.attempt(named('7'), '>= 0.85', () => rateWithoutTable(context))),
        ...(await context.attempt(
            [
                {...named('8a'), target: '>= 2.5'},
                {...named('8b'), target: '>= 1.2'},
            ],
            '',
            () => cpuWithTable(context),
        )),
        ...(await context.attempt(named('9a'), '>= 2', () => rateWithTable(context))),
        ...(await context.attempt(
            [
                {...named('9b'), target: '>= 400000'},
                {...named('9c'), target: '>= 40'},
            ],
            '',
            () => rateCompressed(context),
        )),
    ];
}
