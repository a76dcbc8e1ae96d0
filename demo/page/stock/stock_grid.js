// stock_grid.js - a grid whose transactions are synchronous: each sorts the whole row model and
// lays out what is in sight before the next message is looked at (D13). Only the rows in sight are
// in the page, as in the grid of the stock client.

const ROWS_IN_SIGHT = 40;

export class StockGrid {
    #body;
    #key;
    #columns; // [{field, text, numeric}]
    #rows = new Map();
    #order = [];
    #compare;
    #count;

    constructor({element, key, columns, compare}) {
        this.#key = key;
        this.#columns = columns;
        this.#compare = compare;
        this.#count = element.querySelector('.count');
        const table = element.querySelector('table');
        const head = table.createTHead().insertRow();
        for (const {title, numeric} of columns) {
            const cell = document.createElement('th');
            cell.textContent = title;
            cell.classList.toggle('number', numeric === true);
            head.append(cell);
        }
        this.#body = table.createTBody();
    }

    rows() {
        return this.#order;
    }

    bind(rows) {
        this.#rows = new Map(rows.map((row) => [row[this.#key], row]));
        this.#layOut();
    }

    apply(row) {
        this.#rows.set(row[this.#key], row);
        this.#layOut();
    }

    #layOut() {
        this.#order = [...this.#rows.values()].sort(this.#compare);
        const inSight = this.#order.slice(0, ROWS_IN_SIGHT);
        while (this.#body.rows.length > inSight.length) this.#body.deleteRow(-1);
        while (this.#body.rows.length < inSight.length) {
            const row = this.#body.insertRow();
            for (const {numeric} of this.#columns)
                row.insertCell().classList.toggle('number', numeric === true);
        }
        inSight.forEach((row, index) => {
            const {cells} = this.#body.rows[index];
            this.#columns.forEach(({field, text = String, look}, column) => {
                cells[column].textContent = text(row[field]);
                if (look) cells[column].dataset.look = look(row[field]);
            });
        });
        this.#count.textContent = `${this.#order.length.toLocaleString('en')} rows`;
        void this.#body.offsetHeight; // laid out now, as a synchronous transaction is
    }
}
