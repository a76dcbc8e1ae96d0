// tests/support/browser.mjs - Debian's Chromium, headless, with WebGL 2 from a software rasteriser.
import {execFileSync} from 'node:child_process';

import {chromium} from 'playwright-core';

import {sleep, until} from './wait.mjs';

export function chromiumPath() {
    if (process.env.CHROMIUM) return process.env.CHROMIUM;
    return execFileSync('sh', ['-c', 'command -v chromium || command -v chromium-browser'], {
        encoding: 'utf8',
    }).trim();
}

export async function launchBrowser({args = []} = {}) {
    return chromium.launch({
        executablePath: chromiumPath(),
        args: [
            '--no-sandbox', // tests may run as root
            '--headless=new',
            '--use-gl=angle',
            '--use-angle=swiftshader',
            '--enable-unsafe-swiftshader',
            '--disable-background-networking',
            ...args,
        ],
    });
}

// Races that only slow machines lose, on a fast one: pages run so many times slower, and each frame
// comes so many milliseconds later, while all else goes on.
const slower = Number(process.env.NB_SLOWER ?? 1);
const frameDelay = Number(process.env.NB_FRAME_MS ?? 0);
const delayFrames = (milliseconds) => {
    const inTime = window.requestAnimationFrame.bind(window);
    window.requestAnimationFrame = (work) => setTimeout(() => inTime(work), milliseconds);
};

// A page that remembers what it complained of: `page.complaints`, traps and uncaught errors only (a
// refused connection is what some tests are about). `init` runs before anything on the page.
export async function openPage(browser, url, {init, ...options} = {}) {
    const context = await browser.newContext({
        viewport: {width: 1280, height: 800},
        colorScheme: 'dark',
        reducedMotion: 'reduce',
        ...options,
    });
    if (init) await context.addInitScript(init);
    if (frameDelay > 0) await context.addInitScript(delayFrames, frameDelay);
    const page = await context.newPage();
    page.complaints = [];
    page.on('pageerror', (error) => page.complaints.push(error.stack ?? String(error)));
    if (slower > 1) {
        const cdp = await context.newCDPSession(page);
        await cdp.send('Emulation.setCPUThrottlingRate', {rate: slower});
    }
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

// Until the page has drawn what it has to draw: no frame for a while.
export async function untilStill(page, milliseconds = 250) {
    let before = -1;
    await until('no more frames', async () => {
        const {frames} = await statsOf(page);
        if (frames === before) return true;
        before = frames;
        await sleep(milliseconds);
        return false;
    });
}

export const untilStatus = (page, status, seconds) =>
    until(`status ${status}`, async () => (await statusOf(page)) === status, seconds);
