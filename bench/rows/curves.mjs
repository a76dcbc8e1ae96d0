// bench/rows/curves.mjs - cost as work grows: rows, rate, subscriptions, columns. Not targets but
// the figures behind the charts; written to bench/curves.json.
import {existsSync, readFileSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';

import {rest} from '../lib/browser.mjs';
import {inCell, settle, underLoad} from '../lib/cell.mjs';
import {median, round} from '../lib/figures.mjs';
import {root} from '../lib/servers.mjs';

export const rows = [];

const PAGES = {
    ours: {page: 'ours'},
    'ag-Grid': {page: 'aggrid'},
    Perspective: {page: 'perspective'},
};
const WITHOUT_TABLE = {raw: {page: 'raw'}, 'nats.js': {page: 'natsjs'}};

// A page that cannot keep up or will not start at one point is not asked for a larger one.
async function curve(context, {name, points, pages, measure}) {
    const lines = {};
    const given = new Set();
    for (const point of points) {
        for (const [page, options] of Object.entries(pages)) {
            if (given.has(page)) continue;
            const taken = [];
            try {
                for (let turn = 0; turn < context.rounds; ++turn) {
                    taken.push(await measure(point, options));
                }
            } catch (error) {
                context.log(`  ${page} at ${point}: ${error.message.split('\n')[0]}`);
                given.add(page);
                continue;
            }
            const fields = Object.keys(taken[0]);
            const figures = fields.map((field) => {
                const values = taken.map((each) => each[field]);
                const numbers = typeof values[0] === 'number';
                return [field, numbers ? round(median(values)) : values[0]];
            });
            const result = {at: point, ...Object.fromEntries(figures)};
            console.error(`${name} ${page} ${JSON.stringify(result)}`);
            (lines[page] ??= []).push(result);
            if (result.lagMs > 2000) given.add(page);
        }
    }
    return lines;
}

async function loaded(context, options, load, work = async () => ({})) {
    return inCell(context, options, async (browser, started) => {
        await settle(context, options);
        const step = await underLoad(context, browser, {link: 'compressed', ...load});
        const {cpuUs, lagMs, fps, rate} = step;
        return {cpuUs, lagMs, fps, rate, ...(await work(browser, started))};
    });
}

const byRows = (context) => ({
    name: 'rows',
    pages: PAGES,
    points: context.quick ? [1000, 10_000] : [1000, 10_000, 100_000, 300_000, 1_000_000],
    async measure(count, page) {
        await context.servers.serveRows(count);
        const options = {...page, start: {rows: count}};
        const load = {rate: 10_000, seconds: 3, ids: Math.min(count, 100_000)};
        return loaded(context, options, load, async (browser) => {
            await rest(300);
            await browser.collectGarbage();
            await rest(300);
            return {megabytes: (await browser.privateBytes()) / 1e6};
        });
    },
});

const byRate = (context) => ({
    name: 'rate',
    pages: {...PAGES, ...WITHOUT_TABLE},
    points: context.quick
        ? [1000, 50_000]
        : [1000, 3000, 10_000, 30_000, 100_000, 200_000, 400_000, 800_000],
    async measure(rate, page) {
        await context.servers.serveRows(10_000);
        return loaded(context, {...page, start: {rows: 10_000}}, {rate, seconds: 3});
    },
});

// One account has two subscriptions, trades and positions; account 0 is all of them.
const bySubscriptions = (context) => ({
    name: 'subscriptions',
    pages: {ours: {page: 'ours'}},
    points: context.quick ? [2, 200] : [2, 20, 200, 2000, 10_000],
    async measure(count, page) {
        const accounts = count / 2;
        await context.servers.serveRows(10_000, {accounts});
        const options = {...page, start: {rows: 10_000, account: 0}};
        return loaded(context, options, {rate: 10_000, seconds: 3, accounts});
    },
});

const byColumns = (context) => ({
    name: 'columns',
    pages: PAGES,
    points: context.quick ? [10, 50] : [10, 25, 50, 100, 200],
    async measure(count, page) {
        const extra = count - 8;
        await context.servers.serveRows(10_000, {extra});
        const options = {...page, query: {extra: String(extra)}, start: {rows: 10_000}};
        return loaded(context, options, {rate: 5000, seconds: 3, extra});
    },
});

export async function run(context) {
    const path = join(root, 'bench', 'curves.json');
    const curves = existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : {};
    for (const make of [byRows, byRate, bySubscriptions, byColumns]) {
        const plan = make(context);
        if (context.only && context.only !== plan.name) continue;
        curves[plan.name] = await curve(context, plan);
        writeFileSync(path, JSON.stringify(curves, null, 1) + '\n');
    }
    return [];
}
