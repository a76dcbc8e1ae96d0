// bench/levers/run.mjs - what the two levers cost that lift the broker's 4 KiB WebSocket messages:
//
//   node bench/levers/run.mjs [--clients 50] [--seconds 4] [--rounds 3]
//
// The same events go through a real broker and a real nginx with each setting, the settings in turn
// in each round: first to one browser tab at 50,000 events a second, then to many clients at 1,000.
// Prints medians: CPU in microseconds for one event to one client, bytes on the wire, memory for a
// client, and how large the messages were. CPU is the kernel's account of each process.
import {randomBytes, randomUUID} from 'node:crypto';
import {execFileSync} from 'node:child_process';
import {readFileSync, readdirSync} from 'node:fs';
import net from 'node:net';
import {parseArgs} from 'node:util';

import {Tabs} from '../../tests/support/tabs.mjs';
import {sleep, until} from '../../tests/support/wait.mjs';
import {Broker, Nginx, Publisher, ourLocation} from '../../tests/web/core/brokers.mjs';

const {values} = parseArgs({
    options: {
        clients: {type: 'string', default: '50'},
        seconds: {type: 'string', default: '4'},
        rounds: {type: 'string', default: '3'},
    },
});
const clientCount = Number(values.clients);
const seconds = Number(values.seconds);
const rounds = Number(values.rounds);
const fastRate = 50_000;
const slowRate = 1_000;
const subject = '/accounts/22214/trades';

const noBrowser = 'proxy_set_header User-Agent proxy;';
const levers = [
    {name: 'neither', websocket: '', location: ''},
    {name: 'compression', websocket: 'compression: true', location: ''},
    {name: 'User-Agent', websocket: '', location: noBrowser},
    {name: 'both', websocket: 'compression: true', location: noBrowser},
];

const ticksPerSecond = Number(execFileSync('getconf', ['CLK_TCK'], {encoding: 'utf8'}));
const pageBytes = Number(execFileSync('getconf', ['PAGESIZE'], {encoding: 'utf8'}));

const statOf = (pid) => {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return text.slice(text.lastIndexOf(')') + 2).split(' ');
};
const parentOf = (pid) => Number(statOf(pid)[1]);
// A process and all that come from it.
function family(pid) {
    const parents = new Map();
    for (const name of readdirSync('/proc')) {
        if (!/^\d+$/.test(name)) continue;
        try {
            parents.set(Number(name), parentOf(name));
        } catch {
            // it has ended meanwhile
        }
    }
    const members = [pid];
    for (const member of members)
        for (const [child, parent] of parents) if (parent === member) members.push(child);
    return members;
}
// One that has ended keeps what it had used when last seen.
const usedTicks = new Map();
function cpuUs(pids) {
    let ticks = 0;
    for (const pid of pids) {
        try {
            const fields = statOf(pid);
            usedTicks.set(pid, Number(fields[11]) + Number(fields[12]));
        } catch {
            // a helper of the browser that was not needed any more
        }
        ticks += usedTicks.get(pid) ?? 0;
    }
    return ticks * (1e6 / ticksPerSecond);
}
const residentBytes = (pids) =>
    pids.reduce(
        (sum, pid) => sum + Number(readFileSync(`/proc/${pid}/statm`, 'utf8').split(' ')[1]),
        0,
    ) * pageBytes;

// TraderX events, each with an id of its own.
const securities = ['IBM', 'MS', 'C', 'AAPL', 'GOOG', 'MSFT', 'BAC', 'TSLA'];
function makeEvent(index) {
    const now = Date.now();
    const payload =
        `{"id":"${randomUUID()}","accountId":22214,"security":"${securities[index % 8]}",` +
        `"side":"${index % 3 ? 'Buy' : 'Sell'}","state":"Settled",` +
        `"quantity":${(index * 7919) % 997},"updated":${now + index},"created":${now}}`;
    return Publisher.message(
        subject,
        `{"topic":"${subject}","payload":${payload},"date":${now},` +
            `"from":"trade-processor","type":"Trade"}`,
    );
}
const events = Array.from({length: 20_000}, (_, index) => makeEvent(index));

async function publish(publisher, rate) {
    const started = performance.now();
    let sent = 0;
    const total = rate * seconds;
    while (sent < total) {
        const due = Math.min(total, Math.ceil(((performance.now() - started) / 1000) * rate));
        const part = [];
        for (; sent < due; ++sent) part.push(events[sent % events.length]);
        if (part.length > 0) await publisher.write(Buffer.concat(part));
        await sleep(1);
    }
    await publisher.flush();
    return sent;
}

