// bench/lib/servers.mjs - what every cell of the benchmark runs against: two nats-servers (with
// WebSocket compression and without), nginx in front of them and of the pages, and the publisher.
// REST answers are files, so that no server of ours competes with what is measured.
import {execFileSync} from 'node:child_process';
import {once} from 'node:events';
import {existsSync, mkdirSync, rmSync, symlinkSync, writeFileSync} from 'node:fs';
import net from 'node:net';
import {dirname, join} from 'node:path';
import {fileURLToPath} from 'node:url';

import {start, stop} from './process.mjs';
import {ACCOUNT, positionsText, snapshotFile} from './trades.mjs';

export const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
export const buildFolder = join(root, 'build', 'bench');
// The page that is measured; another one by PAGE_DIR=.
export const pageFolder = process.env.PAGE_DIR || join(root, 'dist');

const rest = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

export async function freePorts(count) {
    const servers = [];
    for (let index = 0; index < count; ++index) {
        const server = net.createServer().listen(0, '127.0.0.1');
        await once(server, 'listening');
        servers.push(server);
    }
    const ports = servers.map((server) => server.address().port);
    for (const server of servers) server.close();
    return ports;
}

async function untilListening(port, child, words) {
    for (let attempt = 0; attempt < 200; ++attempt) {
        if (child.exitCode !== null) throw new Error(`${words} has ended: ${child.exitCode}`);
        const socket = net.connect(port, '127.0.0.1');
        const open = await Promise.race([
            once(socket, 'connect').then(() => true),
            once(socket, 'error').then(() => false),
        ]).catch(() => false);
        socket.destroy();
        if (open) return;
        await rest(50);
    }
    throw new Error(`${words} does not listen`);
}

function brokerConfiguration({port, webSocketPort, compression}) {
    return `
host: "127.0.0.1"
port: ${port}
max_pending: 67108864
write_deadline: "10s"
websocket {
  host: "127.0.0.1"
  port: ${webSocketPort}
  no_tls: true
  compression: ${compression}
}
`;
}

// The tunnel as nginx/nats-ws.conf.in has it; `agent` is what the broker sees of the browser.
function tunnel(path, port, agent = '$http_user_agent') {
    return `
        location = ${path}/nats-ws {
            proxy_pass http://127.0.0.1:${port};
            proxy_http_version 1.1;
            proxy_set_header Upgrade $http_upgrade;
            proxy_set_header Connection "upgrade";
            proxy_set_header Host $http_host;
            proxy_set_header User-Agent ${agent};
            proxy_read_timeout 3600s;
            proxy_send_timeout 3600s;
            proxy_buffer_size 64k;
            proxy_buffers 4 64k;
        }`;
}

// 5 µs clocks instead of 100 µs ones, for the rows that time single calls.
const ISOLATION = `
            add_header Cross-Origin-Opener-Policy same-origin;
            add_header Cross-Origin-Embedder-Policy require-corp;
            add_header Cross-Origin-Resource-Policy same-origin;`;

function nginxConfiguration({state, port, plainPort, compressedPort, perspective}) {
    const module = '/usr/lib/nginx/modules/ngx_http_brotli_static_module.so';
    const hasBrotli = existsSync(module);
    const user = process.getuid() === 0 ? 'user root;' : '';
    return `
${user}
${hasBrotli ? `load_module ${module};` : ''}
worker_processes 2;
daemon off;
pid ${state}/nginx.pid;
error_log ${state}/nginx.log warn;
events { worker_connections 1024; }
http {
    types {
        text/html html;
        text/javascript js mjs;
        text/css css;
        application/wasm wasm;
        application/json json;
        image/svg+xml svg;
    }
    default_type application/json;
    access_log off;
    sendfile on;
    tcp_nopush on;
    client_body_temp_path ${state}/body;
    proxy_temp_path ${state}/proxy;
    fastcgi_temp_path ${state}/fastcgi;
    uwsgi_temp_path ${state}/uwsgi;
    scgi_temp_path ${state}/scgi;
    gzip_static on;
    ${hasBrotli ? 'brotli_static on;' : ''}
    server {
        listen 127.0.0.1:${port};
        ${tunnel('/small', plainPort)}
        ${tunnel('/large', plainPort, '"proxy"')}
        ${tunnel('/compressed', compressedPort)}
        location = /account-service/account/ { root ${state}; try_files /accounts.json =404; }
        location /position-service/trades/ { alias ${state}/trades/; index all; }
        location /position-service/positions/ { alias ${state}/positions/; index all; }
        location /dist/ { alias ${pageFolder}/; add_header Cache-Control no-cache; ${ISOLATION} }
        location /engine/ { alias ${root}/build/wasm-bench/bench/engine/; ${ISOLATION} }
        location /bench-engine/ { alias ${root}/bench/engine/; ${ISOLATION} }
        location /stock/ { alias ${buildFolder}/stock/; ${ISOLATION} }
        location /perspective/ { alias ${perspective}/; ${ISOLATION} }
        location /isolated/ { alias ${buildFolder}/pages/; ${ISOLATION} }
        location / { root ${buildFolder}/pages; }
    }
}
`;
}

