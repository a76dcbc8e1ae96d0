// The demo: every button makes the left pane wrong in the way it is described, and leaves the right
// one right. Pages on one stack: what takes a minute has one to itself and runs beside the others.
import assert from 'node:assert/strict';
import {spawn} from 'node:child_process';
import {once} from 'node:events';
import {existsSync, mkdtempSync, readFileSync, rmSync} from 'node:fs';
import http from 'node:http';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {after, before, describe, test} from 'node:test';

import {DemoServer} from '../../demo/server.mjs';
import {RunningStack} from '../../demo/stack.mjs';
import {launchBrowser, openPage, rowsOf, statsOf} from '../support/browser.mjs';
import {Stack, root} from '../support/stack.mjs';
import {until} from '../support/wait.mjs';
import {freePort} from './core/brokers.mjs';

const HOME = 22214;
// Accounts of their own for what takes a minute.
const QUIET = 44044;
const SWALLOWED = 10031;
const PHANTOM = 42422;

let stack;
let browser;
const demos = [];

before(async () => {
    [stack, browser] = await Promise.all([Stack.start(), launchBrowser()]);
});
after(async () => {
    await browser?.close();
    await Promise.all(demos.map((demo) => demo.stop()));
    await stack?.stop();
});

async function openDemo(account) {
    const running = new RunningStack({
        port: stack.port,
        brokerPort: stack.ports.BROKER_PORT,
        stateDir: stack.stateDir,
    });
    const demo = await DemoServer.start({stack: running, distFolder: join(root, 'dist')});
    demos.push(demo);
    const page = await openPage(browser, `${demo.url}?account=${account}`);
    await until('the demo', () => page.evaluate(() => document.body.dataset.ready === 'yes'), 60);
    return page;
}

const panesOf = (page) =>
    page.evaluate(() => {
        const read = (id) => {
            const {lost, doubled, wrong, verdict, rounds} = document.getElementById(id).dataset;
            const numbers = {lost: +lost, doubled: +doubled, wrong: +wrong, rounds: +rounds};
            return {...numbers, verdict};
        };
        return {left: read('left'), right: read('right')};
    });

async function press(page, name) {
    await page.click(`button[data-name="${name}"]`);
    await until(
        `${name} is done`,
        () => page.evaluate((done) => document.body.dataset.fault === done, name),
        300,
    );
    const words = await page.evaluate(() => document.getElementById('log').innerText);
    assert.doesNotMatch(words, /demo itself failed|refuses/, words);
}

// Until both panes are as they must be; the right one may take as long as its promise allows.
async function untilSeen(page, what, isSeen, seconds = 90) {
    let panes;
    try {
        await until(what, async () => isSeen((panes = await panesOf(page))), seconds);
    } catch (error) {
        throw new Error(`${error.message}: ${JSON.stringify(panes)}`);
    }
    assert.deepEqual(page.complaints, []);
}

