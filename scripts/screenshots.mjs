#!/usr/bin/env node
// scripts/screenshots.mjs [NAME...] - docs/images/screens: every theme, spacing and size, and every
// state of the screen, as painted. Needs dist/ (`scripts/dist`); the feed and its faults are
// scripted. With names only those pictures.
import {mkdir, writeFile} from 'node:fs/promises';
import {join} from 'node:path';

import {
    launchBrowser,
    openPage,
    rowsOf,
    statsOf,
    statusOf,
    untilStatus,
    untilStill,
    withBlotter,
} from '../tests/support/browser.mjs';
import {binary, Ingress, quietBroker} from '../tests/support/ingress.mjs';
import {account, positions, publish, restOf, trade, trades} from '../tests/support/market.mjs';
import {root} from '../tests/support/stack.mjs';
import {sleep, until} from '../tests/support/wait.mjs';
import {smallPng} from './small_png.mjs';

const wanted = process.argv.slice(2);
const folder = join(root, 'docs', 'images', 'screens');
await mkdir(folder, {recursive: true});
const ingress = await Ingress.start();
const browser = await launchBrowser();
const desk = {viewport: {width: 1280, height: 800}};
const sizes = {
    desk,
    wall: {viewport: {width: 1920, height: 1080}, deviceScaleFactor: 2},
    phone: {viewport: {width: 390, height: 844}, hasTouch: true},
};
let link;

function wellAgain() {
    ingress.rest = restOf(500);
    ingress.socket = (connection) => {
        link = connection;
        quietBroker(connection);
    };
}

// Opens the page as told, brings it where `work` does, and keeps what is seen. With `clock` its
// time can be turned on by hand.
async function picture(name, how, work) {
    const {size = 'desk', theme = 'dark', live = true, scope = account, rest, clock, init} = how;
    if (wanted.length > 0 && !wanted.includes(name)) return;
    if (rest) ingress.rest = rest;
    const options = {timezoneId: 'UTC', init, ...sizes[size]};
    const page = await openPage(browser, 'about:blank', options);
    if (clock) await page.clock.install();
    await page.goto(`${ingress.url}?theme=${theme}#account=${scope}`);
    if (live) await untilStatus(page, 'live', 120);
    if (live) await untilStill(page);
    await work?.(page);
    const shot = await page.screenshot();
    // Four times as many pixels are kept with fewer colours.
    const small = smallPng(shot, size === 'wall' ? {colours: 20, apart: 24} : {});
    await writeFile(join(folder, `${name}.png`), small);
    await page.context().close();
    wellAgain();
    console.log(`${name}, ${Math.ceil(small.length / 1000)} kB`);
}

const press =
    (...keys) =>
    async (page) => {
        await page.keyboard.press('Tab');
        for (const key of keys) await page.keyboard.press(key);
        await untilStill(page);
    };
const type = (text) => async (page) => {
    await page.keyboard.press('Tab');
    await page.keyboard.type(text);
    await untilStill(page);
};
const saysOn = (page, status) => untilStatus(page, status).then(() => sleep(400));
const targetOf = async (page, words) => {
    let found;
    await until(`${words} on the screen`, async () => {
        found = (await statsOf(page)).layout.targets.find((one) => words.test(one.words));
        return found;
    });
    return [found.x + found.width / 2, found.y + found.height / 2];
};
const clickOn = async (page, words) => page.mouse.click(...(await targetOf(page, words)));

wellAgain();
for (const theme of ['dark', 'light', 'high-contrast', 'colour-blind']) {
    for (const size of Object.keys(sizes)) await picture(`${theme}-${size}`, {theme, size});
}
await picture('spacing-comfortable', {}, press('d'));
await picture('spacing-compact', {}, press('d', 'd'));

// ---- the panels, and what one does with them

