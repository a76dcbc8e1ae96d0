// bench/pages/ours.js - the blotter as it is shipped (dist/), driven by the element's own face.
import {ACCOUNT, Page, now, query, untilShown} from './common.js';
import {frames as timedFrames, plainFrame, timeFrames, timeWebGl} from './timing.js';

const ROWS_IN_SIGHT = 20;

class Ours extends Page {
    #probe = null;

    // `hidden`: without a table. `account` 0 is all accounts.
    async start({rows = 0, hidden = false, account = ACCOUNT, sort, filter} = {}) {
        const blotter = document.createElement('nats-blotter');
        const origin = query.get('origin') ?? '';
        blotter.setAttribute('server', `${origin}/${query.get('link') ?? 'compressed'}/nats-ws`);
        blotter.setAttribute('account', String(account));
        if (query.has('renderer')) blotter.setAttribute('renderer', query.get('renderer'));
        if (hidden) blotter.hidden = true;
        const live = new Promise((resolve) => {
            blotter.addEventListener('statuschange', ({detail}) => {
                if (detail.status !== 'live') return;
                this.isFull(rows);
                resolve();
            });
        });
        document.getElementById('table').append(blotter);
        if (query.has('timed')) {
            timeWebGl();
            timeFrames();
        }
        this.blotter = blotter;
        await import('/dist/nats-blotter.js');
        await blotter.ready;
        let firstRowMs = null;
        if (rows > 0 && !hidden) firstRowMs = await untilShown(() => this.#showsRows());
        await live;
        if (sort) await blotter.setSort('trades', sort);
        if (filter) await blotter.setFilter('trades', filter);
        return {firstRowMs};
    }

    async #showsRows() {
        const {layout} = await this.blotter.stats();
        return layout.tables.trades.shownRows > 0;
    }

    // Rows in the table, and a frame drawn since they are there. Looked at from the moment on when
    // it is live: whoever asks later may have missed that frame, and another need not come.
    #framesAtRows = null;
    async isFull(count) {
        if (this.blotter.status !== 'live') return false;
        const {rows, frames} = await this.blotter.stats();
        if (rows.trades < count) return false;
        this.#framesAtRows ??= frames;
        return frames > this.#framesAtRows;
    }

    async read() {
        const stats = await this.blotter.stats();
        return {
            messages: stats.events ?? stats.messages,
            bytes: stats.bytes,
            lagMs: stats.latencyMs.p50,
            frames: stats.frames,
            rafs: this.rafs,
            at: performance.now(),
            renderer: stats.renderer,
            status: this.blotter.status,
            cause: this.blotter.cause,
            stats,
        };
    }

    frameTimes() {
        return timedFrames.splice(0);
    }

    // Everything in the table of trades changes in every frame: it goes down by half a page, and
    // back to the top before its end. Up and down by turns would cancel out in a skipped frame.
    startScrolling() {
        const canvas = this.blotter.shadowRoot.querySelector('canvas');
        const {left, top} = canvas.getBoundingClientRect();
        let steps = 0;
        const scroll = () => {
            const deltaY = ++steps % 400 === 0 ? -1e6 : 413;
            const options = {deltaY, bubbles: true, cancelable: true};
            const at = {clientX: left + 200, clientY: top + 300};
            canvas.dispatchEvent(new PointerEvent('pointermove', {...at, bubbles: true}));
            canvas.dispatchEvent(new WheelEvent('wheel', {...options, ...at}));
            plainFrame(scroll);
        };
        plainFrame(scroll);
    }

    // Not AfterFrame: rows are read behind the element's own frame, in the same callback. So they
    // are those that it drew: nothing is decoded between.
    startProbe() {
        this.samples = [];
        const probe = {};
        this.#probe = probe;
        this.sightings = [];
        const shown = new Map();
        const begin = now();
        let frames = null; // that were drawn
        let drawn = []; // rows of the last one
        const look = async () => {
            const stats = await this.blotter.stats();
            if (frames !== null && stats.frames > frames)
                drawn = await this.blotter.rows('trades', 0, ROWS_IN_SIGHT);
            frames = stats.frames;
        };
        globalThis.requestAnimationFrame = (work) =>
            plainFrame((time) => {
                work(time);
                if (this.#probe === probe) look();
            });
        const frame = () => {
            if (this.#probe !== probe) return;
            const visible = now();
            plainFrame(frame);
            for (const {id, updated} of drawn) {
                const before = shown.get(id);
                if (before !== undefined && updated <= before) continue;
                shown.set(id, updated);
                if (before === undefined && updated <= begin) continue;
                this.samples.push(visible - updated);
                this.sightings.push([id, updated, visible]);
            }
            drawn = [];
        };
        plainFrame(frame);
    }

    stopProbe() {
        this.#probe = null;
        return this.samples;
    }

    async atTop() {
        const {layout} = await this.blotter.stats();
        return layout.tables.trades.firstRow === 0;
    }
}

new Ours().serve();
