#!/usr/bin/env node
// scripts/screenshot.mjs [URL] [FILE] - the README's picture, taken from a running system.
//
// Without a URL it starts the whole stack by itself (which must be built: `make run` once), lets
// the simulator post some hundred orders, and stops it again. FILE is docs/images/blotter.png
// unless given.
import {mkdir} from 'node:fs/promises';
import {dirname, join} from 'node:path';

import {launchBrowser, openPage, rowsOf, untilStatus} from '../tests/support/browser.mjs';
import {until} from '../tests/support/wait.mjs';
import {root, Stack} from '../tests/support/stack.mjs';

const [url, file = join(root, 'docs', 'images', 'blotter.png')] = process.argv.slice(2);

const stack = url ? undefined : await Stack.start({RATE: '80'});
const browser = await launchBrowser();
try {
    const page = await openPage(browser, url ?? stack.url, {viewport: {width: 1280, height: 640}});
    await untilStatus(page, 'live');
    if (stack) {
        const enough = async () => (await rowsOf(page, 'trades')).length > 600;
        await until('some hundred trades', enough, 30);
    }
    await mkdir(dirname(file), {recursive: true});
    await page.screenshot({path: file});
    console.log(file);
} finally {
    await browser.close();
    await stack?.stop();
}
