// Local times have the offset that held at their moment, not today's: rows of January and of July
// in a browser in Berlin, whose clocks are two hours ahead of UTC in summer and one in winter.
import assert from 'node:assert/strict';
import {after, afterEach, before, beforeEach, test} from 'node:test';

import {withBlotter} from '../support/browser.mjs';
import {Grid} from '../support/grid.mjs';
import {restOf, trade} from '../support/market.mjs';
import {until} from '../support/wait.mjs';

const january = Date.UTC(2026, 0, 15, 12, 0, 0, 250);
const july = Date.UTC(2026, 6, 15, 12, 0, 0, 250);
// The last millisecond of summer time, and the first behind it.
const summerEnds = Date.UTC(2025, 9, 26, 1);

let grid;

before(async () => {
    grid = await Grid.start();
    const others = restOf(0);
    grid.ingress.rest = (path) => {
        if (!path.includes('/trades/')) return others(path);
        const rows = [january, july, summerEnds - 1, summerEnds].map((updated, index) => ({
            ...trade(index),
            updated,
        }));
        return {status: 200, body: JSON.stringify(rows)};
    };
});
after(() => grid?.stop());
beforeEach(() =>
    grid.open({
        timezoneId: 'Europe/Berlin',
        permissions: ['clipboard-read', 'clipboard-write'],
    }),
);
afterEach(async () => {
    assert.deepEqual(grid.page.complaints, []);
    await grid.page.context().close();
});

// The column of times as Ctrl+C of all rows copies it, the newest row first.
async function copiedTimes() {
    await grid.press(await grid.cell(0, 'security'));
    await until('the focus', async () => {
        const {focus, selected} = await grid.table();
        return focus?.field === 'security' && selected === 1; // and no more all of them
    });
    await grid.page.keyboard.press('Control+a');
    await until('all selected', async () => (await grid.table()).selected === 4);
    await grid.page.evaluate(() => navigator.clipboard.writeText(''));
    await grid.page.keyboard.press('Control+c');
    let lines;
    await until('copied', async () => {
        const text = await grid.page.evaluate(() => navigator.clipboard.readText());
        lines = text.trimEnd().split(/\r?\n/);
        return lines.length === 5;
    });
    return lines.slice(1).map((line) => line.split('\t')[0]);
}

const untilMirrored = (...times) =>
    until(`${times} in the mirror`, () =>
        withBlotter(
            grid.page,
            (blotter, wanted) => {
                const text = blotter.shadowRoot.querySelector('[role=grid]')?.textContent ?? '';
                return wanted.every((time) => text.includes(time));
            },
            times,
        ),
    );

test('each row has the offset of its own moment, and in UTC none has one', async () => {
    assert.deepEqual(await copiedTimes(), [
        '14:00:00.250', // July
        '13:00:00.250', // January
        '02:00:00.000', // the hour that comes twice, for the second time
        '02:59:59.999',
    ]);
    await grid.press(await grid.head('updated'), {button: 'right'});
    await grid.pressWords('○ in UTC');
    await grid.untilShown('● in UTC');
    await grid.page.keyboard.press('Escape');
    await grid.untilGone('● in UTC');
    assert.deepEqual(await copiedTimes(), [
        '12:00:00.250',
        '12:00:00.250',
        '01:00:00.000',
        '00:59:59.999',
    ]);
    await untilMirrored('12:00:00.250', '00:59:59.999');
});

test('the filter, the search and the mirror for screen readers have the same times', async () => {
    const rows = async (words) => {
        await withBlotter(grid.page, (blotter, text) => blotter.setFilter('trades', text), words);
        return (await grid.rows()).map(({updated}) => updated);
    };
    assert.deepEqual(await rows('13:00:00.250'), [january]);
    assert.deepEqual(await rows('14:00:00.250'), [july]);
    assert.deepEqual(await rows('12:00:00.250'), []);
    await rows('');
    await grid.page.keyboard.press('Control+f');
    await until('a field has the keys', () =>
        withBlotter(
            grid.page,
            (blotter) => blotter.shadowRoot.activeElement?.localName === 'input',
        ),
    );
    await grid.page.keyboard.type('13:00:00');
    await grid.untilShown(/^found 1 of 1$/);
    await grid.page.keyboard.press('Escape');
    await untilMirrored('13:00:00.250', '14:00:00.250');
});
