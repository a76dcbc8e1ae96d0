// tests/support/market.mjs - trades and positions of one account, as position-service gives them
// and as a broker publishes them.
import {binary} from './ingress.mjs';

export const account = 22214;
const start = Date.UTC(2026, 6, 22, 16, 31, 24, 468);
const securities = ['IBM', 'MS', 'C', 'AAPL', 'GOOG', 'MSFT', 'BAC', 'TSLA'];

// The `index`th trade, newer than those before it; `version` is how often it was changed since.
export const trade = (index, version = 0, accountId = account) => ({
    id: `T-${index}`,
    accountId,
    security: securities[index % 8],
    side: index % 3 ? 'Buy' : 'Sell',
    state: index % 5 ? 'Settled' : 'Processing',
    quantity: ((index * 37) % 5000) + 1 + version,
    updated: start + index * 10_000 + version,
    created: start + index * 10_000,
});

export const trades = (count, accountId = account) =>
    Array.from({length: count}, (_, index) => trade(index, 0, accountId));

export const positions = (accountId = account) =>
    securities.map((security, index) => ({
        accountId,
        security,
        quantity: (index - 3) * 100,
        updated: start + index,
    }));

// What Ingress.rest is to be, for `count` trades of every account that is asked for.
export const restOf = (count) => (path) => {
    const [, accountId] = path.match(/\/(?:trades|positions)\/(\d+)$/) ?? [];
    let body = [{id: account, displayName: 'Test Account 20'}];
    if (path.includes('/trades/')) body = trades(count, Number(accountId));
    else if (path.includes('/positions/')) body = positions(Number(accountId));
    return {status: 200, body: JSON.stringify(body)};
};

// A protocol message for the first subscription of an account, its trades.
export function tradeMessage(row) {
    const payload = JSON.stringify({date: row.updated, payload: row});
    return `MSG a 1 ${Buffer.byteLength(payload)}\r\n${payload}\r\n`;
}

export const publish = (link, rows) => link.write(binary(rows.map(tradeMessage).join('')));
