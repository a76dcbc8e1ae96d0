// tests/web/core/pages.mjs - Chromium with pages that hold clients of the core, and the file server
// they come from. Its policy is as strict as the product's.
import {readFile} from 'node:fs/promises';
import http from 'node:http';
import {extname, join} from 'node:path';

import {launchBrowser} from '../../support/browser.mjs';
import {root} from '../../support/stack.mjs';
import {patience} from '../../support/wait.mjs';

export const builtFolder =
    process.env.NB_CORE_PAGE ?? join(root, 'build', 'wasm-release', 'tests', 'web', 'core');

const types = {'.js': 'text/javascript', '.mjs': 'text/javascript', '.wasm': 'application/wasm'};
const policy =
    "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; " +
    "connect-src 'self' ws://127.0.0.1:*";

async function answerFile(request, answer) {
    const name = new URL(request.url, 'http://localhost').pathname.slice(1);
    if (name === '') {
        answer.writeHead(200, {'content-type': 'text/html', 'content-security-policy': policy});
        answer.end(
            '<!doctype html><title>core</title><script type="module" src="boot.mjs"></script>',
        );
        return;
    }
    const folder = name === 'boot.mjs' ? join(root, 'tests', 'web', 'core') : builtFolder;
    try {
        const bytes = await readFile(join(folder, name.replaceAll('/', '')));
        answer.writeHead(200, {'content-type': types[extname(name)] ?? 'text/plain'});
        answer.end(bytes);
    } catch {
        answer.writeHead(404);
        answer.end();
    }
}

export class Pages {
    static async start() {
        const pages = new Pages();
        pages.server = http.createServer(answerFile);
        await new Promise((resolve) => pages.server.listen(0, '127.0.0.1', resolve));
        pages.origin = `http://127.0.0.1:${pages.server.address().port}`;
        pages.browser = await launchBrowser();
        return pages;
    }

    // A page in a process of its own; `script` runs before everything on it.
    async open(script) {
        const context = await this.browser.newContext();
        if (script) await context.addInitScript(script);
        const page = await context.newPage();
        page.complaints = [];
        page.on('pageerror', (error) => page.complaints.push(error.stack ?? String(error)));
        await page.goto(this.origin);
        await page.waitForFunction(() => globalThis.core !== undefined);
        return page;
    }

    async stop() {
        await this.browser.close();
        this.server.closeAllConnections?.();
        this.server.close();
    }
}

// One client on a page, seen from here.
export class Core {
    // options: url, name, user, password, token, ducks ('stay': not left before they go), each
    // (false: messages are counted, not listed).
    static async start(page, options) {
        const core = new Core();
        core.page = page;
        core.id = await page.evaluate((given) => globalThis.core.start(given), options);
        return core;
    }

    call(name, ...args) {
        return this.page.evaluate(
            ([id, called, given]) => globalThis.core.call(id, called, ...given),
            [this.id, name, args],
        );
    }
    #callWithText(name, words) {
        return this.page.evaluate(
            ([id, called, given]) => globalThis.core.callWithText(id, called, given),
            [this.id, name, words],
        );
    }
    // Answers the sid.
    subscribe = (subject, queue = '') => this.#callWithText('nb_subscribe', `${subject}\n${queue}`);
    // Answers its id, or 0 when it is refused.
    publish = (subject, payload) => this.#callWithText('nb_publish', `${subject}\n${payload}`);
    unsubscribe = (sid) => this.call('nb_unsubscribe', sid);
    reconnect = () => this.call('nb_reconnect');
    wakeUp = () => this.call('nb_wake_up');
    hold = (held) => this.call('nb_hold', held ? 1 : 0);
    close = () => this.call('nb_close');

    events() {
        return this.page.evaluate((id) => globalThis.core.events(id), this.id);
    }
    stats() {
        return this.page.evaluate((id) => globalThis.core.stats(id), this.id);
    }
    async of(kind) {
        return (await this.events()).filter((event) => event.kind === kind);
    }

    // Waits for the nth event of this kind with these members.
    async event(kind, members = {}, {nth = 1, seconds = 20} = {}) {
        const found = await this.page.evaluate(
            ([id, wanted, having, which, ms]) =>
                globalThis.core.event(id, wanted, having, which, ms),
            [this.id, kind, members, nth, seconds * patience * 1000],
        );
        if (found) return found;
        const seen = (await this.events()).slice(-12).map((event) => JSON.stringify(event));
        throw new Error(
            `no ${kind} ${JSON.stringify(members)} (${nth}) in ${seconds} s; last:\n` +
                seen.join('\n'),
        );
    }
    connected = (epoch = 1, seconds = 20) => this.event('Connected', {epoch}, {seconds});
    disconnected = (nth = 1, seconds = 20) => this.event('Disconnected', {}, {nth, seconds});

    // Everything that was asked for so far has been done by the broker.
    async fence() {
        const fence = await this.call('nb_fence');
        return this.event('FencePassed', {fence});
    }
    // Waits until the counter has come so far and answers the stats.
    async counted(name, count, seconds = 20) {
        const stats = await this.page.evaluate(
            ([id, counter, least, ms]) => globalThis.core.counted(id, counter, least, ms),
            [this.id, name, count, seconds * patience * 1000],
        );
        if (stats[name] >= count) return stats;
        throw new Error(`${name} is ${stats[name]}, not ${count}, after ${seconds} s`);
    }
}

// FNV-1a, 32 bits, as core_page.cpp computes it.
export function hashOf(bytes, start = 2166136261) {
    let hash = start;
    for (const byte of Buffer.from(bytes)) hash = Math.imul(hash ^ byte, 16777619) >>> 0;
    return hash;
}

// The digest of messages in their order: [{subject, reply, headers, payload}].
export function digestOf(messages) {
    let hash = 2166136261;
    const end = Buffer.from([0]);
    for (const {subject, reply = '', headers = '', payload} of messages) {
        for (const part of [subject, reply, headers, payload])
            hash = hashOf(end, hashOf(part, hash));
    }
    return hash;
}
