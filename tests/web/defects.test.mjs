// tests/web/defects.test.mjs - defects that clients of this feed are known for, by their numbers in
// the description of the screen; each shown by the trouble that brings it out. D14 and D15, of the
// ticket, are in desk_ticket.test.mjs. D19 to D22 are of prices, average costs and an order book,
// which this page does not have, and D23 is of the services.
import assert from 'node:assert/strict';
import {after, afterEach, before, beforeEach, test} from 'node:test';

import {
    causeOf,
    launchBrowser,
    openPage,
    rowsOf,
    statsOf,
    statusOf,
    untilStatus,
    withBlotter,
} from '../support/browser.mjs';
import {Ingress, binary, quietBroker} from '../support/ingress.mjs';
import {account, publish, restOf, trade, tradeMessage} from '../support/market.mjs';
import {until} from '../support/wait.mjs';

let ingress;
let browser;
let page;
let link;

const ordinary = (connection) => {
    link = connection;
    quietBroker(connection);
};

before(async () => {
    ingress = await Ingress.start();
    browser = await launchBrowser();
});
after(async () => {
    await browser?.close();
    await ingress?.stop();
});
beforeEach(() => {
    ingress.rest = restOf(5);
    ingress.socket = ordinary;
});
afterEach(async () => {
    assert.deepEqual(page.complaints, []);
    await page.context().close();
});

const open = async (hash = `#account=${account}`) => {
    page = await openPage(browser, ingress.url + hash);
};
const ids = async () => (await rowsOf(page, 'trades')).map(({id}) => id);
const untilRow = (id) => until(`trade ${id}`, async () => (await ids()).includes(id));
const named = (index, security) => ({...trade(index), security});

test('D1: sizes are bytes: a message with É is whole at once, and so is the next', async () => {
    await open();
    await untilStatus(page, 'live');
    publish(link, [named(10, 'É'.repeat(40))]);
    await untilRow('T-10'); // not when another one pushes it out
    publish(link, [trade(11)]);
    await untilRow('T-11');
    const rows = await rowsOf(page, 'trades');
    assert.equal(rows.find(({id}) => id === 'T-10').security, 'É'.repeat(40));
});

test('D2: a character cut by the border of two frames is one character', async () => {
    await open();
    await untilStatus(page, 'live');
    const bytes = Buffer.from(tradeMessage(named(12, 'Société')));
    const cut = bytes.indexOf(0xc3) + 1; // within the first é
    link.write(binary(bytes.subarray(0, cut)));
    link.write(binary(bytes.subarray(cut)));
    await untilRow('T-12');
    const rows = await rowsOf(page, 'trades');
    assert.equal(rows.find(({id}) => id === 'T-12').security, 'Société');
});

test('D3: messages come as bytes, at once and in their order', async () => {
    page = await openPage(browser, 'about:blank');
    await page.addInitScript(() => {
        const Real = window.WebSocket;
        window.WebSocket = class extends Real {
            constructor(...parts) {
                super(...parts);
                window.socket = this;
            }
        };
    });
    await page.goto(`${ingress.url}#account=${account}`);
    await untilStatus(page, 'live');
    assert.equal(await page.evaluate(() => window.socket.binaryType), 'arraybuffer');
    // The same version again and again: only their order says which is the last.
    for (let quantity = 1; quantity <= 400; ++quantity)
        publish(link, [{...trade(13), quantity, updated: trade(13).updated}]);
    await until('all of them', async () => (await statsOf(page)).events >= 400);
    const rows = await rowsOf(page, 'trades');
    assert.equal(rows.find(({id}) => id === 'T-13').quantity, 400);
});

test('D4: what streams while the snapshot is read stays, and is not turned back', async () => {
    let answer;
    const held = new Promise((resolve) => (answer = resolve));
    let asked = false;
    ingress.rest = async (path) => {
        if (path.includes('/trades/')) {
            asked = true;
            await held;
        }
        return restOf(5)(path);
    };
    await open();
    await until('the snapshot is asked for', () => asked);
    publish(link, [trade(20), trade(4, 7)]); // a new one, and a newer version of a known one
    await until('both have come', async () => (await statsOf(page)).events >= 2);
    answer();
    await untilStatus(page, 'live');
    const rows = await rowsOf(page, 'trades');
    assert.ok(rows.some(({id}) => id === 'T-20'));
    assert.equal(rows.find(({id}) => id === 'T-4').quantity, trade(4, 7).quantity);
});

