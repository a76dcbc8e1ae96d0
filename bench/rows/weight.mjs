// bench/rows/weight.mjs - row 14: what has to be downloaded, in brotli bytes.
import {readdirSync, statSync} from 'node:fs';
import {join} from 'node:path';

import {inCell} from '../lib/cell.mjs';
import {brotliBytes} from '../lib/build.mjs';
import {Samples, figure} from '../lib/figures.mjs';
import {buildFolder, pageFolder} from '../lib/servers.mjs';

export const rows = [
    {row: '14a', metric: 'brotli kB: ag-Grid all modules with nats.js / ours', target: '>= 1.5'},
    {row: '14b', metric: 'brotli kB to the first paint, ours', target: '<= 190'},
    {row: '14c', metric: 'brotli kB in all, ours', target: '<= 240'},
];

// nginx sends the .br file where there is one, else the file.
const sent = (name) => {
    try {
        return statSync(join(pageFolder, `${name}.br`)).size;
    } catch {
        return statSync(join(pageFolder, name)).size;
    }
};

export const run = (context) => context.attempt(rows, '', () => measure(context));

async function measure(context) {
    await context.servers.serveRows(100);
    // What the shipped page itself asks for until its rows stand: /dist/index.html, whose element
    // looks for the broker at the stock place.
    const asked = await inCell(context, {page: 'ours', start: {rows: 100}}, (browser) =>
        browser.evaluate(
            `performance.getEntriesByType("resource").map(({name, startTime, responseEnd}) =>
                ({path: new URL(name).pathname, startTime, responseEnd}))`,
        ),
    );
    const ofOurs = asked.filter(({path}) => path.startsWith('/dist/'));
    // The program paints as soon as it is there; what it asks for itself comes later.
    const program = ofOurs.find(({path}) => path.endsWith('.wasm'));
    const early = ofOurs.filter(({startTime}) => startTime < program.responseEnd);
    const namesOf = (list) =>
        new Set(['index.html', 'page.js', 'page.css', ...list.map(({path}) => path.slice(6))]);
    const kilobytes = (list) => [...list].reduce((sum, name) => sum + sent(name), 0) / 1000;
    const all = readdirSync(pageFolder).filter((name) => !/\.(br|gz)$/.test(name));
    const peer = ['aggrid.html', 'aggrid.js', 'page.css'].map((name) =>
        brotliBytes(join(buildFolder, 'pages', name)),
    );
    const first = new Samples();
    first.add('ours', kilobytes(namesOf(early)));
    const whole = new Samples();
    whole.add('ours', kilobytes(all));
    const compared = new Samples();
    compared.add('ours', kilobytes(namesOf(ofOurs)));
    compared.add('ag-Grid', peer.reduce((sum, bytes) => sum + bytes, 0) / 1000);
    return [
        figure({...rows[0], samples: compared, peer: 'ag-Grid', atLeast: 1.5}),
        figure({...rows[1], samples: first, atMost: 190}),
        figure({...rows[2], samples: whole, atMost: 240}),
    ];
}
