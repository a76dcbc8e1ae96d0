// tests/stack/stack.mjs - starts scripts/run for a test and stops it by its process id.
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');

export const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

// Polls until `condition` answers something true, which it returns; throws with `what` after `ms`.
export async function until(what, ms, condition) {
    const deadline = Date.now() + ms;
    while (true) {
        const answer = await condition();
        if (answer) return answer;
        if (Date.now() > deadline) throw new Error(`not within ${ms} ms: ${what}`);
        await sleep(25);
    }
}

// The ports of a stack by name (BROKER_PORT, ...), from the one place that knows them.
export function portsOf(port) {
    const text = spawnSync(path.join(root, 'scripts/ports'), [String(port)], {
        encoding: 'utf8',
    }).stdout;
    return Object.fromEntries(
        text
            .trim()
            .split('\n')
            .map((line) => line.split('='))
            .map(([k, v]) => [k, Number(v)]),
    );
}

export class Stack {
    // A running stack in a temporary state directory; `env` adds to the environment of scripts/run.
    static async start(port, env = {}) {
        const stack = new Stack();
        stack.port = port;
        stack.ports = portsOf(port);
        stack.url = `http://127.0.0.1:${port}`;
        stack.state = mkdtempSync(path.join(tmpdir(), 'nats-blotter-stack-'));
        const page = path.join(stack.state, 'page');
        mkdirSync(page);
        writeFileSync(path.join(page, 'index.html'), '<!doctype html><title>test page</title>\n');
        stack.stderr = '';
        stack.child = spawn(path.join(root, 'scripts/run'), [], {
            env: {
                ...process.env,
                PORT: String(port),
                RATE: '0',
                STATE_DIR: path.join(stack.state, 'run'),
                PAGE_DIR: page,
                ...env,
            },
            stdio: ['ignore', 'pipe', 'pipe'],
        });
        // Whatever ends the test ends the stack.
        process.on('exit', () => stack.child.kill('SIGTERM'));
        for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'])
            process.once(signal, () => process.exit(1));
        stack.exited = new Promise((resolve) =>
            stack.child.on('exit', (code, signal) => resolve({ code, signal })),
        );
        stack.child.stderr.on('data', (bytes) => {
            stack.stderr += bytes;
        });
        await new Promise((resolve, reject) => {
            let out = '';
            stack.child.stdout.on('data', (bytes) => {
                out += bytes;
                if (out.includes(`ready: http://localhost:${port}/\n`)) resolve();
            });
            stack.exited.then(() => reject(new Error(`the stack did not start: ${stack.stderr}`)));
        });
        return stack;
    }

    // Process id of "nats", "services" or "nginx"; the file changes when the supervisor starts it
    // again.
    pid(name) {
        return Number(readFileSync(path.join(this.state, 'run', `${name}.pid`), 'utf8'));
    }

    servicesPassword() {
        return readFileSync(path.join(this.state, 'run/services-password'), 'utf8').trim();
    }

    // As Ctrl-C; resolves to {code, signal} when everything has ended.
    async stop() {
        this.child.kill('SIGINT');
        const result = await this.exited;
        rmSync(this.state, { recursive: true, force: true });
        return result;
    }
}
