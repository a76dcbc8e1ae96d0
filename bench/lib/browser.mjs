// bench/lib/browser.mjs - one Chromium with a profile of its own for one cell of the benchmark.
import {execFileSync} from 'node:child_process';
import {mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';

import {readPng} from '../../tests/support/pixels.mjs';
import {Cdp} from './cdp.mjs';
import {mainThreadNs, mayBePage, privateBytes, start, stop} from './process.mjs';

const FLAGS = [
    '--headless=new',
    '--no-sandbox', // the benchmark may run as root
    '--remote-debugging-pipe',
    '--no-first-run',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-extensions',
    '--disable-sync',
    '--mute-audio',
    '--hide-scrollbars',
    '--renderer-process-limit=1',
    // And no spare one: it is to be known which process is measured.
    '--disable-features=SpareRendererForSitePerProcess,Translate,OptimizationHints',
    // The software GPU of a machine without one.
    '--use-gl=angle',
    '--use-angle=swiftshader',
    '--enable-unsafe-swiftshader',
    '--js-flags=--expose-gc',
];

export const rest = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

export function chromiumPath() {
    if (process.env.CHROMIUM) return process.env.CHROMIUM;
    const find = 'command -v chromium || command -v chromium-browser';
    return execFileSync('sh', ['-c', find], {encoding: 'utf8'}).trim();
}

export class Browser {
    #child;
    #cdp;
    #session;
    #profile;
    #renderer = 0;
    complaints = [];

    static async launch({width = 1280, height = 800} = {}) {
        const browser = new Browser();
        browser.#profile = mkdtempSync(join(tmpdir(), 'nats-blotter-bench-'));
        const flags = [
            ...FLAGS,
            `--window-size=${width},${height}`,
            `--user-data-dir=${browser.#profile}`,
            'about:blank',
        ];
        browser.#child = start(chromiumPath(), flags, {
            stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe'],
        });
        browser.#cdp = new Cdp(browser.#child.stdio[3], browser.#child.stdio[4]);
        browser.#cdp.listen((message) => browser.#told(message));
        try {
            await browser.#attach(width, height);
        } catch (error) {
            await browser.close();
            throw error;
        }
        return browser;
    }

    async #attach(width, height) {
        const {targetInfos} = await this.#cdp.send('Target.getTargets');
        const page = targetInfos.find((target) => target.type === 'page');
        const {sessionId} = await this.#cdp.send('Target.attachToTarget', {
            targetId: page.targetId,
            flatten: true,
        });
        this.#session = sessionId;
        await this.send('Runtime.enable');
        await this.send('Page.enable');
        await this.resize(width, height);
        await this.send('Emulation.setEmulatedMedia', {
            features: [
                {name: 'prefers-color-scheme', value: 'dark'},
                // No fades: every page is measured at its plainest.
                {name: 'prefers-reduced-motion', value: 'reduce'},
            ],
        });
    }

    #told({method, params}) {
        if (method === 'Runtime.exceptionThrown') {
            const {exception, text} = params.exceptionDetails;
            this.complaints.push(exception?.description ?? text);
        }
    }

    send(method, params) {
        return this.#cdp.send(method, params, this.#session);
    }

    resize(width, height) {
        return this.send('Emulation.setDeviceMetricsOverride', {
            width,
            height,
            deviceScaleFactor: 1,
            mobile: false,
        });
    }

    open(url) {
        this.#renderer = 0;
        return this.send('Page.navigate', {url});
    }

    // The value of an expression, promises awaited; throws what the page throws.
    async evaluate(expression) {
        const {result, exceptionDetails} = await this.send('Runtime.evaluate', {
            expression,
            awaitPromise: true,
            returnByValue: true,
        });
        if (exceptionDetails) {
            throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text);
        }
        return result.value;
    }

    // Calls a method of the page's `bench` object with plain arguments.
    call(method, ...args) {
        const list = args.map((value) => JSON.stringify(value)).join(', ');
        return this.evaluate(`bench.${method}(${list})`);
    }

    // Until the page has made its `bench` object.
    async untilBench(seconds = 30) {
        const end = Date.now() + seconds * 1000;
        while (Date.now() < end) {
            if (await this.evaluate('typeof bench === "object"').catch(() => false)) return;
            if (this.complaints.length > 0) break;
            await rest(50);
        }
        throw new Error(`the page has not started: ${this.complaints.join('; ') || 'no words'}`);
    }

    // The page's own process: the one that works when the page does, and works by far the most.
    // Chromium has others beside it, of its own pages, which are busy while they start.
    async rendererPid() {
        const end = Date.now() + 30_000;
        for (let rounds = 6e7; !this.#renderer && Date.now() < end; rounds *= 1.25) {
            const {processInfo} = await this.#cdp.send('SystemInfo.getProcessInfo');
            const pids = processInfo
                .filter(({type, id}) => type === 'renderer' && mayBePage(id))
                .map(({id}) => id);
            const before = pids.map(mainThreadNs);
            // So much work, not so much time: others may have the CPU meanwhile.
            await this.evaluate(
                `(() => { let sum = 0; for (let i = 0; i < ${rounds}; ++i) sum ^= i; })()`,
            );
            const worked = pids.map((pid, index) => [mainThreadNs(pid) - before[index], pid]);
            worked.sort(([a], [b]) => b - a);
            if (worked.length === 1 || worked[0][0] > 4 * worked[1][0]) {
                this.#renderer = worked[0][1];
            } else {
                await rest(100);
            }
        }
        if (!this.#renderer) throw new Error('it is not clear which process is the page');
        return this.#renderer;
    }

    async mainThreadNs() {
        return mainThreadNs(await this.rendererPid());
    }

    async privateBytes() {
        return privateBytes(await this.rendererPid());
    }

    async collectGarbage() {
        await this.evaluate('gc(), gc(), 0');
    }

    async screenshot(clip) {
        const {data} = await this.send('Page.captureScreenshot', {
            format: 'png',
            clip: {scale: 1, ...clip},
        });
        return readPng(Buffer.from(data, 'base64'));
    }

    async close() {
        const profile = this.#profile;
        await this.#cdp.send('Browser.close').catch(() => {});
        await stop(this.#child);
        for (let attempt = 0; attempt < 20; ++attempt) {
            try {
                rmSync(profile, {recursive: true, force: true});
                return;
            } catch {
                await rest(50); // its last helpers are still writing
            }
        }
    }
}

// Throws unless the picture holds more than one colour, and differs from the one before.
export function assertDrawn(before, after) {
    const colours = new Set();
    let changed = 0;
    for (let y = 0; y < after.height; ++y) {
        for (let x = 0; x < after.width; ++x) {
            const [a, b] = [before.at(x, y), after.at(x, y)];
            colours.add((b[0] << 16) | (b[1] << 8) | b[2]);
            if (a[0] !== b[0] || a[1] !== b[1] || a[2] !== b[2]) ++changed;
        }
    }
    if (colours.size < 4) throw new Error('nothing is drawn');
    if (changed < 20) throw new Error('the picture does not change');
    return changed;
}