await picture('filter', {}, type('/ibm buy'));
await picture('filter-hides-all', {}, type('/nothing like it'));
await picture('find', {}, async (page) => {
    await page.keyboard.press('Tab');
    await page.keyboard.press('Control+f');
    await page.keyboard.type('ibm');
    await untilStill(page);
});
await picture('groups', {}, async (page) => {
    await page.keyboard.press('Tab');
    const {columns, y, headerHeight} = (await statsOf(page)).layout.tables.trades;
    const security = columns.find(({field}) => field === 'security');
    await page.mouse.click(security.x + 20, y + headerHeight - 11, {button: 'right'});
    await clickOn(page, /^Group by it$/);
    await page.keyboard.press('Escape');
    await clickOn(page, /^group ▸ C /);
    await page.mouse.move(640, 700);
    await untilStill(page);
});
const house = [
    {id: 11413, displayName: 'Private Clients Fund TTXX'},
    {id: account, displayName: 'Test Account 20'},
    {id: 52355, displayName: 'Big Corporate Fund'},
];
const restOfHouse = (path) => {
    let body = house;
    if (path.includes('/trades/')) body = house.flatMap(({id}) => trades(40, id));
    if (path.includes('/positions/')) body = house.flatMap(({id}) => positions(id));
    // Ids are those of one database.
    if (path.includes('/trades/')) body.forEach((row) => (row.id += `-${row.accountId}`));
    return {status: 200, body: JSON.stringify(body)};
};
await picture('all-accounts', {scope: 0, rest: restOfHouse}, async (page) => {
    await clickOn(page, /^group ▸ IBM /);
    await page.mouse.move(640, 700);
    await untilStill(page);
});
await picture('paused', {}, async (page) => {
    await press(' ')(page);
    publish(
        link,
        Array.from({length: 37}, (_, index) => trade(600 + index)),
    );
    await targetOf(page, /^PAUSED · 37 waiting$/);
});
await picture('new-above', {}, async (page) => {
    await page.keyboard.press('Tab');
    await page.mouse.move(300, 400);
    await page.mouse.wheel(0, 1000);
    await untilStill(page);
    publish(
        link,
        Array.from({length: 37}, (_, index) => trade(600 + index)),
    );
    await targetOf(page, /^▲ 37 new$/);
    await untilStill(page);
});
await picture('accounts', {}, press('a'));
await picture('ticket', {}, press('b'));

// Messages of a subscription, by its number, on the link of the page that was opened last.
const send = (sid, subject, payload) => {
    const bytes = Buffer.isBuffer(payload) ? payload : Buffer.from(JSON.stringify(payload));
    const head = `MSG ${subject} ${sid} ${bytes.length}\r\n`;
    link.write(binary(Buffer.concat([Buffer.from(head), bytes, Buffer.from('\r\n')])));
};
const sendPrices = (sid) => {
    for (const [at, ticker] of ['IBM', 'MS', 'C', 'AAPL', 'MSFT', 'GS', 'JPM'].entries()) {
        const asOf = new Date(Date.UTC(2026, 6, 22, 16, 31, 24, 468 + at)).toISOString();
        send(sid, `pricing.${ticker}`, {
            topic: `pricing.${ticker}`,
            payload: {ticker, price: 95.125 + at * 31.25, openPrice: 94 + at * 31, asOf},
            date: asOf,
            from: 'price-publisher',
            type: 'PriceTick',
        });
    }
};
async function pressOn(page, words) {
    const find = async () => {
        const {targets} = (await statsOf(page)).layout;
        return targets.find((one) => one.words.startsWith(words));
    };
    await until(words, async () => (await find()) !== undefined);
    const {x, y, width, height} = await find();
    await page.mouse.click(x + width / 2, y + height / 2);
}
// The tables have the subscriptions 1 and 2.
const inspect = (subject, work) => async (page) => {
    await page.keyboard.press('Tab');
    const [x, y] = (await statsOf(page)).places.Inspector;
    await page.mouse.click(x, y);
    await pressOn(page, 'subject to inspect');
    await page.keyboard.type(subject);
    await page.keyboard.press('Enter');
    await pressOn(page, `● ${subject}`);
    await work(page);
    await untilStill(page);
};
for (const [name, size] of [
    ['panel-inspector', 'desk'],
    ['panel-inspector-phone', 'phone'],
]) {
    const work = inspect('pricing.*', async (page) => {
        sendPrices(3);
        await pressOn(page, 'message pricing.JPM');
    });
    await picture(name, {size}, work);
}
await picture(
    'panel-inspector-hex',
    {},
    inspect('pictures', async (page) => {
        const bytes = Buffer.from(Array.from({length: 240}, (_, at) => (at * 37 + 11) & 0xff));
        send(3, 'pictures', Buffer.concat([Buffer.from('WiMlWi no JSON, but bytes: '), bytes]));
        await pressOn(page, 'message pictures');
    }),
);
for (const [name, size] of [
    ['open-as-table', 'desk'],
    ['open-as-table-phone', 'phone'],
]) {
    const work = inspect('pricing.*', async (page) => {
        sendPrices(3);
        await pressOn(page, 'message pricing.JPM');
        await untilStill(page);
        const before = link;
        await pressOn(page, 'Open as table');
        await until('another session', () => link !== before);
        await untilStatus(page, 'live');
        sendPrices(1);
        await until('its rows', () =>
            withBlotter(page, async (blotter) => (await blotter.rowCount('pricing')) === 7),
        );
    });
    await picture(name, {size}, work);
}
for (const panel of ['Stats', 'Log', 'Settings']) {
    await picture(`panel-${panel.toLowerCase()}`, {}, async (page) => {
        await page.keyboard.press('Tab');
        const [x, y] = (await statsOf(page)).places[panel];
        await page.mouse.click(x, y);
        await page.mouse.move(640, 300);
        await untilStill(page);
    });
}
await picture('help', {}, press('?'));
await picture('plain-table', {}, async (page) => {
    await page.keyboard.press('Tab');
    await page.keyboard.press('p');
    await until('the table', () =>
        withBlotter(page, ({shadowRoot}) => shadowRoot.querySelector('.plain table')),
    );
});

