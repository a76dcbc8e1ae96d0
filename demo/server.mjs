// demo/server.mjs - serves the demo: its page, our page's files, the services behind it, the two
// ways to the broker, and the buttons.
//
//   GET  /                        the two panes; the left one is /stock/, a page of its own
//   GET  /blotter/...             the built page (dist/)
//   GET  /<service>/...           the stack's services, through its ingress; slowed when told so
//   GET  /database/trades/22214   the same rows, never slowed: what the panes are measured by
//   GET  /left/nats-ws, /right/nats-ws   the broker, through demo/feed_proxy.mjs
//   POST /faults/NAME {account}   one of demo/faults.mjs; answers a line of JSON for each step
//
// It kills brokers and publishes what is not true, so it listens on the loopback interface, answers
// to no other name, and takes a fault only from its own page.
import {readFile} from 'node:fs/promises';
import http from 'node:http';
import {extname, join, normalize} from 'node:path';
import {fileURLToPath} from 'node:url';

import {faults} from './faults.mjs';
import {FeedProxy} from './feed_proxy.mjs';

const pageFolder = fileURLToPath(new URL('page', import.meta.url));
const BODY_BYTES_MAX = 1000;

const types = {
    '.html': 'text/html; charset=utf-8',
    '.css': 'text/css',
    '.js': 'text/javascript',
    '.wasm': 'application/wasm',
    '.svg': 'image/svg+xml',
    '.ttf': 'font/ttf',
};

export class DemoServer {
    #stack;
    #server;
    #busy = false; // one fault at a time

    // `stack` is a RunningStack; port 0 is any free one.
    static async start({stack, distFolder, port = 0}) {
        const demo = new DemoServer();
        demo.#stack = stack;
        demo.distFolder = distFolder;
        demo.proxy = new FeedProxy(stack.port);
        demo.#server = http.createServer((request, answer) =>
            demo.#answer(request, answer).catch((error) => {
                if (!answer.headersSent) answer.writeHead(500);
                answer.end(error.message);
            }),
        );
        demo.#server.on('upgrade', (request, socket) => demo.#upgrade(request, socket));
        await new Promise((resolve, reject) => {
            demo.#server.once('error', reject);
            demo.#server.listen(port, '127.0.0.1', resolve);
        });
        demo.port = demo.#server.address().port;
        demo.url = `http://localhost:${demo.port}/`;
        return demo;
    }

    async stop() {
        this.proxy.close();
        this.#server.closeAllConnections();
        await new Promise((resolve) => this.#server.close(resolve));
    }

    // The page is at localhost and its left pane at 127.0.0.1: two sites, so two processes, and a
    // left pane that is busy does not stop the right one.
    #isOurName(host) {
        return host === `localhost:${this.port}` || host === `127.0.0.1:${this.port}`;
    }

    #upgrade(request, socket) {
        const pane = /^\/(left|right)\/nats-ws$/.exec(request.url)?.[1];
        if (!pane || !this.#isOurName(request.headers.host)) return socket.destroy();
        this.proxy.join(pane, request, socket);
    }

    async #answer(request, answer) {
        if (!this.#isOurName(request.headers.host)) return answer.writeHead(403).end();
        const {pathname} = new URL(request.url, this.url);
        const fault = /^\/faults\/(\w+)$/.exec(pathname)?.[1];
        if (fault) return this.#fault(fault, request, answer);
        if (pathname.startsWith('/database/')) {
            const path = pathname.replace('/database/', '/position-service/');
            return this.#forward(request, answer, path);
        }
        if (/^\/[a-z]+-(service|data|processor)\//.test(pathname)) {
            await this.#slowDown(pathname, request.headers.host);
            return this.#forward(request, answer, request.url);
        }
        if (pathname.startsWith('/blotter/'))
            return this.#file(answer, this.distFolder, pathname.slice('/blotter/'.length));
        const name = pathname.endsWith('/') ? `${pathname}index.html` : pathname;
        return this.#file(answer, pageFolder, name);
    }

    // Counts what the left pane was given; the right one may give up a read before it is sent.
    async #slowDown(pathname, host) {
        const slow = this.#stack.slowReads;
        if (!slow || !pathname.endsWith(`/${slow.account}`)) return;
        await new Promise((resolve) => setTimeout(resolve, slow.milliseconds));
        if (host.startsWith('127.0.0.1')) ++this.#stack.slowAnswers;
    }

    #forward(request, answer, path) {
        const headers = {...request.headers};
        delete headers['accept-encoding']; // packing takes longer than it saves on one machine
        return new Promise((resolve) => {
            const there = http.request(
                {
                    host: '127.0.0.1',
                    port: this.#stack.port,
                    method: request.method,
                    path,
                    headers,
                },
                (from) => {
                    answer.writeHead(from.statusCode, from.headers);
                    from.pipe(answer);
                    from.on('error', () => answer.destroy());
                    from.on('close', resolve);
                },
            );
            there.on('error', () => {
                if (!answer.headersSent) answer.writeHead(502);
                answer.end();
                resolve();
            });
            request.pipe(there);
        });
    }

    async #file(answer, folder, name) {
        const path = join(folder, normalize(`/${name}`));
        const body = await readFile(path).catch(() => null);
        if (!body) return answer.writeHead(404).end();
        const type = types[extname(path)] ?? 'text/plain';
        answer.writeHead(200, {'content-type': type, 'cache-control': 'no-cache'}).end(body);
    }

    async #fault(name, request, answer) {
        const fault = faults[name];
        const isOurs = request.headers.origin === new URL(this.url).origin;
        if (request.method !== 'POST' || !isOurs) return answer.writeHead(403).end();
        if (!fault) return answer.writeHead(404).end();
        if (this.#busy) return answer.writeHead(409).end();
        let text = '';
        for await (const part of request) {
            text += part;
            if (text.length > BODY_BYTES_MAX) return answer.writeHead(413).end();
        }
        const account = Number(JSON.parse(text).account);
        if (!Number.isSafeInteger(account) || account <= 0) return answer.writeHead(400).end();
        this.#busy = true;
        answer.writeHead(200, {'content-type': 'application/x-ndjson'});
        const tell = (object) => answer.write(`${JSON.stringify(object)}\n`);
        this.#stack.slowAnswers = 0;
        try {
            await fault(this.#stack, this.proxy, {account}, (words) => tell({say: words}));
            tell({done: true});
        } catch (error) {
            tell({failed: error.message});
        } finally {
            this.#busy = false;
            answer.end();
        }
    }
}
