// tests/web/core/brokers.mjs - real brokers and a real nginx on free loopback ports, and a
// publisher of raw bytes. Whatever is started here is ended by its pid when the test ends.
import {spawn} from 'node:child_process';
import {once} from 'node:events';
import {mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import http from 'node:http';
import net from 'node:net';
import {tmpdir} from 'node:os';
import {join} from 'node:path';

import {root} from '../../support/stack.mjs';
import {until} from '../../support/wait.mjs';

const folders = [];
const children = new Set();

// SIGKILL also ends what SIGSTOP has stopped.
function killAll() {
    for (const child of children) {
        try {
            process.kill(child.group ? -child.pid : child.pid, 'SIGKILL');
        } catch {
            // it has ended meanwhile
        }
    }
    for (const folder of folders) rmSync(folder, {recursive: true, force: true});
}
process.on('exit', killAll);
for (const name of ['SIGTERM', 'SIGINT', 'SIGHUP']) process.once(name, () => process.exit(1));

function newFolder() {
    const folder = mkdtempSync(join(tmpdir(), 'nats-blotter-core-'));
    folders.push(folder);
    return folder;
}

// Below the range from which outgoing connections take theirs, so a port stays free for a restart,
// and below the blocks of scripts/ports, so a whole stack can start beside it.
const given = new Set();
export async function freePort() {
    for (;;) {
        const port = 10000 + Math.floor(Math.random() * 10000);
        if (given.has(port)) continue;
        const server = net.createServer();
        const free = await new Promise((resolve) => {
            server.once('error', () => resolve(false));
            server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
        });
        if (!free) continue;
        given.add(port);
        return port;
    }
}

const answers = (port) =>
    new Promise((resolve) => {
        const socket = net.connect(port, '127.0.0.1');
        socket.on('connect', () => resolve(true) ?? socket.destroy());
        socket.on('error', () => resolve(false));
    });

class Child {
    // A group of its own lets nginx be ended with its workers.
    run(command, parameters, ports, {group = false} = {}) {
        const child = spawn(command, parameters, {
            stdio: ['ignore', 'ignore', 'pipe'],
            detached: group,
            // Debian keeps servers where a user's PATH does not look.
            env: {...process.env, PATH: `${process.env.PATH}:/usr/sbin:/sbin`},
        });
        let said = '';
        child.stderr.on('data', (bytes) => {
            said = (said + bytes).slice(-4000);
        });
        child.group = group;
        children.add(child);
        this.ended = new Promise((resolve) =>
            child.on('exit', () => {
                children.delete(child);
                resolve();
            }),
        );
        this.child = child;
        return until(`${command} to listen`, async () => {
            if (child.exitCode !== null) throw new Error(`${command} ended: ${said}`);
            return (await Promise.all(ports.map(answers))).every(Boolean);
        });
    }

    signal(name) {
        process.kill(this.child.group ? -this.child.pid : this.child.pid, name);
    }

    async kill(name = 'SIGKILL') {
        if (this.child.exitCode === null && this.child.signalCode === null) this.signal(name);
        await this.ended;
    }
}

export class Broker extends Child {
    // `settings` go into the configuration, `websocket` into its websocket block; each one setting
    // to a line, as the parser of nats-server wants it.
    static async start({settings = '', websocket = ''} = {}) {
        const broker = new Broker();
        broker.port = await freePort();
        broker.webSocketPort = await freePort();
        broker.monitorPort = await freePort();
        broker.file = join(newFolder(), 'nats-server.conf');
        writeFileSync(
            broker.file,
            `host: "127.0.0.1"\nport: ${broker.port}\nhttp: "127.0.0.1:${broker.monitorPort}"\n` +
                `websocket {\n  host: "127.0.0.1"\n  port: ${broker.webSocketPort}\n` +
                `  no_tls: true\n  ${websocket}\n}\n${settings}\n`,
        );
        await broker.again();
        return broker;
    }

    again() {
        const command = process.env.NATS_SERVER || 'nats-server';
        return this.run(command, ['-c', this.file], [this.port, this.webSocketPort]);
    }

    get url() {
        return `ws://127.0.0.1:${this.webSocketPort}/nats-ws`;
    }

    // The connections with this name, with their subscriptions.
    async connections(name) {
        const text = await new Promise((resolve, reject) =>
            http
                .get(`http://127.0.0.1:${this.monitorPort}/connz?subs=1`, async (answer) => {
                    let body = '';
                    for await (const part of answer) body += part;
                    resolve(body);
                })
                .on('error', reject),
        );
        return JSON.parse(text).connections.filter((connection) => connection.name === name);
    }
}

// What the documentation of NATS and every blog post shows: no time-outs set.
export const stockLocation = (port) => `
    location /nats-ws {
        proxy_pass http://127.0.0.1:${port};
        proxy_http_version 1.1;
        proxy_set_header Upgrade $http_upgrade;
        proxy_set_header Connection "upgrade";
    }`;

export const ourLocation = (port) =>
    readFileSync(join(root, 'nginx', 'nats-ws.conf.in'), 'utf8').replaceAll(
        'http://brokers',
        `http://127.0.0.1:${port}`,
    );

// What the limits of our locations count in.
const limitZones = readFileSync(join(root, 'nginx', 'nginx.conf.in'), 'utf8')
    .split('\n')
    .filter((line) => /^\s*limit_(req|conn)_zone /.test(line))
    .join('\n');

export class Nginx extends Child {
    // One server for each list of locations; url(n) is the /nats-ws of the n-th. A last argument
    // {http} goes beside the servers.
    static async start(...servers) {
        const http = typeof servers.at(-1) === 'object' ? servers.pop().http : '';
        const nginx = new Nginx();
        nginx.folder = newFolder();
        nginx.ports = [];
        for (let i = 0; i < servers.length; ++i) nginx.ports.push(await freePort());
        const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
            .map((name) => `${name}_temp_path ${nginx.folder}/${name};`)
            .join('\n');
        mkdirSync(join(nginx.folder, 'logs'), {recursive: true});
        writeFileSync(
            join(nginx.folder, 'nginx.conf'),
            `daemon off;\nworker_processes 1;\npid ${nginx.folder}/nginx.pid;\n` +
                `error_log ${nginx.folder}/error.log;\nworker_shutdown_timeout 2s;\n` +
                (process.getuid() === 0 ? 'user root;\n' : '') +
                'events { worker_connections 8192; }\n' +
                `http {\naccess_log off;\n${temporary}\n${limitZones}\n${http}\n` +
                servers
                    .map((text, i) => `server { listen 127.0.0.1:${nginx.ports[i]}; ${text} }\n`)
                    .join('') +
                '}\n',
        );
        await nginx.again();
        return nginx;
    }

    again() {
        const file = join(this.folder, 'nginx.conf');
        const parameters = ['-p', this.folder, '-c', file, '-e', `${this.folder}/error.log`];
        return this.run('nginx', parameters, this.ports, {group: true});
    }

    reload() {
        process.kill(this.child.pid, 'SIGHUP');
    }

    url(index = 0) {
        return `ws://127.0.0.1:${this.ports[index]}/nats-ws`;
    }
}

// Publishes over TCP; flush() returns when the broker has taken everything.
export class Publisher {
    static connect(broker, {user, password} = {}) {
        const publisher = new Publisher();
        const options = {verbose: false, headers: true, protocol: 1, lang: 'test', version: '0'};
        if (user) Object.assign(options, {user, pass: password});
        return new Promise((resolve, reject) => {
            const socket = net.connect(broker.port, '127.0.0.1');
            publisher.socket = socket;
            publisher.pongs = [];
            let heard = '';
            socket.on('error', reject);
            publisher.gone = new Promise((gone) => socket.on('close', gone));
            publisher.gone.then(() => publisher.pongs.forEach((pong) => pong()));
            socket.on('data', (bytes) => {
                heard += bytes.toString('latin1');
                const lines = heard.split('\r\n');
                heard = lines.pop();
                for (const line of lines) {
                    if (line === 'PING') socket.write('PONG\r\n');
                    if (line === 'PONG') publisher.pongs.shift()?.();
                    if (line.startsWith('-ERR')) reject(new Error(line));
                }
            });
            socket.write(`CONNECT ${JSON.stringify(options)}\r\n`);
            publisher.flush().then(() => resolve(publisher));
        });
    }

    static message(subject, payload, {reply, headers} = {}) {
        const body = Buffer.from(payload);
        const head = headers === undefined ? undefined : Buffer.from(headers);
        const sizes = head ? `${head.length} ${head.length + body.length}` : body.length;
        return Buffer.concat([
            Buffer.from(`${head ? 'HPUB' : 'PUB'} ${subject} ${reply ? reply + ' ' : ''}${sizes}`),
            Buffer.from('\r\n'),
            head ?? Buffer.alloc(0),
            body,
            Buffer.from('\r\n'),
        ]);
    }

    publish(subject, payload, extras) {
        this.socket.write(Publisher.message(subject, payload, extras));
    }

    // Waits while the broker takes less than is given.
    async write(bytes) {
        if (this.socket.write(bytes)) return;
        await Promise.race([once(this.socket, 'drain'), this.gone]);
    }

    flush() {
        return new Promise((resolve) => {
            this.pongs.push(resolve);
            this.socket.write('PING\r\n');
        });
    }

    close() {
        this.socket.destroy();
    }
}
