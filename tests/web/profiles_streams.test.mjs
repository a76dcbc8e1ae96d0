// Tables that JetStream fills (docs/profiles.md), with a real nats-server: buckets and streams are
// put to, changed and deleted from, messages are lost on their way, the broker is killed, and what
// cannot be read is said.
import assert from 'node:assert/strict';
import {mkdtempSync, rmSync} from 'node:fs';
import net from 'node:net';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {after, afterEach, before, beforeEach, test} from 'node:test';

import {
    causeOf,
    launchBrowser,
    openPage,
    rowsOf,
    statsOf,
    statusOf,
    untilStatus,
} from '../support/browser.mjs';
import {binary, Ingress, unmasked} from '../support/ingress.mjs';
import {until} from '../support/wait.mjs';
import {Broker} from './core/brokers.mjs';

let folder;
let broker;
let browser;
let ingress;
let page;

before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'nats-blotter-streams-'));
    [browser, broker] = await Promise.all([
        launchBrowser(),
        // Browsers come without a name, may do what docs/profiles.md says they need and nothing
        // else, and are not told what SECRET has.
        Broker.start({
            settings: `jetstream {\n  store_dir: "${folder}"\n}
authorization {
  users = [
    {user: "all", password: "all"}
    {user: "page", password: "page", permissions: {
      publish: {
        allow: ["$JS.API.STREAM.INFO.*", "$JS.API.CONSUMER.CREATE.*.>",
          "$JS.API.CONSUMER.DELETE.*.>", "$JS.FC.*.>"]
        deny: ["$JS.API.STREAM.INFO.SECRET"]
      }
      subscribe: {allow: ["_INBOX.>"]}
    }}
  ]
}
no_auth_user: page`,
        }),
    ]);
});
after(async () => {
    await browser?.close();
    await broker?.kill();
    rmSync(folder, {recursive: true, force: true});
});
beforeEach(async () => {
    ingress = await Ingress.start();
    ingress.broker = broker.webSocketPort;
});
afterEach(async () => {
    await page?.context().close();
    page = undefined;
    await ingress.stop();
});

// A request, answered: what was put is stored then.
function call(subject, payload = '', headers = '') {
    return new Promise((resolve, reject) => {
        const socket = net.connect(broker.port, '127.0.0.1');
        const text = typeof payload === 'string' ? payload : JSON.stringify(payload);
        const head = headers === '' ? '' : `NATS/1.0\r\n${headers}\r\n\r\n`;
        const sizes = `${head === '' ? '' : head.length + ' '}${head.length + text.length}`;
        let heard = '';
        socket.on('error', reject);
        socket.on('data', (bytes) => {
            heard += bytes;
            const answer = /MSG answer 1 [^\r]*\r\n([^]*)\r\n$/.exec(heard);
            if (!answer && !heard.includes('-ERR')) return;
            socket.destroy();
            if (!answer || answer[1].includes('"error"')) reject(new Error(heard));
            else resolve(JSON.parse(answer[1]));
        });
        socket.write(
            'CONNECT {"verbose":false,"headers":true,"user":"all","pass":"all"}\r\n' +
                `SUB answer 1\r\n${head === '' ? 'PUB' : 'HPUB'} ${subject} answer ${sizes}\r\n` +
                `${head}${text}\r\n`,
        );
    });
}

const makeStream = (name, subject, more = {}) =>
    call(`$JS.API.STREAM.CREATE.${name}`, {
        name,
        subjects: [subject],
        storage: 'file',
        retention: 'limits',
        ...more,
    });
const makeBucket = (name) =>
    makeStream(`KV_${name}`, `$KV.${name}.>`, {
        max_msgs_per_subject: 1,
        allow_rollup_hdrs: true,
        deny_delete: true,
    });

// A page of one table with a key and a number.
async function open(snapshot, {subjects, token} = {}) {
    const column = {field: 'id', type: 'text', ...(token && {token})};
    const table = {
        name: 't',
        ...(subjects && {subjects}),
        snapshot,
        key: ['id'],
        sort: {column: 'id'},
        columns: [column, {field: 'n', type: 'int'}],
    };
    ingress.rest = () => ({status: 200, body: JSON.stringify({name: 'p', tables: [table]})});
    page = await openPage(browser, ingress.url + '?profile=position-service/p');
}

async function untilRows(words) {
    let shown = '';
    await until(words, async () => {
        shown = (await rowsOf(page, 't')).map(({id, n}) => `${id}=${n}`).join(' ');
        return shown === words && (await statusOf(page)) === 'live';
    }).catch((error) => {
        throw new Error(`${error.message}, and it is: ${shown}`);
    });
}

// Nothing reaches the page while `work` runs.
async function away(work) {
    ingress.broker = 0;
    for (const connection of ingress.piped) connection.destroy();
    await untilStatus(page, 'offline');
    await work();
    ingress.broker = broker.webSocketPort;
}

