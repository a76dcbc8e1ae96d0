// bench/lib/cdp.mjs - a Chrome DevTools client over the browser's own pipe, as small as the
// benchmark needs. The Network domain is never enabled: it would ship every WebSocket frame to this
// process and slow the page that is measured.

const ANSWER_MS_MAX = 120_000;

export class Cdp {
    #pipe;
    #id = 0;
    #waiting = new Map(); // id -> {resolve, reject, timer}
    #listeners = new Set(); // ({method, params, sessionId}) => void
    #parts = [];

    // `input` is what the browser reads, `output` what it writes; messages end in a zero byte.
    constructor(input, output) {
        this.#pipe = input;
        output.on('data', (bytes) => this.#take(bytes));
        output.on('close', () => this.#fail(new Error('the browser has ended')));
        input.on('error', (error) => this.#fail(error));
    }

    send(method, params = {}, sessionId = undefined) {
        const id = ++this.#id;
        return new Promise((resolve, reject) => {
            const timer = setTimeout(() => {
                this.#waiting.delete(id);
                reject(new Error(`no answer to ${method}`));
            }, ANSWER_MS_MAX);
            this.#waiting.set(id, {resolve, reject, timer});
            this.#pipe.write(JSON.stringify({id, method, params, sessionId}) + '\0');
        });
    }

    listen(listener) {
        this.#listeners.add(listener);
    }

    #take(bytes) {
        let start = 0;
        for (let end = bytes.indexOf(0); end >= 0; end = bytes.indexOf(0, start)) {
            this.#parts.push(bytes.subarray(start, end));
            this.#message(JSON.parse(Buffer.concat(this.#parts).toString()));
            this.#parts = [];
            start = end + 1;
        }
        if (start < bytes.length) this.#parts.push(bytes.subarray(start));
    }

    #message(message) {
        if (message.id === undefined) {
            for (const listener of this.#listeners) listener(message);
            return;
        }
        const waiting = this.#waiting.get(message.id);
        if (!waiting) return;
        this.#waiting.delete(message.id);
        clearTimeout(waiting.timer);
        if (message.error) waiting.reject(new Error(message.error.message));
        else waiting.resolve(message.result);
    }

    #fail(error) {
        for (const {reject, timer} of this.#waiting.values()) {
            clearTimeout(timer);
            reject(error);
        }
        this.#waiting.clear();
    }
}
