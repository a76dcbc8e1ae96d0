// bench/rows/link.mjs - row 22: a feed of 10 Mbit/s over a link of 1 Mbit/s and 100 ms there and
// back.
import {Browser, rest} from '../lib/browser.mjs';
import {Samples, figure} from '../lib/figures.mjs';
import {SlowLink} from '../lib/slow_link.mjs';

const IDS = 10_000;
const FEED_RATE = 3_900; // events of 319 bytes: 10 Mbit/s

export const rows = [
    {
        row: '22a',
        metric: 'a feed ten times the link: lag, s (or the header says it)',
        target: '<= 2',
    },
    {row: '22b', metric: 'a feed ten times the link: reconnects', target: '<= 1'},
];

// Whether the header says how far behind the page is: `lagMs` is what it shows.
const saysSo = ({stats}, lag) => stats.lagMs > lag / 2;

export const run = (context) => context.attempt(rows, '', () => measure(context));

async function measure(context) {
    const seconds = context.quick ? 10 : context.long ? 600 : 180;
    await context.servers.serveRows(IDS);
    const link = await SlowLink.open(context.servers.port);
    const browser = await Browser.launch();
    try {
        await browser.open(`http://127.0.0.1:${link.port}/ours.html?link=compressed`);
        await browser.untilBench();
        await browser.call('start', {rows: IDS});
        await rest(3000);
        link.bitsPerSecond = 1e6;
        link.delayMs = 50;
        const before = (await browser.call('read')).stats;
        let done = false;
        const load = {link: 'compressed', rate: FEED_RATE, seconds, ids: IDS};
        const publishing = context.servers.publish(load).finally(() => (done = true));
        let worst = 0;
        let unsaid = 0; // the most that the header did not say
        let last = null;
        while (!done) {
            await Promise.race([rest(500), publishing]);
            last = await browser.call('read');
            const lag = last.lagMs ?? 0;
            worst = Math.max(worst, lag);
            if (!saysSo(last, lag)) unsaid = Math.max(unsaid, lag);
            context.log(`  ${lag} ms, ${last.status} ${last.cause}`);
        }
        const lag = new Samples();
        lag.add('ours', worst / 1000);
        const reconnects = new Samples();
        reconnects.add('ours', last.stats.reconnects - before.reconnects);
        const {renderer} = last;
        const over = ` over ${seconds} s`;
        const behind = figure({
            ...rows[0],
            metric: rows[0].metric + over,
            samples: lag,
            atMost: 2,
            renderer,
        });
        behind.pass = unsaid <= 2000;
        return [
            behind,
            figure({
                ...rows[1],
                metric: rows[1].metric + over,
                samples: reconnects,
                atMost: 1,
                renderer,
            }),
        ];
    } finally {
        await browser.close();
        link.close();
    }
}