test('D5: the snapshot is asked for when the subscription is known, and once more', async () => {
    let asked = 0;
    ingress.rest = (path) => {
        if (path.includes('/trades/')) ++asked;
        return restOf(5)(path);
    };
    let release;
    let pongs = 0;
    ingress.socket = (connection) => {
        const write = connection.write.bind(connection);
        // The first PONG ends the handshake, the second one says that SUB has arrived.
        connection.write = (bytes) => {
            if (!bytes.includes('PONG') || ++pongs !== 2) return write(bytes);
            release = () => write(bytes);
            return true;
        };
        ordinary(connection);
    };
    await open();
    await until('its PING', () => release);
    await until('waiting', async () => (await causeOf(page)) === 'Subscribing');
    assert.equal(asked, 0, 'not before the broker has answered');
    release();
    await untilStatus(page, 'live');
    // What was published before it was committed is in the second one.
    await until('the second look', () => asked === 2);
});

test('D6: what was booked while the connection was away is there after it', async () => {
    await open();
    await untilStatus(page, 'live');
    ingress.rest = restOf(6); // T-5 was published to nobody
    link.destroy();
    await untilRow('T-5');
    await untilStatus(page, 'live');
    assert.ok((await statsOf(page)).gaps >= 1);
});

test('D7: a late answer for one account is never shown under another', async () => {
    let answer;
    const held = new Promise((resolve) => (answer = resolve));
    let asked = false;
    ingress.rest = async (path) => {
        if (path.endsWith(`/trades/${account}`)) {
            asked = true;
            await held;
        }
        const body = path.includes('/trades/7') ? [trade(70, 0, 7)] : [];
        const late = path.endsWith(`/trades/${account}`) ? [trade(1)] : body;
        return {status: 200, body: JSON.stringify(late)};
    };
    await open();
    await until('the first account is asked for', () => asked);
    await page.evaluate(() => (location.hash = '#account=7'));
    await untilStatus(page, 'live');
    answer();
    await page.evaluate(() => document.querySelector('nats-blotter').resync());
    await until('read again', async () => (await statsOf(page)).resyncs >= 1);
    await untilStatus(page, 'live');
    assert.deepEqual(await ids(), ['T-70']);
});

test('D8: what waited for a failed snapshot never comes up under another account', async () => {
    ingress.rest = (path) => {
        if (path.endsWith(`/trades/${account}`)) return {status: 500, body: 'no'};
        const body = path.includes('/trades/7') ? [trade(70, 0, 7)] : [];
        return {status: 200, body: JSON.stringify(body)};
    };
    await open();
    await until('the failure', async () => /500/.test(await causeOf(page)));
    publish(link, [trade(30), trade(31)]);
    await until('both have come', async () => (await statsOf(page)).events >= 2);
    await page.evaluate(() => (location.hash = '#account=7'));
    await untilStatus(page, 'live');
    assert.deepEqual(await ids(), ['T-70']);
});

// A page whose clock is turned on by hand as well; the broker tells what it hears.
async function openWithClock() {
    const heard = [];
    ingress.socket = (connection) => {
        ordinary(connection);
        const write = connection.write.bind(connection);
        connection.write = (bytes) => {
            if (bytes.includes('PONG')) heard.push('PING');
            return connection.mute ? true : write(bytes);
        };
    };
    page = await openPage(browser, 'about:blank');
    await page.clock.install();
    await page.goto(`${ingress.url}#account=${account}`);
    await untilStatus(page, 'live');
    return heard;
}

test('D9: a quiet link is kept alive by a PING after 20 s', async () => {
    const heard = await openWithClock();
    const before = heard.length;
    await page.clock.fastForward(21_000);
    await until('a PING', () => heard.length > before);
    await untilStatus(page, 'live'); // answered
    assert.equal((await statsOf(page)).reconnects, 0);
});

test('D10: a link that is dead without a word is noticed, and so is -ERR', async () => {
    await openWithClock();
    link.write(binary("-ERR 'Something Of The Broker'\r\n"));
    await until('in the log', async () =>
        (await statsOf(page)).log.some((line) => line.includes('Something Of The Broker')),
    );
    await untilStatus(page, 'live');
    link.mute = true;
    const first = link;
    await until('stale', async () => {
        await page.clock.fastForward(1000);
        return (await statusOf(page)) === 'stale';
    });
    await until('another link', async () => {
        if (link !== first) return true;
        await page.clock.fastForward(500);
        return false;
    });
    await untilStatus(page, 'live');
    // An open socket alone is no connection.
    ingress.socket = (connection) => {
        link = connection;
    };
    link.destroy();
    await until('open', () => link !== first && !link.destroyed);
    assert.notEqual(await statusOf(page), 'live');
});

const openAll = async () => {
    await open('');
    await untilStatus(page, 'live');
};

test('D11: trades of all accounts show whose they are, by either spelling', async () => {
    await openAll();
    const {accountId, ...rest} = trade(40);
    publish(link, [{...rest, accountid: accountId}]);
    await untilRow('T-40');
    const rows = await rowsOf(page, 'trades');
    assert.equal(rows.find(({id}) => id === 'T-40').accountId, account);
});