// A client that takes everything and looks at nothing; asks for what browsers ask for.
function sink(port) {
    const heard = {bytes: 0};
    return new Promise((resolve, reject) => {
        const socket = net.connect(port, '127.0.0.1');
        const mask = (text) => {
            const body = Buffer.from(text);
            const key = randomBytes(4);
            return Buffer.concat([
                Buffer.from([0x82, 0x80 | 126, body.length >> 8, body.length & 255]),
                key,
                body.map((byte, i) => byte ^ key[i & 3]),
            ]);
        };
        socket.on('error', reject);
        socket.write(
            `GET /nats-ws HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\n` +
                `Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n` +
                `Sec-WebSocket-Key: ${randomBytes(16).toString('base64')}\r\n` +
                `User-Agent: Mozilla/5.0\r\n` +
                `Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits\r\n\r\n`,
        );
        let greeted = false;
        socket.on('data', (bytes) => {
            heard.bytes += bytes.length;
            if (greeted) return;
            greeted = true;
            socket.write(mask(`CONNECT {"verbose":false}\r\nSUB ${subject} 1\r\nPING\r\n`));
            setTimeout(() => resolve({socket, heard}), 300);
        });
    });
}

// In the page: counts.
const pageScript = (url) => `new Promise((resolve) => {
    globalThis.seen = {bytes: 0, messages: 0};
    const socket = new WebSocket(${JSON.stringify(url)});
    socket.binaryType = 'arraybuffer';
    let greeted = false;
    socket.onmessage = ({data}) => {
        seen.bytes += data.byteLength;
        ++seen.messages;
        if (greeted) return;
        greeted = true;
        socket.send('CONNECT {"verbose":false}\\r\\nSUB ${subject} 1\\r\\nPING\\r\\n');
        setTimeout(resolve, 300);
    };
})`;

// [name, value] figures of one lever.
async function measure(lever) {
    const broker = await Broker.start({websocket: lever.websocket});
    const location = ourLocation(broker.webSocketPort).replace('{', `{ ${lever.location}`);
    const nginx = await Nginx.start(location);
    const publisher = await Publisher.connect(broker);
    const tabs = Tabs.start();
    const sinks = [];
    try {
        const tab = await tabs.open('about:blank');
        await tab.evaluate(pageScript(nginx.url()));
        const groups = {
            broker: [broker.child.pid],
            nginx: family(nginx.child.pid),
            browser: family(tabs.child.pid),
        };
        const cpu = () => Object.values(groups).map(cpuUs);
        const costOf = async (rate, count, drained) => {
            const before = cpu();
            const sent = await publish(publisher, rate);
            await drained(sent);
            return cpu().map((now, i) => (now - before[i]) / sent / count);
        };
        const start = await tab.evaluate('({...seen})');
        let least = 0;
        const fast = await costOf(fastRate, 1, (sent) => {
            least = sent * 200; // no event is shorter
            return until(
                'the page to have everything',
                async () => {
                    const bytes = await tab.evaluate('seen.bytes');
                    await sleep(200);
                    return bytes > least && bytes === (await tab.evaluate('seen.bytes'));
                },
                60,
            );
        });
        const end = await tab.evaluate('({...seen})');
        await tabs.stop();
        groups.browser = [];

        const idle = [residentBytes(groups.broker), residentBytes(groups.nginx)];
        for (let i = 0; i < clientCount; ++i) sinks.push(await sink(nginx.ports[0]));
        const bytesBefore = sinks[0].heard.bytes;
        let sentToMany = 0;
        const many = await costOf(slowRate, clientCount, async (sent) => {
            sentToMany = sent;
            await sleep(500);
        });
        const full = [residentBytes(groups.broker), residentBytes(groups.nginx)];
        return {
            'broker, one client, µs': fast[0],
            'nginx, one client, µs': fast[1],
            'browser, one tab, µs': fast[2],
            'message, KiB': (end.bytes - start.bytes) / (end.messages - start.messages) / 1024,
            'broker, many, µs': many[0],
            'nginx, many, µs': many[1],
            'wire, bytes/event': (sinks[0].heard.bytes - bytesBefore) / sentToMany,
            'broker, KiB/client': (full[0] - idle[0]) / clientCount / 1024,
            'nginx, KiB/client': (full[1] - idle[1]) / clientCount / 1024,
        };
    } finally {
        for (const {socket} of sinks) socket.destroy();
        publisher.close();
        await tabs.stop();
        await Promise.all([broker.kill(), nginx.kill()]);
    }
}

const median = (numbers) => numbers.sort((a, b) => a - b)[Math.floor(numbers.length / 2)];

const results = levers.map(() => []);
for (let round = 0; round < rounds; ++round)
    for (const [index, lever] of levers.entries()) results[index].push(await measure(lever));

const figures = Object.keys(results[0][0]);
const width = Math.max(...figures.map((figure) => figure.length)) + 2;
console.log(''.padEnd(width) + levers.map(({name}) => name.padStart(13)).join(''));
for (const figure of figures) {
    const cells = results.map((list) => median(list.map((result) => result[figure])));
    const digits = figure.endsWith('µs') ? 2 : 1;
    console.log(
        figure.padEnd(width) + cells.map((cell) => cell.toFixed(digits).padStart(13)).join(''),
    );
}
console.log(
    `\nmedians of ${rounds}; one tab at ${fastRate} events/s, ` +
        `${clientCount} clients at ${slowRate}`,
);
process.exit(0);
