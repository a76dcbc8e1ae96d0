// page.js - the page around one full-window <nats-blotter>.
//
// Query parameters become attributes of the element; the hash keeps the view, so that a link shows
// what I see: #account=22214&filter=IBM. The element knows of neither.

const blotter = document.querySelector('nats-blotter');
const query = new URLSearchParams(location.search);
for (const name of ['profile', 'renderer', 'theme', 'subjects']) {
    if (query.has(name)) blotter.setAttribute(name, query.get(name));
}

function accountFromHash() {
    const account = new URLSearchParams(location.hash.slice(1)).get('account');
    return account !== null && /^\d{1,15}$/.test(account) ? account : null;
}

// `filter` is the quick filter of the first table, `filter.positions` that of another one.
function filtersFromHash(tables) {
    const parts = new URLSearchParams(location.hash.slice(1));
    return tables.map((table, at) => parts.get(at === 0 ? 'filter' : `filter.${table}`) ?? '');
}

function writeHash(wanted) {
    const parts = new URLSearchParams(location.hash.slice(1));
    for (const [name, value] of Object.entries(wanted)) {
        if (value === '' || value === 0) parts.delete(name);
        else parts.set(name, String(value));
    }
    const hash = parts.toString();
    const place = location.pathname + location.search + (hash === '' ? '' : '#' + hash);
    if (place !== location.pathname + location.search + location.hash) {
        history.replaceState(null, '', place);
    }
}

// Superseded by the next choice is no error; anything else is on the screen already.
const quietly = (promise) => promise.catch(() => {});

// Of the page's own profile: the hash is theirs, and not of a table opened from the inspector.
let own = null;
const areOwn = (tables) => own === null || own === tables.join('\n');

async function applyFilters() {
    const tables = await blotter.tables();
    if (!areOwn(tables)) return;
    const {tables: views} = await blotter.viewState();
    filtersFromHash(tables).forEach((filter, at) => {
        const table = tables[at];
        if ((views[table].filter?.quick ?? '') !== filter)
            quietly(blotter.setFilter(table, filter));
    });
}

const first = accountFromHash();
if (first !== null) blotter.setAttribute('account', first);
const filtersGiven = location.hash.includes('filter');
let told = !filtersGiven; // the link's filters come before the view's own
blotter.addEventListener('accountchange', (event) => writeHash({account: event.detail.account}));
blotter.addEventListener('viewstatechange', ({detail: {tables}}) => {
    if (!told || !areOwn(Object.keys(tables))) return;
    const filters = Object.entries(tables).map(([table, {filter}], at) => [
        at === 0 ? 'filter' : `filter.${table}`,
        filter?.quick ?? '',
    ]);
    writeHash(Object.fromEntries(filters));
});
addEventListener('hashchange', () => {
    quietly(blotter.setAccount(Number(accountFromHash() ?? '0')));
    quietly(applyFilters());
});
const running = customElements.whenDefined('nats-blotter').then(() => blotter.ready);
running
    .then(() => blotter.tables())
    .then((tables) => {
        own = tables.join('\n');
    })
    .catch(() => {});
if (filtersGiven) {
    running
        .then(applyFilters)
        .catch(() => {})
        .then(() => {
            told = true;
        });
}

// Imported when the attributes are complete, as the element starts the moment it is defined.
import('./nats-blotter.js').catch((error) => {
    const words = document.getElementById('before');
    if (words)
        words.textContent = `The blotter could not be loaded: ${error.message} Reload the page.`;
});
