// demo/main.mjs - the demo beside a stack that runs; started by scripts/demo.
import {DemoServer} from './server.mjs';
import {RunningStack} from './stack.mjs';

const need = (name) => {
    if (!process.env[name]) throw new Error(`${name} is not set: start this by scripts/demo`);
    return process.env[name];
};

const stack = new RunningStack({
    port: Number(need('PORT')),
    brokerPort: Number(need('BROKER_PORT')),
    stateDir: need('STATE_DIR'),
});
const demo = await DemoServer.start({
    stack,
    distFolder: need('PAGE_DIR'),
    port: Number(need('DEMO_PORT')),
});
console.log(`demo: ${demo.url}`);