describe('the demo', {concurrency: true}, () => {
    let started;
    const ready = new Promise((resolve) => {
        started = resolve;
    });

    test('AnIdleMinute', async () => {
        await ready; // not while the broker is killed
        const page = await openDemo(QUIET);
        await press(page, 'idle');
        await untilSeen(page, 'left lost what came while it was cut off', ({left, right}) => {
            return left.lost >= 1 && left.verdict === 'wrong' && right.verdict === 'right';
        });
        assert.equal((await statsOf(page)).reconnects, 0, 'the right pane was never cut off');
    });

    // The books of right do not balance, so it reads again; within 65 s, says rule 12.
    test('OneEventIsSwallowed', async () => {
        await ready;
        const page = await openDemo(SWALLOWED);
        await press(page, 'swallow');
        await untilSeen(page, 'left lost it, right has read again', ({left, right}) => {
            return left.lost === 1 && left.verdict === 'wrong' && right.verdict === 'right';
        });
    });

    test('APhantom', async () => {
        await ready;
        const page = await openDemo(PHANTOM);
        await press(page, 'phantom');
        // Of the position, which the same event moved, left may hear the truth by another order.
        await untilSeen(page, 'left keeps it, right strikes it through', ({left, right}) => {
            return left.wrong >= 1 && right.wrong === 0 && right.verdict === 'marked';
        });
        const marked = await rowsOf(page, 'trades');
        assert.equal(marked.filter((row) => row._phantom).length, 1);
    });

    test('TheOthersOneAfterAnother', async (context) => {
        const page = await openDemo(HOME);
        await context.test('TheBrokerIsKilled', async () => {
            try {
                await press(page, 'broker');
            } finally {
                started();
            }
            await untilSeen(page, 'left lost the order of the outage', ({left, right}) => {
                // The trade is lost, and the position of its security is that of before.
                return left.lost === 1 && left.wrong === 1 && right.verdict === 'right';
            });
            assert.ok((await statsOf(page)).reconnects >= 1);
        });
        await context.test('ATradeInSociété', async () => {
            await press(page, 'letter');
            await untilSeen(page, 'the message behind it is eaten', ({left, right}) => {
                return left.lost === 1 && left.wrong === 0 && right.verdict === 'right';
            });
        });
        await context.test('AnotherAccountQuickly', async () => {
            await press(page, 'switch');
            await untilSeen(page, 'rows under a foreign name', ({left, right}) => {
                return left.wrong === 2 && right.verdict === 'right';
            });
        });
        await context.test('TwentyThousandEvents', async () => {
            const before = await panesOf(page);
            await page.click('button[data-name="burst"]');
            // However fast the machine, what draws for every message is behind what does not.
            await untilSeen(page, 'left is behind, right is not', ({left, right}) => {
                const measured = right.rounds > 1 && right.rounds !== before.right.rounds;
                return measured && left.lost > 500 && right.verdict === 'right';
            });
        });
    });
});

test('NobodyElseMayPressAButton', async () => {
    const {port} = demos[0];
    const ask = (headers, method = 'POST', path = '/faults/broker') =>
        new Promise((resolve) => {
            const request = http.request(
                {host: '127.0.0.1', port, method, path, headers},
                (answer) => answer.resume().on('end', () => resolve(answer.statusCode)),
            );
            request.end(method === 'POST' ? '{"account":22214}' : undefined);
        });
    const before = stack.pid('nats');
    const ours = {host: `localhost:${port}`};
    assert.equal(await ask(ours), 403, 'no origin');
    assert.equal(await ask({...ours, origin: 'http://elsewhere.example'}), 403, 'another origin');
    assert.equal(await ask({host: 'elsewhere.example'}, 'GET', '/'), 403, 'another name');
    assert.equal(await ask({...ours, origin: demos[0].url.slice(0, -1)}, 'GET'), 403);
    assert.equal(stack.pid('nats'), before);
});

test('CtrlCEndsAllOfIt', async () => {
    const port = 30000 + Math.floor(Math.random() * 1000);
    const stateDir = mkdtempSync(join(tmpdir(), 'nats-blotter-demo-'));
    const child = spawn(join(root, 'scripts/demo'), {
        env: {...process.env, PORT: port, DEMO_PORT: await freePort(), STATE_DIR: stateDir},
        stdio: ['ignore', 'pipe', 'ignore'],
    });
    const ended = once(child, 'exit');
    process.on('exit', () => child.kill('SIGTERM'));
    let told = '';
    child.stdout.on('data', (text) => {
        told += text;
    });
    await until('the demo', () => told.includes('demo: http://localhost:') || child.exitCode, 60);
    assert.equal(child.exitCode, null);
    const pids = ['nats', 'services', 'nginx'].map((name) =>
        Number(readFileSync(join(stateDir, `${name}.pid`), 'utf8')),
    );
    child.kill('SIGINT');
    await ended;
    const lives = (pid) => existsSync(`/proc/${pid}`);
    await until('nothing is left', () => !pids.some(lives));
    const url = told.match(/demo: (\S+)/)[1];
    await assert.rejects(fetch(url), 'the page is gone as well');
    rmSync(stateDir, {recursive: true, force: true});
});
