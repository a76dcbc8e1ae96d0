// bench/profile.mjs - where the main thread of a page spends its time under load: the evidence
// behind a figure that falls short.
//
//   node bench/profile.mjs [PAGE] [RATE] [RENDERER] [LINK]      ours 50000 canvas small
//   node bench/profile.mjs ours 200000 hidden small      the element hidden, as in rows 6 and 7
//   node bench/profile.mjs PAGE snapshot=1000000 [RENDERER]     of a snapshot instead (row 19)
//
// Prints the functions with the most time of their own, in per cent of the time that was not idle.
// For names in WebAssembly instead of numbers, measure a build that keeps them (PAGE_DIR=).
import {inCell, settle, untilFull} from './lib/cell.mjs';
import {buildPages, buildPublisher} from './lib/build.mjs';
import {Servers} from './lib/servers.mjs';

const IDS = 10_000;
const SECONDS = 4;
const LINES = 20;

const [page = 'ours', rate = '50000', renderer, link = 'small'] = process.argv.slice(2);
const hidden = renderer === 'hidden';

// {name: ms of its own}, idle time apart.
function ownTimes({nodes, samples, timeDeltas}) {
    const names = new Map();
    for (const {id, callFrame} of nodes) {
        const file = callFrame.url.split('/').pop();
        names.set(id, callFrame.functionName + (file ? ` (${file})` : ''));
    }
    const times = {};
    samples.forEach((id, index) => {
        const name = names.get(id);
        times[name] = (times[name] ?? 0) + timeDeltas[index] / 1000;
    });
    const idle = times['(idle)'] ?? 0;
    delete times['(idle)'];
    return {times, idle};
}

function print(head, {times, idle}) {
    const busy = Object.values(times).reduce((sum, ms) => sum + ms, 0);
    console.log(`${head(busy)}: busy ${busy.toFixed(0)} ms, idle ${idle.toFixed(0)} ms`);
    const largest = Object.entries(times).sort((a, b) => b[1] - a[1]);
    for (const [name, ms] of largest.slice(0, LINES)) {
        console.log(`${((ms / busy) * 100).toFixed(1).padStart(6)} %  ${name}`);
    }
}

async function startProfile(browser) {
    await browser.send('Profiler.enable');
    await browser.send('Profiler.setSamplingInterval', {interval: 500});
    await browser.send('Profiler.start');
}

const stopProfile = async (browser) => ownTimes((await browser.send('Profiler.stop')).profile);

async function ofSnapshot(servers, count) {
    await servers.serveRows(count);
    await inCell({servers}, {page, renderer, start: null}, async (browser) => {
        await startProfile(browser);
        const begin = Date.now();
        await browser.call('start', {rows: count});
        await untilFull(browser, count);
        const taken = Date.now() - begin;
        const profile = await stopProfile(browser);
        const {frames} = await browser.call('read');
        print(() => `${page}, ${count} rows in ${taken} ms, ${frames} frames`, profile);
    });
}

async function underRate(servers) {
    await servers.serveRows(IDS);
    const options = {page, link, start: {rows: IDS, hidden}};
    if (!hidden) options.renderer = renderer;
    await inCell({servers}, options, async (browser) => {
        await settle({quick: false}, options);
        await startProfile(browser);
        const before = await browser.call('read');
        const load = {link, rate: Number(rate), seconds: SECONDS, ids: IDS};
        const {published} = await servers.publish(load);
        const profile = await stopProfile(browser);
        const after = await browser.call('read');
        const frames = after.frames - before.frames;
        print((busy) => {
            const microseconds = ((busy * 1000) / published).toFixed(2);
            const drawn = `${after.renderer}, ${frames} frames`;
            return `${page}, ${drawn}, ${published} events, ${microseconds} µs each`;
        }, profile);
    });
}

for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => process.exit(130));

buildPublisher();
await buildPages();
const servers = await Servers.start();
try {
    const [isSnapshot, count] = rate.split('=');
    if (isSnapshot === 'snapshot') await ofSnapshot(servers, Number(count));
    else await underRate(servers);
} finally {
    await servers.stop();
}
process.exit(0);
