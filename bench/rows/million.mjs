// bench/rows/million.mjs - row 17: a million rows, sorted by a column that changes and filtered, at
// 10,000 updates a second: publication to pixels.
import {rest} from '../lib/browser.mjs';
import {assertRowsDrawn, inCell, settle, untilFull} from '../lib/cell.mjs';
import {Samples, figure, missing, percentile} from '../lib/figures.mjs';

export const rows = [
    {row: '17a', metric: 'visible p95 with 1M rows sorted: Perspective / ours, ms', target: '>= 5'},
    {row: '17b', metric: 'visible p95 with 1M rows sorted, ours, ms', target: '<= 50'},
];

// Perspective shows 20 to 40 of them in the short form on a machine at rest.
const SAMPLES_MIN = 20;

const PAGES = {
    Perspective: {page: 'perspective', start: {sorted: true, filter: 'Buy'}},
    ours: {
        page: 'ours',
        start: {sort: [{field: 'updated', dir: 'desc'}], filter: 'Buy'},
    },
};

export const run = (context) => context.attempt(rows, '', () => measure(context));

async function measure(context) {
    const count = context.quick ? 200_000 : 1_000_000;
    await context.servers.serveRows(count);
    const seconds = Math.max(3, context.seconds);
    const samples = new Samples();
    let renderer = '';
    let peerFailure = null; // of which ours is measured all the same
    for (let round = 0; round < context.rounds; ++round) {
        for (const [name, page] of Object.entries(PAGES)) {
            const options = {...page, start: {...page.start, rows: count}};
            const measured = inCell(context, options, async (browser) => {
                await untilFull(browser, count);
                await settle(context, options);
                const load = {link: 'compressed', rate: 10_000, ids: 100_000};
                await context.servers.publish({...load, seconds: 1}); // warms up
                await rest(500);
                await browser.call('startProbe');
                await context.servers.publish({...load, seconds});
                await rest(1000); // what is behind becomes visible
                const taken = await browser.call('stopProbe');
                if (taken.length < SAMPLES_MIN) throw new Error(`only ${taken.length} samples`);
                samples.add(name, percentile(taken, 95));
                const words = [50, 95, 99].map((each) => percentile(taken, each).toFixed(0));
                context.log(`  ${name}: ${words.join(', ')} ms of ${taken.length}`);
                await assertRowsDrawn(context, browser, load);
                if (name === 'ours') renderer = (await browser.call('read')).renderer;
            });
            if (name === 'ours') await measured;
            else await measured.catch((error) => (peerFailure = error));
        }
    }
    const size = count === 1_000_000 ? '1M' : `${count / 1000}k`;
    const alone = new Samples();
    alone.values.ours = samples.values.ours;
    const compared = {...rows[0], metric: rows[0].metric.replace('1M', size)};
    return [
        samples.values.Perspective
            ? figure({...compared, samples, peer: 'Perspective', atLeast: 5, renderer})
            : missing(compared, peerFailure),
        figure({
            ...rows[1],
            metric: rows[1].metric.replace('1M', size),
            samples: alone,
            atMost: 50,
            renderer,
        }),
    ];
}
