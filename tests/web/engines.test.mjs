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
let orders; // what was sent to trade-service

const json = (value) => ({status: 200, body: JSON.stringify(value)});

before(async () => {
    ingress = await Ingress.start();
    const market = restOf(200);
    ingress.rest = (path, {body}) => {
        if (path === '/reference-data/stocks')
            return json([{ticker: 'IBM', companyName: 'International Business Machines'}]);
        if (path !== '/trade-service/trade/') return market(path);
        orders.push(JSON.parse(body));
        return json(orders.at(-1));
    };
    ingress.socket = (connection) => {
        link = connection;
        quietBroker(connection);
    };
});
after(() => ingress?.stop());

for (const [name, open] of Object.entries({firefox, webkit})) {
    test(`${name} goes live, sorts, filters and sends a ticket`, async (context) => {
        orders = [];
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

        // A ticket: by keyboard, until its trade is seen; and spoken.
        const focused = () =>
            engine.evaluate(({shadowRoot}) => shadowRoot.activeElement?.getAttribute('aria-label'));
        const words = () =>
            engine.evaluate(async (blotter) => (await blotter.stats()).ticket.words);
        await until('the rows have the keys', () =>
            engine.evaluate(({shadowRoot}) => shadowRoot.activeElement?.matches('canvas')),
        );
        await engine.press('s');
        await until('the security', async () => (await focused()) === 'Security');
        await engine.type('IBM');
        await engine.press('Tab');
        await until('the quantity', async () => (await focused()) === 'Quantity');
        await engine.type('2k');
        await engine.press('Enter');
        await until('accepted', async () => /^Sell 2,000 IBM: accepted/.test(await words()));
        assert.deepEqual(
            orders.map(({accountId, security, side, quantity}) => [
                accountId,
                security,
                side,
                quantity,
            ]),
            [[account, 'IBM', 'Sell', 2000]],
        );
        publish(link, [{...trade(904), security: 'IBM', side: 'Sell', quantity: 2000}]);
        await until('seen', async () => /matching trade seen/.test(await words()));
        await until('spoken', () =>
            engine.evaluate(({shadowRoot}) =>
                /Sell 2,000 IBM: .*seen/.test(shadowRoot.querySelector('.quiet').textContent),
            ),
        );
        assert.equal(await status(), 'live');
    });
}
