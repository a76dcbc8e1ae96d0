// Feature row "Bus inspector", and D16 to D18: any subject, by hand, beside tables that go on.
import assert from 'node:assert/strict';
import {readFile} from 'node:fs/promises';
import {after, afterEach, before, beforeEach, describe, test} from 'node:test';

import {launchBrowser, openPage, rowsOf, statsOf, untilStatus} from '../support/browser.mjs';
import {Desk, account, event, tradeText} from '../support/desk.mjs';
import {Stack} from '../support/stack.mjs';
import {until} from '../support/wait.mjs';
import {Publisher} from './core/brokers.mjs';

let browser;
let page;

before(async () => {
    browser = await launchBrowser();
});
after(() => browser?.close());
afterEach(async () => {
    assert.deepEqual(page.complaints, []);
    await page.context().close();
});

async function open(url) {
    page = await openPage(browser, url);
    await untilStatus(page, 'live');
    await page.keyboard.press('Tab');
    const [x, y] = (await statsOf(page)).places.Inspector;
    await page.mouse.click(x, y);
    await shown('subject to inspect');
}
const targets = async () => (await statsOf(page)).layout.targets;
async function shown(words) {
    const like = (one) => (words instanceof RegExp ? words.test(one.words) : one.words === words);
    let found;
    await until(`${words} on the screen`, async () => (found = (await targets()).find(like)));
    return found;
}
async function press(words) {
    const {x, y, width, height} = await shown(words);
    await page.mouse.click(x + width / 2, y + height / 2);
}
async function subscribe(subject) {
    await press('subject to inspect');
    await page.keyboard.type(subject);
    await page.keyboard.press('Enter');
}
const said = (words) =>
    until(`the inspector says ${words}`, async () =>
        words.test((await statsOf(page)).inspector.words),
    );
const detail = async () => (await statsOf(page)).inspector.detail;

