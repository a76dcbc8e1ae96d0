// tests/support/stack.mjs - the whole system for one test file: broker, services, ingress, page.
//
// Started by scripts/run as a user would, on a free port, without simulated orders, with its data
// in a folder that goes with it.
import {spawn} from 'node:child_process';
import {mkdtemp, readFile, rm} from 'node:fs/promises';
import http from 'node:http';
import {tmpdir} from 'node:os';
import {dirname, join} from 'node:path';
import {fileURLToPath} from 'node:url';

export const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

const readySecondsMax = 40;

// The ports of a stack follow from its ingress port; one that is taken makes the run say so.
const somePort = () => 30000 + Math.floor(Math.random() * 1000);

async function tryStart(environment) {
    const port = somePort();
    const stateDir = await mkdtemp(join(tmpdir(), 'nats-blotter-test-'));
    const child = spawn(join(root, 'scripts', 'run'), {
        env: {...process.env, PORT: String(port), RATE: '0', STATE_DIR: stateDir, ...environment},
        stdio: ['ignore', 'pipe', 'pipe'],
    });
    let said = '';
    child.stderr.on('data', (bytes) => {
        said += bytes;
    });
    const ended = new Promise((resolve) => child.on('exit', resolve));
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
    const stop = async () => {
        child.kill('SIGTERM');
        await ended;
        await rm(stateDir, {recursive: true, force: true});
    };
    if (outcome !== 'ready') {
        await stop();
        return {
            failure: `the stack did not start (${outcome}): ${said}`,
            taken: /is taken/.test(said),
        };
    }
    return {port, stateDir, stop};
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

    constructor({port, stateDir, stop}) {
        this.url = `http://localhost:${port}/`;
        this.port = port;
        this.stateDir = stateDir;
        this.stop = stop;
        this.agent = new http.Agent({keepAlive: true, maxSockets: 8});
    }

    async pid(child) {
        return Number(await readFile(join(this.stateDir, `${child}.pid`), 'utf8'));
    }

    // SIGKILL to 'nats', 'services' or 'nginx'; scripts/run starts it again.
    async kill(child) {
        process.kill(await this.pid(child), 'SIGKILL');
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
            await new Promise((resolve) => setTimeout(resolve, 1000));
        }
    }
}
