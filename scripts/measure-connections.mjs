// scripts/measure-connections.mjs - what a browser costs broker and ingress, as docs/scaling.md
// reckons with it: memory and CPU per connection, CPU per delivered event.
//
//   node scripts/measure-connections.mjs [CONNECTIONS=1000] [EVENTS=200] [deflate] [burst]
//
// Starts a real nats-server and a real nginx with this project's settings on free ports, opens
// CONNECTIONS WebSockets with the subscriptions of a page (14: two streams of seven accounts), then
// publishes EVENTS trade events to one account that all of them follow. `deflate` makes them ask
// for compressed frames, as browsers do; `burst` publishes twenty events at a time instead of one.
// Prints a table in Markdown.
// CPU is what the kernel charged to the processes, so a busy machine blurs it little.
import {execFileSync} from 'node:child_process';
import {readFileSync, readdirSync} from 'node:fs';

import {NatsClient} from '../tests/stack/nats_wire.mjs';
import {sleep, until} from '../tests/support/wait.mjs';
import {Broker, Nginx, Publisher, ourLocation} from '../tests/web/core/brokers.mjs';

const connectionCount = Number(process.argv[2] ?? 1000);
const eventCount = Number(process.argv[3] ?? 200);
const deflate = process.argv.includes('deflate');
const together = process.argv.includes('burst') ? 20 : 1;
const accounts = [10031, 11413, 22214, 42422, 44044, 52355, 62654];
const batch = 50; // connections opened at a time

const ticksPerSecond = Number(execFileSync('getconf', ['CLK_TCK'], {encoding: 'utf8'}));

// The process and its children: nginx does its work in them.
function familyOf(pid) {
    const children = readdirSync(`/proc/${pid}/task`).flatMap((task) =>
        readFileSync(`/proc/${pid}/task/${task}/children`, 'utf8').trim().split(' '),
    );
    return [pid, ...children.filter(Boolean).map(Number)];
}
const sum = (numbers) => numbers.reduce((total, number) => total + number, 0);
const memoryKb = (pid) =>
    sum(
        familyOf(pid).map((one) =>
            Number(readFileSync(`/proc/${one}/status`, 'utf8').match(/VmRSS:\s+(\d+)/)[1]),
        ),
    );
const cpuSeconds = (pid) =>
    sum(
        familyOf(pid).map((one) => {
            const fields = readFileSync(`/proc/${one}/stat`, 'utf8').split(') ').at(-1).split(' ');
            return (Number(fields[11]) + Number(fields[12])) / ticksPerSecond;
        }),
    );

const event = JSON.stringify({
    topic: '/accounts/22214/trades',
    payload: {
        id: '4b5f0a57-5a0e-4d8f-9a7b-2f0d3c1e8a90',
        accountId: 22214,
        security: 'IBM',
        side: 'Buy',
        state: 'Settled',
        quantity: 100,
        updated: 1784737884468,
        created: 1784737884461,
    },
    date: 1784737884470,
    from: 'trade-processor',
    type: 'Trade',
});

const broker = await Broker.start({websocket: 'compression: true'});
const nginx = await Nginx.start(ourLocation(broker.webSocketPort));
const pids = {broker: broker.child.pid, nginx: nginx.child.pid};
const reading = () =>
    Object.fromEntries(
        Object.entries(pids).map(([name, pid]) => [
            name,
            {kb: memoryKb(pid), cpu: cpuSeconds(pid)},
        ]),
    );

await sleep(500);
const empty = reading();
const clients = [];
while (clients.length < connectionCount) {
    const some = await Promise.all(
        Array.from({length: Math.min(batch, connectionCount - clients.length)}, () =>
            NatsClient.connect({port: nginx.ports[0], path: '/nats-ws', deflate}),
        ),
    );
    clients.push(...some);
    for (const client of some)
        for (const account of accounts)
            for (const stream of ['trades', 'positions'])
                client.subscribe(`/accounts/${account}/${stream}`);
    await Promise.all(some.map((client) => client.ping()));
}
await sleep(1000);
const connected = reading();

const publisher = await Publisher.connect(broker);
for (let i = 0; i < eventCount; ++i) {
    publisher.publish('/accounts/22214/trades', event);
    if ((i + 1) % together === 0) {
        await publisher.flush();
        await sleep(20); // a market, not a flood
    }
}
await publisher.flush();
await until(
    'every event at every browser',
    () => clients.every(({messages}) => messages.length === eventCount),
    600,
);
const delivered = reading();

const deliveries = connectionCount * eventCount;
const row = (what, of) => `| ${what} | ${of('broker')} | ${of('nginx')} |`;
const one = (number) => number.toFixed(1);
console.log(
    `${connectionCount} connections, ${eventCount} events of ${event.length} bytes, ` +
        `${together} at a time${deflate ? ', compressed' : ''}\n`,
);
console.log('| | nats-server | nginx |\n|---|---|---|');
console.log(row('memory of none, MB', (name) => one(empty[name].kb / 1024)));
console.log(
    row('memory per idle browser, KB', (name) =>
        one((connected[name].kb - empty[name].kb) / connectionCount),
    ),
);
console.log(
    row('CPU per new browser, ms', (name) =>
        ((connected[name].cpu - empty[name].cpu) * (1000 / connectionCount)).toFixed(2),
    ),
);
console.log(
    row('CPU per delivered event, µs', (name) =>
        one(((delivered[name].cpu - connected[name].cpu) * 1e6) / deliveries),
    ),
);
console.log(
    row('memory per browser after the events, KB', (name) =>
        one((delivered[name].kb - empty[name].kb) / connectionCount),
    ),
);
publisher.close();
for (const client of clients) client.close();
await nginx.kill('SIGTERM');
await broker.kill();
process.exit(0);
