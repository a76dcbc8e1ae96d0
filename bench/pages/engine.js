// bench/pages/engine.js - the decode path by itself: the same NATS bytes through nats.js, through
// TraderX's algorithm and through our engine as WebAssembly, one after another in one page.
import {Kind, MsgImpl, Parser} from '@nats-io/nats-core/internal';
import {loadEngine} from '/bench-engine/engine.mjs';

import {TextFeed} from './textfeed.js';

class Store {
    trades = new Map();
    positions = new Map();

    put(event) {
        const payload = event.payload ?? event;
        if (payload.id !== undefined) this.trades.set(payload.id, payload);
        else this.positions.set(`${payload.accountId} ${payload.security}`, payload);
    }
}

// What a message is published back with; never used.
const noPublisher = {publish() {}};

// Each takes the chunks, and answers how many messages it saw and what it holds.
const programs = {
    'nats.js parser'(chunks) {
        let messages = 0;
        const parser = new Parser({
            push(event) {
                if (event.kind === Kind.MSG) ++messages;
            },
        });
        for (const chunk of chunks) parser.parse(chunk);
        return {messages};
    },
    'nats.js'(chunks) {
        let messages = 0;
        const store = new Store();
        const parser = new Parser({
            push(event) {
                if (event.kind !== Kind.MSG) return;
                ++messages;
                store.put(new MsgImpl(event.msg, event.data, noPublisher).json());
            },
        });
        for (const chunk of chunks) parser.parse(chunk);
        return {messages, store};
    },
    TraderX(chunks) {
        let messages = 0;
        const store = new Store();
        const decoder = new TextDecoder();
        const feed = new TextFeed((text) => {
            ++messages;
            store.put(JSON.parse(text));
        });
        for (const chunk of chunks) feed.push(decoder.decode(chunk));
        return {messages, store};
    },
};

const FIELDS = {
    trades: ['updated', 'id', 'accountId', 'security', 'side', 'quantity', 'state', 'created'],
    positions: ['accountId', 'security', 'quantity', 'updated'],
};

// As bench/engine/README.md defines it.
function checksum(store) {
    const encoder = new TextEncoder();
    let sum = 0;
    for (const [table, fields] of Object.entries(FIELDS)) {
        for (const row of store[table].values()) {
            let hash = 2166136261;
            const text = fields.map((field) => `${row[field] ?? ''}|`).join('');
            for (const byte of encoder.encode(text)) hash = Math.imul(hash ^ byte, 16777619);
            sum = (sum + (hash >>> 0)) >>> 0;
        }
    }
    return sum;
}

globalThis.bench = {
    async start({messages, chunkBytes}) {
        const answer = await fetch('/engine/engine.wasm');
        if (!answer.ok) throw new Error('the engine is not built');
        this.engine = await loadEngine(await answer.arrayBuffer());
        this.count = messages;
        this.chunks = this.engine.replay({messages, seed: 1, chunkBytes});
    },

    // ns per message of one replay; `checksum` where rows are held and it is asked for.
    run(name, withChecksum) {
        gc();
        const begin = performance.now();
        const {messages, store} = programs[name]
            ? programs[name](this.chunks)
            : this.feed(name.slice('ours '.length));
        const ns = ((performance.now() - begin) * 1e6) / messages;
        if (messages !== this.count) throw new Error(`${name}: ${messages} of ${this.count}`);
        let sum = null;
        if (withChecksum) sum = store ? checksum(store) : this.engine.checksum();
        return {ns, checksum: sum};
    },

    feed(stage) {
        this.engine.reset(stage);
        for (const chunk of this.chunks) this.engine.feed(chunk);
        return {messages: this.engine.messages()};
    },
};
