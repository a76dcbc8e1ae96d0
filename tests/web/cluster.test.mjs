// A cluster of three brokers behind the ingress: each node is killed in turn under load, browsers
// move over to the others, and afterwards every page holds what the database holds.
import assert from 'node:assert/strict';
import {mkdtempSync, readFileSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {after, before, test} from 'node:test';

import {launchBrowser, openPage, rowsOf, statsOf, untilStatus} from '../support/browser.mjs';
import {root} from '../support/stack.mjs';
import {distFile, routes, serve, startServices, stopServices} from '../support/stock_stack.mjs';
import {sleep, until} from '../support/wait.mjs';
import {Broker, Nginx, freePort} from './core/brokers.mjs';

const pageCount = 3;
const template = (name) => readFileSync(join(root, 'nginx', name), 'utf8');

let browser;
let brokers;
let stack;
let pages;
let nginx;
let folder;

before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'nats-blotter-cluster-'));
    browser = await launchBrowser();
    const routePorts = [await freePort(), await freePort(), await freePort()];
    const cluster = (own) => `cluster {
  name: "blotter"
  listen: "127.0.0.1:${own}"
  routes: [
${routePorts.map((port) => `    "nats://127.0.0.1:${port}"`).join('\n')}
  ]
}`;
    brokers = await Promise.all(routePorts.map((port) => Broker.start({settings: cluster(port)})));
    await until('the cluster is whole', async () =>
        (await Promise.all(brokers.map(routesOf))).every((count) => count >= 2),
    );
    stack = await startServices(
        brokers.map((broker) => broker.port),
        folder,
    );
    pages = await serve(distFile);
    // The files of nginx/ with the nodes filled in, as docs/scaling.md says.
    const servers = brokers.map(
        (broker) => `server 127.0.0.1:${broker.webSocketPort} fail_timeout=1s;`,
    );
    nginx = await Nginx.start(
        routes(template('nats-ws.conf.in'), stack.ports, pages.address().port),
        {http: template('brokers.conf.in').replace('@BROKER_SERVERS@', servers.join('\n'))},
    );
});
after(async () => {
    await browser?.close();
    await nginx?.kill('SIGTERM');
    pages?.closeAllConnections();
    pages?.close();
    await stopServices(stack?.services);
    await Promise.all((brokers ?? []).map((broker) => broker.kill()));
    rmSync(folder, {recursive: true, force: true});
});

const monitor = async (broker, path) =>
    (await fetch(`http://127.0.0.1:${broker.monitorPort}${path}`)).json();
const routesOf = async (broker) => (await monitor(broker, '/routez')).num_routes;
// WebSocket connections of a node: browsers alone.
const browsersOf = async (broker) =>
    (await monitor(broker, '/connz')).connections.filter(({kind, type}) =>
        type ? type === 'websocket' : kind === 'Websocket',
    ).length;

const origin = () => `http://localhost:${nginx.ports[0]}`;
const getJson = async (path) => (await fetch(origin() + path)).json();
const order = (quantity) =>
    fetch(`${origin()}/trade-service/trade/`, {
        method: 'POST',
        headers: {'Content-Type': 'application/json'},
        body: JSON.stringify({
            security: ['IBM', 'MS', 'C'][quantity % 3],
            quantity,
            accountId: [22214, 52355, 44044][quantity % 3],
            side: quantity % 2 ? 'Buy' : 'Sell',
        }),
    }).then(
        (answer) => answer.status,
        () => 0,
    );

test('any node may die: browsers move over, and nothing is missing', async () => {
    const open = [];
    for (let i = 0; i < pageCount; ++i) {
        const page = await openPage(browser, `${origin()}/`);
        await untilStatus(page, 'live');
        open.push(page);
    }
    const spread = await Promise.all(brokers.map(browsersOf));
    assert.deepEqual(spread, [1, 1, 1], 'the ingress spreads them');

    let accepted = 0;
    let quantity = 0;
    let posting = true;
    const poster = (async () => {
        while (posting) {
            if ((await order(++quantity)) === 200) ++accepted;
            await sleep(10);
        }
    })();
    for (const broker of brokers) {
        const before = accepted;
        await broker.kill();
        const others = brokers.filter((other) => other !== broker);
        await until('every browser is on another node', async () => {
            const counts = await Promise.all(others.map(browsersOf));
            return counts[0] + counts[1] === pageCount;
        });
        for (const page of open) await untilStatus(page, 'live', 40);
        await until('orders are taken', () => accepted > before + 20, 40);
        await broker.again();
        await until(
            'the cluster is whole again',
            async () => (await Promise.all(brokers.map(routesOf))).every((count) => count >= 2),
            40,
        );
    }
    posting = false;
    await poster;
    assert.ok(accepted > 60);

    const trades = await until('the database is at rest', async () => {
        const count = (await getJson('/position-service/trades/')).length;
        await sleep(500);
        const list = await getJson('/position-service/trades/');
        return list.length === count && list;
    });
    const positions = await getJson('/position-service/positions/');
    const ids = (rows) => rows.map((row) => row.id).sort();
    const nets = (rows) =>
        rows.map((row) => `${row.accountId} ${row.security} ${row.quantity}`).sort();
    for (const page of open) {
        await untilStatus(page, 'live');
        await until('every trade is shown', async () => {
            const shown = ids(await rowsOf(page, 'trades'));
            return JSON.stringify(shown) === JSON.stringify(ids(trades));
        });
        assert.deepEqual(nets(await rowsOf(page, 'positions')), nets(positions));
        const stats = await statsOf(page);
        assert.ok(stats.reconnects >= 1, 'each of them lost its node once');
        assert.deepEqual(page.complaints, []);
    }
    console.log(`     ${accepted} orders taken, ${trades.length} trades on ${pageCount} pages`);
});
