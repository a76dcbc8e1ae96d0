// tests/web/core/boot.mjs - in the browser: clients by number, for pages.mjs to command.
import createCorePage from './core_page.js';

// Pages that clamp the timers of the program keep the real ones for the test.
const setTimer = globalThis.realSetTimeout ?? setTimeout;
const pause = (ms) => new Promise((resolve) => setTimer(resolve, ms));

// Counts the messages of all sockets of the page.
let socketMessages = 0;
globalThis.WebSocket = class extends WebSocket {
    constructor(...parameters) {
        super(...parameters);
        this.addEventListener('message', () => ++socketMessages);
    }
};

class Client {
    socketMessagesBefore = socketMessages;
    events = [];
    trap = '';

    static async start({
        url,
        name = 'core',
        user = '',
        password = '',
        token = '',
        ducks = '',
        each = true,
    }) {
        const client = new Client();
        client.module = await createCorePage({
            host: {
                trapped: (error) => {
                    client.trap = String(error.stack ?? error);
                },
            },
            locateFile: (file) => new URL(file, import.meta.url).href,
        });
        client.call('nb_init');
        client.setText([url, name, user, password, token, ducks].join('\n'));
        client.call('nb_start', each ? 1 : 0);
        return client;
    }

    call(name, ...args) {
        if (this.trap) throw new Error(this.trap);
        return this.module['_' + name](...args);
    }
    setText(text) {
        const bytes = new TextEncoder().encode(text);
        const at = this.call('nb_text_in', bytes.length);
        this.module.heapBytes().set(bytes, at);
    }
    json(name) {
        const bytes = this.call(name);
        const at = this.call('nb_answer');
        return JSON.parse(
            new TextDecoder().decode(this.module.heapBytes().subarray(at, at + bytes)),
        );
    }
    // `socketMessages`: since this client was started, of it and those that live still.
    stats() {
        const heard = socketMessages - this.socketMessagesBefore;
        return {...this.json('nb_stats'), socketMessages: heard};
    }
    log() {
        for (const event of this.json('nb_take_events')) this.events.push(event);
        return this.events;
    }
}

const clients = [];

globalThis.core = {
    async start(options) {
        clients.push(await Client.start(options));
        return clients.length - 1;
    },
    call: (id, name, ...args) => clients[id].call(name, ...args),
    callWithText(id, name, text) {
        clients[id].setText(text);
        return clients[id].call(name);
    },
    events: (id) => clients[id].log(),
    stats: (id) => clients[id].stats(),

    // The nth event of this kind whose members are these; nothing when it did not come in time.
    async event(id, kind, members, nth, ms) {
        const end = performance.timeOrigin + performance.now() + ms;
        for (;;) {
            const found = clients[id]
                .log()
                .filter(
                    (event) =>
                        event.kind === kind &&
                        Object.entries(members).every(([name, value]) => event[name] === value),
                );
            if (found.length >= nth) return found[nth - 1];
            if (performance.timeOrigin + performance.now() > end) return null;
            await pause(20);
        }
    },
    // The stats when the counter has come so far, or when time is up.
    async counted(id, name, count, ms) {
        const end = performance.now() + ms;
        for (;;) {
            const stats = clients[id].stats();
            if (stats[name] >= count || performance.now() > end) return stats;
            await pause(20);
        }
    },
    // Nothing else runs on the page meanwhile.
    block(ms) {
        const end = performance.now() + ms;
        while (performance.now() < end);
    },
};
