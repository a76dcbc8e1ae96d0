// stock_blotter.js - the blotters of TraderX's stock client, told again in code of our own from the
// description of their behaviour. Their defects are the point; D1 to D13 are the rows of
// docs/upstream.md. Do not mend them here.
import {StockGrid} from './stock_grid.js';

export class StockBlotter {
    account = 0;
    #feed;
    #grids;
    #ends = [];

    // `tables` is {trades: {element, key, columns}, positions: ...}.
    constructor(feed, tables) {
        this.#feed = feed;
        this.#grids = Object.fromEntries(
            Object.entries(tables).map(([name, table]) => [
                name,
                {grid: new StockGrid(table), pending: [], loaded: false},
            ]),
        );
    }

    rows(name) {
        return this.#grids[name].grid.rows();
    }

    select(account) {
        this.account = account;
        for (const end of this.#ends) end();
        this.#ends = Object.entries(this.#grids).map(([name, blotter]) => {
            blotter.loaded = false;
            // D8: what waits for the answer of another account is not let go.
            const take = (record) => {
                if (blotter.loaded)
                    blotter.grid.apply(record); // D13: a transaction for each
                else blotter.pending.push(record);
            };
            return this.#feed.subscribe(`/accounts/${account}/${name}`, take);
        });
        for (const name of Object.keys(this.#grids)) this.#load(name, account);
    }

    async #load(name, account) {
        const blotter = this.#grids[name];
        // D5: asked for before the subscription is known to be active, and not again afterwards.
        const answer = await fetch(`/position-service/${name}/${account}`).catch(() => null);
        if (!answer?.ok) return;
        const rows = await answer.json();
        // D7: nobody asks whether this is still the account on the screen.
        // D4: what waited goes into the grid first, then the rows of the answer take its place.
        for (const record of blotter.pending.splice(0)) blotter.grid.apply(record);
        blotter.loaded = true;
        blotter.grid.bind(rows);
    }
}
