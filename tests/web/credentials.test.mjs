// tests/web/credentials.test.mjs - the element's `credentials`, with a real broker that wants some:
// a user, a token, an nkey, a JWT. What cannot be had is told in words, and nothing secret stays.
import assert from 'node:assert/strict';
import {spawn} from 'node:child_process';
import {mkdtemp, readFile, rm, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {after, afterEach, before, test} from 'node:test';

import {createAccount, createOperator, createUser, fromSeed} from '@nats-io/nkeys';

import {
    causeOf,
    launchBrowser,
    openPage,
    statsOf,
    untilStatus,
    withBlotter,
} from '../support/browser.mjs';
import {Ingress} from '../support/ingress.mjs';
import {restOf} from '../support/market.mjs';
import {until} from '../support/wait.mjs';

const SECRET = 'sw0rdfish-of-the-test';

let ingress;
let browser;
let folder;
let broker; // {port, stop}
let page;

before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'nats-blotter-test-'));
    ingress = await Ingress.start();
    ingress.rest = restOf(20);
    browser = await launchBrowser();
});
after(async () => {
    await browser?.close();
    await ingress?.stop();
    await rm(folder, {recursive: true, force: true});
});
afterEach(async () => {
    assert.deepEqual(page.complaints, []);
    await page.context().close();
    await broker.stop();
});

// A broker of its own with these settings; its ports are those that it found free.
async function startBroker(settings) {
    const file = join(folder, 'broker.conf');
    await writeFile(
        file,
        `listen: "127.0.0.1:-1"\nwebsocket {\n  listen: "127.0.0.1:-1"\n  no_tls: true\n}\n` +
            settings,
    );
    const child = spawn(
        process.env.NATS_SERVER || 'nats-server',
        ['-c', file, '--ports_file_dir', folder],
        {stdio: 'ignore', env: {...process.env, PATH: `${process.env.PATH}:/usr/sbin:/sbin`}},
    );
    const ended = new Promise((resolve) => child.on('exit', resolve));
    const ports = join(folder, `nats-server_${child.pid}.ports`);
    const told = await until('the ports of the broker', () =>
        readFile(ports, 'utf8').then(JSON.parse, () => null),
    );
    const {port} = new URL(told.websocket[0]);
    broker = {
        port: Number(port),
        stop: async () => {
            child.kill();
            await ended;
        },
    };
    ingress.broker = broker.port;
}

// A page whose element has the function before it is defined. `setUp` runs on the page, with
// `argument`, and answers that function.
async function open(setUp, argument) {
    page = await openPage(browser, 'about:blank');
    page.said = [];
    page.on('console', (message) => page.said.push(message.text()));
    await page.exposeFunction('signed', (seed, nonce) => [
        ...fromSeed(new TextEncoder().encode(seed)).sign(Uint8Array.from(nonce)),
    ]);
    await page.addInitScript(
        `window.asked = 0;
        document.addEventListener('DOMContentLoaded', () => {
            const ask = (${setUp})(${JSON.stringify(argument) ?? ''});
            document.querySelector('nats-blotter').credentials = () => (++window.asked, ask());
        });`,
    );
    await page.goto(`${ingress.url}#account=22214`);
}

const asked = () => page.evaluate(() => window.asked);
const untilCause = (pattern) =>
    until(String(pattern), async () => pattern.test(await causeOf(page)));

// All that the page keeps or shows of it, as text.
const kept = async () =>
    [
        await withBlotter(page, async (blotter) =>
            JSON.stringify([
                await blotter.stats(),
                await blotter.viewState(),
                blotter.cause,
                blotter.shadowRoot.innerHTML,
                {...localStorage},
                {...sessionStorage},
                document.cookie,
                location.href,
                blotter.outerHTML,
            ]),
        ),
        ...page.said,
    ].join('\n');

test('a user with a password comes in, and is asked for again before every dial', async () => {
    await startBroker(`authorization {\n  user: "trader"\n  password: "${SECRET}"\n}\n`);
    await open((pass) => async () => ({user: 'trader', pass}), SECRET);
    await untilStatus(page, 'live');
    assert.equal(await asked(), 1);
    for (const connection of ingress.piped) connection.destroy();
    await until('a second dial', async () => (await statsOf(page)).reconnects === 1);
    await untilStatus(page, 'live');
    assert.equal(await asked(), 2);
    const text = await kept();
    assert.ok(text.includes('22214'), 'it is the page that is looked at');
    assert.ok(!text.includes(SECRET), 'the password is kept nowhere');
});

