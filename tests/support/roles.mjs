// tests/support/roles.mjs - the services as a deployment runs them, one process per role, two
// trade-processors, with a broker and a database of their own; each can be killed, and is started
// again.
import {spawn} from 'node:child_process';
import {once} from 'node:events';
import {existsSync, writeFileSync} from 'node:fs';
import {mkdtemp, rm} from 'node:fs/promises';
import http from 'node:http';
import {tmpdir} from 'node:os';
import {join} from 'node:path';

import {root} from './stack.mjs';
import {sleep, until} from './wait.mjs';
import {freePort} from '../web/core/brokers.mjs';

const PROGRAM =
    process.env.SERVICES || join(root, 'build/native-release/src/services/traderx-services');
const ROLES = [
    'reference-data',
    'account-service',
    'people-service',
    'position-service',
    'trade-processor',
    'trade-service',
];

export class Roles {
    #commands = new Map(); // name -> {program, args, env}
    #children = new Map();
    #stopping = false;
    #agent = new http.Agent({keepAlive: true, maxSockets: 64});
    #said = new Map();
    #paused = new Set();
    kills = {};

    // database: 'sqlite' or 'postgres'. `options` go to every service.
    static async start({database = 'sqlite', jetstream = false, options = []} = {}) {
        const roles = new Roles();
        roles.dir = await mkdtemp(join(tmpdir(), 'nb-roles-'));
        roles.broker = await freePort();
        process.on('exit', () => roles.#killAll());
        const config = join(roles.dir, 'nats.conf');
        const store = jetstream ? `jetstream {\n  store_dir: "${roles.dir}/jetstream"\n}\n` : '';
        writeFileSync(config, `listen: "127.0.0.1:${roles.broker}"\n${store}`);
        roles.#command('broker', process.env.NATS_SERVER || 'nats-server', ['-c', config]);
        const env = {...process.env, PATH: `${process.env.PATH}:/usr/sbin`};
        delete env.DATABASE_URL;
        if (database === 'postgres') {
            const folder = await mkdtemp(join(tmpdir(), 'nb-pg-'));
            roles.postgresDir = folder;
            env.DATABASE_URL = `postgresql://traderx@/postgres?host=${folder}`;
            roles.#command('postgres', join(root, 'tests/support/postgres_cluster'), [folder]);
        }
        const urls = [];
        roles.ports = {};
        for (const role of ROLES) {
            roles.ports[role] = await freePort();
            urls.push('--port', `${role}=${roles.ports[role]}`);
        }
        const common = [
            ...urls,
            ...['--nats', `nats://127.0.0.1:${roles.broker}`],
            ...['--database', join(roles.dir, 'traderx.db')],
            ...(jetstream ? ['--jetstream'] : []),
            ...options,
        ];
        const service = (name, roleNames, more = []) =>
            roles.#command(name, PROGRAM, [...common, '--role', roleNames, ...more], env);
        service('readers', 'reference-data,account-service,people-service,position-service');
        service('trade-processor', 'trade-processor');
        service('trade-processor-2', 'trade-processor', [
            ...['--port', `trade-processor=${await freePort()}`],
        ]);
        service('trade-service', 'trade-service');
        try {
            roles.#launch('broker');
            if (database === 'postgres') {
                roles.#launch('postgres');
                const socket = join(roles.postgresDir, '.s.PGSQL.5432');
                await until('PostgreSQL', () => existsSync(socket), 60);
            }
            for (const name of roles.#commands.keys())
                if (!roles.#children.has(name)) roles.#launch(name);
            await roles.ready();
        } catch (error) {
            await roles.stop();
            throw new Error(`${error.message}\n${roles.words()}`);
        }
        return roles;
    }

    #command(name, program, args, env = process.env) {
        this.#commands.set(name, {program, args, env});
    }

    #launch(name) {
        const {program, args, env} = this.#commands.get(name);
        const child = spawn(program, args, {env, stdio: ['ignore', 'ignore', 'pipe']});
        this.#children.set(name, child);
        child.stderr.on('data', (bytes) => {
            this.#said.set(name, ((this.#said.get(name) ?? '') + bytes).slice(-2000));
        });
        child.on('exit', (code) => {
            if (this.#stopping || this.#paused.has(name)) return;
            // Killed, or turned away by a neighbour that is not there yet: once more.
            setTimeout(() => this.#stopping || this.#launch(name), code === null ? 0 : 200);
        });
    }

    // The ends of the logs, for the message of a failure.
    words() {
        return [...this.#said].map(([name, said]) => `--- ${name}\n${said}`).join('\n');
    }

    // SIGKILL; it is started again at once.
    kill(name) {
        this.kills[name] = (this.kills[name] ?? 0) + 1;
        this.#children.get(name).kill('SIGKILL');
    }

    // From now on it is not started again.
    pause(name) {
        this.#paused.add(name);
    }

    async ready() {
        const checks = [
            ['reference-data', '/health'],
            ['account-service', '/account/22214'],
            ['position-service', '/health/alive'],
            ['trade-processor', '/system/health'],
            ['trade-service', '/system/health'],
        ];
        for (const [role, path] of checks) {
            await until(
                role,
                async () => {
                    const {status, text} = await this.request('GET', role, path);
                    return status === 200 && !text.includes('degraded');
                },
                60,
            );
        }
    }

    // {status, text}; status 0 when there was no answer.
    request(method, role, path, body) {
        return new Promise((resolve) => {
            const text = body === undefined ? '' : JSON.stringify(body);
            const request = http.request(
                {
                    host: '127.0.0.1',
                    port: this.ports[role],
                    method,
                    path,
                    agent: this.#agent,
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

    async rows(kind) {
        const {status, text} = await this.request('GET', 'position-service', `/${kind}/`);
        return status === 200 ? JSON.parse(text) : null;
    }

    #killAll() {
        this.#stopping = true;
        for (const child of this.#children.values()) child.kill('SIGKILL');
    }

    async stop() {
        this.#stopping = true;
        for (const [name, child] of this.#children) {
            if (child.exitCode !== null || child.signalCode !== null) continue;
            const ended = once(child, 'exit');
            child.kill(name === 'postgres' ? 'SIGINT' : 'SIGTERM');
            const late = setTimeout(() => child.kill('SIGKILL'), 10_000);
            await ended;
            clearTimeout(late);
        }
        this.#agent.destroy();
        await rm(this.dir, {recursive: true, force: true});
        if (!this.postgresDir) return;
        // Children of a server that was killed may still be writing.
        for (let attempt = 0; attempt < 50; ++attempt) {
            try {
                await rm(this.postgresDir, {recursive: true, force: true});
                return;
            } catch {
                await sleep(100);
            }
        }
    }
}
