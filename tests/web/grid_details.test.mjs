// Columns that the page works out, the switch for flashes, `flash` and `format` of a profile, the
// newest time of merged positions, and the figures of the connection.
import assert from 'node:assert/strict';
import {after, afterEach, before, test} from 'node:test';

import {openPage, statsOf, untilStatus, untilStill, withBlotter} from '../support/browser.mjs';
import {Grid} from '../support/grid.mjs';
import {binary} from '../support/ingress.mjs';
import {positions, publish, restOf, trade, trades} from '../support/market.mjs';
import {until} from '../support/wait.mjs';

let grid;

before(async () => {
    grid = await Grid.start();
});
after(() => grid?.stop());
afterEach(async () => {
    grid.ingress.rest = restOf(200);
    assert.deepEqual(grid.page.complaints, []);
    await grid.page.context().close();
});

async function show(column, from = 'security') {
    await grid.press(await grid.head(from), {button: 'right'});
    await grid.pressWords(`○ ${column}`);
    await grid.untilShown(`● ${column}`);
    await grid.page.keyboard.press('Escape');
    await grid.untilGone('Sort upwards');
}
const rowOf = async (id) => (await grid.rows()).find((row) => row.id === id);
const grouped = (value) => String(Math.abs(value)).replace(/\B(?=(\d{3})+$)/g, ',');

test('the signed quantity is hidden at first, is sorted by and added up', async () => {
    await grid.open({viewport: {width: 1900, height: 800}});
    const fields = async () => (await grid.table()).columns.map(({field}) => field);
    assert.ok(!(await fields()).some((one) => ['signedQuantity', 'latencyMs'].includes(one)));
    await show('Signed qty');
    const signed = ({side, quantity}) => (side === 'Sell' ? -quantity : quantity);
    const all = trades(200);
    const sum = all.reduce((total, row) => total + signed(row), 0);
    await grid.untilShown(`sum Signed qty ${sum < 0 ? '−' : ''}${grouped(sum)}`);
    await grid.press(await grid.head('signedQuantity'));
    const expected = all.map(signed).sort((a, b) => a - b);
    const shown = async () => (await grid.rows()).map((row) => row.signedQuantity);
    await until('sorted upwards', async () => (await shown()).join() === expected.join());
    // Changed with its side, though nobody sends it.
    publish(grid.link, [{...trade(199, 1), side: 'Sell', signedQuantity: 7}]);
    await until('changed', async () => {
        const row = await rowOf('T-199');
        return row.side === 'Sell' && row.signedQuantity === -row.quantity;
    });
});

test('the latency is that of the event; rows of a snapshot have none', async () => {
    await grid.open({viewport: {width: 1900, height: 800}});
    await show('Latency ms');
    await grid.untilShown(/^sum Qty /);
    assert.ok(!(await grid.shows(/^sum Latency/)));
    assert.equal((await rowOf('T-199')).latencyMs, null);
    // As the publisher's clock has it: a minute ago, or a little more once it is here.
    const row = {...trade(400), updated: Date.now()};
    const payload = JSON.stringify({date: Date.now() - 60_000, payload: row});
    grid.link.write(binary(`MSG a 1 ${Buffer.byteLength(payload)}\r\n${payload}\r\n`));
    await until('the event', async () => (await rowOf('T-400')) !== undefined);
    const {latencyMs} = await rowOf('T-400');
    // Two clocks of one machine, read in two processes.
    assert.ok(latencyMs >= 59_000, String(latencyMs));
});

test('flashes are switched off in the settings, and the page remembers it', async () => {
    await grid.open({reducedMotion: 'no-preference'});
    const started = async () => (await grid.table()).flashes;
    const change = async (version) => {
        publish(grid.link, [trade(199, version)]);
        await until(
            'changed',
            async () => (await rowOf('T-199')).updated === trade(199, version).updated,
        );
    };
    const before = await started();
    await change(1);
    await until('it flashed', async () => (await started()) > before);
    const [x, y] = (await statsOf(grid.page)).places.Settings;
    await grid.page.mouse.click(x, y);
    const place = (words) => async () => (await statsOf(grid.page)).places[words];
    await until('the settings', place('does not'));
    await untilStill(grid.page); // the dialog has found its place
    await grid.page.mouse.click(...(await place('does not')()));
    await until('it is taken', async () => {
        const {desk} = await withBlotter(grid.page, (blotter) => blotter.viewState());
        return desk.flash === false;
    });
    await grid.page.keyboard.press('Escape');
    await until('closed', async () => (await place('does not')()) === undefined);
    const still = await started();
    const {frames} = await statsOf(grid.page);
    await change(2);
    await until('it is drawn', async () => (await statsOf(grid.page)).frames > frames);
    assert.equal(await started(), still);
});

