// tests/web/account_admin.test.mjs - accounts as a person keeps them in the settings: a new one,
// another name, a user found among people; against the whole system, which is asked about it.
import assert from 'node:assert/strict';
import {after, afterEach, before, beforeEach, test} from 'node:test';

import {
    launchBrowser,
    openPage,
    statsOf,
    untilStatus,
    untilStill,
    withBlotter,
} from '../support/browser.mjs';
import {Stack} from '../support/stack.mjs';
import {until} from '../support/wait.mjs';

let stack;
let browser;
let page;

before(async () => {
    stack = await Stack.start();
    browser = await launchBrowser();
});
after(async () => {
    await browser?.close();
    await stack?.stop();
});
beforeEach(async () => {
    page = await openPage(browser, `${stack.url}#account=22214`);
    await untilStatus(page, 'live');
});
afterEach(async () => {
    assert.deepEqual(page.complaints, []);
    await page.context().close();
});

const accounts = () => stack.get('/account-service/account/');
const users = () => stack.get('/account-service/accountuser/');
const places = async () => (await statsOf(page)).places;
const words = async () => (await statsOf(page)).settings;
const untilWords = (pattern) => until(String(pattern), async () => pattern.test(await words()));
const scope = async () => (await withBlotter(page, (blotter) => blotter.viewState())).account;

async function openSettings() {
    await page.mouse.click(...(await places()).Settings);
    await until('the settings', async () => (await places())['Save to a file']);
    await untilStill(page, 100);
}

// Types into the field with this label, as it is on the screen, and presses Enter.
async function enter(label, text) {
    const middle = await until(label, () =>
        withBlotter(
            page,
            ({shadowRoot}, name) => {
                const field = [...shadowRoot.querySelectorAll('input')].find(
                    (one) => !one.inert && one.getAttribute('aria-label') === name,
                );
                if (!field || field.disabled) return null;
                const {x, y, width, height} = field.getBoundingClientRect();
                return width > 2 && [x + width / 2, y + height / 2];
            },
            label,
        ),
    );
    await page.mouse.click(...middle);
    await page.keyboard.press('Control+a');
    await page.keyboard.type(text);
    await page.keyboard.press('Enter');
}

test('an account is created, shown, renamed, and gets a user found among people', async () => {
    const before = await accounts();
    await openSettings();
    await enter('Name of the new account', 'Desk Ümlaut 7');
    await untilWords(/^“Desk Ümlaut 7” is created\.$/);
    const created = (await accounts()).find(({displayName}) => displayName === 'Desk Ümlaut 7');
    assert.ok(created, 'account-service has it');
    assert.equal((await accounts()).length, before.length + 1);
    // The page goes to it, and says so in the link.
    await until('shown', async () => (await scope()) === created.id);
    assert.equal(await page.evaluate(() => location.hash), `#account=${created.id}`);

    await enter('New name of the account', 'Desk Eight');
    await untilWords(/^The account is now “Desk Eight”\.$/);
    const renamed = (await accounts()).find(({id}) => id === created.id);
    assert.equal(renamed.displayName, 'Desk Eight');

    await enter('Find a person', 'Zq');
    await untilWords(/^Type at least three letters|^Type at least 3 letters/);
    await enter('Find a person', 'zzqqxx');
    await untilWords(/^Nobody matches “zzqqxx”\.$/);
    const person = (
        await stack.get('/people-service/People/GetMatchingPeople?SearchText=user&Take=1')
    ).people[0];
    await enter('Find a person', person.fullName);
    const button = await until('the person', async () =>
        Object.entries(await places()).find(([name]) => name.includes(person.logonId)),
    );
    await untilStill(page, 100);
    await page.mouse.click(...button[1]);
    await untilWords(/ is a user of the account\.$/);
    const added = (await users()).filter(({accountId}) => accountId === created.id);
    assert.deepEqual(
        added.map(({username}) => username),
        [person.logonId],
    );
    // Each of them is in the log.
    const {log} = await statsOf(page);
    for (const line of ['is created', 'is now “Desk Eight”', 'is a user of the account'])
        assert.ok(
            log.some((one) => one.includes(line)),
            `${line}: ${log}`,
        );
    // The new name is what the picker knows.
    await page.keyboard.press('Escape');
    await until('the settings are closed', async () => !(await places())['Save to a file']);
    await untilStill(page, 100);
    await withBlotter(page, ({shadowRoot}) => shadowRoot.querySelector('canvas').focus());
    await page.keyboard.press('a');
    await page.keyboard.type('Algo');
    await page.keyboard.press('Enter');
    await until('another', async () => (await scope()) === 42422);
});

test('a name that is none is refused before it is asked', async () => {
    const before = await accounts();
    await openSettings();
    await enter('Name of the new account', '   ');
    await until('words', async () => (await words()) !== '');
    assert.ok(!/created|Asking/.test(await words()), await words());
    assert.deepEqual(await accounts(), before);
});
