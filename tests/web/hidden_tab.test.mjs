// tests/web/hidden_tab.test.mjs - a tab behind another decodes on, without frames; a frozen one has
// everything when it is back, or says what it has done about it.
import assert from 'node:assert/strict';
import {after, before, test} from 'node:test';

import {Desk, arrayOf, event, pieces, tradeText} from '../support/desk.mjs';
import {Tabs} from '../support/tabs.mjs';
import {sleep, until} from '../support/wait.mjs';

const count = 40_000; // of each step
let desk;
let tabs;
let tab;
let other;
let published = 0;

before(async () => {
    desk = await Desk.start();
    desk.trades = () => arrayOf(published, tradeText);
    tabs = Tabs.start();
    tab = await tabs.open(desk.url);
    await until('live', async () => (await statusOf()) === 'live');
});
after(async () => {
    await tabs?.stop();
    await desk?.stop();
});

const blotter = "document.querySelector('nats-blotter')";
const statusOf = () => tab.evaluate(`${blotter}?.status`);
const stats = () => tab.evaluate(`${blotter}.stats()`);
const isHidden = () => tab.evaluate('document.hidden');

async function publish() {
    await desk.publish(pieces(count, (index) => event('trades', tradeText(published + index))));
    published += count;
}

async function assertAllThere() {
    const ids = await tab.evaluate(
        `${blotter}.rows('trades').then((rows) => rows.map((row) => Number(row.id.slice(-12))))`,
    );
    assert.equal(ids.length, published);
    assert.equal(new Set(ids).size, published);
    assert.equal(ids[0], published - 1);
}

test('a hidden tab decodes on', async (context) => {
    other = await tabs.open('about:blank');
    await until('the tab to be hidden', isHidden);
    await sleep(500); // a last frame may be under way
    const {frames} = await stats();
    await publish();
    await until('everything to be decoded', async () => (await stats()).events === published);
    const now = await stats();
    assert.equal(await isHidden(), true);
    assert.equal(now.frames, frames, 'frames of a hidden tab');
    assert.equal(now.gaps, 0);
    assert.equal(now.inbox.bytes, 0);
    context.diagnostic(`${now.inbox.tasks} tasks, the longest ${now.inbox.taskMsPeak} ms`);
    await tab.show();
    await until('a frame', async () => (await stats()).frames > frames);
    await assertAllThere();
});

test('a frozen tab has everything when it is back', async (context) => {
    await other.show();
    await until('the tab to be hidden', isHidden);
    await tab.evaluate(`
        globalThis.told = [];
        for (const name of ['freeze', 'resume'])
            document.addEventListener(name, () => told.push(name));
        0`);
    const before = (await stats()).events;
    await tab.send('Page.setWebLifecycleState', {state: 'frozen'});
    await publish();
    await sleep(3000);
    await tab.send('Page.setWebLifecycleState', {state: 'active'});
    await tab.show();
    // Nothing was lost; or the broker cut the tab, which is a gap, and it has read everything anew.
    await until('everything, or a resync', async () => {
        const {events, gaps, resyncs} = await stats();
        if (gaps > 0) return resyncs > 0 && (await statusOf()) === 'live';
        return events === before + count;
    });
    assert.deepEqual(await tab.evaluate('told'), ['freeze', 'resume']);
    const {gaps, resyncs, events} = await stats();
    context.diagnostic(`${events - before} of ${count} came, ${gaps} gaps, ${resyncs} resyncs`);
    await assertAllThere();
    await until('it is live', async () => (await statusOf()) === 'live');
});
