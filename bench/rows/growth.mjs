// bench/rows/growth.mjs - row 18, a table that only grows, and row 20, memory when it may not grow
// any more.
import {rest} from '../lib/browser.mjs';
import {inCell, settle, underLoad, untilFull} from '../lib/cell.mjs';
import {Samples, figure} from '../lib/figures.mjs';

const CAP = 1_000_000; // kTableRowsMax
const HOUR_EVENTS = 3_600_000; // an hour at 1,000/s

export const rows = [
    {row: '18', metric: 'backlog after 20,000 new rows/s, s', target: '<= 0.1'},
    {row: '20', metric: 'memory at the row cap: half its range, per cent', target: '<= 5'},
];

async function newRows(context) {
    const seconds = context.quick ? 4 : 60;
    await context.servers.serveRows(10_000);
    const samples = new Samples();
    const options = {page: 'ours', start: {rows: 10_000}};
    const metric = `backlog after ${seconds} s of 20,000 new rows/s on top, s`;
    return inCell(context, options, async (browser) => {
        await settle(context, options);
        const load = {link: 'compressed', rate: 20_000, seconds, firstNew: CAP};
        const step = await underLoad(context, browser, load);
        if (step.delivered < step.published) {
            throw new Error(`${step.delivered} of ${step.published} events arrived`);
        }
        if (step.rate < 0.95 * load.rate) throw new Error(`published only ${step.rate}/s`);
        context.log(`  lag ${step.lagMs} ms, ${step.fps} fps`);
        samples.add('ours', step.drainMs / 1000);
        return figure({...rows[0], metric, samples, atMost: 0.1, renderer: step.renderer});
    });
}

// Every event is a new row, and there are as many rows as are kept: for each, an old one goes.
async function atTheCap(context) {
    const rate = context.quick ? 20_000 : context.long ? 1000 : 15_000;
    const seconds = context.quick ? 4 : Math.round(HOUR_EVENTS / rate);
    const samples = new Samples();
    await context.servers.serveRows(CAP);
    const options = {page: 'ours', start: {rows: CAP}};
    return inCell(context, options, async (browser) => {
        await untilFull(browser, CAP);
        await rest(2700); // its second reading of the snapshot is over
        // The first rows above the cap may still allocate.
        const load = {
            link: 'compressed',
            rate,
            firstNew: CAP * 2,
            seconds: Math.min(60, seconds / 5),
        };
        await context.servers.publish(load);
        let done = false;
        const last = {...load, firstNew: CAP * 20, seconds};
        const publishing = context.servers.publish(last).finally(() => (done = true));
        const taken = [];
        while (!done) {
            taken.push(await browser.privateBytes());
            await Promise.race([rest(500), publishing]);
        }
        const {published} = await publishing;
        const [low, high] = [Math.min(...taken), Math.max(...taken)];
        const stats = await browser.call('read');
        const kept = JSON.stringify(stats.stats.rows);
        context.log(`  ${low / 1e6} to ${high / 1e6} MB, ${published} events, rows ${kept}`);
        samples.add('ours', ((high - low) / (high + low)) * 100);
        const metric = `memory at the row cap over ${published} new rows: half its range, per cent`;
        return figure({...rows[1], metric, samples, atMost: 5, renderer: stats.renderer});
    });
}

export async function run(context) {
    return [
        ...(await context.attempt(rows[0], '', () => newRows(context))),
        ...(await context.attempt(rows[1], '', () => atTheCap(context))),
    ];
}
