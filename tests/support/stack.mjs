// tests/support/stack.mjs - the whole system for one test file: broker, services, ingress, page.
//
// Started by scripts/run as a user would, on a free port, without simulated orders, prices and
// readings, with its data in a folder that goes with it.
import {spawn, spawnSync} from 'node:child_process';
import {readFileSync} from 'node:fs';
import {mkdtemp, rm} from 'node:fs/promises';
import http from 'node:http';
import {tmpdir} from 'node:os';
import {dirname, join} from 'node:path';
import {fileURLToPath} from 'node:url';

import {patience, sleep} from './wait.mjs';

export const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

const readySecondsMax = 40 * patience;

// The ports of a stack by name (BROKER_PORT, ...), from the one place that knows them.
function portsOf(port) {
    const {stdout} = spawnSync(join(root, 'scripts', 'ports'), [String(port)], {encoding: 'utf8'});
    const pairs = stdout.trim().split('\n');
    return Object.fromEntries(
        pairs.map((pair) => pair.split('=')).map(([name, value]) => [name, Number(value)]),
    );
}

// The ports of a stack follow from its ingress port; one that is taken makes the run say so.
const somePort = () => 30000 + Math.floor(Math.random() * 1000);

async function tryStart(environment) {
    const port = somePort();
    const stateDir = await mkdtemp(join(tmpdir(), 'nats-blotter-test-'));
    const child = spawn(join(root, 'scripts', 'run'), {
        env: {
            ...process.env,
            PORT: String(port),
            RATE: '0',
            PRICES: '0',
            STATE_DIR: stateDir,
            ...environment,
        },
        stdio: ['ignore', 'pipe', 'pipe'],
    });
    let said = '';
    child.stderr.on('data', (bytes) => {
        said += bytes;
    });
    // Whatever ends the test ends the stack.
    process.on('exit', () => child.kill('SIGTERM'));
    const ended = new Promise((resolve) =>
        child.on('exit', (code, signal) => resolve({code, signal})),
    );
    const ready = new Promise((resolve) => {
        let text = '';
        child.stdout.on('data', (bytes) => {
            text += bytes;
            if (text.includes('ready: ')) resolve('ready');
        });
    });
    const late = new Promise((resolve) =>
        setTimeout(resolve, readySecondsMax * 1000, 'late').unref(),
    );
    const outcome = await Promise.race([ready, ended.then(() => 'ended'), late]);
    // Resolves to {code, signal} when everything has ended; SIGINT is what Ctrl-C sends.
    const stop = async (signal = 'SIGTERM') => {
        child.kill(signal);
        const result = await ended;
        await rm(stateDir, {recursive: true, force: true});
        return result;
    };
    if (outcome !== 'ready') {
        await stop();
        return {
            failure: `the stack did not start (${outcome}): ${said}`,
            taken: /is taken/.test(said),
        };
    }
    const scheme = environment.TLS_CERTIFICATE ? 'https' : 'http';
    return {port, stateDir, stop, scheme};
}

export class Stack {
    // `environment` goes to scripts/run.
    static async start(environment = {}) {
        for (let attempt = 0; ; ++attempt) {
            const started = await tryStart(environment);
            if (!started.failure) return new Stack(started);
            if (!started.taken || attempt === 4) throw new Error(started.failure);
        }
    }

    constructor({port, stateDir, stop, scheme}) {
        this.url = `${scheme}://localhost:${port}/`;
        this.port = port;
        this.ports = portsOf(port);
        this.stateDir = stateDir;
        this.stop = stop;
        this.agent = new http.Agent({keepAlive: true, maxSockets: 8});
    }

    // Of 'nats', 'services' or 'nginx'; another one after scripts/run has started it again.
    pid(child) {
        return Number(readFileSync(join(this.stateDir, `${child}.pid`), 'utf8'));
    }

    servicesPassword() {
        return readFileSync(join(this.stateDir, 'services-password'), 'utf8').trim();
    }

    // SIGKILL to 'nats', 'services' or 'nginx'; scripts/run starts it again.
    kill(child) {
        process.kill(this.pid(child), 'SIGKILL');
    }

    // {status, text} of a request through the ingress; status 0 when there was no answer.
    request(method, path, body) {
        return new Promise((resolve) => {
            const text = body === undefined ? undefined : JSON.stringify(body);
            const headers =
                text === undefined
                    ? {}
                    : {
                          'content-type': 'application/json',
                          'content-length': Buffer.byteLength(text),
                      };
            const options = {
                host: '127.0.0.1',
                port: this.port,
                method,
                path,
                headers,
                agent: this.agent,
            };
            const request = http.request(options, (answer) => {
                const parts = [];
                answer.on('data', (part) => parts.push(part));
                answer.on('end', () =>
                    resolve({status: answer.statusCode, text: Buffer.concat(parts).toString()}),
                );
                answer.on('error', () => resolve({status: 0, text: ''}));
            });
            request.on('error', () => resolve({status: 0, text: ''}));
            request.end(text);
        });
    }

    async get(path) {
        const {status, text} = await this.request('GET', path);
        if (status !== 200) throw new Error(`GET ${path} answers ${status}: ${text}`);
        return JSON.parse(text);
    }

    trades(account) {
        return this.get(`/position-service/trades/${account || ''}`);
    }
    positions(account) {
        return this.get(`/position-service/positions/${account || ''}`);
    }

    // Posts one order; answers the HTTP status.
    async order(order) {
        return (await this.request('POST', '/trade-service/trade/', order)).status;
    }

    // Posts `count` orders over eight connections, spread over accounts, securities and sides.
    // Answers how many were accepted. `between` is called after each with the number sent so far.
    async orders(count, between = () => {}) {
        const accounts = [22214, 11413, 42422, 52355, 10031, 44044];
        const securities = ['IBM', 'MS', 'C', 'AAPL', 'GOOG', 'MSFT', 'BAC', 'TSLA'];
        let next = 0;
        let sent = 0;
        let accepted = 0;
        const worker = async () => {
            while (next < count) {
                const index = next++;
                const status = await this.order({
                    accountId: accounts[index % accounts.length],
                    security: securities[(index * 7) % securities.length],
                    side: index % 3 === 0 ? 'Sell' : 'Buy',
                    quantity: 1 + (index % 997),
                });
                if (status === 200) ++accepted;
                await between(++sent);
            }
        };
        await Promise.all(Array.from({length: 8}, worker));
        return accepted;
    }

    // Until trade-processor books nothing more, as the database shows.
    async settled() {
        let before = -1;
        for (;;) {
            const now = (await this.trades()).length;
            if (now === before) return now;
            before = now;
            await sleep(1000);
        }
    }
}
