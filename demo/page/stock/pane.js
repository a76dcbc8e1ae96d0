// pane.js - the left pane: the stock client's algorithm, and its answers to the page around it.
//
// It is a page of another site (127.0.0.1 beside localhost), so that the browser gives it a process
// of its own. The page around it asks by messages: {select: account} and {read: n}.
import {StockBlotter} from './stock_blotter.js';
import {StockFeed} from './stock_feed.js';

const time = (value) => new Date(value).toISOString().slice(11, 23);
const number = (value) => value.toLocaleString('en');
const signed = (value) => (value < 0 ? `−${number(-value)}` : number(value));
const updated = {title: 'Time', field: 'updated', text: time};

const blotter = (() => {
    const trades = {
        element: document.getElementById('trades'),
        key: 'id',
        columns: [
            updated,
            {title: 'Security', field: 'security'},
            {title: 'Side', field: 'side', look: (side) => side},
            {title: 'Qty', field: 'quantity', text: number, numeric: true},
            {title: 'State', field: 'state'},
        ],
        compare: (left, right) => new Date(right.updated) - new Date(left.updated),
    };
    const positions = {
        element: document.getElementById('positions'),
        key: 'security',
        columns: [
            {title: 'Security', field: 'security'},
            {title: 'Net qty', field: 'quantity', text: signed, numeric: true},
        ],
        compare: (left, right) => left.security.localeCompare(right.security),
    };
    const feed = new StockFeed(`ws://${location.host}/left/nats-ws`);
    const made = new StockBlotter(feed, {trades, positions});
    const pill = document.getElementById('pill');
    feed.onConnected = (connected) => {
        pill.textContent = connected ? '● Connected' : '✕ Disconnected';
        pill.dataset.connected = connected;
        parent.postMessage({connected}, '*');
    };
    feed.connect();
    return made;
})();

function select(account) {
    document.getElementById('account').textContent = account;
    blotter.select(account);
}

addEventListener('message', ({data, source}) => {
    if (source !== parent) return;
    if (data.select) select(data.select);
    if (data.read) {
        const {account} = blotter;
        const rows = {trades: blotter.rows('trades'), positions: blotter.rows('positions')};
        parent.postMessage({read: data.read, account, ...rows}, '*');
    }
});
parent.postMessage({started: true}, '*');
