// demo.js - the page of the demo: presses the buttons, asks both panes what they show, and counts
// it against the database.
import {differences, Measure} from './compare.js';

const HOME = Number(new URLSearchParams(location.search).get('account') ?? 22214);
const OTHERS = [52355, 62654]; // chosen one right after the other by "switch"
const ROUND_MS = 600;
const ANSWER_MS_MAX = 2000; // a left pane that takes longer is busy

const FAULTS = [
    {
        name: 'broker',
        title: 'Kill the broker',
        expect: 'Left subscribes again and reads nothing: the order of the outage is never seen.',
    },
    {
        name: 'idle',
        title: 'An idle minute',
        expect: 'Left never asks for a sign of life and is cut off; what comes then is lost.',
    },
    {
        name: 'letter',
        title: 'A trade in Société',
        expect: 'Left counts characters where NATS counts bytes: the message behind it is eaten.',
    },
    {
        name: 'burst',
        title: '20,000 events',
        expect: 'Left draws for every message and falls behind, with a green pill.',
    },
    {
        name: 'switch',
        title: 'Switch account quickly',
        expect: 'Left puts the late answer of one account under the name of the other.',
    },
    {
        name: 'phantom',
        title: 'A phantom',
        expect:
            'Left shows a trade that was never booked, for ever. Right strikes it through within ' +
            'a minute, and drops it with the next check.',
    },
    {
        name: 'swallow',
        title: 'Swallow one event',
        expect: 'Left has no way to notice. Right balances its books and reads again.',
    },
];

const byId = (id) => document.getElementById(id);
const blotter = document.querySelector('nats-blotter');
const frame = byId('stock');
const leftOrigin = `http://127.0.0.1:${location.port}`;
let account = HOME;

// ---- the left pane, which is a page of its own

const left = {connected: false, started: null, reads: 0, waiting: null, rows: null, busy: false};

addEventListener('message', ({data, source}) => {
    if (source !== frame.contentWindow) return;
    if (data.started) left.started?.();
    if ('connected' in data) left.connected = data.connected;
    if (data.read === left.reads) left.waiting?.(data);
});

const tellLeft = (message) => frame.contentWindow.postMessage(message, leftOrigin);

function loadLeft() {
    left.connected = false;
    left.rows = null;
    const started = new Promise((resolve) => {
        left.started = resolve;
    });
    frame.src = `${leftOrigin}/stock/?${Date.now()}`;
    return started;
}

// Its rows, or those of last time when it does not answer.
async function readLeft() {
    const asked = ++left.reads;
    const answer = new Promise((resolve) => {
        left.waiting = resolve;
    });
    const late = new Promise((resolve) => setTimeout(resolve, ANSWER_MS_MAX, null));
    tellLeft({read: asked});
    const told = await Promise.race([answer, late]);
    left.busy = told === null;
    if (told) left.rows = {trades: told.trades, positions: told.positions};
    return left.rows;
}

async function readRight() {
    const [trades, positions] = await Promise.all([
        blotter.rows('trades'),
        blotter.rows('positions'),
    ]);
    return {trades, positions};
}

async function readDatabase() {
    const rows = async (name) => (await fetch(`/database/${name}/${account}`)).json();
    const [trades, positions] = await Promise.all([rows('trades'), rows('positions')]);
    return {trades, positions};
}

// ---- the counters

const WORDS = {
    right: 'agrees with the database',
    wrong: 'wrong, and says nothing',
    late: 'behind, and says nothing',
    marked: 'says that it may not be right',
    waiting: 'measuring…',
};
const measures = {left: new Measure(), right: new Measure()};

function verdictOf(side, counts) {
    const off = counts.lost + counts.doubled + counts.wrong;
    if (side === 'left') {
        if (off === 0) return 'right';
        return left.busy || counts.lost > 1000 ? 'late' : 'wrong';
    }
    if (blotter.status !== 'live') return 'marked';
    if (off > 0) return 'wrong';
    return counts.marked > 0 ? 'marked' : 'right';
}

