// tests/support/page_oracle.mjs - what a page must show, by rule 12 of the rules of truth
// (docs/truth.md): the whole of the database, row by row and field by field.
//
// A trigger in the database keeps every version of every row in the order of the commits
// (book_log.py); BookLog reads it on and on. A row is owed once it has been committed for 3 s. How
// late a page may be is told by no clock of this machine, which may be slow, but by the page: one
// that shows a row of a later commit has heard everything that was told before it. So a version is
// missed when the page is live, lacks it, and shows one that was committed at least 3 s after it.
// That a page is not behind for ever is for equals() to see, which waits.
import {spawn} from 'node:child_process';
import {createInterface} from 'node:readline';

import {sleep} from './wait.mjs';

const graceMs = 3000;
const columns = {
    trades: ['id', 'accountId', 'security', 'side', 'state', 'quantity', 'updated', 'created'],
    positions: ['accountId', 'security', 'quantity', 'updated'],
};
const keyOf = {
    trades: (row) => row.id,
    positions: (row) => `${row.accountId} ${row.security}`,
};
const textOf = (table, row) => columns[table].map((name) => row[name]).join(' ');

// The versions of all rows. Of each it knows only between which two looks it was committed.
export class BookLog {
    // table -> key -> [{text, row, notBefore, notAfter}], the newest last
    tables = {trades: new Map(), positions: new Map()};
    keys = {trades: [], positions: []}; // in the order in which they were first committed
    #number = 0;
    #lookedAt = performance.now();
    #waiting = [];
    #turn = Promise.resolve();

    static async start(script, file) {
        const log = new BookLog();
        log.child = spawn('python3', [script, file], {stdio: ['pipe', 'pipe', 'inherit']});
        process.on('exit', () => log.child.kill('SIGKILL'));
        log.child.on('exit', () => log.#waiting.splice(0).forEach((heard) => heard('[]')));
        createInterface({input: log.child.stdout}).on('line', (line) =>
            log.#waiting.shift()?.(line),
        );
        await log.look();
        return log;
    }

    stop() {
        this.child.stdin.end();
    }

    // Nobody else writes to the database for so long.
    lock(ms) {
        return this.#ask(`lock ${Math.round(ms)}`);
    }

    // Takes in what was committed until now.
    look() {
        this.#turn = this.#turn.then(() => this.#look());
        return this.#turn;
    }

    #ask(line) {
        return new Promise((resolve) => {
            this.#waiting.push((answer) => resolve(JSON.parse(answer)));
            this.child.stdin.write(`${line}\n`);
        });
    }

    async #look() {
        for (;;) {
            const askedAt = performance.now();
            const versions = await this.#ask(`log ${this.#number}`);
            const heardAt = performance.now();
            for (const [number, table, ...values] of versions) {
                this.#number = number;
                const row = Object.fromEntries(
                    columns[table].map((name, index) => [name, values[index]]),
                );
                const rows = this.tables[table];
                const key = keyOf[table](row);
                if (!rows.has(key)) {
                    rows.set(key, []);
                    this.keys[table].push(key);
                }
                rows.get(key).push({
                    text: textOf(table, row),
                    account: row.accountId,
                    notBefore: this.#lookedAt,
                    notAfter: heardAt,
                });
            }
            this.#lookedAt = askedAt;
            if (versions.length < 20_000) return;
        }
    }
}

// Runs in the page: what it shows, as text so that numbers are exact; of the trades at most so
// many, the first of its order, which are the newest.
export const showRows = (tradesMax) => `(async () => {
    const blotter = document.querySelector('nats-blotter');
    const before = blotter.status;
    const [trades, positions, stats] = await Promise.all([
        blotter.rows('trades', 0, ${tradesMax}, {exact: true}),
        blotter.rows('positions', 0, Infinity, {exact: true}),
        blotter.stats(),
    ]);
    const {rows, gaps, resyncs, reconnects, phantoms, evicted, breaks, decodeErrors} = stats;
    return {
        before, status: blotter.status, cause: blotter.cause, trades, positions,
        stats: {rows, gaps, resyncs, reconnects, phantoms, evicted, breaks, decodeErrors},
    };
})()`;

export class PageOracle {
    // Differences are named here; none may be.
    failures = [];
    looks = 0;
    rowsCompared = 0;
    // Of the looks in calm, and of those the live ones.
    calmLooks = 0;
    liveLooks = 0;

    // `show` answers what `showAll` gives. `publishesEarly`: events come before their commit, or
    // without one, and a killed processor may never tell what it committed.
    // `tradesMax` is how many trades `show` gives.
    constructor(name, log, show, {publishesEarly = false, tradesMax = Infinity} = {}) {
        Object.assign(this, {name, log, show, publishesEarly, tradesMax});
        this.account = 0;
    }

