#!/usr/bin/env node
// scripts/screenshots.mjs - docs/images/screens: every theme, spacing and size, and states of the
// screen, as painted. Needs dist/ (`scripts/dist`); the feed and its faults are scripted.
import {mkdir} from 'node:fs/promises';
import {join} from 'node:path';

import {
    launchBrowser,
    openPage,
    statsOf,
    untilStatus,
    untilStill,
    withBlotter,
} from '../tests/support/browser.mjs';
import {Ingress, quietBroker} from '../tests/support/ingress.mjs';
import {account, restOf} from '../tests/support/market.mjs';
import {root} from '../tests/support/stack.mjs';
import {sleep, until} from '../tests/support/wait.mjs';

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

function wellAgain() {
    ingress.rest = restOf(500);
    ingress.socket = quietBroker;
}

// Opens the page as told, brings it where `work` does, and keeps what is seen.
async function picture(name, {size = 'desk', theme = 'dark', live = true}, work) {
    const url = `${ingress.url}?theme=${theme}#account=${account}`;
    const page = await openPage(browser, url, sizes[size]);
    if (live) await untilStatus(page, 'live');
    if (live) await untilStill(page);
    await work?.(page);
    await page.screenshot({path: join(folder, `${name}.png`)});
    await page.context().close();
    wellAgain();
    console.log(name);
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

wellAgain();
for (const theme of ['dark', 'light', 'high-contrast', 'colour-blind']) {
    for (const size of Object.keys(sizes)) await picture(`${theme}-${size}`, {theme, size});
}
await picture('spacing-comfortable', {}, press('d'));
await picture('spacing-compact', {}, press('d', 'd'));
await picture('filter', {}, type('/ibm buy'));
await picture('filter-hides-all', {}, type('/nothing like it'));
await picture('find', {}, async (page) => {
    await page.keyboard.press('Tab');
    await page.keyboard.press('Control+f');
    await page.keyboard.type('ibm');
    await untilStill(page);
});
await picture('accounts', {}, press('a'));
await picture('ticket', {}, press('b'));
for (const panel of ['Inspector', 'Stats', 'Log', 'Settings']) {
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
ingress.rest = restOf(0);
await picture('empty', {});
ingress.rest = () => new Promise(() => {});
await picture('loading', {live: false}, (page) => saysOn(page, 'syncing'));
ingress.rest = (path) => (path.includes('/trades/') ? {status: 503, body: ''} : restOf(500)(path));
await picture('rest-error', {live: false}, (page) => saysOn(page, 'syncing'));
await picture('offline', {}, async (page) => {
    ingress.socket = (connection) => connection.destroy();
    for (const connection of ingress.connections) connection.destroy();
    await saysOn(page, 'offline');
});
await browser.close();
await ingress.stop();
