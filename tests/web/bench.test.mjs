// The benchmark's machinery, not its figures: every page that is measured starts, is fed the same
// events through broker and ingress, and holds them all; and what is committed fits together.
import assert from 'node:assert/strict';
import {execFileSync} from 'node:child_process';
import {readFileSync, readdirSync} from 'node:fs';
import {join} from 'node:path';
import {after, before, test} from 'node:test';

import {buildPages, buildPublisher} from '../../bench/lib/build.mjs';
import {inCell, underLoad} from '../../bench/lib/cell.mjs';
import {Samples, figure, percentile} from '../../bench/lib/figures.mjs';
import {Servers, root} from '../../bench/lib/servers.mjs';

const rowCount = 200;
const context = {quick: true, rounds: 1, log: () => {}};

before(async () => {
    buildPublisher();
    await buildPages();
    context.servers = await Servers.start();
    await context.servers.serveRows(rowCount);
});
after(() => context.servers?.stop());

const load = {link: 'compressed', rate: 1000, seconds: 0.5, ids: rowCount};

// Pages that decode; the raw one counts bytes.
for (const page of ['natsjs', 'traderx', 'aggrid', 'perspective', 'ours']) {
    test(`${page} gets every event`, async () => {
        await inCell(context, {page, start: {rows: rowCount}}, async (browser) => {
            const step = await underLoad(context, browser, load);
            assert.ok(step.published > 0);
            assert.equal(step.delivered, step.published);
            assert.ok(step.cpuUs > 0);
            assert.deepEqual(browser.complaints, []);
        });
    });
}

test('the page without a client gets every byte that the others get', async () => {
    const bytes = {};
    for (const page of ['raw', 'ours']) {
        bytes[page] = await inCell(context, {page, start: {rows: 0}}, async (browser) => {
            const before = await browser.call('read');
            const {published} = await underLoad(context, browser, load);
            return Math.round(((await browser.call('read')).bytes - before.bytes) / published);
        });
    }
    // A run that went on for longer has ids of more digits.
    assert.ok(Math.abs(bytes.raw - bytes.ours) <= 1, JSON.stringify(bytes));
});

test('every row of the targets has a program, once', async () => {
    const rows = [];
    for (const file of readdirSync(join(root, 'bench', 'rows'))) {
        rows.push(...(await import(`../../bench/rows/${file}`)).rows.map(({row}) => row));
    }
    assert.equal(new Set(rows).size, rows.length);
    const numbers = new Set(rows.map((row) => parseInt(row, 10)));
    assert.deepEqual(
        [...numbers].sort((a, b) => a - b),
        Array.from({length: 22}, (_, index) => index + 1),
    );
});

test('the committed results have the promised shape, and the document shows them', () => {
    const results = JSON.parse(readFileSync(join(root, 'bench', 'results.json'), 'utf8'));
    assert.ok(results.length > 0);
    for (const result of results) {
        const {row, metric, ours, peers, ratio, target, renderer, spread} = result;
        assert.match(row, /^\d+[a-z]?$/);
        assert.equal(typeof metric, 'string');
        for (const value of [ours, ratio, ...Object.values(peers)]) {
            assert.ok(value === null || Number.isFinite(value), row);
        }
        assert.match(target, /^[<>]= [\d.]+$/);
        assert.equal(typeof renderer, 'string');
        for (const [low, high] of Object.values(spread).filter(Boolean)) assert.ok(low <= high);
    }
    execFileSync(process.execPath, [join(root, 'bench', 'docs.mjs'), '--check']);
});

test('a figure is a peer divided by ours, its target on the right side', () => {
    const samples = new Samples();
    for (const value of [10, 30, 20]) samples.add('ours', value);
    for (const value of [50, 60, 70]) samples.add('peer', value);
    const faster = figure({row: '1', metric: 'm', samples, peer: 'peer', atLeast: 3});
    assert.deepEqual([faster.ours, faster.ratio, faster.pass], [20, 3, true]);
    assert.deepEqual(faster.spread, {ours: [10, 30], peer: [50, 70]});
    const inverse = figure({
        row: '1',
        metric: 'm',
        samples,
        peer: 'peer',
        inverse: true,
        atMost: 0.3,
    });
    assert.deepEqual([inverse.ratio, inverse.pass], [0.333, false]);
    assert.equal(percentile([3, 1, 2], 50), 2);
});
