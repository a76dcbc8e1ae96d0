// bench/pages/rowmap.js - the least that JavaScript needs to hold rows: a Map of objects by id.
import {Page, fetchSnapshot} from './common.js';

class RowMap extends Page {
    rows = new Map();

    async start({rows = 0} = {}) {
        if (rows === 0) return;
        for (const row of await fetchSnapshot()) {
            row.updated = Date.parse(row.updated);
            row.created = Date.parse(row.created);
            this.rows.set(row.id, row);
        }
    }

    async isFull(count) {
        return this.rows.size >= count;
    }
}

globalThis.bench = new RowMap();