describe('behind a broker that allows everything', () => {
    let desk;
    before(async () => {
        desk = await Desk.start();
    });
    after(() => desk?.stop());
    beforeEach(() => open(desk.url));

    const publish = (subject, payload, options) =>
        desk.publish([Publisher.message(subject, payload, options)]);
    const subscriptions = async () => {
        const connections = await desk.broker.connections('nats-blotter');
        return connections.flatMap((one) => one.subscriptions_list ?? []);
    };
    const listening = (subject, yes = true) =>
        until(`${yes ? '' : 'not '}subscribed to ${subject}`, async () => {
            return (await subscriptions()).includes(subject) === yes;
        });

    test('a wildcard: counts of each subject, messages, JSON laid out, headers', async () => {
        await subscribe('prices.*');
        await listening('prices.*');
        await publish('prices.ibm', '{"bid":1.5,"sizes":[1,2]}', {
            headers: 'NATS/1.0\r\nSource: desk\r\n\r\n',
        });
        await publish('prices.msft', '{"bid":2}');
        await publish('other.ibm', '{}');
        await said(/^2 messages$/);
        await shown('   prices.ibm');
        await shown('   prices.msft');
        await press(/^message prices\.ibm/);
        await until('it is laid out', async () =>
            (await detail()).endsWith('{\n  "bid": 1.5,\n  "sizes": [\n    1,\n    2\n  ]\n}\n'),
        );
        assert.match(await detail(), /^prices\.ibm\n25 bytes\nNATS\/1\.0\nSource: desk\n/);
        await press('unsubscribe prices.*');
        await listening('prices.*', false);
    });

    test('what is no JSON is shown as hex, and nothing of it is run', async () => {
        await subscribe('raw');
        await listening('raw');
        await publish('raw', '<img src=x onerror="globalThis.ran = true">\x1b[31m\xff');
        await said(/^1 message$/);
        await press(/^message raw/);
        await until('hex', async () => (await detail()).includes('00000000  3c 69 6d 67 20'));
        assert.equal(await page.evaluate(() => globalThis.ran), undefined);
        assert.equal(await page.evaluate(() => document.images.length), 0);
    });

    test('filter, pause, clear', async () => {
        await subscribe('a');
        await listening('a');
        await publish('a', '{"n":"One"}');
        await publish('a', '{"n":"Two"}');
        await said(/^2 messages$/);
        await press('filter messages');
        await page.keyboard.type('two');
        await said(/^1 of 2 messages$/);
        await page.keyboard.press('Escape');
        await said(/^2 messages$/);
        await press('Pause messages');
        await said(/paused, 0 went by/);
        await publish('a', '{"n":"Three"}');
        await said(/^2 messages · paused, 1 went by$/);
        await press('Keep messages');
        await shown('Pause messages');
        await publish('a', '{"n":"Four"}');
        await said(/^3 messages$/);
        await press('Clear');
        await said(/^0 messages$/);
    });

    test('NDJSON: a file of what the filter leaves', async () => {
        await subscribe('a');
        await listening('a');
        await publish('a', '{"n":\n1}');
        await publish('a', 'not JSON');
        await said(/^2 messages$/);
        const [file] = await Promise.all([page.waitForEvent('download'), press('NDJSON')]);
        const lines = (await readFile(await file.path(), 'utf8')).trimEnd().split('\n');
        const [first, second] = lines.map((line) => JSON.parse(line));
        assert.equal(lines.length, 2);
        assert.deepEqual([first.subject, first.payload], ['a', {n: 1}]);
        assert.equal(Buffer.from(second.payloadHex, 'hex').toString(), 'not JSON');
    });

    test('closed it listens to nothing, and goes on when it is opened again', async () => {
        await subscribe('a.>');
        await listening('a.>');
        await page.mouse.click(600, 300); // the keys go to the table
        await page.keyboard.press('i');
        await listening('a.>', false);
        await publish('a.b', 'unheard');
        await page.keyboard.press('i');
        await listening('a.>');
        await publish('a.b', 'heard');
        await said(/^1 message$/);
    });

    test('the same subject as a table: both have all of it', async () => {
        await subscribe(`/accounts/${account}/trades`);
        await until('subscribed twice', async () => {
            const all = await subscriptions();
            return all.filter((one) => one === `/accounts/${account}/trades`).length === 2;
        });
        await desk.publish([1, 2, 3].map((index) => event('trades', tradeText(index))));
        await said(/^3 messages$/);
        await until('three rows', async () => (await rowsOf(page, 'trades')).length === 3);
    });

    test('what is too much at once is counted, and said', async () => {
        await subscribe('flood');
        await listening('flood');
        // In one piece more than a frame may copy: 2 MiB.
        const flood = Buffer.concat(
            Array.from({length: 64}, () => Publisher.message('flood', 'x'.repeat(32 * 1024))),
        );
        let sent = 0;
        await until('not all are kept', async () => {
            await desk.publish([flood]);
            sent += 64;
            return /not kept: too many at once/.test((await statsOf(page)).inspector.words);
        });
        await until('all are counted', async () => {
            const {words} = (await statsOf(page)).inspector;
            const [kept, lost] = words.replaceAll(',', '').match(/\d+/g).map(Number);
            return kept + lost === sent;
        });
    });

    test('no subject: said before the broker is asked', async () => {
        await subscribe('a b');
        await said(/[Ss]ubject/);
        assert.equal((await subscriptions()).includes('a b'), false);
    });
});

describe('behind the stack', () => {
    let stack;
    before(async () => {
        stack = await Stack.start();
    });
    after(() => stack?.stop());

    test('what the broker refuses is shown in words; what it permits comes', async () => {
        await open(`${stack.url}#account=22214`);
        for (const subject of ['>', '*', '/trades']) {
            await subscribe(subject);
            await shown(new RegExp(`^✕ ${subject.replace(/[*]/, '\\$&')}: The broker refuses: `));
        }
        await subscribe('/accounts/22214/trades');
        await shown('● /accounts/22214/trades');
        const order = {accountId: 22214, security: 'IBM', side: 'Buy', quantity: 100};
        const {status} = await stack.request('POST', '/trade-service/trade/', order);
        assert.equal(status, 200);
        await press(/^message \/accounts\/22214\/trades/);
        await until('the trade', async () => /"security": "IBM"/.test(await detail()));
        const {status: live} = await page.evaluate(() => {
            return {status: document.querySelector('nats-blotter').status};
        });
        assert.equal(live, 'live', 'a refusal costs the tables nothing');
    });
});
