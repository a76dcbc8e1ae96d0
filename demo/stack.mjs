// demo/stack.mjs - the running stack of scripts/run, as the demo needs it.
import {readFileSync} from 'node:fs';
import http from 'node:http';
import {join} from 'node:path';

import {Bus} from './bus.mjs';
import {until} from './wait.mjs';

export class RunningStack {
    slowReads = null; // {account, milliseconds}: what the panes read of it is held so long
    slowAnswers = 0; // to the left pane, since the last button

    // `port` is its ingress, `brokerPort` the broker's for services, `stateDir` has its files.
    constructor({port, brokerPort, stateDir}) {
        Object.assign(this, {port, brokerPort, stateDir});
        this.agent = new http.Agent({keepAlive: true, maxSockets: 8});
    }

    bus() {
        const password = readFileSync(join(this.stateDir, 'services-password'), 'utf8').trim();
        return Bus.connect({port: this.brokerPort, user: 'services', password});
    }

    // SIGKILL; resolves when the next one takes connections. scripts/run starts it.
    async killBroker() {
        const pid = () => Number(readFileSync(join(this.stateDir, 'nats.pid'), 'utf8'));
        const before = pid();
        process.kill(before, 'SIGKILL');
        await until('another broker', () => pid() !== before);
        await until('the broker takes connections', () =>
            this.bus().then(
                (bus) => bus.close() ?? true,
                () => false,
            ),
        );
    }

    // The HTTP status of POST /trade/.
    async order(order) {
        return (await this.#request('POST', '/trade-service/trade/', order)).status;
    }

    // Without trade-service's checks of ticker and account.
    async bookDirectly(order) {
        const path = '/trade-processor/tradeservice/order';
        const {status, text} = await this.#request('POST', path, order);
        if (status !== 200) throw new Error(`POST ${path} answers ${status}: ${text}`);
    }

    trades(account) {
        return this.#rows(`/position-service/trades/${account}`);
    }

    positions(account) {
        return this.#rows(`/position-service/positions/${account}`);
    }

    async #rows(path) {
        const {status, text} = await this.#request('GET', path);
        if (status !== 200) throw new Error(`GET ${path} answers ${status}: ${text}`);
        return JSON.parse(text);
    }

    // {status, text}; status 0 when there was no answer.
    #request(method, path, body) {
        const text = body === undefined ? '' : JSON.stringify(body);
        const headers = {'content-length': Buffer.byteLength(text)};
        if (body !== undefined) headers['content-type'] = 'application/json';
        const {port, agent} = this;
        return new Promise((resolve) => {
            const request = http.request(
                {host: '127.0.0.1', port, method, path, headers, agent},
                async (answer) => {
                    const parts = [];
                    try {
                        for await (const part of answer) parts.push(part);
                    } catch {
                        return resolve({status: 0, text: ''});
                    }
                    const whole = Buffer.concat(parts).toString();
                    resolve({status: answer.statusCode, text: whole});
                },
            );
            request.on('error', () => resolve({status: 0, text: ''}));
            request.end(text);
        });
    }
}
