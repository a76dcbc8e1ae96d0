// bench/rows/drawing.mjs - rows 11, 12, 13 and 16: what a frame costs, and that there is none when
// nothing changes.
import {rest} from '../lib/browser.mjs';
import {assertRowsDrawn, inCell, settle} from '../lib/cell.mjs';
import {Samples, figure, median} from '../lib/figures.mjs';

export const rows = [
    {
        row: '11a',
        metric: 'time in WebGL calls per frame: stock backend / ours, ms',
        target: '>= 150',
    },
    {row: '11b', metric: 'time in WebGL calls per frame, ours, ms', target: '<= 0.3'},
    {row: '12a', metric: 'time per frame without WebGL calls, 10,000 rows, ms', target: '<= 0.6'},
    {
        row: '12b',
        metric: 'time per frame without WebGL calls, 1,000,000 rows, ms',
        target: '<= 0.6',
    },
    {row: '13a', metric: 'a full frame without a GPU, 1280x800, ms', target: '<= 6'},
    {row: '13b', metric: 'a full frame without a GPU, 3840x2160, ms', target: '<= 30'},
    {row: '13c', metric: 'full frames a second without a GPU, 1280x800', target: '>= 59'},
    {row: '16a', metric: 'frames when nothing changes', target: '<= 0'},
    {row: '16b', metric: 'frames with 1,000 updates/s to rows out of sight', target: '<= 0'},
];

const timed = {isolated: true, query: {timed: '1'}};

// Medians of the frames that drew: {ms, glMs, cppMs}.
function mediansOf(frames) {
    const drawing = frames.filter(({glMs}) => glMs > 0);
    if (drawing.length < 5) throw new Error(`only ${drawing.length} frames were drawn`);
    return {
        glMs: median(drawing.map(({glMs}) => glMs)),
        cppMs: median(drawing.map(({ms, glMs}) => ms - glMs)),
    };
}

// Frames of ours in which every row in sight changes.
async function oursByWebGl(context, count) {
    const options = {page: 'ours', renderer: 'webgl', ...timed, start: {rows: count}};
    return inCell(context, options, async (browser) => {
        await settle(context, options);
        await browser.call('frameTimes');
        const load = {link: 'compressed', rate: 10_000, seconds: context.seconds};
        await context.servers.publish(load);
        const frames = await browser.call('frameTimes');
        const {renderer} = await browser.call('read');
        if (renderer !== 'webgl') throw new Error(`drawn by ${renderer}`);
        await assertRowsDrawn(context, browser, load);
        return mediansOf(frames);
    });
}

async function stockBackend(context) {
    return inCell(context, {page: 'stock', ...timed}, async (browser) => {
        await rest(context.seconds * 1500);
        const frames = await browser.call('frameTimes');
        return mediansOf(frames.slice(2));
    });
}

async function webGl(context) {
    const gl = new Samples();
    const cpp = new Samples();
    await context.servers.serveRows(10_000);
    for (let round = 0; round < context.rounds; ++round) {
        const stock = await stockBackend(context);
        gl.add('stock backend', stock.glMs);
        const ours = await oursByWebGl(context, 10_000);
        gl.add('ours', ours.glMs);
        cpp.add('ours', ours.cppMs);
        context.log(`  stock ${JSON.stringify(stock)}, ours ${JSON.stringify(ours)}`);
    }
    const renderer = 'webgl';
    const alone = new Samples();
    alone.values.ours = gl.values.ours;
    return [
        figure({...rows[0], samples: gl, peer: 'stock backend', atLeast: 150, renderer}),
        figure({...rows[1], samples: alone, atMost: 0.3, renderer}),
        figure({...rows[2], samples: cpp, atMost: 0.6, renderer}),
    ];
}

async function webGlOfMillion(context) {
    const samples = new Samples();
    const count = context.quick ? 200_000 : 1_000_000;
    await context.servers.serveRows(count);
    for (let round = 0; round < context.rounds; ++round) {
        samples.add('ours', (await oursByWebGl(context, count)).cppMs);
    }
    const metric = `time per frame without WebGL calls, ${count} rows, ms`;
    return figure({...rows[3], metric, samples, atMost: 0.6, renderer: 'webgl'});
}

async function withoutGpu(context) {
    const sizes = [
        {width: 1280, height: 800},
        {width: 3840, height: 2160},
    ];
    const times = [new Samples(), new Samples()];
    const rate = new Samples();
    await context.servers.serveRows(10_000);
    for (let round = 0; round < context.rounds; ++round) {
        for (const [index, size] of sizes.entries()) {
            const options = {page: 'ours', renderer: 'canvas', ...timed, size};
            options.start = {rows: 10_000};
            await inCell(context, options, async (browser) => {
                await settle(context, options);
                await browser.call('startScrolling');
                await rest(300);
                const before = await browser.call('read');
                await rest(context.seconds * 1000);
                const after = await browser.call('read');
                const drawn = after.frames - before.frames;
                if (drawn < 3) throw new Error(`only ${drawn} frames`);
                if (after.renderer !== 'canvas') throw new Error(`drawn by ${after.renderer}`);
                times[index].add('ours', after.stats.frameMs.p50);
                const fps = (drawn * 1000) / (after.at - before.at);
                if (index === 0) rate.add('ours', fps);
                context.log(`  ${size.width}: ${times[index].median('ours')} ms, ${fps} fps`);
            });
        }
    }
    const renderer = 'canvas';
    return [
        figure({...rows[4], samples: times[0], atMost: 6, renderer}),
        figure({...rows[5], samples: times[1], atMost: 30, renderer}),
        figure({...rows[6], samples: rate, atLeast: 59, renderer}),
    ];
}

async function framesDuring(browser, work) {
    const before = await browser.call('read');
    await work();
    const after = await browser.call('read');
    return {frames: after.frames - before.frames, renderer: after.renderer};
}

async function nothingChanges(context) {
    await context.servers.serveRows(10_000);
    const samples = new Samples();
    const options = {page: 'ours', start: {rows: 10_000}};
    return inCell(context, options, async (browser) => {
        await rest(3500); // its second reading of the snapshot is over
        const seconds = context.quick ? 2 : 10;
        const {frames, renderer} = await framesDuring(browser, () => rest(seconds * 1000));
        samples.add('ours', frames);
        return figure({...rows[7], samples, atMost: 0, renderer});
    });
}

// Sorted by quantity, the rows in sight are those of 100; trades 50 to 99 have 2,600 and more.
async function outOfSight(context) {
    await context.servers.serveRows(10_000);
    const samples = new Samples();
    const sort = [{field: 'quantity', dir: 'asc'}];
    const options = {page: 'ours', start: {rows: 10_000, sort}};
    return inCell(context, options, async (browser) => {
        await rest(3500);
        const load = {link: 'compressed', rate: 1000, seconds: context.seconds, from: 50, ids: 50};
        const {frames, renderer} = await framesDuring(browser, () => context.servers.publish(load));
        samples.add('ours', frames);
        return figure({...rows[8], samples, atMost: 0, renderer});
    });
}

export async function run(context) {
    return [
        ...(await context.attempt(rows.slice(0, 3), '', () => webGl(context))),
        ...(await context.attempt(rows[3], '', () => webGlOfMillion(context))),
        ...(await context.attempt(rows.slice(4, 7), '', () => withoutGpu(context))),
        ...(await context.attempt(rows[7], '', () => nothingChanges(context))),
        ...(await context.attempt(rows[8], '', () => outOfSight(context))),
    ];
}
