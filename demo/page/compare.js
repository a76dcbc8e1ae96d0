// compare.js - what a pane shows, against what the database holds.

const tables = {
    trades: {
        key: (row) => row.id,
        fields: ['accountId', 'security', 'side', 'quantity', 'state'],
    },
    positions: {key: (row) => `${row.accountId} ${row.security}`, fields: ['quantity']},
};

// Adds one table's differences: `lost` rows that the database has and the pane has not, `doubled`
// ones it has twice, `wrong` ones that differ or that the database does not have. What the pane
// itself has marked is `marked` and nothing else. Each is a set of names of rows.
function compareTable(name, shown, owed, found) {
    const {key, fields} = tables[name];
    const rows = new Map(owed.map((row) => [key(row), row]));
    const seen = new Set();
    for (const row of shown) {
        const id = key(row);
        const label = `${name} ${id}`;
        if (row._phantom || row._broken) found.marked.add(label);
        else if (seen.has(id)) found.doubled.add(label);
        else if (!rows.has(id)) found.wrong.add(label);
        else if (fields.some((field) => row[field] !== rows.get(id)[field])) found.wrong.add(label);
        seen.add(id);
    }
    for (const id of rows.keys()) if (!seen.has(id)) found.lost.add(`${name} ${id}`);
}

export function differences(shown, owed) {
    const found = {lost: new Set(), doubled: new Set(), wrong: new Set(), marked: new Set()};
    for (const name of Object.keys(tables)) compareTable(name, shown[name], owed[name], found);
    return found;
}

// The database and a pane are not read in the same instant, so only what was different twice
// running counts. Answers {lost, doubled, wrong, marked} as numbers.
export class Measure {
    #before = null;

    take(found) {
        const before = this.#before;
        this.#before = found;
        const counts = {};
        for (const [kind, labels] of Object.entries(found))
            counts[kind] = [...labels].filter((label) => before?.[kind].has(label)).length;
        return counts;
    }

    forget() {
        this.#before = null;
    }
}
