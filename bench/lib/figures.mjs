// bench/lib/figures.mjs - numbers from samples.

export function percentile(samples, percent) {
    if (samples.length === 0) return null;
    const sorted = [...samples].sort((a, b) => a - b);
    return sorted[Math.min(sorted.length - 1, Math.floor((sorted.length * percent) / 100))];
}

export const median = (samples) => {
    if (samples.length === 0) return null;
    const sorted = [...samples].sort((a, b) => a - b);
    const middle = sorted.length >> 1;
    return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
};

// Three significant digits: more would be noise.
export const round = (value) =>
    value === null || !Number.isFinite(value) ? null : Number(value.toPrecision(3));

export const spreadOf = (samples) =>
    samples.length === 0 ? null : [round(Math.min(...samples)), round(Math.max(...samples))];

// Samples of several programs, round by round: {name: [values]}.
export class Samples {
    values = {};

    add(name, value) {
        (this.values[name] ??= []).push(value);
    }

    median(name) {
        return median(this.values[name] ?? []);
    }

    spread() {
        const entries = Object.entries(this.values).map(([name, list]) => [name, spreadOf(list)]);
        return Object.fromEntries(entries);
    }
}

// One line of bench/results.json. `samples` holds `ours` and the peers by name; the ratio is
// peer / ours, or ours / peer with `inverse`, or ours itself without a peer. `atLeast` or `atMost`
// is the target.
export function figure({row, metric, samples, peer, inverse, ratio, atLeast, atMost, renderer}) {
    const names = Object.keys(samples.values).filter((name) => name !== 'ours');
    const ours = samples.median('ours');
    const peers = Object.fromEntries(names.map((name) => [name, round(samples.median(name))]));
    let value = ratio;
    if (value === undefined) {
        const other = peer === undefined ? null : samples.median(peer);
        if (peer === undefined) value = ours;
        else value = inverse ? ours / other : other / ours;
    }
    const target = atLeast === undefined ? `<= ${atMost}` : `>= ${atLeast}`;
    const isKnown = value !== null && Number.isFinite(value);
    const pass = isKnown && (atLeast === undefined ? value <= atMost : value >= atLeast);
    return {
        row,
        metric,
        ours: round(ours),
        peers,
        ratio: round(value),
        target,
        renderer: renderer ?? 'none',
        spread: samples.spread(),
        pass,
    };
}

// The line of a figure that could not be measured, with the reason.
export function missing({row, metric, target}, error) {
    return {
        row,
        metric,
        ours: null,
        peers: {},
        ratio: null,
        target,
        renderer: 'none',
        spread: {},
        pass: false,
        reason: String(error.message ?? error).split('\n')[0],
    };
}