function show(side, counts) {
    const box = byId(side);
    const verdict = counts === null ? 'waiting' : verdictOf(side, counts);
    for (const kind of ['lost', 'doubled', 'wrong']) {
        const value = counts?.[kind] ?? 0;
        box.dataset[kind] = value;
        const cell = box.querySelector(`[data-kind="${kind}"]`);
        cell.textContent = value.toLocaleString('en');
        cell.classList.toggle('bad', value > 0);
    }
    box.dataset.verdict = verdict;
    box.dataset.rounds = counts === null ? 0 : Number(box.dataset.rounds ?? 0) + 1;
    box.querySelector('.verdict').textContent = WORDS[verdict];
}

function forget() {
    for (const side of ['left', 'right']) {
        measures[side].forget();
        show(side, null);
    }
}

async function measure() {
    const of = account;
    const owed = await readDatabase();
    const rows = {left: await readLeft(), right: await readRight()};
    if (of !== account) return;
    for (const side of ['left', 'right']) {
        if (!rows[side]) continue;
        show(side, measures[side].take(differences(rows[side], owed)));
    }
}

async function measureForEver() {
    for (;;) {
        await measure().catch(() => {}); // the services are away for a moment
        await new Promise((resolve) => setTimeout(resolve, ROUND_MS));
    }
}

// ---- the buttons

function choose(next) {
    account = next;
    tellLeft({select: next});
    blotter.setAccount(next).catch(() => {}); // superseded by the next choice
}

// Both panes right, connected and on the home account: where every fault begins.
async function level() {
    forget();
    account = HOME;
    await loadLeft();
    choose(HOME);
    const isLevel = () =>
        left.connected && byId('left').dataset.verdict === 'right' && blotter.status === 'live';
    while (!isLevel()) await new Promise((resolve) => setTimeout(resolve, 50));
}

function tell(words) {
    const line = document.createElement('li');
    line.textContent = words;
    const log = byId('log');
    log.append(line);
    log.scrollTop = log.scrollHeight;
}

function take(message) {
    if (message.say === 'choose') {
        tell(`Accounts ${OTHERS[0]} and ${OTHERS[1]} are chosen, one right after the other.`);
        choose(OTHERS[0]);
        setTimeout(choose, 100, OTHERS[1]);
        return;
    }
    if (message.say) tell(message.say);
    if (message.failed) tell(`The demo itself failed: ${message.failed}`);
}

async function run(fault) {
    const body = JSON.stringify({account: fault.name === 'switch' ? OTHERS[0] : HOME});
    const answer = await fetch(`/faults/${fault.name}`, {method: 'POST', body});
    if (!answer.ok) return tell(`The demo refuses: ${answer.status}`);
    const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
    let text = '';
    for (;;) {
        const {done, value} = await reader.read();
        if (done) return;
        const lines = (text + value).split('\n');
        text = lines.pop();
        for (const line of lines) take(JSON.parse(line));
    }
}

async function press(fault, button) {
    const buttons = document.querySelectorAll('#faults button');
    for (const other of buttons) other.disabled = true;
    for (const other of buttons) other.setAttribute('aria-pressed', String(other === button));
    byId('log').replaceChildren();
    byId('expect').textContent = fault.expect;
    document.body.dataset.fault = '';
    tell('Both panes begin level.');
    try {
        await level();
        await run(fault);
        tell('Done. Look at both panes.');
    } finally {
        document.body.dataset.fault = fault.name;
        for (const other of buttons) other.disabled = false;
    }
}

for (const fault of FAULTS) {
    const button = document.createElement('button');
    button.dataset.name = fault.name;
    button.textContent = fault.title;
    button.addEventListener('click', () => press(fault, button));
    byId('faults').append(button);
}

forget();
blotter.setAttribute('account', String(HOME));
await import('/blotter/nats-blotter.js');
await Promise.all([loadLeft(), blotter.ready]);
choose(HOME);
measureForEver();
document.body.dataset.ready = 'yes';