test('what the broker refuses or the function throws is words; then it asks again', async () => {
    await startBroker(`authorization {\n  token: "${SECRET}"\n}\n`);
    await open(() => () => {
        if (window.step === 'right') return Promise.resolve({token: window.token});
        if (window.step === 'throw') return Promise.reject(new Error('you are not logged in'));
        if (window.step === 'odd') return Promise.resolve({name: 'trader'});
        return Promise.resolve({token: 'wrong'});
    });
    await untilCause(/refuse|authori[sz]ation|credentials/i);
    await page.evaluate(() => (window.step = 'throw'));
    await untilCause(/^No credentials for the broker: you are not logged in$/);
    const {log} = await statsOf(page);
    await until('in the log', async () =>
        (await statsOf(page)).log.some((line) => line.includes('you are not logged in')),
    );
    assert.ok(Array.isArray(log));
    await page.evaluate(() => (window.step = 'odd'));
    await untilCause(/^No credentials for the broker: credentials must answer \{user, pass\}/);
    await page.evaluate((token) => {
        window.token = token;
        window.step = 'right';
    }, SECRET);
    await untilStatus(page, 'live');
    assert.ok(!(await kept()).includes(SECRET));
});

test('an nkey signs the nonce; the seed stays with the page', async () => {
    const user = createUser();
    const seed = new TextDecoder().decode(user.getSeed());
    await startBroker(
        `authorization {\n  users: [\n    {nkey: "${user.getPublicKey()}"}\n  ]\n}\n`,
    );
    await open(
        ({nkey, seed: secret}) =>
            async () => ({
                nkey,
                sign: async (nonce) => Uint8Array.from(await window.signed(secret, [...nonce])),
            }),
        {nkey: user.getPublicKey(), seed},
    );
    await untilStatus(page, 'live');
    assert.ok(!(await kept()).includes(seed));
});

// A JWT of NATS' kind: claims signed by the key of who issues them.
function jwt(issuer, claims) {
    const base64url = (data) => Buffer.from(data).toString('base64url');
    const parts = [
        {typ: 'JWT', alg: 'ed25519-nkey'},
        {jti: 'X', iat: Math.floor(Date.now() / 1000), iss: issuer.getPublicKey(), ...claims},
    ].map((part) => base64url(JSON.stringify(part)));
    return [...parts, base64url(issuer.sign(Buffer.from(parts.join('.'))))].join('.');
}

test('a JWT comes with the signature of its key', async () => {
    const operator = createOperator();
    const owner = createAccount();
    const user = createUser();
    const trust = jwt(operator, {
        sub: operator.getPublicKey(),
        nats: {type: 'operator', version: 2},
    });
    const unlimited = {
        subs: -1,
        data: -1,
        payload: -1,
        imports: -1,
        exports: -1,
        wildcards: true,
        conn: -1,
        leaf: -1,
    };
    const account = jwt(operator, {
        sub: owner.getPublicKey(),
        nats: {type: 'account', version: 2, limits: unlimited},
    });
    const own = jwt(owner, {
        sub: user.getPublicKey(),
        nats: {type: 'user', version: 2, subs: -1, data: -1, payload: -1, pub: {}, sub: {}},
    });
    await startBroker(
        `operator: "${trust}"\nresolver: MEMORY\n` +
            `resolver_preload: {\n  ${owner.getPublicKey()}: "${account}"\n}\n`,
    );
    const seed = new TextDecoder().decode(user.getSeed());
    await open(
        ({own: token, seed: secret}) =>
            async () => ({
                jwt: token,
                // As text, which is taken as well.
                sign: async (nonce) =>
                    btoa(String.fromCharCode(...(await window.signed(secret, [...nonce])))),
            }),
        {own, seed},
    );
    await untilStatus(page, 'live');
});

test('credentials that are no function are refused in words', async () => {
    await startBroker('');
    await open(() => async () => undefined);
    await untilStatus(page, 'live');
    const words = await withBlotter(page, (blotter) => {
        try {
            blotter.credentials = 'trader:pass';
            return '';
        } catch (error) {
            return `${error.name}: ${error.message}`;
        }
    });
    assert.equal(words, 'TypeError: credentials must be a function, and is string');
});