    // The keys of the rows in scope that `show` gives for certain: half of the newest, since the
    // order of the page is not quite that of the commits.
    #keys(table) {
        const keys = this.log.keys[table];
        const inScope = (key) => this.inScope(this.log.tables[table].get(key)[0].account);
        if (table === 'positions' || this.tradesMax === Infinity) return keys.filter(inScope);
        const newest = [];
        for (let at = keys.length; at-- > 0 && newest.length < this.tradesMax / 2; )
            if (inScope(keys[at])) newest.push(keys[at]);
        return newest;
    }

    // While this is true a difference need not show in the status: what was committed may not have
    // been told to anybody.
    untold = false;

    inScope(account) {
        return this.account === 0 || account === this.account;
    }

    // One look. `calm`: nothing is wrong.
    async look(calm = false) {
        const account = this.account;
        await this.log.look();
        const shown = await this.show();
        await this.log.look();
        if (account !== this.account) return null; // changed meanwhile
        ++this.looks;
        const live = shown.before === 'live' && shown.status === 'live';
        if (calm) {
            ++this.calmLooks;
            if (live) ++this.liveLooks;
        }
        for (const table of ['trades', 'positions']) {
            const difference = this.#difference(table, shown[table], live);
            if (difference) this.#fail(`${shown.status}, and ${difference}`, shown);
        }
        return shown;
    }

    #fail(words, shown) {
        this.failures.push(`${this.name}: ${words} (${JSON.stringify(shown.stats)})`);
    }

    #difference(table, rows, live) {
        const seen = new Set();
        let heardUntil = -Infinity; // the page has a row of a commit that is not older
        let first = '';
        const differs = (words) => {
            first ||= `${table}: ${words}`;
        };
        const held = new Map(); // key -> index of the version that is shown
        for (const row of rows) {
            ++this.rowsCompared;
            const key = keyOf[table](row);
            if (seen.has(key)) return `${table}: ${key} is shown twice`;
            seen.add(key);
            if (!this.inScope(Number(row.accountId)))
                return `${table}: ${key} of another account is shown`;
            if (row._phantom) continue;
            const versions = this.log.tables[table].get(key) ?? [];
            const text = textOf(table, row);
            let index = versions.length - 1;
            while (index >= 0 && versions[index].text !== text) --index;
            held.set(key, index);
            if (index >= 0) heardUntil = Math.max(heardUntil, versions[index].notBefore);
            else if (live && !this.publishesEarly) differs(`nobody committed ${text}`);
        }
        if (first || !live || this.untold) return first;
        for (const key of this.#keys(table)) {
            const versions = this.log.tables[table].get(key);
            // The newest version that is owed.
            let owed = versions.length - 1;
            const lag = this.publishesEarly ? graceMs + 2000 : graceMs;
            while (owed >= 0 && versions[owed].notAfter + lag > heardUntil) --owed;
            if (owed < 0) continue;
            if (!held.has(key)) differs(`${versions[owed].text} is missing`);
            else if (held.get(key) >= 0 && held.get(key) < owed)
                differs(`${versions[held.get(key)].text} is stale: ${versions[owed].text}`);
        }
        return first;
    }

    // Until the page is live and is the database, which goes on meanwhile; throws with the
    // difference after `seconds`.
    async equals(seconds, {exactly = false} = {}) {
        const end = performance.now() + seconds * 1000;
        let words = 'it was never asked';
        for (;;) {
            await this.log.look();
            const committed = this.#committed();
            const shown = await this.show();
            if (shown.before === 'live' && shown.status === 'live') {
                words = this.#unequal(committed, shown, exactly);
                if (words === '') return shown;
            } else words = `it is ${shown.status}: ${shown.cause}`;
            if (performance.now() > end)
                throw new Error(`${this.name} is not the database after ${seconds} s: ${words}`);
            await sleep(50);
        }
    }

    // What every row was at this moment.
    #committed() {
        const now = {};
        for (const table of ['trades', 'positions']) {
            now[table] = new Map();
            for (const key of this.#keys(table))
                now[table].set(key, this.log.tables[table].get(key).length - 1);
        }
        return now;
    }

    // Shown is at least what was committed then; `exactly`: and nothing else.
    #unequal(committed, shown, exactly) {
        for (const table of ['trades', 'positions']) {
            const rows = new Map(shown[table].map((row) => [keyOf[table](row), row]));
            if (rows.size !== shown[table].length) return `${table}: a row is shown twice`;
            for (const [key, index] of committed[table]) {
                const versions = this.log.tables[table].get(key);
                const row = rows.get(key);
                if (!row) return `${table}: ${versions[index].text} is missing`;
                if (row._phantom) return `${table}: ${key} is struck through`;
                const text = textOf(table, row);
                let at = versions.length - 1;
                while (at >= 0 && versions[at].text !== text) --at;
                // One that is newer than the log's last look is as good.
                if (at >= 0 && at < index) return `${table}: ${text} is stale`;
                if (at < 0 && exactly) return `${table}: nobody committed ${text}`;
            }
            if (!exactly) continue;
            for (const [key, row] of rows)
                if (!committed[table].has(key))
                    return `${table}: ${textOf(table, row)} is too much`;
        }
        return '';
    }
}
