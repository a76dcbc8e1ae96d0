// tests/support/fault_stack.mjs - a whole system whose every process and every connection can fail:
// broker, services in three processes, database, ingress, and pages in tabs of one Chromium, each
// behind a proxy of its own. `kind` is 'core', 'jetstream' or 'stock' (as the stock system: no
// settings, events before the commit, phantoms, whole lists only).
import {execFileSync, spawn} from 'node:child_process';
import {once} from 'node:events';
import {mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync} from 'node:fs';
import http from 'node:http';
import {tmpdir} from 'node:os';
import {join} from 'node:path';

import {Broker, Nginx, freePort, ourLocation, stockLocation} from '../web/core/brokers.mjs';
import {FaultProxy, RestProxy} from './fault_proxy.mjs';
import {BookLog, PageOracle, showRows} from './page_oracle.mjs';
import {root} from './stack.mjs';
import {distFile, serve} from './stock_stack.mjs';
import {Tabs} from './tabs.mjs';
import {sleep, until} from './wait.mjs';

const PROGRAM =
    process.env.SERVICES || join(root, 'build/native-release/src/services/traderx-services');
const READERS = ['reference-data', 'account-service', 'people-service', 'position-service'];
const ROLES = [...READERS, 'trade-processor', 'trade-service'];
export const ACCOUNTS = [22214, 11413, 42422];
const SECURITIES = ['IBM', 'MS', 'C', 'AAPL'];

const blotter = "document.querySelector('nats-blotter')";

// Before everything on a page: a clock of the day that can be set, and what it complains of.
const settableClock = `
    globalThis.complaints = [];
    console.error = (...words) =>
        complaints.push(words.map((word) => word.stack ?? word).join(' '));
    globalThis.skewMs = 0;
    globalThis.Date = class extends Date {
        static now() { return super.now() + skewMs; }
        constructor(...args) { super(...(args.length ? args : [Date.now()])); }
    };`;

// A process that is killed, stopped, and started again.
class Service {
    constructor(name, args, env) {
        Object.assign(this, {name, args, env, said: ''});
        process.on('exit', () => this.child?.kill('SIGKILL'));
    }
    start() {
        this.child = spawn(PROGRAM, this.args, {
            env: this.env,
            stdio: ['ignore', 'ignore', 'pipe'],
        });
        this.child.stderr.on('data', (bytes) => (this.said = (this.said + bytes).slice(-2000)));
        const {child} = this;
        this.ended = once(child, 'exit');
    }
    async kill(signal = 'SIGKILL') {
        if (this.child.exitCode !== null || this.child.signalCode !== null) return;
        this.child.kill(signal);
        await this.ended;
    }
    signal(name) {
        this.child.kill(name);
    }
}

export class FaultStack {
    #agent = new http.Agent({keepAlive: true, maxSockets: 16});
    #turns = new Map(); // what fails in one way at a time: its name -> the end of its last turn
    posted = 0;
    accepted = 0;
    resyncsAsked = 0;

    // `tradesMax`: at how many trades of a page its oracle looks.
    static async start({
        kind = 'core',
        accounts = [0, ACCOUNTS[0], ACCOUNTS[1]],
        tradesMax = Infinity,
    } = {}) {
        const stack = new FaultStack();
        stack.kind = kind;
        stack.stock = kind === 'stock';
        stack.tradesMax = tradesMax;
        try {
            await stack.#start(accounts);
        } catch (error) {
            await stack.stop();
            throw error;
        }
        return stack;
    }

    async #start(accounts) {
        this.folder = mkdtempSync(join(tmpdir(), 'nats-blotter-faults-'));
        const store = `jetstream {\n  store_dir: "${this.folder}/jetstream"\n}\n`;
        this.broker = await Broker.start({
            settings:
                'lame_duck_duration: "30s"\nlame_duck_grace_period: "2s"\n' +
                (this.kind === 'jetstream' ? store : ''),
            websocket: this.stock ? '' : 'compression: true',
        });
        this.servicesBus = await FaultProxy.start(this.broker.port);
        this.pagesBus = await FaultProxy.start(this.broker.webSocketPort);
        await this.#startServices();
        this.positions = await RestProxy.start(this.ports['position-service']);
        this.accounts = await RestProxy.start(this.ports['account-service']);
        await this.#startNginx();
        this.log = await BookLog.start(
            join(root, 'tests/support/book_log.py'),
            join(this.folder, 'traderx.db'),
        );
        this.tabs = Tabs.start();
        this.pages = [];
        for (const account of accounts) this.pages.push(await this.#openPage(account));
        for (const page of this.pages)
            await until(
                `${page.name} to be live`,
                async () => (await page.status()) === 'live',
                90,
            );
    }

