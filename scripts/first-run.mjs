#!/usr/bin/env node
// scripts/first-run.mjs [--print] - tries the project as a new user would, and writes the minutes
// and the memory of the whole stack into README.md; with --print it only shows them.
//
// Clones this repository's HEAD into a folder of its own, sets up, builds and starts the demo
// there, waits in Chromium for the first trade, presses "Kill the broker" and waits until the right
// pane agrees with the database again. Needs what `make setup` installs.
import {spawn, spawnSync} from 'node:child_process';
import {mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync} from 'node:fs';
import {cpus, loadavg, tmpdir} from 'node:os';
import {dirname, join} from 'node:path';
import {fileURLToPath} from 'node:url';

import {launchBrowser, openPage, rowsOf, untilStatus} from '../tests/support/browser.mjs';
import {until} from '../tests/support/wait.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const folder = mkdtempSync(join(tmpdir(), 'nats-blotter-first-run-'));
const tree = join(folder, 'tree');
const port = 9000 + Math.floor(Math.random() * 900);

function must(command, parameters, options) {
    const {status} = spawnSync(command, parameters, {stdio: ['ignore', 2, 2], ...options});
    if (status !== 0) throw new Error(`${command} ${parameters.join(' ')} ends with ${status}`);
}

// MiB that broker, services and ingress have, shared pages counted in parts.
function memoryOf(stateDir) {
    const pids = ['nats', 'services', 'nginx'].map((name) =>
        readFileSync(join(stateDir, `${name}.pid`), 'utf8').trim(),
    );
    const parentOf = (pid) =>
        readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ')[1];
    for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
        try {
            if (pids.includes(parentOf(pid))) pids.push(pid);
        } catch {
            // it has ended meanwhile
        }
    }
    const bytes = pids.map((pid) => {
        const text = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8');
        return Number(/^Pss:\s+(\d+) kB/m.exec(text)[1]) / 1024;
    });
    return bytes.reduce((sum, one) => sum + one, 0);
}

const minutes = (milliseconds) => {
    const seconds = Math.round(milliseconds / 1000);
    return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
};

let child;
const browser = await launchBrowser();
try {
    const start = Date.now();
    must('git', ['clone', '--quiet', `file://${root}`, tree]);
    must(join(tree, 'scripts/setup'), ['run']);
    must(join(tree, 'scripts/build'), ['services'], {cwd: tree});
    must(join(tree, 'scripts/dist'), [], {cwd: tree});
    const built = Date.now();
    const stateDir = join(folder, 'state');
    child = spawn(join(tree, 'scripts/demo'), {
        env: {...process.env, PORT: port, DEMO_PORT: port + 1000, RATE: '1', STATE_DIR: stateDir},
        stdio: ['ignore', 'pipe', 2],
    });
    await new Promise((resolve, reject) => {
        child.stdout.on('data', (text) => text.includes('demo: ') && resolve());
        child.on('exit', () => reject(new Error('the demo has ended')));
    });
    const page = await openPage(browser, `http://localhost:${port}/`);
    await untilStatus(page, 'live', 60);
    const before = (await rowsOf(page, 'trades')).length;
    const more = async () => (await rowsOf(page, 'trades')).length > before;
    await until('a trade', more, 60);
    const seen = Date.now();
    await page.close();
    const demo = await openPage(browser, `http://localhost:${port + 1000}/`);
    const data = (name) => demo.evaluate((key) => document.body.dataset[key] ?? '', name);
    await until('the demo', async () => (await data('ready')) === 'yes', 60);
    await demo.click('button[data-name="broker"]');
    await until('the fault', async () => (await data('fault')) === 'broker', 120);
    const healed = () =>
        demo.evaluate(() => document.getElementById('right').dataset.verdict === 'right');
    await until('the right pane is right', healed, 90);
    const table = [
        '| | |',
        '|---|---|',
        `| from \`git clone\` to everything built | ${minutes(built - start)} |`,
        `| to the first trade seen | ${minutes(seen - start)} |`,
        `| to the demo's first fault healed | ${minutes(Date.now() - start)} |`,
        `| memory of broker, services and ingress | ${memoryOf(stateDir).toFixed(0)} MiB |`,
    ].join('\n');
    const load = loadavg()[2].toFixed(0); // of the last 15 minutes, ours included
    const cores = `${cpus().length} cores of ${cpus()[0].model.trim()}`;
    const where = `On ${cores} under a load average of ${load}, packages installed`;
    const text = `${where} (\`node scripts/first-run.mjs\`):\n\n${table}`;
    console.log(text);
    if (!process.argv.includes('--print')) {
        const file = join(root, 'README.md');
        const readme = readFileSync(file, 'utf8');
        const marks = /(<!-- first run -->\n)[^]*?(<!-- end of first run -->)/;
        writeFileSync(file, readme.replace(marks, `$1${text}\n$2`));
    }
} finally {
    await browser.close();
    if (child) {
        const ended = new Promise((resolve) => child.once('exit', resolve));
        child.kill('SIGTERM');
        await ended;
    }
    rmSync(folder, {recursive: true, force: true});
}