export class Servers {
    #children = [];

    static async start() {
        const servers = new Servers();
        const ports = await freePorts(5);
        [servers.port, servers.plainPort, servers.plainWs, servers.compressedPort] = ports;
        servers.compressedWs = ports[4];
        servers.state = join(buildFolder, `state-${process.pid}`);
        for (const folder of ['trades', 'positions']) {
            mkdirSync(join(servers.state, folder), {recursive: true});
        }
        try {
            await servers.#startAll();
        } catch (error) {
            await servers.stop();
            throw error;
        }
        return servers;
    }

    async #startAll() {
        const brokers = [
            ['plain', this.plainPort, this.plainWs, false],
            ['compressed', this.compressedPort, this.compressedWs, true],
        ];
        for (const [name, port, webSocketPort, compression] of brokers) {
            const file = join(this.state, `${name}.conf`);
            writeFileSync(file, brokerConfiguration({port, webSocketPort, compression}));
            const log = join(this.state, `${name}.log`);
            const program = process.env.NATS_SERVER || 'nats-server';
            const child = start(program, ['--config', file, '--log', log], {stdio: 'ignore'});
            this.#children.push(child);
            await untilListening(webSocketPort, child, 'nats-server');
        }
        const file = join(this.state, 'nginx.conf');
        const configuration = nginxConfiguration({
            state: this.state,
            port: this.port,
            plainPort: this.plainWs,
            compressedPort: this.compressedWs,
            perspective: join(root, 'node_modules', '@perspective-dev'),
        });
        writeFileSync(file, configuration);
        const nginx = existsSync('/usr/sbin/nginx') ? '/usr/sbin/nginx' : 'nginx';
        const child = start(
            nginx,
            ['-p', this.state, '-c', file, '-e', `${this.state}/nginx.log`],
            {
                stdio: 'ignore',
            },
        );
        this.#children.push(child);
        await untilListening(this.port, child, 'nginx');
        await this.serveRows(0);
    }

    get url() {
        return `http://127.0.0.1:${this.port}`;
    }

    // From now on REST answers this many trades, of `accounts` accounts.
    async serveRows(rows, options = {}) {
        const {accounts = 1} = options;
        const file = await snapshotFile(join(buildFolder, 'snapshots'), rows, options);
        const names = accounts === 1 ? [String(ACCOUNT), 'all'] : ['all'];
        for (const name of names) {
            const link = join(this.state, 'trades', name);
            rmSync(link, {force: true});
            symlinkSync(file, link);
            writeFileSync(join(this.state, 'positions', name), positionsText(rows, options));
        }
        const list = Array.from(
            {length: accounts},
            (_, index) => `{"id":${ACCOUNT + index},"displayName":"Account ${index}"}`,
        );
        writeFileSync(join(this.state, 'accounts.json'), `[${list.join()}]`);
    }

    // Publishes for `seconds`; resolves to what the publisher says, once the broker has taken all.
    // `link` is one of small, large, compressed: how the page is connected. With `untilTold` the
    // promise has a function tell() that ends it earlier.
    publish(load) {
        const {link, rate, seconds, ids = 10_000, from = 0, firstNew} = load;
        const {accounts = 1, extra = 0} = load;
        const port = link === 'compressed' ? this.compressedPort : this.plainPort;
        const options = {port, rate, seconds, ids, from, accounts, extra};
        const list = Object.entries(options).flatMap(([key, value]) => [`--${key}`, String(value)]);
        if (firstNew !== undefined) list.push('--new', String(firstNew));
        if (load.log) list.push('--log', load.log);
        if (load.untilTold) list.push('--stop-on-stdin');
        const child = start(join(buildFolder, 'publisher'), list, {
            stdio: [load.untilTold ? 'pipe' : 'ignore', 'pipe', 'inherit'],
        });
        let text = '';
        child.stdout.on('data', (bytes) => (text += bytes));
        const published = once(child, 'close').then(([code]) => {
            if (code !== 0) throw new Error(`the publisher ended with ${code}`);
            return JSON.parse(text);
        });
        published.tell = () => child.stdin?.end();
        return published;
    }

    async stop() {
        await Promise.all(this.#children.map(stop));
        this.#children = [];
        rmSync(this.state, {recursive: true, force: true});
    }
}

// The versions behind the numbers.
export function versionOf(program, ...args) {
    try {
        return execFileSync(program, args, {encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore']})
            .trim()
            .split('\n')[0];
    } catch {
        return 'unknown';
    }
}
