// bench/pages/perspective.js - nats.js, JSON and Perspective: its engine in a worker, its datagrid.
// Set up as its guide says: a table with an index, updates handed over in batches.
import perspective from '/perspective/client/dist/cdn/perspective.js';
import '/perspective/viewer/dist/cdn/perspective-viewer.js';
import '/perspective/viewer-datagrid/dist/cdn/perspective-viewer-datagrid.js';
import {wsconnect} from '@nats-io/nats-core';

import {Page, SUBJECT, fetchSnapshot, query, socketUrl, untilShown} from './common.js';

const extra = Number(query.get('extra') ?? 0);
// The index makes an update replace the row of the same id. Times are numbers: a float holds a
// millisecond exactly, and no cell is formatted as a date.
const schema = {
    id: 'string',
    accountId: 'integer',
    security: 'string',
    side: 'string',
    state: 'string',
    quantity: 'integer',
    updated: 'float',
    created: 'float',
};
for (let index = 0; index < extra; ++index) schema[`x${index}`] = 'integer';

class Perspective extends Page {
    #pending = [];
    #busy = false;

    async start({rows = 0, sorted = false, filter = ''} = {}) {
        const viewer = document.querySelector('perspective-viewer');
        const connecting = wsconnect({servers: socketUrl()});
        const worker = await perspective.worker();
        this.table = await worker.table(schema, {index: 'id'});
        await viewer.load(this.table);
        await viewer.restore({
            plugin: 'Datagrid',
            columns: ['updated', ...Object.keys(schema).filter((name) => name !== 'updated')],
            sort: sorted ? [['updated', 'desc']] : [],
            filter: filter === '' ? [] : [['side', '==', filter]],
            settings: false, // no panel beside the table
        });
        this.viewer = viewer;
        this.sorted = sorted;
        if (rows > 0) {
            const snapshot = await fetchSnapshot();
            for (const row of snapshot) {
                row.updated = Date.parse(row.updated);
                row.created = Date.parse(row.created);
            }
            await this.table.update(snapshot);
        }
        const shown = rows > 0 ? untilShown(() => this.#cells().length > 0) : performance.now();
        const connection = await connecting;
        connection.subscribe(SUBJECT, {
            callback: (_, message) => {
                const {payload, date} = message.json();
                this.#pending.push(payload);
                this.newest = date;
                ++this.messages;
            },
        });
        // One batch under way at a time, at most one a frame: as many rows in each as have come.
        const flush = async () => {
            requestAnimationFrame(flush);
            if (this.#busy || this.#pending.length === 0) return;
            this.#busy = true;
            const batch = this.#pending;
            this.#pending = [];
            this.handed = batch[batch.length - 1].updated;
            await this.table.update(batch);
            this.taken = this.handed;
            this.#busy = false;
        };
        requestAnimationFrame(flush);
        await connection.flush();
        return {firstRowMs: await shown};
    }

    // What is decoded but not in the engine is behind too.
    lagMs() {
        const oldest = this.#pending.length > 0 ? this.#pending[0].updated : 0;
        const own = super.lagMs();
        return oldest === 0
            ? own
            : Math.max(own, performance.timeOrigin + performance.now() - oldest);
    }

    #grid() {
        if (this.grid) return this.grid;
        const find = (scope) => {
            const found = scope.querySelector('regular-table');
            if (found) return found;
            for (const element of scope.querySelectorAll('*')) {
                const inner = element.shadowRoot && find(element.shadowRoot);
                if (inner) return inner;
            }
            return null;
        };
        this.grid = find(document);
        return this.grid;
    }

    #cells() {
        const grid = this.#grid();
        if (!grid) return [];
        return [...grid.querySelectorAll('tbody tr')]
            .map((row) => row.querySelector('td'))
            .filter((cell) => cell && cell.textContent.trim() !== '');
    }

    // The first column is `updated`; the text of a float has separators and decimals.
    async shownRows() {
        return this.#cells().map((cell, index) => {
            const time = Number(cell.textContent.replace(/[^0-9.]/g, ''));
            // Where rows change place, what is new is told by its time.
            return [this.sorted ? time : index, time];
        });
    }

    async atTop() {
        return this.#grid().scrollTop === 0;
    }

    async isFull(count) {
        return (await this.table.size()) >= count && this.#cells().length > 0;
    }
}

new Perspective().serve();
