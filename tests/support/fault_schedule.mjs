// tests/support/fault_schedule.mjs - which faults a seed makes, when and for how long. The same
// seed gives the same script everywhere.

// mulberry32; the answer is below `below`.
export function randomFrom(seed) {
    let state = seed >>> 0;
    return (below) => {
        state = (state + 0x6d2b79f5) >>> 0;
        let t = Math.imul(state ^ (state >>> 15), state | 1);
        t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
        return ((t ^ (t >>> 14)) >>> 0) % below;
    };
}

// Of a page alone: its link, its tab, its clock. [name, lasts]
const PAGE_FAULTS = [
    ['cut', false],
    ['half-close', false],
    ['truncate', false],
    ['corrupt', false],
    ['reorder', false],
    ['late', true],
    ['deaf', true],
    ['deaf, then cut', true],
    ['shut', true],
    ['swallow, then cut', true],
    ['hidden', false],
    ['shown', false],
    ['frozen', true],
    ['clock of the page', false],
    ['another account', false],
    ['resync', false],
];

// Of what all pages of a stack share.
const STACK_FAULTS = [
    ['broker killed', true],
    ['broker stopped', true],
    ['broker is a lame duck', true],
    ['nginx reloads', false],
    ['nginx killed', true],
    ['nginx stopped', true],
    ['readers killed', true],
    ['readers stopped', true],
    ['trade-processor killed', true],
    ['trade-processor stopped', true],
    ['trade-service killed', true],
    ['database locked', true],
    ['bus of the services cut', false],
    ['bus of the services deaf', true],
    ['bus of the pages cut', false],
    ['positions slow', true],
    ['positions fail', true],
    ['positions hang', true],
    ['positions html', true],
    ['positions torn', true],
    ['positions garbled', true],
    ['positions unreachable', true],
    ['accounts fail', true],
    ['accounts hang', true],
    ['accounts html', true],
    ['clock of the services', false],
    ['laptop asleep', true],
];

// What makes a page read, so that a service that fails is noticed at all.
const MAKES_PAGES_READ = ['cut', 'resync', 'another account'];

// A list of {at, name, ms, number}, by time; `at` and `ms` in milliseconds. `number` is for the
// fault to make of it what it likes.
function script(random, faults, count, windowMs, longestMs) {
    return Array.from({length: count}, () => {
        const [name, lasts] = faults[random(faults.length)];
        const ms = lasts ? 200 + random(longestMs - 200) : 0;
        return {at: random(windowMs), name, ms, number: random(1_000_000)};
    }).sort((a, b) => a.at - b.at);
}

export function pageSchedule(seed) {
    const random = randomFrom(seed);
    const made = script(random, PAGE_FAULTS, 1 + random(3), 2000, 1500);
    const name = MAKES_PAGES_READ[random(MAKES_PAGES_READ.length)];
    if (random(2) === 0)
        made.push({at: 2000 + random(500), name, ms: 0, number: random(1_000_000)});
    return made;
}

// Round by round every fault of a stack has its turn, in an order that the seed gives.
export function stackSchedules(seed, rounds, perRound) {
    const random = randomFrom(seed);
    let left = [];
    return Array.from({length: rounds}, () => {
        const faults = [];
        while (faults.length < perRound) {
            if (left.length === 0) left = [...STACK_FAULTS];
            faults.push(left.splice(random(left.length), 1)[0]);
        }
        return faults
            .map(([name, lasts]) => ({
                at: random(1200),
                name,
                ms: lasts ? 300 + random(1500) : 0,
                number: random(1_000_000),
            }))
            .sort((a, b) => a.at - b.at);
    });
}

export const words = (schedule) =>
    schedule.map(({at, name, ms}) => `${at}: ${name}${ms ? ` ${ms} ms` : ''}`).join(', ');

// One fault of the stack and one of each page, for as long as somebody asks. The clock of the
// services stays, so that the newest trades stand first.
export function* endlessSchedule(seed, pages) {
    const random = randomFrom(seed);
    const stackFaults = STACK_FAULTS.filter(([name]) => name !== 'clock of the services');
    for (;;) {
        yield {
            stack: script(random, stackFaults, 1, 1000, 2000),
            pages: Array.from({length: pages}, () => script(random, PAGE_FAULTS, 1, 1000, 2000)),
        };
    }
}
