// bench/pages/aggrid.js - nats.js, JSON and ag-Grid community, set up by its guide to high
// frequency updates. Each setting says why.
import {wsconnect} from '@nats-io/nats-core';
import {AllCommunityModule, ModuleRegistry, createGrid} from 'ag-grid-community';

import {Page, SUBJECT, fetchSnapshot, query, socketUrl, untilShown} from './common.js';

ModuleRegistry.registerModules([AllCommunityModule]);

const extra = Number(query.get('extra') ?? 0);
const fields = ['id', 'accountId', 'security', 'side', 'state', 'quantity', 'updated', 'created'];
for (let index = 0; index < extra; ++index) fields.push(`x${index}`);

const options = {
    // Values as they are: no renderer, no formatter, no flash.
    columnDefs: fields.map((field) => ({field, width: 140, filter: field === 'side'})),
    // Rows are found by key, so that an update touches one row.
    getRowId: ({data}) => data.id,
    // Updates are gathered; 50 ms is the default of applyTransactionAsync.
    asyncTransactionWaitMillis: Number(query.get('wait') ?? 50),
    // Rows change place at once; moving them takes time.
    animateRows: false,
    // An update re-sorts only the rows it touches.
    deltaSort: true,
    // As high as our rows, so that as many are in sight.
    rowHeight: 20,
    headerHeight: 24,
    rowData: [],
};

class AgGrid extends Page {
    known = new Set();

    async start({rows = 0, sorted = false, filter = ''} = {}) {
        this.api = createGrid(document.getElementById('table'), options);
        if (sorted) {
            this.api.applyColumnState({state: [{colId: 'updated', sort: 'desc'}]});
        }
        if (filter !== '') {
            const model = {side: {filterType: 'text', type: 'equals', filter}};
            this.api.setFilterModel(model);
        }
        const connecting = wsconnect({servers: socketUrl()});
        if (rows > 0) {
            const snapshot = await fetchSnapshot();
            for (const row of snapshot) {
                row.updated = Date.parse(row.updated);
                row.created = Date.parse(row.created);
                this.known.add(row.id);
            }
            this.api.setGridOption('rowData', snapshot);
        }
        const shown = rows > 0 ? untilShown(() => this.#firstText() !== '') : performance.now();
        const connection = await connecting;
        connection.subscribe(SUBJECT, {
            callback: (_, message) => {
                const {payload, date} = message.json();
                if (this.known.has(payload.id)) {
                    this.api.applyTransactionAsync({update: [payload]});
                } else {
                    this.known.add(payload.id);
                    this.api.applyTransactionAsync({add: [payload]});
                }
                this.newest = date;
                ++this.messages;
            },
        });
        await connection.flush();
        return {firstRowMs: await shown};
    }

    #firstText() {
        return document.querySelector('.ag-row [col-id="security"]')?.textContent ?? '';
    }

    async shownRows() {
        const rows = [];
        for (const cell of document.querySelectorAll('[row-id] [col-id="updated"]')) {
            const key = cell.closest('[row-id]').getAttribute('row-id');
            rows.push([key, Number(cell.textContent)]);
        }
        return rows;
    }

    async atTop() {
        return this.api.getVerticalPixelRange().top === 0;
    }

    // Whether `count` rows are in the grid and the first stands on the screen.
    async isFull(count) {
        return this.api.getDisplayedRowCount() >= count && this.#firstText() !== '';
    }
}

new AgGrid().serve();
