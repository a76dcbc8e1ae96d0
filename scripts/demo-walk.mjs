#!/usr/bin/env node
// scripts/demo-walk.mjs [FILE] - a walk through the demo as one animated picture (APNG) for the
// README: docs/images/demo.png unless given. Starts the whole stack by itself (`make demo` once).
import {writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {crc32, deflateSync, inflateSync} from 'node:zlib';

import {DemoServer} from '../demo/server.mjs';
import {RunningStack} from '../demo/stack.mjs';
import {launchBrowser, openPage} from '../tests/support/browser.mjs';
import {Stack, root} from '../tests/support/stack.mjs';
import {sleep, until} from '../tests/support/wait.mjs';

const SECONDS_A_PICTURE = 4;
const WALK = ['broker', 'letter', 'switch', 'burst'];
const file = process.argv[2] ?? join(root, 'docs', 'images', 'demo.png');

// CRC-32 of a PNG chunk, where zlib has none of its own.
function checksum(bytes) {
    if (crc32) return crc32(bytes);
    let crc = 0xffffffff;
    for (const byte of bytes) {
        crc ^= byte;
        for (let bit = 0; bit < 8; ++bit) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
    }
    return (crc ^ 0xffffffff) >>> 0;
}

function chunk(type, data) {
    const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
    const head = Buffer.alloc(4);
    head.writeUInt32BE(data.length);
    const tail = Buffer.alloc(4);
    tail.writeUInt32BE(checksum(body));
    return Buffer.concat([head, body, tail]);
}

function* chunksOf(png) {
    for (let at = 8; at < png.length; ) {
        const length = png.readUInt32BE(at);
        const type = png.toString('latin1', at + 4, at + 8);
        yield {type, data: png.subarray(at + 8, at + 8 + length)};
        at += 12 + length;
    }
}

// Pictures of one size as one that shows them in turn, for ever.
function animated(pictures) {
    const header = [...chunksOf(pictures[0])].find(({type}) => type === 'IHDR').data;
    const parts = [pictures[0].subarray(0, 8), chunk('IHDR', header)];
    const control = Buffer.alloc(8);
    control.writeUInt32BE(pictures.length);
    parts.push(chunk('acTL', control));
    let sequence = 0;
    pictures.forEach((picture, index) => {
        const frame = Buffer.alloc(26);
        frame.writeUInt32BE(sequence++, 0);
        header.copy(frame, 4, 0, 8); // width and height
        frame.writeUInt16BE(SECONDS_A_PICTURE, 20);
        frame.writeUInt16BE(1, 22);
        parts.push(chunk('fcTL', frame));
        const packed = [...chunksOf(picture)].filter(({type}) => type === 'IDAT');
        const data = inflateSync(Buffer.concat(packed.map((part) => part.data)));
        const again = deflateSync(data, {level: 9});
        if (index === 0) return parts.push(chunk('IDAT', again));
        const number = Buffer.alloc(4);
        number.writeUInt32BE(sequence++);
        return parts.push(chunk('fdAT', Buffer.concat([number, again])));
    });
    parts.push(chunk('IEND', Buffer.alloc(0)));
    return Buffer.concat(parts);
}

const [stack, browser] = await Promise.all([Stack.start(), launchBrowser()]);
const running = new RunningStack({
    port: stack.port,
    brokerPort: stack.ports.BROKER_PORT,
    stateDir: stack.stateDir,
});
const demo = await DemoServer.start({stack: running, distFolder: join(root, 'dist')});
try {
    const page = await openPage(browser, demo.url, {viewport: {width: 1440, height: 860}});
    const seen = (work, argument) => page.evaluate(work, argument);
    await until('the demo', () => seen(() => document.body.dataset.ready === 'yes'), 60);
    const level = () =>
        seen(() => document.querySelectorAll('article[data-verdict="right"]').length === 2);
    await until('both panes are right', level);
    await sleep(500);
    const pictures = [await page.screenshot()];
    for (const name of WALK) {
        await page.click(`button[data-name="${name}"]`);
        await until(name, () => seen((done) => document.body.dataset.fault === done, name), 300);
        const told = () =>
            seen(() => {
                const verdict = (id) => document.getElementById(id).dataset.verdict;
                return ['wrong', 'late'].includes(verdict('left')) && verdict('right') === 'right';
            });
        await until('left is wrong, right is right', told, 90);
        await sleep(500);
        pictures.push(await page.screenshot());
    }
    writeFileSync(file, animated(pictures));
    console.log(file);
} finally {
    await browser.close();
    await demo.stop();
    await stack.stop();
}