test('a bucket: what is in it, then every put, delete and purge', async () => {
    await makeBucket('prices');
    const put = (key, n) => call(`$KV.prices.${key}`, {n});
    await put('fx.EUR', 1);
    await put('IBM', 2);
    await put('IBM', 3);
    await put('old', 4);
    await call('$KV.prices.old', '', 'KV-Operation: DEL');
    await open({kv: 'prices'}, {token: 'key'});
    await untilRows('IBM=3 fx.EUR=1');
    await put('MSFT', 5);
    await put('fx.EUR', 6);
    await untilRows('IBM=3 MSFT=5 fx.EUR=6');
    await call('$KV.prices.IBM', '', 'KV-Operation: DEL');
    await call('$KV.prices.fx.EUR', '', 'KV-Operation: PURGE\r\nNats-Rollup: sub');
    await untilRows('MSFT=5');
    assert.ok((await statsOf(page)).verifiedAgeMs >= 0);

    // While the page was away one key came, one changed hands, and one went without a trace.
    await put('gone', 7);
    await put('kept', 8);
    await untilRows('MSFT=5 gone=7 kept=8');
    await away(async () => {
        await call('$JS.API.STREAM.PURGE.KV_prices', {filter: '$KV.prices.gone'});
        await call('$KV.prices.MSFT', '', 'KV-Operation: DEL');
        await put('kept', 9);
    });
    await untilRows('kept=9');
    assert.deepEqual(page.complaints, []);
});

test('a stream goes on over a broker that is killed, and is read again where cut', async () => {
    await makeStream('LOG', 'log.*');
    const put = (id, n) => call(`log.${id}`, {id, n});
    await put('a', 1);
    await put('b', 2);
    await put('a', 3);
    await open({stream: 'LOG'}, {subjects: ['log.*']});
    await untilRows('a=3 b=2');
    await put('c', 4);
    await untilRows('a=3 b=2 c=4');

    await broker.kill();
    await untilStatus(page, 'offline');
    await broker.again();
    await until('its store', () => call('$JS.API.STREAM.INFO.LOG').catch(() => false));
    await put('d', 5);
    await untilRows('a=3 b=2 c=4 d=5');

    // What came and went while the page was away is not made up for in silence.
    await away(async () => {
        await put('e', 6);
        await put('f', 7);
        await call('$JS.API.STREAM.PURGE.LOG', {keep: 1});
    });
    await untilRows('f=7');

    await away(async () => {
        await call('$JS.API.STREAM.DELETE.LOG');
        await makeStream('LOG', 'log.*');
        await put('g', 1);
    });
    await untilRows('g=1');
    assert.deepEqual(page.complaints, []);
});

test('the newest of each subject are a table too', async () => {
    await makeStream('STATE', 'state.>');
    for (const n of [1, 2, 3]) await call('state.x', {id: 'x', n});
    await call('state.y', {id: 'y', n: 4});
    await open({stream: 'STATE', lastPerSubject: true}, {subjects: ['state.>']});
    await untilRows('x=3 y=4');
    assert.equal((await statsOf(page)).events, 2);
    await call('state.x', {id: 'x', n: 5});
    await untilRows('x=5 y=4');
});

test('messages that are lost on their way come all the same', async () => {
    await makeStream('LOSSY', 'lossy.*');
    const put = (id, n) => call(`lossy.${id}`, {id, n});
    await put('a', 1);
    // The browser's socket, on the broker's ordinary port: what it sends is read line by line, so
    // that a message can be left out.
    let lose = 0;
    ingress.broker = 0;
    ingress.socket = (connection) => {
        const link = net.connect(broker.port, '127.0.0.1');
        let carry = Buffer.alloc(0);
        connection.on(
            'data',
            unmasked((bytes) => link.write(bytes)),
        );
        for (const side of [connection, link])
            side.on('error', () => {}).on('close', () => (connection.destroy(), link.destroy()));
        link.on('data', (bytes) => {
            carry = Buffer.concat([carry, bytes]);
            for (;;) {
                const end = carry.indexOf('\r\n');
                if (end < 0) return;
                const line = carry.toString('latin1', 0, end);
                const isMessage = /^H?MSG /.test(line);
                const size = isMessage ? Number(line.split(' ').at(-1)) + 2 : 0;
                if (carry.length < end + 2 + size) return;
                const op = carry.subarray(0, end + 2 + size);
                carry = carry.subarray(end + 2 + size);
                if (lose > 0 && line.startsWith('MSG lossy.')) --lose;
                else connection.write(binary(op));
            }
        });
    };
    await open({stream: 'LOSSY'}, {subjects: ['lossy.*']});
    await untilRows('a=1');
    lose = 2;
    await put('b', 2);
    await put('c', 3);
    await put('d', 4); // its number tells
    await untilRows('a=1 b=2 c=3 d=4');
    lose = 1;
    await put('e', 5); // a heartbeat tells
    await untilRows('a=1 b=2 c=3 d=4 e=5');
    assert.equal((await statsOf(page)).gaps, 2);
    assert.deepEqual(page.complaints, []);
});

test('why a table cannot be read is said, until it can', async () => {
    const untilCause = (words) =>
        until(
            words,
            async () => (await causeOf(page)) === words && (await statusOf(page)) !== 'live',
        );
    await makeStream('SECRET', 'secret.*');
    await open({stream: 'SECRET'}, {subjects: ['secret.*']});
    await untilCause('The stream SECRET cannot be read: the broker does not permit it');
    await page.context().close();

    await open({kv: 'nosuch'}, {token: 'key'});
    await untilCause('The bucket nosuch cannot be read: there is none of this name');
    await makeBucket('nosuch');
    await call('$KV.nosuch.k', {n: 1});
    await untilRows('k=1');
    await page.context().close();

    const bare = await Broker.start();
    try {
        ingress.broker = bare.webSocketPort;
        await open({kv: 'nosuch'}, {token: 'key'});
        await untilCause('The bucket nosuch cannot be read: the broker has no JetStream');
        assert.equal(await statusOf(page), 'syncing');
        assert.deepEqual(page.complaints, []);
    } finally {
        await bare.kill();
    }
});
