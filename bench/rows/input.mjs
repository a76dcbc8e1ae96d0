// bench/rows/input.mjs - row 21: a turn of the wheel to changed pixels while 50,000 events arrive a
// second, without a GPU. The wheel goes down from the top of the table and back to it by turns, so
// that rows that change place by themselves are not taken for an answer.
import {rest} from '../lib/browser.mjs';
import {inCell, settle} from '../lib/cell.mjs';
import {Samples, figure, percentile} from '../lib/figures.mjs';

const IDS = 10_000;
const PAUSE_MS = 60;

export const rows = [
    {row: '21a', metric: 'wheel to changed pixels at 50k/s, p98, ours, ms', target: '<= 80'},
    {row: '21b', metric: 'wheel to changed pixels at 50k/s, p98: ag-Grid / ours', target: '>= 1'},
    {
        row: '21c',
        metric: 'wheel to changed pixels at 50k/s, p98: Perspective / ours',
        target: '>= 1',
    },
];

const start = {rows: IDS};
const link = 'compressed';
const PAGES = {
    'ag-Grid': {page: 'aggrid', link, start},
    Perspective: {page: 'perspective', link, start},
    ours: {page: 'ours', link, renderer: 'canvas', start},
};

async function turnWheel(browser, turns) {
    for (let turn = 0; turn < turns; ++turn) {
        const down = turn % 2 === 0;
        await browser.send('Input.dispatchMouseEvent', {
            type: 'mouseWheel',
            x: 300,
            y: 400,
            deltaX: 0,
            // Back to the top from wherever the rows have gone meanwhile.
            deltaY: down ? 200 : -1_000_000,
        });
        await browser.call('untilAnswered');
        await rest(PAUSE_MS + (turn % 5) * 3); // not in step with the frames
    }
}

export const run = (context) => context.attempt(rows, '', () => measure(context));

async function measure(context) {
    const turns = context.quick ? 16 : 100;
    const samples = new Samples();
    let renderer = '';
    await context.servers.serveRows(IDS);
    for (let round = 0; round < context.rounds; ++round) {
        for (const [name, options] of Object.entries(PAGES)) {
            await inCell(context, options, async (browser) => {
                await settle(context, options);
                await browser.send('Input.dispatchMouseEvent', {
                    type: 'mouseMoved',
                    x: 300,
                    y: 400,
                });
                await browser.call('startInputProbe');
                const load = {link, rate: 50_000, seconds: 60, ids: IDS, untilTold: true};
                const feed = context.servers.publish(load);
                await rest(500);
                await turnWheel(browser, turns);
                feed.tell();
                await feed;
                const {samples: taken, inputs} = await browser.call('inputSamples');
                context.log(`  ${name}: ${taken.length} of ${inputs}, ${percentile(taken, 50)} ms`);
                if (taken.length < turns * 0.6) {
                    throw new Error(`${taken.length} of ${turns} turns were answered`);
                }
                samples.add(name, percentile(taken, 98));
                if (name === 'ours') renderer = (await browser.call('read')).renderer;
            });
        }
    }
    const alone = new Samples();
    alone.values.ours = samples.values.ours;
    return [
        figure({...rows[0], samples: alone, atMost: 80, renderer}),
        figure({...rows[1], samples, peer: 'ag-Grid', atLeast: 1, renderer}),
        figure({...rows[2], samples, peer: 'Perspective', atLeast: 1, renderer}),
    ];
}
