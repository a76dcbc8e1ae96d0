// tests/stack/jwt_users.test.mjs - examples/jwt: a broker that knows no user by name, and services
// and browser users who show it a JWT, each browser user with his accounts and no other.
import assert from 'node:assert/strict';
import {execFileSync} from 'node:child_process';
import {cpSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {after, afterEach, before, test} from 'node:test';

import {causeOf, launchBrowser, openPage, rowsOf, untilStatus} from '../support/browser.mjs';
import {Stack, root} from '../support/stack.mjs';
import {until} from '../support/wait.mjs';

const example = join(root, 'examples', 'jwt');
const alice = {username: 'alice', password: 'PASSWORD-OF-ALICE'}; // at the ingress

let folder;
let stack;
let browser;
let page;

const of = (name) => join(folder, name);
const issue = (days = []) =>
    execFileSync('node', [join(example, 'issue.mjs'), of('users'), ...days]);
const jwtOf = (name) => readFileSync(of(`users/${name}.creds`), 'utf8').split('\n')[1];
const seedOf = (name) => readFileSync(of(`users/${name}.creds`), 'utf8').match(/^SU\w+$/m)[0];

before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'nats-blotter-test-'));
    cpSync(join(root, 'dist'), of('page'), {recursive: true});
    for (const file of ['sign-in.html', 'sign-in.js'])
        cpSync(join(example, file), join(of('page'), file));
    issue();
    stack = await Stack.start({USERS_DIR: of('users'), PAGE_DIR: of('page')});
    browser = await launchBrowser();
});
after(async () => {
    await browser?.close();
    await stack?.stop();
    rmSync(folder, {recursive: true, force: true});
});
afterEach(async () => {
    await page?.context().close();
    page = undefined;
});

async function signIn(file, account) {
    page = await openPage(browser, `${stack.url}sign-in.html`, {httpCredentials: alice});
    page.sent = [];
    page.on('websocket', (socket) =>
        socket.on('framesent', ({payload}) => page.sent.push(String(payload))),
    );
    await page.setInputFiles('[name=creds]', file);
    await page.fill('[name=account]', String(account));
    await page.click('button');
    // Either the element is there, or the words of why it is not.
    await page.waitForSelector('nats-blotter, [role=alert]:not(:empty)', {state: 'attached'});
}

// Past the ingress, as whoever may book orders does in this example.
function order(accountId, quantity) {
    return fetch(`http://127.0.0.1:${stack.ports.TRADE_SERVICE_PORT}/trade/`, {
        method: 'POST',
        headers: {'content-type': 'application/json'},
        body: JSON.stringify({accountId, quantity, security: 'IBM', side: 'Buy'}),
    });
}

test('AUserShowsHisJwtAndSeesHisAccountLive', async () => {
    await signIn(of('users/alice.creds'), 22214);
    await untilStatus(page, 'live');
    assert.equal((await order(22214, 4321)).status, 200);
    await until('the trade by the bus', async () =>
        (await rowsOf(page, 'trades')).some(({quantity}) => quantity === 4321),
    );
    assert.deepEqual(page.complaints, []);
    // The JWT went to the broker with a signature; the seed went nowhere, and neither stays.
    const connect = page.sent.find((text) => text.startsWith('CONNECT '));
    assert.ok(connect.includes(jwtOf('alice')) && /"sig":"[\w-]{86}"/.test(connect));
    assert.ok(page.sent.every((text) => !text.includes(seedOf('alice'))));
    const kept = await page.evaluate(() =>
        JSON.stringify([
            document.documentElement.outerHTML,
            location.href,
            {...localStorage},
            {...sessionStorage},
            document.cookie,
        ]),
    );
    for (const secret of [jwtOf('alice'), seedOf('alice')]) assert.ok(!kept.includes(secret));
});

test('AnotherAccountIsRefusedInWords', async () => {
    await signIn(of('users/alice.creds'), 52355);
    const words = await until('the words', async () => {
        const cause = await causeOf(page);
        return /The broker refuses: .*\/accounts\/52355\/(trades|positions)/.test(cause) && cause;
    });
    assert.match(words, /Permissions Violation/i);
    assert.deepEqual(await rowsOf(page, 'trades'), []);
});

test('WithoutAJwtOrWithThatOfTheServicesNobodyComesIn', async () => {
    page = await openPage(browser, `${stack.url}#account=22214`, {httpCredentials: alice});
    await until('the words', async () => /refused the credentials/.test(await causeOf(page)));
    await page.context().close();
    // That of the services is for the client port alone.
    await signIn(of('users/services.creds'), 22214);
    await until('the words', async () => /refused the credentials/.test(await causeOf(page)));
});

test('AFileThatIsNoneIsRefusedBeforeAnyDial', async () => {
    await signIn(of('users/operator.conf'), 22214);
    assert.match(await page.textContent('[role=alert]'), /no \.creds file/);
    assert.deepEqual(page.sent, []);
});

// The broker has been told nothing: it trusts whoever signed.
test('NewJwtsAreTakenByTheSameBrokerAndExpiredOnesAreNot', async () => {
    const before = jwtOf('alice');
    issue();
    assert.notEqual(jwtOf('alice'), before);
    await signIn(of('users/alice.creds'), 22214);
    await untilStatus(page, 'live');
    await page.context().close();
    issue(['-1']);
    await signIn(of('users/alice.creds'), 22214);
    await until('the words', async () => /refused the credentials/.test(await causeOf(page)));
});

test('WhatIsIssuedIsForItsOwnerAlone', () => {
    for (const name of ['keys.json', 'services.creds', 'alice.creds', 'bob.creds']) {
        assert.ok(existsSync(of(`users/${name}`)), name);
        assert.equal(statSync(of(`users/${name}`)).mode & 0o077, 0, name);
    }
    // What the broker is given holds no seed.
    assert.doesNotMatch(readFileSync(of('users/operator.conf'), 'utf8'), /\bS[AOU][A-Z2-7]{56}/);
});
