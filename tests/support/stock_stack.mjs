// tests/support/stock_stack.mjs - a deployment as the stock system has it, and the page in it.
//
// Broker and ingress have the settings of the contract's section 1 and nothing else: no users and
// no permissions, no compression, no time-outs, no isolation headers; slash subjects only, and no
// X-Since from position-service. The services are ours behind that. The ingress has two servers:
// the page in place of the stock front end, and the page under /blotter/ beside one.
import {spawn} from 'node:child_process';
import {mkdtempSync, readFileSync, rmSync} from 'node:fs';
import {readFile} from 'node:fs/promises';
import http from 'node:http';
import {tmpdir} from 'node:os';
import {extname, join} from 'node:path';

import {Broker, Nginx, freePort} from '../web/core/brokers.mjs';
import {root} from './stack.mjs';
import {until} from './wait.mjs';

const roles = [
    'reference-data',
    'account-service',
    'people-service',
    'position-service',
    'trade-processor',
    'trade-service',
];

export const frontEnd = '<!doctype html><title>TraderX</title><app-root></app-root>';

const types = {
    '.html': 'text/html; charset=utf-8',
    '.js': 'text/javascript',
    '.ttf': 'font/ttf',
    '.css': 'text/css',
    '.wasm': 'application/wasm',
    '.svg': 'image/svg+xml',
};

// As the stock front end's own server does: every file no-cache, unknown paths the index page.
export function serve(page) {
    const server = http.createServer(async (request, answer) => {
        const path = new URL(request.url, 'http://localhost').pathname;
        const {type, body} = await page(path);
        answer.writeHead(200, {'content-type': type, 'cache-control': 'no-cache'});
        answer.end(body);
    });
    return new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(server)));
}

export async function distFile(path) {
    const file = path === '/' ? 'index.html' : path.slice(1);
    try {
        return {type: types[extname(file)], body: await readFile(join(root, 'dist', file))};
    } catch {
        return {type: types['.html'], body: await readFile(join(root, 'dist', 'index.html'))};
    }
}

export function routes(brokerLocation, servicePorts, frontEndPort) {
    const forwarded = (role) => `
        proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
        proxy_set_header X-Forwarded-Host $host;
        proxy_set_header X-Forwarded-Proto $scheme;
        proxy_set_header X-Forwarded-Prefix /${role};
        proxy_set_header Host $host;`;
    const services = roles.map(
        (role) => `
    location /${role}/ {
        proxy_pass http://127.0.0.1:${servicePorts[role]}/;
        proxy_hide_header X-Since;
        ${role === 'reference-data' ? '' : forwarded(role)}
    }`,
    );
    return `
    location = /health {
        add_header Content-Type text/plain;
        return 200 "ok\\n";
    }
    ${brokerLocation}
    ${services.join('')}
    location / {
        proxy_pass http://127.0.0.1:${frontEndPort};
        proxy_http_version 1.1;
        proxy_set_header Upgrade $http_upgrade;
        proxy_set_header Connection "upgrade";
    }`;
}

const stockBroker = (broker) => `
    location /nats-ws {
        proxy_pass http://127.0.0.1:${broker.webSocketPort};
        proxy_http_version 1.1;
        proxy_set_header Upgrade $http_upgrade;
        proxy_set_header Connection "upgrade";
        proxy_set_header Host $host;
    }`;

// All services in one process, on a broker that asks for no credentials; {services, ports}.
// `brokerPorts` is one port or a list, as for a cluster.
export async function startServices(brokerPorts, folder, family = 'slash') {
    const ports = {};
    for (const role of roles) ports[role] = await freePort();
    const services = spawn(
        join(root, 'build/native-release/src/services/traderx-services'),
        [
            ...roles.flatMap((role) => ['--port', `${role}=${ports[role]}`]),
            '--nats',
            [brokerPorts]
                .flat()
                .map((port) => `nats://127.0.0.1:${port}`)
                .join(','),
            '--subjects',
            family,
            '--database',
            join(folder, 'traderx.db'),
        ],
        {stdio: 'ignore'},
    );
    process.on('exit', () => services.kill('SIGKILL'));
    await until('the services', async () => {
        if (services.exitCode !== null) throw new Error('the services have ended');
        const answer = await fetch(
            `http://127.0.0.1:${ports['trade-service']}/system/health`,
        ).catch(() => null);
        return answer && (await answer.json()).status === 'ok';
    });
    return {services, ports};
}

export async function stopServices(services) {
    if (!services || services.exitCode !== null) return;
    const ended = new Promise((resolve) => services.once('exit', resolve));
    services.kill('SIGTERM');
    await ended;
}

export class StockStack {
    static async start() {
        const stack = new StockStack();
        stack.folder = mkdtempSync(join(tmpdir(), 'nats-blotter-stock-'));
        stack.broker = await Broker.start();
        Object.assign(stack, await startServices(stack.broker.port, stack.folder));
        stack.pages = await serve(distFile);
        stack.frontEnd = await serve(async () => ({type: types['.html'], body: frontEnd}));
        // The file that an operator adds, with the path changed as it says.
        const beside = readFileSync(join(root, 'nginx', 'blotter-location.conf'), 'utf8').replace(
            '/usr/share/nginx/blotter/',
            join(root, 'dist/'),
        );
        const at = (server) =>
            routes(stockBroker(stack.broker), stack.ports, server.address().port);
        stack.nginx = await Nginx.start(at(stack.pages), at(stack.frontEnd) + beside);
        return stack;
    }

    // Of the page in place of the front end, and of the front end with the page beside it.
    get url() {
        return `http://localhost:${this.nginx.ports[0]}/`;
    }
    get urlBeside() {
        return `http://localhost:${this.nginx.ports[1]}/`;
    }

    async order(order) {
        const answer = await fetch(`${this.url}trade-service/trade/`, {
            method: 'POST',
            headers: {'Content-Type': 'application/json'},
            body: JSON.stringify(order),
        });
        return answer.status;
    }

    async trades(account = '') {
        return (await fetch(`${this.url}position-service/trades/${account}`)).json();
    }

    async positions(account = '') {
        return (await fetch(`${this.url}position-service/positions/${account}`)).json();
    }

    async stop() {
        await this.nginx?.kill('SIGTERM');
        for (const server of [this.pages, this.frontEnd]) {
            server?.closeAllConnections();
            server?.close();
        }
        await stopServices(this.services);
        await this.broker?.kill();
        rmSync(this.folder, {recursive: true, force: true});
    }
}