const profile = {
    name: 'p',
    tables: [
        {
            name: 't',
            subjects: ['t'],
            key: ['k'],
            columns: [
                {field: 'k', type: 'int'},
                {field: 'calm', type: 'int', flash: false, sum: false},
                {field: 'lively', type: 'int'},
                {field: 'at', type: 'time', format: 'seconds'},
                {field: 'exact', type: 'time'},
            ],
        },
    ],
};

test('a profile says which columns flash, are added up, and show milliseconds', async () => {
    grid.ingress.rest = () => ({status: 200, body: JSON.stringify(profile)});
    const url = `${grid.ingress.url}?profile=position-service/p&renderer=canvas`;
    const page = await openPage(grid.browser, url, {
        reducedMotion: 'no-preference',
        timezoneId: 'UTC',
        permissions: ['clipboard-read', 'clipboard-write'],
    });
    grid.page = page;
    await untilStatus(page, 'live');
    const at = Date.UTC(2026, 6, 22, 16, 31, 24, 468);
    const send = (row) => {
        const payload = JSON.stringify({k: 1, calm: 1, lively: 1, at, exact: at, ...row});
        grid.link.write(binary(`MSG t 1 ${Buffer.byteLength(payload)}\r\n${payload}\r\n`));
    };
    const row = async () => (await grid.rows('t'))[0];
    send({});
    await grid.untilShown(/^sum lively 1$/);
    assert.ok(!(await grid.shows(/^sum calm/)));
    await grid.page.keyboard.press('Tab');
    await grid.press(await grid.cell(0, 'lively', 't'));
    await until('the focus', async () => (await grid.table('t')).focus?.field === 'lively');
    await page.keyboard.press('Control+a');
    await until('selected', async () => (await grid.table('t')).selected === 1);
    await page.keyboard.press('Control+c');
    await until('copied', async () =>
        (await page.evaluate(() => navigator.clipboard.readText())).includes(
            '\t16:31:24\t16:31:24.468',
        ),
    );
    const started = async () => (await grid.table('t')).flashes;
    // The row that came has flashed as a whole.
    const first = await started();
    const {frames} = await statsOf(page);
    send({calm: 2});
    await until('changed', async () => (await row()).calm === 2);
    await until('and drawn', async () => (await statsOf(page)).frames > frames);
    assert.equal(await started(), first);
    send({calm: 2, lively: 2});
    await until('the other one flashes', async () => (await started()) === first + 1);
});

test('a merged position shows its newest time', async () => {
    const newest = Date.UTC(2026, 6, 22, 20, 15, 30, 125);
    const base = restOf(0);
    grid.ingress.rest = (path) => {
        if (path.endsWith('/account/'))
            return {
                status: 200,
                body: JSON.stringify([
                    {id: 22214, displayName: 'One'},
                    {id: 52355, displayName: 'Other'},
                ]),
            };
        if (!path.includes('/positions/')) return base(path);
        const rows = [...positions(22214), ...positions(52355)];
        rows.find((row) => row.accountId === 52355 && row.security === 'IBM').updated = newest;
        return {status: 200, body: JSON.stringify(rows)};
    };
    await grid.open({timezoneId: 'UTC'});
    await withBlotter(grid.page, (blotter) => blotter.setAccount(0));
    await untilStatus(grid.page, 'live');
    await grid.untilShown('last of IBM 20:15:30.125');
    // By another order, and after an event.
    await grid.press(await grid.head('quantity', 'positions'));
    await grid.untilShown('last of IBM 20:15:30.125');
    await grid.untilShown('last of C 16:31:24.470');
});

test('the header shows round trip, age of the feed and rate; Stats the latency', async () => {
    await grid.open();
    const figures = () =>
        withBlotter(
            grid.page,
            (blotter) => blotter.shadowRoot.querySelector('.figures').textContent,
        );
    await until('the round trip', async () =>
        /(^|· {2})(<1|\d+) ms( {2}·|$)/.test(await figures()),
    );
    publish(grid.link, [{...trade(500), updated: Date.now()}]);
    await until('the feed', async () => /feed (<1|\d+) s/.test(await figures()));
    assert.match(await figures(), /\d\/s/);
    const [x, y] = (await statsOf(grid.page)).places.Connection;
    await grid.page.mouse.click(x, y);
    const dock = async () => (await withBlotter(grid.page, (blotter) => blotter.viewState())).desk;
    await until('the panel of figures', async () => {
        const {dockOpen, dockTab} = await dock();
        return dockOpen && dockTab === 'Stats';
    });
    const {rttMs, latencyMs} = await statsOf(grid.page);
    assert.ok(rttMs >= 0 && latencyMs.p50 >= 0 && latencyMs.p99 >= latencyMs.p50);
});
