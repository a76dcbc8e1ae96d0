// tests/stack/users.test.mjs - examples/users: a user who sees his accounts and no other, at the
// ingress and at the broker, and a page that says so. Behind TLS, as passwords should be.
import assert from 'node:assert/strict';
import {execFileSync} from 'node:child_process';
import {cpSync, mkdtempSync, readFileSync, rmSync} from 'node:fs';
import http from 'node:http';
import https from 'node:https';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {after, afterEach, before, test} from 'node:test';

import {causeOf, launchBrowser, openPage, rowsOf, untilStatus} from '../support/browser.mjs';
import {Stack, root} from '../support/stack.mjs';
import {until} from '../support/wait.mjs';

const example = join(root, 'examples', 'users');
const alice = {username: 'alice', password: 'PASSWORD-OF-ALICE'};
const bob = {username: 'bob', password: 'PASSWORD-OF-BOB'};

let folder;
let stack;
let browser;
let page;

before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'nats-blotter-test-'));
    cpSync(join(root, 'dist'), join(folder, 'page'), {recursive: true});
    for (const file of ['sign-in.html', 'sign-in.js'])
        cpSync(join(example, file), join(folder, 'page', file));
    const of = (name) => join(folder, name);
    execFileSync(
        'openssl',
        [
            'req',
            '-x509',
            '-newkey',
            'ec',
            '-pkeyopt',
            'ec_paramgen_curve:prime256v1',
            '-nodes',
        ].concat(
            ['-keyout', of('key.pem'), '-out', of('certificate.pem'), '-days', '2'],
            ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost'],
        ),
        {stdio: 'pipe'},
    );
    stack = await Stack.start({
        USERS_DIR: example,
        PAGE_DIR: of('page'),
        TLS_CERTIFICATE: of('certificate.pem'),
        TLS_KEY: of('key.pem'),
    });
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

const authority = () => readFileSync(join(folder, 'certificate.pem'));

// {status, text} of a request to the ingress.
function ask(method, path, who) {
    return new Promise((resolve, reject) => {
        const auth = who && `${who.username}:${who.password}`;
        const options = {host: 'localhost', port: stack.port, method, path, auth, ca: authority()};
        https
            .request(options, (answer) => {
                let text = '';
                answer.on('data', (part) => (text += part));
                answer.on('end', () => resolve({status: answer.statusCode, text}));
            })
            .on('error', reject)
            .end();
    });
}

// Past the ingress, as whoever may book orders does in this example.
function order(accountId, quantity) {
    const body = JSON.stringify({accountId, quantity, security: 'IBM', side: 'Buy'});
    const headers = {'content-type': 'application/json'};
    return fetch(`http://127.0.0.1:${stack.ports.TRADE_SERVICE_PORT}/trade/`, {
        method: 'POST',
        headers,
        body,
    });
}

async function signIn(who, account, password = who.password) {
    page = await openPage(browser, `${stack.url}sign-in.html`, {
        ignoreHTTPSErrors: true,
        httpCredentials: who,
    });
    const sockets = [];
    page.on('websocket', (socket) => sockets.push(socket.url()));
    await page.fill('[name=user]', who.username);
    await page.fill('[name=password]', password);
    await page.fill('[name=account]', String(account));
    await page.click('button');
    return sockets;
}

test('AUserSeesHisAccountLiveOverTls', async () => {
    const sockets = await signIn(alice, 22214);
    await untilStatus(page, 'live');
    assert.match(sockets[0], /^wss:\/\/localhost:/);
    assert.equal((await order(22214, 4321)).status, 200);
    await until('the trade by the bus', async () =>
        (await rowsOf(page, 'trades')).some(({quantity}) => quantity === 4321),
    );
    assert.deepEqual(page.complaints, []);
    // The password is nowhere that outlives the element.
    const kept = await page.evaluate(() =>
        JSON.stringify([
            document.documentElement.outerHTML,
            location.href,
            {...localStorage},
            {...sessionStorage},
            document.cookie,
        ]),
    );
    assert.ok(!kept.includes(alice.password));
});

test('AnotherAccountIsRefusedInWords', async () => {
    await signIn(alice, 52355);
    const words = await until('the words', async () => {
        const cause = await causeOf(page);
        return /The broker refuses: .*\/accounts\/52355\/(trades|positions)/.test(cause) && cause;
    });
    assert.match(words, /Permissions Violation/i);
    assert.deepEqual(await rowsOf(page, 'trades'), []);
});

test('AWrongPasswordIsToldInWords', async () => {
    await signIn(alice, 22214, 'guess');
    await until('the words', async () => /refused the credentials/.test(await causeOf(page)));
});

test('TheIngressGivesEachUserHisAccountsAlone', async () => {
    const status = async (...request) => (await ask(...request)).status;
    const rows = '/position-service/trades/';
    assert.equal(await status('GET', `${rows}22214`, alice), 200);
    assert.equal(await status('GET', `${rows}11413`, bob), 200);
    assert.equal(await status('GET', `${rows}22214`, bob), 403);
    for (const path of [
        '52355',
        '',
        '22214/',
        '22214%2f..%2f52355',
        '%35%32355',
        '/52355',
        '022214',
    ])
        assert.equal(await status('GET', rows + path, alice), 403, path);
    for (const path of ['/trade-service/trade/', '/account-service/account/', `${rows}22214`])
        assert.equal(await status('POST', path, alice), 403, path);
    assert.equal(await status('GET', '/', alice), 200);
    assert.equal(await status('GET', '/'), 401);
    const guess = {...alice, password: 'guess'};
    for (const path of ['/', `${rows}22214`, '/account-service/account/'])
        assert.equal(await status('GET', path, guess), 401, path);
    assert.equal(await status('GET', '/health'), 200);
});

test('WithoutTlsNothingIsServedWhereItIsDemanded', async () => {
    for (const path of ['/', '/nats-ws', '/position-service/trades/22214']) {
        const {status, text} = await new Promise((resolve, reject) =>
            http
                .get({host: '127.0.0.1', port: stack.port, path}, (answer) => {
                    let text = '';
                    answer.on('data', (part) => (text += part));
                    answer.on('end', () => resolve({status: answer.statusCode, text}));
                })
                .on('error', reject),
        );
        assert.equal(status, 400);
        assert.match(text, /plain HTTP request was sent to HTTPS port/);
    }
    for (const version of ['TLSv1', 'TLSv1.1'])
        await assert.rejects(
            new Promise((resolve, reject) =>
                https
                    .get(
                        {
                            host: 'localhost',
                            port: stack.port,
                            ca: authority(),
                            maxVersion: version,
                            minVersion: version,
                            ciphers: 'DEFAULT@SECLEVEL=0',
                        },
                        resolve,
                    )
                    .on('error', reject),
            ),
            version,
        );
});

test('AnEncryptedPageNamesAServerThatIsNot', async () => {
    page = await openPage(browser, stack.url, {ignoreHTTPSErrors: true, httpCredentials: alice});
    await page.evaluate(() =>
        document.querySelector('nats-blotter').setAttribute('server', 'ws://localhost:9/nats-ws'),
    );
    await until('the words', async () =>
        /is not encrypted, and this page is/.test(await causeOf(page)),
    );
});