    async #startServices() {
        this.ports = {};
        for (const role of ROLES) this.ports[role] = await freePort();
        this.clockFile = join(this.folder, 'clock');
        writeFileSync(this.clockFile, '0');
        const clock = join(this.folder, 'shifted_clock.so');
        const source = join(root, 'tests/support/shifted_clock.cpp');
        execFileSync('c++', ['-std=c++20', '-O1', '-shared', '-fPIC', '-o', clock, source]);
        const env = {...process.env, LD_PRELOAD: clock, SHIFTED_CLOCK_FILE: this.clockFile};
        delete env.DATABASE_URL;
        const common = [
            ...ROLES.flatMap((role) => ['--port', `${role}=${this.ports[role]}`]),
            ...['--nats', `nats://127.0.0.1:${this.servicesBus.port}`],
            ...['--database', join(this.folder, 'traderx.db')],
            ...(this.kind === 'jetstream' ? ['--jetstream'] : []),
            ...(this.stock ? ['--stock', '--subjects', 'slash'] : []),
        ];
        const service = (name, roles) =>
            new Service(name, [...common, ...roles.flatMap((role) => ['--role', role])], env);
        this.readers = service('readers', READERS);
        this.processor = service('trade-processor', ['trade-processor']);
        this.intake = service('trade-service', ['trade-service']);
        // One after the other: the first makes the database.
        for (const one of this.services()) {
            one.start();
            await this.#answers(one);
        }
    }

    services() {
        return [this.readers, this.processor, this.intake].filter(Boolean);
    }

    #answers(service) {
        const [role, path] = {
            readers: ['account-service', '/account/22214'],
            'trade-processor': ['trade-processor', '/system/health'],
            'trade-service': ['trade-service', '/system/health'],
        }[service.name];
        return until(
            `${service.name} (${service.said})`,
            async () => {
                const {status, text} = await this.#request('GET', this.ports[role], path);
                return status === 200 && !text.includes('degraded');
            },
            90,
        );
    }

    async #startNginx() {
        this.files = await serve(distFile);
        const ports = {
            ...this.ports,
            'position-service': this.positions.port,
            'account-service': this.accounts.port,
        };
        const ours = `include ${join(root, 'nginx', 'service-proxy.conf')};`;
        const stock = 'proxy_hide_header X-Since;';
        const routes = ROLES.map(
            (role) => `location /${role}/ {
                ${this.stock ? stock : ours}
                proxy_pass http://127.0.0.1:${ports[role]}/;
            }`,
        );
        const socket = (this.stock ? stockLocation : ourLocation)(this.pagesBus.port);
        this.nginx = await Nginx.start(`${socket}\n${routes.join('\n')}
            location / { proxy_pass http://127.0.0.1:${this.files.address().port}; }`);
    }

    async #openPage(account) {
        const link = await FaultProxy.start(this.nginx.ports[0]);
        const tab = await this.tabs.open('about:blank');
        await tab.send('Page.enable');
        await tab.send('Page.addScriptToEvaluateOnNewDocument', {source: settableClock});
        const url = `http://localhost:${link.port}/?renderer=canvas#account=${account}`;
        await tab.send('Page.navigate', {url});
        await until(
            'the page',
            () => tab.evaluate(`${blotter}?.ready.then(() => true)`).catch(() => false),
            90,
        );
        const name = `page ${this.pages.length}`;
        const {tradesMax} = this;
        const oracle = new PageOracle(name, this.log, () => tab.evaluate(showRows(tradesMax)), {
            publishesEarly: this.stock,
            tradesMax,
        });
        oracle.account = account;
        const status = () => tab.evaluate(`${blotter}.status`);
        oracle.complaints = () => tab.evaluate('complaints');
        const page = {name, link, tab, oracle, status};
        page.call = (text) => tab.evaluate(`void ${blotter}.${text}`);
        page.setAccount = (next) => {
            oracle.account = next; // in one task: the next look comes after it in the page too
            return page.call(`setAccount(${next}).catch(() => {})`);
        };
        return page;
    }

    async stop() {
        this.posting = false;
        await this.poster;
        await this.tabs?.stop();
        this.log?.stop();
        await this.nginx?.kill();
        for (const proxy of [
            ...(this.pages ?? []).map(({link}) => link),
            ...[this.servicesBus, this.pagesBus, this.positions, this.accounts],
        ])
            await proxy?.stop();
        this.files?.closeAllConnections();
        this.files?.close();
        for (const service of this.services()) await service.kill();
        await this.broker?.kill();
        this.#agent.destroy();
        if (this.folder) rmSync(this.folder, {recursive: true, force: true});
    }

    // ---- orders

    // {status, text}; status 0 when there was no answer.
    #request(method, port, path, body) {
        return new Promise((resolve) => {
            const text = body === undefined ? '' : JSON.stringify(body);
            const request = http.request(
                {
                    ...{host: '127.0.0.1', port, method, path, agent: this.#agent},
                    timeout: 30_000,
                    headers: body === undefined ? {} : {'content-type': 'application/json'},
                },
                (answer) => {
                    const parts = [];
                    answer.on('data', (part) => parts.push(part));
                    answer.on('end', () =>
                        resolve({
                            status: answer.statusCode,
                            text: Buffer.concat(parts).toString(),
                        }),
                    );
                    answer.on('error', () => resolve({status: 0, text: ''}));
                },
            );
            request.on('timeout', () => request.destroy());
            request.on('error', () => resolve({status: 0, text: ''}));
            request.end(text);
        });
    }

    async order() {
        const number = ++this.posted;
        const {status} = await this.#request('POST', this.ports['trade-service'], '/trade/', {
            accountId: ACCOUNTS[number % ACCOUNTS.length],
            security: SECURITIES[(number * 7 + (number >> 3)) % SECURITIES.length],
            side: number % 3 === 0 ? 'Sell' : 'Buy',
            // The stock system tells of a quantity of 0 and never commits it.
            quantity: this.stock && number % 9 === 0 ? 0 : number,
        });
        if (status === 200) ++this.accepted;
        return status;
    }

    // Orders come all the time, at most one in `everyMs` on each of `connections`.
    startOrders(everyMs = 60, connections = 1) {
        this.posting = true;
        const worker = async () => {
            let due = performance.now();
            while (this.posting) {
                const status = await this.order();
                due += everyMs;
                if (status !== 200) due = Math.max(due, performance.now() + 20);
                const wait = due - performance.now();
                if (wait > 0) await sleep(wait);
                else due = performance.now();
            }
        };
        this.poster = Promise.all(Array.from({length: connections}, worker));
    }

    async stopOrders() {
        this.posting = false;
        await this.poster;
    }

    // ---- faults

    // Faults of one thing take turns: a broker that is down is not stopped.
    #inTurn(name, work) {
        const turn = (this.#turns.get(name) ?? Promise.resolve()).then(work);
        this.#turns.set(
            name,
            turn.catch(() => {}),
        );
        return turn;
    }

    // Makes it, lets it last, takes it back.
    async faultOfPage(page, {name, ms, number}) {
        const {link, tab, oracle} = page;
        switch (name) {
            case 'cut':
                return link.cut();
            case 'half-close':
                return link.halfClose();
            case 'truncate':
                return link.truncate();
            case 'corrupt':
                return link.corrupt();
            case 'reorder':
                return link.reorder();
            case 'late':
                link.delayMs = 50 + (number % 400);
                await sleep(ms);
                link.delayMs = 0;
                return;
            case 'deaf':
            case 'deaf, then cut':
                link.deaf = true;
                await sleep(ms);
                if (name !== 'deaf') link.cut();
                link.deaf = false;
                return;
            case 'shut':
                link.shut = true;
                link.cut();
                await sleep(ms);
                link.shut = false;
                return;
            case 'swallow, then cut':
                link.swallow();
                await sleep(ms);
                return link.cut();
            case 'hidden':
                return this.#other(page).tab.show();
            case 'shown':
                return tab.show();
            case 'frozen':
                return this.#inTurn('tabs', async () => {
                    await this.#other(page).tab.show();
                    await tab.send('Page.setWebLifecycleState', {state: 'frozen'});
                    await sleep(ms);
                    await tab.send('Page.setWebLifecycleState', {state: 'active'});
                    await tab.show();
                });
            case 'clock of the page':
                return tab.evaluate(`skewMs += ${(number % 7200) * 1000 - 3_600_000}`);
            case 'another account': {
                const choices = [0, ...ACCOUNTS].filter((choice) => choice !== oracle.account);
                return page.setAccount(choices[number % choices.length]);
            }
            case 'resync':
                return page.call('resync()');
            default:
                throw new Error(`no such fault: ${name}`);
        }
    }

    #other(page) {
        return this.pages[(this.pages.indexOf(page) + 1) % this.pages.length];
    }

    // Events that nobody told are to be expected of the stock system alone.
    #mayGoUntold() {
        if (!this.stock) return;
        this.untold = true;
        for (const {oracle} of this.pages) oracle.untold = true;
    }

    async faultOfStack({name, ms, number}) {
        const [what, how] = name.split(/ (?=\S+$)/);
        if (what === 'positions') return this.#restFails(this.positions, how, ms);
        if (what === 'accounts') return this.#restFails(this.accounts, how, ms);
        const service = this.services().find((one) => one.name === what);
        if (service) return this.#serviceFails(service, how, ms);
        switch (name) {
            case 'broker killed':
                this.#mayGoUntold();
                return this.#inTurn('broker', async () => {
                    await this.broker.kill();
                    await sleep(ms);
                    await this.broker.again();
                });
            case 'broker is a lame duck':
                this.#mayGoUntold();
                return this.#inTurn('broker', async () => {
                    this.broker.signal('SIGUSR2');
                    await sleep(500 + ms);
                    await this.broker.kill();
                    await this.broker.again();
                });
            case 'broker stopped':
                this.#mayGoUntold();
                return this.#inTurn('broker', () => this.#stopped(this.broker, ms));
            case 'nginx reloads':
                return this.#inTurn('nginx', () => this.nginx.reload());
            case 'nginx killed':
                return this.#inTurn('nginx', async () => {
                    await this.nginx.kill();
                    await sleep(ms);
                    await this.nginx.again();
                });
            case 'nginx stopped':
                return this.#inTurn('nginx', () => this.#stopped(this.nginx, ms));
            case 'database locked':
                this.#mayGoUntold();
                await this.log.lock(ms);
                return sleep(ms);
            case 'bus of the services cut':
                this.#mayGoUntold();
                return this.servicesBus.cut();
            case 'bus of the services deaf':
                this.#mayGoUntold();
                this.servicesBus.deaf = true;
                await sleep(ms);
                this.servicesBus.deaf = false;
                return;
            case 'bus of the pages cut':
                return this.pagesBus.cut();
            case 'clock of the services':
                writeFileSync(this.clockFile, String((number % 40_000) - 20_000));
                return;
            case 'laptop asleep':
                return this.#inTurn('tabs', () => this.#laptopSleeps(ms));
            default:
                throw new Error(`no such fault: ${name}`);
        }
    }

    async #restFails(proxy, mood, ms) {
        const moods = {fail: 'fails', hang: 'hangs'};
        return this.#inTurn(proxy, async () => {
            proxy.set(moods[mood] ?? mood);
            await sleep(ms);
            proxy.set('well');
        });
    }

    #serviceFails(service, how, ms) {
        if (service !== this.readers) this.#mayGoUntold();
        return this.#inTurn(service.name, async () => {
            if (how === 'stopped') return this.#stopped(service, ms);
            await service.kill();
            await sleep(ms);
            service.start();
            await this.#answers(service);
        });
    }

    async #stopped(process, ms) {
        process.signal('SIGSTOP');
        await sleep(ms);
        process.signal('SIGCONT');
    }

    // Every process of the browser.
    async #laptopSleeps(ms) {
        const processes = descendants(this.tabs.child.pid);
        const tell = (signal) => {
            for (const pid of processes) {
                try {
                    process.kill(pid, signal);
                } catch {
                    // it has ended meanwhile
                }
            }
        };
        tell('SIGSTOP');
        await sleep(ms);
        tell('SIGCONT');
    }

    // Memory of every process in KiB by name; of the browser, all of it.
    memory() {
        const kib = (pid) => {
            try {
                return Number(
                    /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))[1],
                );
            } catch {
                return 0;
            }
        };
        const sum = (pid) => descendants(pid).reduce((total, each) => total + kib(each), 0);
        const memory = {broker: kib(this.broker.child.pid), nginx: sum(this.nginx.child.pid)};
        for (const {name, child} of this.services()) memory[name] = kib(child.pid);
        memory.browser = sum(this.tabs.child.pid);
        return memory;
    }

    words() {
        return this.services()
            .map(({name, said}) => `--- ${name}\n${said}`)
            .join('\n');
    }
}

// A process and all that come from it.
function descendants(pid) {
    const children = new Map();
    for (const name of readdirSync('/proc')) {
        if (!/^\d+$/.test(name)) continue;
        try {
            const text = readFileSync(`/proc/${name}/stat`, 'utf8');
            const parent = Number(text.slice(text.lastIndexOf(')') + 2).split(' ')[1]);
            children.set(parent, [...(children.get(parent) ?? []), Number(name)]);
        } catch {
            // it has ended meanwhile
        }
    }
    const all = [pid];
    for (const each of all) all.push(...(children.get(each) ?? []));
    return all;
}
