// tests/web/engines.test.mjs - the page in two more engines, used by mouse and keyboard: Firefox
// (headless without WebGL 2, so on the 2D canvas) and WebKit.
import assert from 'node:assert/strict';
import {after, before, test} from 'node:test';

import {firefox, webkit} from '../support/engines.mjs';
import {Ingress, quietBroker} from '../support/ingress.mjs';
import {account, publish, restOf, trade} from '../support/market.mjs';
import {until} from '../support/wait.mjs';

let ingress;
let link;

before(async () => {
    ingress = await Ingress.start();
    ingress.rest = restOf(200);
    ingress.socket = (connection) => {
        link = connection;
        quietBroker(connection);
    };
});
after(() => ingress?.stop());

for (const [name, open] of Object.entries({firefox, webkit})) {
    test(`${name} loads the page, goes live, sorts and filters`, async (context) => {
        const engine = await open();
        context.after(() => engine.close());
        context.diagnostic(await engine.version());
        await engine.goto(`${ingress.url}#account=${account}`);
        const status = () => engine.evaluate((blotter) => blotter.status);
        await until('live', async () => (await status()) === 'live', 60);
        const {renderer} = await engine.evaluate((blotter) => blotter.stats());
        context.diagnostic(`renderer ${renderer}`);
        if (name === 'firefox') assert.equal(renderer, 'canvas');

        // Live: what the broker publishes is a row.
        const firstId = () =>
            engine.evaluate(async (blotter) => (await blotter.rows('trades', 0, 1))[0]?.id);
        assert.equal(await firstId(), 'T-199');
        publish(link, [trade(901)]);
        await until('the new trade', async () => (await firstId()) === 'T-901');

        // Sort: a click on the head of the first column, the time, turns the order round.
        const {x, y, headerHeight} = await engine.evaluate(
            async (blotter) => (await blotter.stats()).layout.tables.trades,
        );
        await engine.click(x + 20, y + headerHeight - 10);
        await until('the oldest first', async () => (await firstId()) === 'T-0');

        // Filter: by keyboard, into a real field.
        await engine.press('/');
        await engine.type('goog');
        const count = () => engine.evaluate((blotter) => blotter.rowCount('trades'));
        await until('25 rows of GOOG', async () => (await count()) === 25);
        await engine.press('Escape');
        await until('all rows', async () => (await count()) === 201);
        await engine.press('Escape');
        assert.equal(await status(), 'live');
    });
}
