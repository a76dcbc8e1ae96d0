// tests/support/engines.mjs - Firefox and WebKit with one face, for tests/web/engines.test.mjs.
//
// Each gives {goto, evaluate, click, type, press, version, close}: `evaluate` takes a function of
// the page's <nats-blotter>, which may be async; `click` takes CSS pixels of the page.
import {execFileSync, spawn} from 'node:child_process';
import {existsSync} from 'node:fs';
import {mkdtemp, rm} from 'node:fs/promises';
import net from 'node:net';
import {tmpdir} from 'node:os';
import {join} from 'node:path';

import puppeteer from 'puppeteer-core';

import {until} from './wait.mjs';

const onPath = (name) =>
    execFileSync('sh', ['-c', `command -v ${name}`], {encoding: 'utf8'}).trim();

const asked = (work) => `(${work})(document.querySelector('nats-blotter'))`;

// Debian's firefox-esr, by WebDriver BiDi. Headless it has no WebGL 2.
export async function firefox() {
    const browser = await puppeteer.launch({
        browser: 'firefox',
        executablePath: onPath('firefox-esr'),
        headless: true,
        timeout: 120_000,
        protocolTimeout: 120_000,
    });
    const page = await browser.newPage();
    await page.setViewport({width: 1280, height: 800});
    return {
        version: () => browser.version(),
        goto: (url) => page.goto(url),
        evaluate: (work) => page.evaluate(asked(work)),
        click: (x, y) => page.mouse.click(x, y),
        type: (text) => page.keyboard.type(text),
        press: (key) => page.keyboard.press(key),
        close: () => browser.close(),
    };
}

async function freePort() {
    const server = net.createServer();
    await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
    const {port} = server.address();
    await new Promise((resolve) => server.close(resolve));
    return port;
}

// A display of its own; resolves to {display, stop}.
async function virtualDisplay() {
    const child = spawn('Xvfb', ['-displayfd', '1', '-screen', '0', '1400x1000x24'], {
        stdio: ['ignore', 'pipe', 'ignore'],
    });
    process.on('exit', () => child.kill());
    let text = '';
    child.stdout.on('data', (bytes) => (text += bytes));
    await until('a display', () => text.includes('\n'), 60);
    return {display: `:${text.trim()}`, stop: () => child.kill()};
}

function miniBrowser() {
    const libraries = execFileSync('sh', ['-c', 'ls -d /usr/lib/*/webkit2gtk-4.*'], {
        encoding: 'utf8',
    });
    const found = libraries
        .trim()
        .split('\n')
        .map((folder) => join(folder, 'MiniBrowser'))
        .find(existsSync);
    if (!found) throw new Error('no MiniBrowser beside webkit2gtk');
    return found;
}

const KEYS = {Enter: '\uE007', Escape: '\uE00C', Tab: '\uE004', ArrowDown: '\uE015'};

// WebKitGTK's MiniBrowser, by WebDriver, on a display of its own.
export async function webkit() {
    const {display, stop} = await virtualDisplay();
    const port = await freePort();
    const home = await mkdtemp(join(tmpdir(), 'nats-blotter-webkit-'));
    const driver = spawn('WebKitWebDriver', [`--port=${port}`, '--host=127.0.0.1'], {
        env: {...process.env, DISPLAY: display, HOME: home, GDK_BACKEND: 'x11'},
        stdio: 'ignore',
    });
    process.on('exit', () => driver.kill());
    const ask = async (method, path, body) => {
        const answer = await fetch(`http://127.0.0.1:${port}${path}`, {
            method,
            body: body && JSON.stringify(body),
        });
        const {value} = await answer.json();
        if (!answer.ok) throw new Error(`${value.error}: ${value.message}`);
        return value;
    };
    await until('the driver', () => ask('GET', '/status').catch(() => null), 60);
    const {sessionId, capabilities} = await ask('POST', '/session', {
        capabilities: {
            alwaysMatch: {
                'webkitgtk:browserOptions': {binary: miniBrowser(), args: ['--automation']},
            },
        },
    });
    const session = `/session/${sessionId}`;
    const act = (type, actions) =>
        ask('POST', `${session}/actions`, {
            actions: [
                {
                    type,
                    id: type,
                    ...(type === 'pointer' ? {parameters: {pointerType: 'mouse'}} : {}),
                    actions,
                },
            ],
        });
    const keys = (list) =>
        act(
            'key',
            list.flatMap((value) => [
                {type: 'keyDown', value},
                {type: 'keyUp', value},
            ]),
        );
    return {
        version: () => `${capabilities.browserName} ${capabilities.browserVersion}`,
        goto: (url) => ask('POST', `${session}/url`, {url}),
        evaluate: async (work) => {
            const {words, value} = await ask('POST', `${session}/execute/async`, {
                script: `const done = arguments[0];
                    Promise.resolve(${asked(work)}).then((value) => done({value}),
                        (error) => done({words: String(error)}));`,
                args: [],
            });
            if (words) throw new Error(words);
            return value;
        },
        click: (x, y) =>
            act('pointer', [
                {type: 'pointerMove', duration: 0, x: Math.round(x), y: Math.round(y)},
                {type: 'pointerDown', button: 0},
                {type: 'pointerUp', button: 0},
            ]),
        type: (text) => keys([...text]),
        press: (key) => keys([KEYS[key] ?? key]),
        close: async () => {
            await ask('DELETE', session).catch(() => {});
            driver.kill();
            stop();
            await rm(home, {recursive: true, force: true});
        },
    };
}
