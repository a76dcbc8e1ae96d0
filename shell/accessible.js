// accessible.js - what the canvas shows, for who does not see it: a mirror of the visible rows and
// the focused cell, and the view as a plain table. Loaded behind the first paint.
//
// The mirror is the canvas's own content, which no browser paints and every screen reader reads.
// The focus stays on the canvas; aria-activedescendant says which cell it is in.

// Rows of a plain table at first, and with each press of its button.
const PLAIN_ROWS = 1000;
// The mirror follows a canvas that has the focus, this often at most.
const MIRROR_MS = 250;

const two = (number) => String(number).padStart(2, '0');

// A cell as the canvas shows it, times in UTC or as the clock on the wall had it.
export function shown(column, value, utc = false) {
    if (value === null || value === undefined) return '';
    if (column.type === 'time') {
        const time = new Date(Number(value));
        const part = (name) => time[`get${utc ? 'UTC' : ''}${name}`]();
        const clock = ['Hours', 'Minutes', 'Seconds'].map((name) => two(part(name))).join(':');
        return `${clock}.${String(time.getMilliseconds()).padStart(3, '0')}`;
    }
    if (typeof value === 'number' && column.type !== 'text' && !/^account/i.test(column.field)) {
        return value.toLocaleString('en-US', {maximumFractionDigits: 15}).replace('-', '−');
    }
    return String(value);
}

function make(name, attributes = {}, ...children) {
    const element = document.createElement(name);
    for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
    element.append(...children);
    return element;
}

const capital = (name) => name.charAt(0).toUpperCase() + name.slice(1);

export class Mirror {
    #element;
    #shown = ''; // what the mirror was made from
    #timer = 0;

    constructor(element) {
        this.#element = element;
    }

