// tests/support/grid.mjs - a page with trades and positions, and hands for its tables: where a
// cell, a head or a word on the canvas stands, as a person sees it.
import {launchBrowser, openPage, rowsOf, statsOf, untilStatus} from './browser.mjs';
import {Ingress, quietBroker} from './ingress.mjs';
import {restOf} from './market.mjs';
import {until} from './wait.mjs';

export class Grid {
    static async start({rows = 200} = {}) {
        const grid = new Grid();
        grid.ingress = await Ingress.start();
        grid.ingress.rest = restOf(rows);
        grid.ingress.socket = (connection) => {
            grid.link = connection;
            quietBroker(connection);
        };
        grid.browser = await launchBrowser();
        return grid;
    }

    async open(options) {
        const page = await openPage(
            this.browser,
            `${this.ingress.url}?renderer=canvas#account=22214`,
            options,
        );
        await untilStatus(page, 'live');
        this.page = page;
        await this.untilShown(/^title \d+ rows/); // it is drawn
        await page.keyboard.press('Tab');
        return page;
    }

    async stop() {
        await this.browser?.close();
        await this.ingress?.stop();
    }

    layout = async () => (await statsOf(this.page)).layout;
    table = async (name = 'trades') => (await this.layout()).tables[name];
    rows = (name = 'trades') => rowsOf(this.page, name);
    // The middle of the cell in line `line` from the top of the table's sight.
    async cell(line, field, name = 'trades') {
        const {y, headerHeight, rowHeight, columns} = await this.table(name);
        const column = columns.find((one) => one.field === field);
        if (!column) throw new Error(`no column ${field} in sight of ${name}`);
        return {
            x: column.x + column.width / 2,
            y: y + headerHeight + (line + 0.5) * rowHeight,
        };
    }
    async press(at, {modifiers = [], button = 'left', count = 1} = {}) {
        for (const key of modifiers) await this.page.keyboard.down(key);
        await this.page.mouse.click(at.x, at.y, {button, clickCount: count});
        for (const key of modifiers.toReversed()) await this.page.keyboard.up(key);
    }
    // The head of a column, and the row's dots at its right.
    async head(field, name = 'trades') {
        const {y, headerHeight, columns} = await this.table(name);
        const column = columns.find((one) => one.field === field);
        const middle = y + headerHeight - 11;
        return {
            x: column.x + 20,
            y: middle,
            edge: column.x + column.width - 3,
            dots: column.x + column.width - 14,
            ...column,
            x0: column.x,
            x: column.x + 20,
        };
    }
    // What stands on the canvas with these words, once it does.
    async target(words) {
        const like = words instanceof RegExp ? words : null;
        let found;
        await until(`${words} on the screen`, async () => {
            found = (await this.layout()).targets.find((one) =>
                like ? like.test(one.words) : one.words === words,
            );
            return found;
        });
        return {...found, x: found.x + found.width / 2, y: found.y + found.height / 2};
    }
    async pressWords(words, options) {
        await this.press(await this.target(words), options);
    }
    // Whether something with these words is on the canvas now.
    async shows(words) {
        const like = words instanceof RegExp ? words : null;
        return (await this.layout()).targets.some((one) =>
            like ? like.test(one.words) : one.words === words,
        );
    }
    untilShown = (words) => until(`${words} on the screen`, () => this.shows(words));
    untilGone = (words) => until(`${words} gone`, async () => !(await this.shows(words)));
}