test('D12: positions of all accounts are folded from events, and not read again', async () => {
    let asked = 0;
    ingress.rest = (path) => {
        if (path.includes('/positions/')) ++asked;
        return restOf(5)(path);
    };
    await openAll();
    await until('the second look', () => asked >= 2);
    const before = asked;
    for (let index = 1; index <= 20; ++index) {
        const payload = JSON.stringify({
            payload: {
                accountId: account,
                security: 'IBM',
                quantity: 1000 + index,
                updated: trade(99, index).updated,
            },
        });
        link.write(binary(`MSG a 2 ${Buffer.byteLength(payload)}\r\n${payload}\r\n`));
    }
    await until('the last of them', async () =>
        (await rowsOf(page, 'positions')).some(({quantity}) => quantity === 1020),
    );
    assert.ok(asked - before <= 1, `${asked - before} reads for 20 events`); // the minute's check
});

test('D13: a burst of messages is drawn by frames, not one by one', async () => {
    await open();
    await untilStatus(page, 'live');
    const {frames} = await statsOf(page);
    for (let index = 0; index < 2000; ++index) publish(link, [trade(100 + index)]);
    await until('all rows', async () => (await ids()).length === 2005);
    const drawn = (await statsOf(page)).frames - frames;
    assert.ok(drawn < 1000, `${drawn} frames for 2,000 messages`);
});

test('D16: what a payload says is text, on the canvas and in the plain table', async () => {
    const nasty = '<img src=x onerror="window.hit=1"><script>window.hit=1</script>';
    await open();
    await untilStatus(page, 'live');
    publish(link, [named(50, nasty)]);
    await untilRow('T-50');
    await withBlotter(page, (blotter) => blotter.showPlainTable());
    const text = () => withBlotter(page, ({shadowRoot}) => shadowRoot.textContent);
    await until('its text', async () => (await text()).includes(nasty));
    const found = await withBlotter(
        page,
        ({shadowRoot}) => shadowRoot.querySelectorAll('img, script').length,
    );
    assert.equal(found, 0);
    assert.equal(await page.evaluate(() => window.hit), undefined);
});

// The inspector, with a subject; its messages come by `sid`.
async function inspect(subject) {
    await open();
    await untilStatus(page, 'live');
    await page.keyboard.press('Tab');
    const [x, y] = (await statsOf(page)).places.Inspector;
    await page.mouse.click(x, y);
    const target = async (words) =>
        (await statsOf(page)).layout.targets.find((one) => one.words === words);
    const press = async (words) => {
        await until(words, () => target(words));
        const {x, y, width, height} = await target(words);
        await page.mouse.click(x + width / 2, y + height / 2);
    };
    await press('subject to inspect');
    await until('the field has the keys', () =>
        withBlotter(page, ({shadowRoot}) => shadowRoot.activeElement?.localName === 'input'),
    );
    if (subject) {
        await page.keyboard.type(subject);
        await page.keyboard.press('Enter');
        await until(`subscribed to ${subject}`, () => target(`unsubscribe ${subject}`));
    }
    return {target, press};
}
const said = async () => (await statsOf(page)).inspector.words;
const sendTo = (sid, subject, count) => {
    const one = `MSG ${subject} ${sid} 7\r\n{"n":1}\r\n`;
    for (let index = 0; index < count; ++index) link.write(binary(one));
};

test('D17: a burst costs the inspector frames, not a list for each message', async () => {
    const {press} = await inspect('burst');
    const framesOf = async (words) => {
        const {frames} = await statsOf(page);
        sendTo(3, 'burst', 2000);
        await until(String(words), async () => words.test(await said()));
        return (await statsOf(page)).frames - frames;
    };
    const listed = await framesOf(/^2,000 messages$/);
    assert.ok(listed < 1000, `${listed} frames for 2,000 messages`);
    await press('Pause messages');
    await until('paused', async () => /paused, 0 went by$/.test(await said()));
    const paused = await framesOf(/^2,000 messages · paused, 2,000 went by$/);
    assert.ok(paused < 1000, `${paused} frames for 2,000 messages that are not kept`);
});

test('D18: both families of subjects are offered, and what comes is counted live', async () => {
    const {target} = await inspect();
    const offers = await withBlotter(page, ({shadowRoot}) =>
        [...shadowRoot.querySelectorAll('datalist option')].map(({value}) => value),
    );
    for (const subject of [`/accounts/${account}/trades`, `trades.account.${account}.updated`])
        assert.ok(offers.includes(subject), `${subject} among ${offers}`);
    await page.keyboard.type(offers[0]);
    await page.keyboard.press('Enter');
    await until('subscribed', () => target(`unsubscribe ${offers[0]}`));
    sendTo(3, offers[0], 3);
    await until('three messages', async () => (await said()) === '3 messages');
    await until('its line', () => target(`   ${offers[0]}`));
});