    // Something was drawn, or the focus came.
    drawn() {
        if (this.#timer) return;
        this.#timer = setTimeout(() => {
            this.#timer = 0;
            this.#update().catch(() => {}); // it stopped meanwhile
        }, MIRROR_MS);
    }

    // All that is in sight and told of the table that has the focus.
    async #read() {
        const {layout} = await this.#element.stats();
        const names = Object.keys(layout.tables);
        const table = names.find((name) => layout.tables[name].focused) ?? names[0];
        const place = layout.tables[table];
        const all = await this.#element.columns(table);
        const {utc} = (await this.#element.viewState()).tables[table];
        const columns = place.columns
            ? place.columns.map(({field}) => all.find((column) => column.field === field))
            : all;
        const body = place.height - place.headerHeight - (place.footerHeight ?? 0);
        const count = Math.max(1, Math.ceil(body / place.rowHeight));
        const {lines, focus, firstRow: first} = place;
        if (lines)
            return {table, columns, utc, ...(await this.#grouped(table, place)), first, focus};
        const rows = await this.#element.rows(table, first, count);
        const total = await this.#element.rowCount(table);
        return {table, columns, utc, rows, total, first, focus};
    }

    // Lines that are heads of groups, and the rows of those that are open.
    async #grouped(table, {lines, lineCount}) {
        // Closed groups lie between open ones, with any number of rows: each run is read by itself.
        const runs = [];
        for (const {group, position} of lines) {
            if (group !== undefined) continue;
            const last = runs.at(-1);
            if (last && position === last.from + last.count) ++last.count;
            else runs.push({from: position, count: 1});
        }
        const read = runs.map(({from, count}) => this.#element.rows(table, from, count));
        const rows = (await Promise.all(read)).flatMap((some, at) =>
            Array.from({length: runs[at].count}, (_, index) => some[index]),
        );
        return {
            rows: lines.map((line) => (line.group === undefined ? rows.shift() : {_head: line})),
            total: lineCount,
        };
    }

    async #update() {
        const canvas = this.#element.shadowRoot.querySelector('canvas');
        if (!canvas || this.#element.shadowRoot.activeElement !== canvas) return;
        const read = await this.#read();
        const {table, columns, utc, rows, total, first, focus} = read;
        const now = JSON.stringify(read);
        if (now === this.#shown && canvas.firstChild) return;
        this.#shown = now;
        const row = (index, cells, odd) => {
            const made = make('div', {role: 'row', 'aria-rowindex': index}, ...cells);
            if (odd) made.setAttribute('aria-description', 'not confirmed by its service');
            return made;
        };
        const cell = (role, id, column, text) => {
            const made = make('span', {role, id, 'aria-colindex': column + 1});
            made.textContent = text;
            return made;
        };
        const heads = columns.map(({title}, at) => cell('columnheader', `head-${at}`, at, title));
        const lines = rows.map((record = {}, at) => {
            const head = record._head;
            const cells = columns.map((column, place) => {
                const words = head && place === 0 && `${head.words ?? head.group} (${head.rows})`;
                let value = head ? head.sums[column.field] : record[column.field];
                if (head?.last?.field === column.field) value = head.last.ms;
                // Sums are exact digits.
                if (head && Number.isSafeInteger(Number(value))) value = Number(value);
                const text = words || shown(column, value, utc);
                return cell('gridcell', `cell-${at}-${place}`, place, text);
            });
            const line = row(first + at + 2, cells, record._phantom);
            if (head) line.setAttribute('aria-expanded', head.open);
            return line;
        });
        canvas.replaceChildren(row(1, heads), ...lines);
        canvas.setAttribute('role', rows.some((row) => row?._head) ? 'treegrid' : 'grid');
        canvas.setAttribute('aria-label', capital(table));
        canvas.setAttribute('aria-rowcount', total + 1);
        canvas.setAttribute('aria-colcount', columns.length);
        this.#mark(canvas, columns, lines.length, focus ? focus.row - first : 0, focus?.field);
    }

    #mark(canvas, columns, count, row, field) {
        const column = Math.max(
            columns.findIndex((one) => one.field === field),
            0,
        );
        if (row < 0 || row >= count) return canvas.removeAttribute('aria-activedescendant');
        const id = `cell-${row}-${column}`;
        canvas.setAttribute('aria-activedescendant', id);
        // The header's words too, which not every reader finds by the column's number.
        const cell = this.#element.shadowRoot.getElementById(id);
        cell?.setAttribute('aria-describedby', `head-${column}`);
        cell?.setAttribute('aria-selected', 'true');
    }
}

// The present view as ordinary tables: to be read, selected, searched, zoomed and printed.
export class PlainTable {
    #element;
    #box = null;
    #state = null;
    #tables = null;
    #counts = {}; // rows shown, by table

    constructor(element) {
        this.#element = element;
    }

    get open() {
        return this.#box !== null;
    }

    async show() {
        if (this.#box) return;
        this.#counts = {};
        this.#box = make('section', {class: 'plain', 'aria-label': 'Plain table', tabindex: '-1'});
        this.#box.addEventListener('keydown', (event) => {
            if (event.ctrlKey || event.altKey || event.metaKey) return;
            if (event.key !== 'Escape' && event.key.toLowerCase() !== 'p') return;
            event.preventDefault();
            this.close();
        });
        this.#element.shadowRoot.append(this.#box);
        await this.#fill();
        this.#box?.focus();
    }

    close() {
        this.#box?.remove();
        this.#box = null;
        this.#tables = null;
        this.#element.shadowRoot.querySelector('canvas')?.focus();
    }

    // The buttons stay, so that the focus does; the tables are made anew.
    async #fill() {
        const tables = [];
        for (const name of await this.#element.tables()) tables.push(await this.#table(name));
        if (!this.#box) return;
        if (!this.#tables) {
            this.#state = make('span');
            this.#tables = make('div');
            const again = this.#button('Read again', () => this.#fill());
            const close = this.#button('Close', () => this.close());
            this.#box.append(make('p', {}, this.#state, ' ', again, ' ', close), this.#tables);
        }
        const time = shown({type: 'time'}, Date.now());
        this.#state.textContent = `${this.#element.status} at ${time}.`;
        this.#tables.replaceChildren(...tables.flat());
    }

    #button(words, work) {
        const button = make('button', {type: 'button'}, words);
        button.addEventListener('click', () => Promise.resolve(work()).catch(() => {}));
        return button;
    }

    async #table(name) {
        const columns = await this.#element.columns(name);
        const total = await this.#element.rowCount(name);
        const {utc} = (await this.#element.viewState()).tables[name];
        const count = (this.#counts[name] ??= PLAIN_ROWS);
        const rows = await this.#element.rows(name, 0, count);
        const words =
            rows.length < total
                ? `${capital(name)}: the first ${rows.length} of ${total} rows`
                : `${capital(name)}: ${total} rows`;
        const heads = columns.map(({title}) => make('th', {scope: 'col'}, title));
        const lines = rows.map((row) => {
            const cells = columns.map((column) => {
                const right = column.type === 'int' || column.type.startsWith('decimal');
                const text = shown(column, row[column.field], utc);
                return make('td', right ? {class: 'right'} : {}, text);
            });
            return make('tr', row._phantom ? {class: 'phantom'} : {}, ...cells);
        });
        const table = make(
            'table',
            {},
            make('caption', {}, words),
            make('thead', {}, make('tr', {}, ...heads)),
            make('tbody', {}, ...lines),
        );
        if (rows.length === total) return [table];
        const more = this.#button(`More ${name}`, () => {
            this.#counts[name] += PLAIN_ROWS;
            return this.#fill();
        });
        return [table, more];
    }
}
