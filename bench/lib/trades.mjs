// bench/lib/trades.mjs - trade number i, the same one as in bench/publisher/publisher.cpp, as
// position-service would answer it and as NATS would carry it.
import {createWriteStream, existsSync, mkdirSync, renameSync} from 'node:fs';
import {once} from 'node:events';
import {dirname} from 'node:path';

export const ACCOUNT = 22214;
export const FIRST_TIME = Date.UTC(2026, 0, 1);

export function idOf(trade) {
    const mixed = Math.imul(trade, 2654435761) >>> 0;
    const head = mixed.toString(16).padStart(8, '0');
    return `${head}-5a0e-4d8f-9a7b-${trade.toString(16).padStart(12, '0')}`;
}

export function tickerOf(number) {
    const value = (number * 7919 + 1234) % 17576;
    const letter = (place) => String.fromCharCode(65 + (place % 26));
    return letter(Math.floor(value / 676)) + letter(Math.floor(value / 26)) + letter(value);
}

const accountOf = (trade, accounts) => ACCOUNT + (trade % accounts);

// What REST answers: dates as text.
export function restTrade(trade, {accounts = 1, extra = 0} = {}) {
    const pair = Math.floor(trade / 2);
    const time = new Date(FIRST_TIME + trade).toISOString().replace('Z', '+00:00');
    let text =
        `{"id":"${idOf(trade)}","accountId":${accountOf(trade, accounts)},` +
        `"security":"${tickerOf(pair % 200)}","side":"${trade % 2 === 0 ? 'Buy' : 'Sell'}",` +
        `"state":"Processing","quantity":${100 * (1 + (pair % 50))},` +
        `"updated":"${time}","created":"2026-01-01T00:00:00.000+00:00"`;
    for (let field = 0; field < extra; ++field) text += `,"x${field}":${(trade % 1000) + field}`;
    return text + '}';
}

// The JSON of one event, its times given.
export function eventText(trade, time, state = 'Settled') {
    const pair = Math.floor(trade / 2);
    return (
        `{"topic":"/accounts/${ACCOUNT}/trades","payload":{"id":"${idOf(trade)}",` +
        `"accountId":${ACCOUNT},"security":"${tickerOf(pair % 200)}",` +
        `"side":"${trade % 2 === 0 ? 'Buy' : 'Sell'}","state":"${state}",` +
        `"quantity":${100 * (1 + (pair % 50))},"updated":${time},"created":${FIRST_TIME}},` +
        `"date":${time},"from":"trade-processor","type":"Trade"}`
    );
}

// A file with the REST answer of `rows` trades, newest first; made once.
export async function snapshotFile(folder, rows, options = {}) {
    const {accounts = 1, extra = 0} = options;
    const path = `${folder}/trades-${rows}-${accounts}-${extra}.json`;
    if (existsSync(path)) return path;
    mkdirSync(dirname(path), {recursive: true});
    const file = createWriteStream(path + '.new');
    file.write('[');
    for (let left = rows; left > 0; ) {
        const parts = [];
        for (const stop = Math.max(0, left - 1000); left > stop; --left) {
            parts.push(restTrade(left - 1, options));
        }
        if (!file.write(parts.join() + (left > 0 ? ',' : ''))) await once(file, 'drain');
    }
    file.end(']');
    await once(file, 'finish');
    renameSync(path + '.new', path);
    return path;
}

// Balanced books: each security of each account stands at 0.
export function positionsText(rows, {accounts = 1} = {}) {
    const parts = [];
    for (let account = 0; account < accounts; ++account) {
        for (let number = 0; number < Math.min(200, Math.ceil(rows / 2)); ++number) {
            if (accounts > 20) break;
            parts.push(
                `{"accountId":${ACCOUNT + account},"security":"${tickerOf(number)}",` +
                    '"quantity":0,"updated":"2026-01-01T00:00:00.000+00:00"}',
            );
        }
    }
    return `[${parts.join()}]`;
}
