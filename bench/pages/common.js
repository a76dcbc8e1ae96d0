// bench/pages/common.js - what every page of the benchmark shares: the face that the harness calls,
// and the probes. Each page sets `globalThis.bench` to a subclass of Page.

import {plainFrame} from './timing.js';

export const ACCOUNT = 22214;
export const SUBJECT = `/accounts/${ACCOUNT}/trades`;

// Fractions of a millisecond, on the clock of the publisher's timestamps.
export const now = () => performance.timeOrigin + performance.now();

export const query = new URLSearchParams(location.search);

// Which tunnel of nginx: small (4 KiB messages), large, compressed.
export const socketUrl = () => {
    const link = query.get('link') ?? 'compressed';
    const origin = query.get('origin') ?? location.origin;
    return `${origin.replace(/^http/, 'ws')}/${link}/nats-ws`;
};

// A task of its own after the frame that asks for it.
export class AfterFrame {
    #channel = new MessageChannel();
    #work = null;

    constructor() {
        this.#channel.port1.onmessage = () => this.#work?.();
    }

    ask(work) {
        this.#work = work;
        this.#channel.port2.postMessage(0);
    }
}

export class Page {
    messages = 0;
    bytes = 0;
    newest = 0; // publication time of the newest event that was decoded
    rafs = 0;
    samples = [];
    #probe = null; // the one that runs

    constructor() {
        const tick = () => {
            ++this.rafs;
            plainFrame(tick);
        };
        plainFrame(tick);
    }

    // Makes it what the harness calls, and starts it with what the address says: the harness would
    // see it some time after it is there.
    serve() {
        globalThis.bench = this;
        const start = query.get('start');
        if (start !== null) this.begun = this.start(JSON.parse(start));
        this.begun?.catch(() => {}); // whoever asks for it is told
    }

    // What that start answers.
    started() {
        return this.begun;
    }

    lagMs() {
        return this.newest === 0 ? null : now() - this.newest;
    }

    async read() {
        return {
            messages: this.messages,
            bytes: this.bytes,
            lagMs: this.lagMs(),
            frames: this.rafs,
            rafs: this.rafs,
            at: performance.now(),
            renderer: 'dom',
        };
    }

    // ---- publish to visible: for every row in sight whose shown value changed, the time from the
    // publication of what it shows to the start of the frame after the one that drew it.

    // Rows as they stand on the screen: [[key, publication time], ...].
    async shownRows() {
        return [];
    }

    startProbe() {
        this.samples = [];
        const probe = {};
        this.#probe = probe;
        this.sightings = [];
        const shown = new Map();
        const begin = now();
        let drawn = null; // rows of the last frame
        const after = new AfterFrame();
        const frame = () => {
            if (this.#probe !== probe) return;
            const visible = now();
            for (const [key, time] of drawn ?? []) {
                const before = shown.get(key);
                // A grid may keep the element of an older state for a while: only newer ones count.
                if (before !== undefined && time <= before) continue;
                shown.set(key, time);
                if (before === undefined && time <= begin) continue;
                this.samples.push(visible - time);
                this.sightings.push([key, time, visible]);
            }
            drawn = null;
            requestAnimationFrame(frame);
            after.ask(async () => {
                drawn = await this.shownRows();
            });
        };
        requestAnimationFrame(frame);
    }

    stopProbe() {
        this.#probe = null;
        return this.samples;
    }

    // Each: key of the row, publication time of what it shows, when it was visible.
    allSightings() {
        return this.sightings;
    }

    // ---- input to changed pixels: from the event's own time to the start of the frame after the
    // one that moved the rows.

    // Whether the rows stand at their top, as drawn.
    async atTop() {
        return true;
    }

    startInputProbe() {
        this.samples = [];
        this.inputs = 0;
        let pending = null; // {time, top} of the event that is not visible yet
        this.isAnswered = () => pending === null && moved === null;
        const note = (event) => {
            ++this.inputs;
            const down = event.deltaY > 0 || event.key === 'End';
            pending = {time: performance.timeOrigin + event.timeStamp, top: !down};
        };
        addEventListener('wheel', note, {capture: true, passive: true});
        addEventListener('keydown', note, {capture: true, passive: true});
        const after = new AfterFrame();
        let moved = null;
        const frame = () => {
            if (moved) this.samples.push(now() - moved.time);
            moved = null;
            requestAnimationFrame(frame);
            after.ask(async () => {
                if (!pending || (await this.atTop()) !== pending.top) return;
                moved = pending;
                pending = null;
            });
        };
        requestAnimationFrame(frame);
    }

    // Until the last input is visible, or two seconds are over; those count as the answer's time.
    async untilAnswered() {
        const end = performance.now() + 2000;
        while (!this.isAnswered() && performance.now() < end) {
            await new Promise((resolve) => setTimeout(resolve, 5));
        }
        if (!this.isAnswered()) this.samples.push(2000);
        return this.isAnswered();
    }

    inputSamples() {
        return {samples: this.samples, inputs: this.inputs};
    }
}

// Resolves in the frame after the one in which `isShown` first holds, with the time since the
// navigation began.
export function untilShown(isShown) {
    return new Promise((resolve) => {
        const frame = async () => {
            if (await isShown()) requestAnimationFrame(() => resolve(performance.now()));
            else requestAnimationFrame(frame);
        };
        requestAnimationFrame(frame);
    });
}

export async function fetchSnapshot() {
    const answer = await fetch(`/position-service/trades/${ACCOUNT}`);
    return answer.json();
}
