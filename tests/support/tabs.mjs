// tests/support/tabs.mjs - Chromium with real tabs, commanded over its own pipe: Playwright keeps
// every page visible and awake, which is what must not be so here.
import {spawn} from 'node:child_process';
import {mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';

import {chromiumPath} from './browser.mjs';

const flags = [
    '--headless=new',
    '--no-sandbox', // tests may run as root
    '--remote-debugging-pipe',
    '--no-first-run',
    '--disable-background-networking',
    '--use-gl=angle',
    '--use-angle=swiftshader',
    '--enable-unsafe-swiftshader',
];

const children = new Set();
process.on('exit', () => children.forEach((child) => child.kill('SIGKILL')));

export class Tabs {
    #waiting = new Map(); // by id: {resolve, reject}
    #id = 0;
    #heard = '';

    static start() {
        const tabs = new Tabs();
        tabs.profile = mkdtempSync(join(tmpdir(), 'nats-blotter-tabs-'));
        const child = spawn(chromiumPath(), [...flags, `--user-data-dir=${tabs.profile}`], {
            stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe'],
        });
        tabs.child = child;
        children.add(child);
        tabs.ended = new Promise((resolve) =>
            child.on('exit', () => {
                children.delete(child);
                resolve();
            }),
        );
        child.stdio[3].on('error', () => {});
        child.stdio[4].setEncoding('utf8');
        child.stdio[4].on('data', (text) => tabs.#take(text));
        return tabs;
    }

    send(method, params = {}, sessionId = undefined) {
        const id = ++this.#id;
        return new Promise((resolve, reject) => {
            this.#waiting.set(id, {resolve, reject});
            this.child.stdio[3].write(JSON.stringify({id, method, params, sessionId}) + '\0');
        });
    }

    #take(text) {
        const messages = (this.#heard + text).split('\0');
        this.#heard = messages.pop();
        for (const message of messages) {
            const {id, error, result} = JSON.parse(message);
            const waiting = this.#waiting.get(id);
            this.#waiting.delete(id);
            if (error) waiting?.reject(new Error(error.message));
            else waiting?.resolve(result);
        }
    }

    // A tab of the one window, in front of the others.
    async open(url) {
        const {targetId} = await this.send('Target.createTarget', {url});
        const {sessionId} = await this.send('Target.attachToTarget', {targetId, flatten: true});
        return new Tab(this, targetId, sessionId);
    }

    async stop() {
        this.send('Browser.close').catch(() => {});
        const kill = setTimeout(() => this.child.kill('SIGKILL'), 5000);
        await this.ended;
        clearTimeout(kill);
        rmSync(this.profile, {recursive: true, force: true, maxRetries: 20, retryDelay: 50});
    }
}

class Tab {
    constructor(tabs, targetId, sessionId) {
        Object.assign(this, {tabs, targetId, sessionId});
    }

    send(method, params) {
        return this.tabs.send(method, params, this.sessionId);
    }

    show() {
        return this.tabs.send('Target.activateTarget', {targetId: this.targetId});
    }

    // The value of an expression, promises awaited.
    async evaluate(expression) {
        const {result, exceptionDetails} = await this.send('Runtime.evaluate', {
            expression,
            awaitPromise: true,
            returnByValue: true,
        });
        if (exceptionDetails)
            throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text);
        return result.value;
    }
}
