// bench/lib/cell.mjs - one cell of the benchmark: one page in a browser of its own, and what is
// measured in it again and again.
import {Browser, assertDrawn, rest} from './browser.mjs';
import {mainThreadNs} from './process.mjs';

const DRAIN_MS_MAX = 15_000;
const FULL_MS_MAX = 60_000;
const DRAWN_MS_MAX = 5000;
const SAMPLE_MS = 300;

// Where every page draws its rows.
const ROWS_AREA = {x: 0, y: 100, width: 1000, height: 300};

// Opens `page` and starts it with `start` (its argument), gives it to `work`, and closes it.
export async function inCell(context, options, work) {
    const {page, link = 'compressed', renderer, start = {}, size, isolated, query = {}} = options;
    const parameters = new URLSearchParams({link, ...query});
    if (renderer) parameters.set('renderer', renderer);
    const browser = await Browser.launch(size);
    try {
        await browser.open(
            `${context.servers.url}${isolated ? '/isolated' : ''}/${page}.html?${parameters}`,
        );
        await browser.untilBench();
        const started = start === null ? null : await browser.call('start', start);
        return await work(browser, started);
    } catch (error) {
        const complaint = browser.complaints[0]?.split('\n')[0];
        const words = [error.message, complaint].filter(Boolean).join('; ');
        throw new Error(`${page}: ${words}`, {cause: error});
    } finally {
        await browser.close();
    }
}

// The blotter reads its snapshot again 2 s after it is live; what is measured begins after that. In
// the short form this reading is part of what is measured.
export const settle = (context, options) =>
    rest(options.page === 'ours' && !context.quick ? 2700 : 500);

// Until the page holds and shows all rows of its snapshot.
export async function untilFull(browser, count) {
    const begin = Date.now();
    while (!(await browser.call('isFull', count))) {
        if (Date.now() - begin > FULL_MS_MAX) throw new Error(`never showed ${count} rows`);
        await rest(20);
    }
}

// Publishes at a rate and measures the page meanwhile:
// {rate, lagMs, drainMs, fps, cpuUs, drained}; CPU is that of the main thread, per message.
export async function underLoad(context, browser, load) {
    const pid = await browser.rendererPid();
    const before = await browser.call('read');
    const cpuBefore = mainThreadNs(pid);
    let done = false;
    const publishing = context.servers.publish(load).finally(() => (done = true));
    const lags = [];
    await rest(load.seconds * 500); // the second half says whether it keeps up
    let running = before;
    while (!done) {
        const answer = browser.call('read');
        running = await answer;
        if (!done && running.lagMs !== null) lags.push(running.lagMs);
        await Promise.race([rest(SAMPLE_MS), publishing]);
    }
    const published = await publishing;
    const fps = ((running.frames - before.frames) * 1000) / (running.at - before.at);
    const {drainMs, last} = await drain(browser, before, published.published);
    const cpuUs = (mainThreadNs(pid) - cpuBefore) / 1000 / published.published;
    return {
        rate: published.published / published.seconds,
        offered: load.rate,
        lagMs: Math.max(drainMs, ...lags),
        drainMs,
        drained: drainMs < DRAIN_MS_MAX,
        fps,
        cpuUs,
        renderer: last.renderer,
        delivered: last.messages - before.messages,
        published: published.published,
    };
}

// Until all that was published has been decoded; pages that count only bytes, until these rest.
async function drain(browser, before, published) {
    const begin = Date.now();
    let last = await browser.call('read');
    for (; Date.now() - begin < DRAIN_MS_MAX; ) {
        const countsMessages = last.messages > before.messages;
        if (countsMessages && last.messages - before.messages >= published) break;
        const bytes = last.bytes;
        await rest(25);
        last = await browser.call('read');
        if (!countsMessages && last.bytes === bytes) break;
    }
    return {drainMs: Date.now() - begin, last};
}

const LADDER = [
    5, 7.5, 10, 15, 20, 30, 40, 50, 60, 75, 100, 125, 150, 175, 200, 250, 300, 400, 500, 600, 700,
    800, 900, 1000, 1200, 1500,
].map((thousands) => thousands * 1000);

// The highest rate of the ladder that a page holds: the offered rate is published, the lag stays
// under a second and is not on its way there (what is left at the end is worked off in a tenth of
// the time), and frames are drawn at `fps` at least. {rate, step} of the best, or null.
export async function highestRate(context, browser, {first, fps = 0, seconds, ...load}) {
    let best = null;
    const tried = new Map();
    const holds = async (index) => {
        if (tried.has(index)) return tried.get(index);
        const step = await underLoad(context, browser, {...load, rate: LADDER[index], seconds});
        const keepsUp = step.lagMs < 1000 && step.drainMs < 100 + 100 * seconds;
        const kept = step.rate >= 0.95 * step.offered && keepsUp && step.fps >= fps;
        const words = `${step.lagMs.toFixed(0)} ms, ${step.fps.toFixed(0)} fps`;
        context.log(`    ${LADDER[index]}/s: ${step.rate.toFixed(0)}/s, ${words}`);
        if (kept && (best === null || LADDER[index] > best.rate))
            best = {rate: LADDER[index], step};
        tried.set(index, kept && step.drained);
        if (!step.drained) tried.set('lost', true);
        return tried.get(index);
    };
    let index = LADDER.indexOf(first);
    if (await holds(index)) {
        // Up by two, then the one between.
        while (index + 2 < LADDER.length && (await holds(index + 2))) index += 2;
        if (!tried.has('lost') && index + 1 < LADDER.length) await holds(index + 1);
    } else {
        while (index > 1 && best === null && !tried.has('lost')) await holds((index -= 2));
        if (best !== null) await holds(index + 1);
    }
    return best;
}

// Pictures of the rows while events arrive, until one differs from the first; throws when they are
// blank or all equal. A slow page is given time to draw what came last.
export async function assertRowsDrawn(context, browser, load) {
    const publishing = context.servers.publish({...load, rate: 10_000, seconds: 1.2});
    const before = await browser.screenshot(ROWS_AREA);
    const begin = Date.now();
    for (;;) {
        await rest(300);
        try {
            const changed = assertDrawn(before, await browser.screenshot(ROWS_AREA));
            await publishing;
            return changed;
        } catch (error) {
            if (Date.now() - begin < DRAWN_MS_MAX) continue;
            await publishing;
            throw error;
        }
    }
}
