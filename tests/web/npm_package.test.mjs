// tests/web/npm_package.test.mjs - the element as an npm package, in a page that Vite builds.
import assert from 'node:assert/strict';
import {execFileSync} from 'node:child_process';
import {mkdir, mkdtemp, readFile, readdir, rm, writeFile} from 'node:fs/promises';
import http from 'node:http';
import {tmpdir} from 'node:os';
import {extname, join} from 'node:path';
import {test} from 'node:test';

import {build} from 'vite';

import {launchBrowser, openPage, untilStatus, withBlotter} from '../support/browser.mjs';
import {Ingress, quietBroker} from '../support/ingress.mjs';
import {account, restOf} from '../support/market.mjs';
import {root} from '../support/stack.mjs';
import {until} from '../support/wait.mjs';

const types = {'.html': 'text/html', '.js': 'text/javascript', '.wasm': 'application/wasm'};

test('a page built by Vite from the packed element goes live', async (context) => {
    const folder = await mkdtemp(join(tmpdir(), 'nats-blotter-npm-'));
    context.after(() => rm(folder, {recursive: true, force: true}));
    const archive = execFileSync(join(root, 'scripts', 'pack-element'), {encoding: 'utf8'}).trim();
    const installed = join(folder, 'node_modules', 'nats-blotter');
    await mkdir(installed, {recursive: true});
    execFileSync('tar', ['-xzf', archive, '-C', installed, '--strip-components=1']);

    // What is promised is in it: every file that `exports` names, and the types of every member.
    const told = JSON.parse(await readFile(join(installed, 'package.json'), 'utf8'));
    const files = await readdir(installed);
    for (const file of Object.values(told.exports['.'])) assert.ok(files.includes(file.slice(2)));
    const typed = await readFile(join(installed, 'nats-blotter.d.ts'), 'utf8');

    await writeFile(join(folder, 'main.js'), "import 'nats-blotter';\n");
    await writeFile(
        join(folder, 'index.html'),
        `<!doctype html><html lang="en"><title>A</title><script type="module" src="/main.js">` +
            `</script><nats-blotter account="${account}"></nats-blotter></html>`,
    );
    await build({root: folder, logLevel: 'error', build: {outDir: join(folder, 'out')}});

    const ingress = await Ingress.start();
    ingress.socket = quietBroker;
    ingress.rest = restOf(200);
    // The built page from a server of its own, which hands all else to the ingress.
    const server = http.createServer(async (request, answer) => {
        const path = new URL(request.url, 'http://x').pathname;
        if (path.includes('-service/')) {
            const got = await fetch(new URL(path, ingress.url));
            return answer.end(Buffer.from(await got.arrayBuffer()));
        }
        const file = join(folder, 'out', path === '/' ? 'index.html' : path);
        const bytes = await readFile(file).catch(() => null);
        answer.writeHead(bytes ? 200 : 404, {'content-type': types[extname(file)] ?? 'font/ttf'});
        answer.end(bytes ?? '');
    });
    server.on('upgrade', (request, socket) => ingress.server.emit('upgrade', request, socket));
    await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
    const browser = await launchBrowser();
    context.after(async () => {
        await browser.close();
        server.closeAllConnections();
        server.close();
        await ingress.stop();
    });
    const page = await openPage(browser, `http://localhost:${server.address().port}/`);
    const missing = [];
    page.on('response', (response) => response.status() >= 400 && missing.push(response.url()));
    await page.reload();
    await untilStatus(page, 'live');
    const rows = await withBlotter(page, (blotter) => blotter.rowCount('trades'));
    assert.equal(rows, 200);
    await page.keyboard.press('Tab');
    await until('the mirror, which comes later', () =>
        withBlotter(
            page,
            ({shadowRoot}) => shadowRoot.querySelector('canvas').getAttribute('role') === 'grid',
        ),
    );
    assert.deepEqual(
        missing.filter((url) => !url.endsWith('favicon.ico')),
        [],
    );
    assert.deepEqual(page.complaints, []);
    const members = await withBlotter(page, (blotter) =>
        Object.getOwnPropertyNames(Object.getPrototypeOf(blotter)),
    );
    const own = members.filter((name) => !/^constructor$|Callback$/.test(name));
    assert.ok(own.length > 10);
    for (const name of own) assert.match(typed, new RegExp(`\\b${name}\\b`), `${name} has a type`);
});
