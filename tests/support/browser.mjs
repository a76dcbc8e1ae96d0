// tests/support/browser.mjs - Debian's Chromium, headless, with WebGL 2 from a software rasteriser.
import {execFileSync} from 'node:child_process';

import {chromium} from 'playwright-core';

import {until} from './wait.mjs';

export function chromiumPath() {
    if (process.env.CHROMIUM) return process.env.CHROMIUM;
    return execFileSync('sh', ['-c', 'command -v chromium || command -v chromium-browser'], {
        encoding: 'utf8',
    }).trim();
}

export async function launchBrowser() {
    return chromium.launch({
        executablePath: chromiumPath(),
        args: [
            '--no-sandbox', // tests may run as root
            '--headless=new',
            '--use-gl=angle',
            '--use-angle=swiftshader',
            '--enable-unsafe-swiftshader',
            '--disable-background-networking',
        ],
    });
}

// A page that remembers what it complained of: `page.complaints`, traps and uncaught errors only (a
// refused connection is what some tests are about).
export async function openPage(browser, url, options = {}) {
    const context = await browser.newContext({
        viewport: {width: 1280, height: 800},
        colorScheme: 'dark',
        reducedMotion: 'reduce',
        ...options,
    });
    const page = await context.newPage();
    page.complaints = [];
    page.on('pageerror', (error) => page.complaints.push(error.stack ?? String(error)));
    await page.goto(url);
    return page;
}

// Calls a function with the page's first <nats-blotter> and one plain argument.
export function withBlotter(page, work, argument) {
    const text = JSON.stringify(argument) ?? 'undefined';
    return page.evaluate(`(${work})(document.querySelector('nats-blotter'), ${text})`);
}

export const statusOf = (page) => withBlotter(page, (blotter) => blotter.status);
export const causeOf = (page) => withBlotter(page, (blotter) => blotter.cause);
export const statsOf = (page) => withBlotter(page, (blotter) => blotter.stats());
export const rowsOf = (page, table) =>
    withBlotter(page, (blotter, name) => blotter.rows(name), table);

export const untilStatus = (page, status, seconds) =>
    until(`status ${status}`, async () => (await statusOf(page)) === status, seconds);
