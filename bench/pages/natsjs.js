// bench/pages/natsjs.js - nats.js with JSON and a Map, without a table. `?work=count` only counts.
import {wsconnect} from '@nats-io/nats-core';

import {Page, SUBJECT, socketUrl} from './common.js';

class NatsJs extends Page {
    rows = new Map();

    async start() {
        const connection = await wsconnect({servers: socketUrl()});
        // A callback: the cheapest of its ways to hand over a message.
        connection.subscribe(SUBJECT, {
            callback: (_, message) => {
                const {payload, date} = message.json();
                this.rows.set(payload.id, payload);
                this.newest = date;
                ++this.messages;
            },
        });
        await connection.flush();
    }
}

globalThis.bench = new NatsJs();
