// tests/web/pages_agree.test.mjs - orders from several connections while two pages are open, one on
// all accounts and one on a single account: both agree with the database to the last row. On
// PostgreSQL; NB_ORDERS=100000 is the long form, on SQLite too. (ten_thousand.test.mjs has SQLite
// with a broker that dies.)
import assert from 'node:assert/strict';
import {spawn} from 'node:child_process';
import {once} from 'node:events';
import {existsSync} from 'node:fs';
import {mkdtemp, rm} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {test} from 'node:test';

import {launchBrowser, openPage, rowsOf, statsOf, untilStatus} from '../support/browser.mjs';
import {Stack, root} from '../support/stack.mjs';
import {until} from '../support/wait.mjs';

const ORDERS = Number(process.env.NB_ORDERS ?? 2000);
const ACCOUNT = 22214;
const SECONDS_MAX = 500;

async function startPostgres() {
    const folder = await mkdtemp(join(tmpdir(), 'nb-pg-'));
    const program = join(root, 'tests/support/postgres_cluster');
    const child = spawn(program, [folder], {stdio: ['ignore', 'ignore', 'inherit']});
    process.on('exit', () => child.kill('SIGKILL'));
    await until('PostgreSQL', () => existsSync(join(folder, '.s.PGSQL.5432')), 60);
    return {
        url: `postgresql://traderx@/postgres?host=${folder}`,
        stop: async () => {
            child.kill('SIGINT');
            await once(child, 'exit');
            await rm(folder, {recursive: true, force: true});
        },
    };
}

const lines = (rows, text) => rows.map(text).sort();
const tradeLine = (row) => `${row.id} ${row.accountId} ${row.security} ${row.side} ${row.quantity}`;
const positionLine = (row) => `${row.accountId} ${row.security} ${row.quantity}`;

async function agrees(page, stack, account) {
    const trades = await stack.trades(account);
    await until(
        'every trade',
        async () => (await statsOf(page)).rows.trades === trades.length,
        SECONDS_MAX,
    ).catch(() => {}); // the comparison says what is missing
    assert.deepEqual(lines(await rowsOf(page, 'trades'), tradeLine), lines(trades, tradeLine));
    assert.deepEqual(
        lines(await rowsOf(page, 'positions'), positionLine),
        lines(await stack.positions(account), positionLine),
    );
}

async function run(database) {
    const postgres = database === 'postgres' ? await startPostgres() : null;
    let stack, browser;
    try {
        stack = await Stack.start(postgres ? {DATABASE_URL: postgres.url} : {});
        browser = await launchBrowser();
        const everything = await openPage(browser, stack.url);
        const one = await openPage(browser, `${stack.url}#account=${ACCOUNT}`);
        for (const page of [everything, one]) await untilStatus(page, 'live');
        const before = (await stack.trades()).length;
        assert.equal(await stack.orders(ORDERS), ORDERS);
        await until(
            'all are booked',
            async () => (await stack.trades()).length === before + ORDERS,
            SECONDS_MAX,
        );
        await agrees(everything, stack);
        await agrees(one, stack, ACCOUNT);
        for (const page of [everything, one]) assert.deepEqual(page.complaints, []);
    } finally {
        await browser?.close();
        await stack?.stop();
        await postgres?.stop();
    }
}

for (const database of process.env.NB_ORDERS ? ['postgres', 'sqlite'] : ['postgres'])
    test(`${ORDERS} orders on ${database}: both pages are the database`, () => run(database));