// ---- states

await picture('empty', {rest: restOf(0)});
await picture('loading', {live: false, rest: () => new Promise(() => {})}, (page) =>
    saysOn(page, 'syncing'),
);
const noTrades = (path) =>
    path.includes('/trades/') ? {status: 503, body: ''} : restOf(500)(path);
await picture('rest-error', {live: false, rest: noTrades}, async (page) => {
    await saysOn(page, 'syncing');
    publish(link, [trade(600), trade(601)]);
    await targetOf(page, /history is missing/);
});
await picture('syncing', {}, async (page) => {
    ingress.rest = () => new Promise(() => {});
    link.destroy();
    await saysOn(page, 'syncing');
});
await picture('resynced', {}, async (page) => {
    ingress.rest = restOf(503);
    link.destroy();
    await until('its toast', async () => /^resynced/.test((await statsOf(page)).toast));
    await sleep(300);
});
await picture('stale', {clock: true}, async (page) => {
    link.write = () => true;
    await until('stale', async () => {
        await page.clock.fastForward(500);
        return (await statusOf(page)) === 'stale';
    });
    await sleep(300);
});
await picture('offline', {}, async (page) => {
    ingress.socket = (connection) => connection.destroy();
    for (const connection of ingress.connections) connection.destroy();
    await saysOn(page, 'offline');
});
let streamed = false;
const unconfirmed = async (path) => {
    // It streams while the first read is answered, and is in neither that nor the next one.
    if (path.includes('/trades/') && !streamed) {
        streamed = true;
        publish(link, [trade(496), trade(503)]);
        await sleep(300);
    }
    return restOf(500)(path);
};
await picture('phantom', {rest: unconfirmed}, async (page) => {
    await until('the mark', async () => (await rowsOf(page, 'trades')).some((row) => row._phantom));
    const {x, y, headerHeight, rowHeight} = (await statsOf(page)).layout.tables.trades;
    await page.mouse.move(x + 200, y + headerHeight + 1.5 * rowHeight);
    await page.mouse.move(x + 200, y + headerHeight + 0.5 * rowHeight);
    await targetOf(page, /^not confirmed by /);
});
await picture('broker-error', {}, async (page) => {
    const refused = `Permissions Violation for Subscription to "/accounts/${account}/trades"`;
    link.write(binary(`-ERR '${refused}'\r\n`));
    await until('its toast', async () => /refuses/.test((await statsOf(page)).toast));
    await sleep(300);
});
// A page that takes its emulated GPU for a real one.
function believeInGpu() {
    const original = HTMLCanvasElement.prototype.getContext;
    HTMLCanvasElement.prototype.getContext = function (kind, attributes) {
        return original.call(this, kind, {...attributes, failIfMajorPerformanceCaveat: false});
    };
    const {prototype} = WebGL2RenderingContext;
    const getParameter = prototype.getParameter;
    prototype.getParameter = function (name) {
        return name === 0x9246 || name === this.RENDERER ? 'A GPU' : getParameter.call(this, name);
    };
    prototype.readPixels = () => {};
    prototype.getSyncParameter = function () {
        return this.SIGNALED;
    };
}
await picture('gl-lost', {init: believeInGpu}, async (page) => {
    await withBlotter(page, ({shadowRoot}) => {
        const canvas = shadowRoot.querySelector('canvas');
        canvas.getContext('webgl2').getExtension('WEBGL_lose_context').loseContext();
    });
    await until('without it', async () => (await statsOf(page)).renderer === 'canvas');
    await page.keyboard.press('Tab');
    await page.mouse.click(...(await statsOf(page)).places.Stats);
    await targetOf(page, /./);
    await page.mouse.move(640, 300);
    await untilStill(page);
});
// One more than a table keeps, and a batch besides.
const beyondTheCap = (path) => {
    if (!path.includes('/trades/')) return restOf(0)(path);
    const parts = [];
    for (let index = 0; index < 1_070_000; ++index) parts.push(JSON.stringify(trade(index)));
    return {status: 200, body: `[${parts.join()}]`};
};
await picture('row-cap', {rest: beyondTheCap}, (page) => targetOf(page, /^oldest .* unloaded$/));
await browser.close();
await ingress.stop();
