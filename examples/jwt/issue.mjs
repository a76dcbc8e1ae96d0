// issue.mjs FOLDER [DAYS] - users of the broker by JWT (docs/security.md): keys of an operator and
// of the one NATS account that services and browsers share, and a JWT for the services and for each
// user of users.json, good for DAYS (30). What it writes is a USERS_DIR of scripts/run:
//
//   operator.conf            whom the broker trusts; it knows no user by name
//   services.creds           for the services
//   NAME.creds               for the user, who gives it to sign-in.html
//   ingress.conf, passwords  those of ../users: the ingress reads no JWT
//   keys.json                secret, and not for the broker: with it in place, another run makes
//                            new JWTs that the same broker takes, and changes nothing else
import {copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync} from 'node:fs';
import {dirname, join} from 'node:path';
import {fileURLToPath} from 'node:url';

import {createAccount, createOperator, createUser, fromSeed} from '@nats-io/nkeys';

const here = dirname(fileURLToPath(import.meta.url));
const [folder, days = '30'] = process.argv.slice(2);
if (!folder || !/^-?\d+$/.test(days)) {
    console.error('usage: node issue.mjs FOLDER [DAYS]');
    process.exit(2);
}
mkdirSync(folder, {recursive: true, mode: 0o700});
const write = (name, text) => writeFileSync(join(folder, name), text, {mode: 0o600});
const seedOf = (key) => new TextDecoder().decode(key.getSeed());

function keys() {
    const file = join(folder, 'keys.json');
    if (!existsSync(file)) {
        const made = {operator: seedOf(createOperator()), account: seedOf(createAccount())};
        write('keys.json', `${JSON.stringify(made, null, 4)}\n`);
    }
    const seeds = JSON.parse(readFileSync(file, 'utf8'));
    const key = (seed) => fromSeed(new TextEncoder().encode(seed));
    return {operator: key(seeds.operator), account: key(seeds.account)};
}

// A JWT of NATS' kind: claims about `subject`, signed by whoever vouches for them.
function jwt(issuer, subject, name, nats, expires) {
    const base64url = (data) => Buffer.from(data).toString('base64url');
    const now = Math.floor(Date.now() / 1000);
    const claims = {
        jti: createUser().getPublicKey(), // an id of its own
        iat: now,
        iss: issuer.getPublicKey(),
        sub: subject.getPublicKey(),
        name,
        nats: {version: 2, ...nats},
        ...(expires && {exp: now + Number(days) * 86_400}),
    };
    const said = [{typ: 'JWT', alg: 'ed25519-nkey'}, claims]
        .map((part) => base64url(JSON.stringify(part)))
        .join('.');
    return `${said}.${base64url(issuer.sign(Buffer.from(said)))}`;
}

const {operator, account} = keys();
const unlimited = {subs: -1, data: -1, payload: -1};

// A user with a key of his own: the JWT, and the seed that proves that it is his.
function issue(name, permissions) {
    const user = createUser();
    const claims = {type: 'user', ...unlimited, pub: {}, sub: {}, ...permissions};
    const file = [
        ['NATS USER JWT', jwt(account, user, name, claims, true)],
        ['USER NKEY SEED', seedOf(user)],
    ].map(([title, text]) => `-----BEGIN ${title}-----\n${text}\n------END ${title}------\n`);
    write(`${name}.creds`, file.join('\n'));
}

issue('services', {allowed_connection_types: ['STANDARD']});
const users = JSON.parse(readFileSync(join(here, 'users.json'), 'utf8'));
for (const [name, accounts] of Object.entries(users)) {
    const streams = ['trades', 'positions'];
    issue(name, {
        allowed_connection_types: ['WEBSOCKET'],
        pub: {deny: ['>']},
        sub: {allow: accounts.flatMap((id) => streams.map((of) => `/accounts/${id}/${of}`))},
    });
}

if (!existsSync(join(folder, 'operator.conf'))) {
    const trusted = jwt(operator, operator, 'operator', {type: 'operator'});
    const limits = {
        ...unlimited,
        imports: -1,
        exports: -1,
        wildcards: true,
        conn: -1,
        leaf: -1,
        mem_storage: -1,
        disk_storage: -1,
    };
    const traderx = jwt(operator, account, 'traderx', {type: 'account', limits});
    write(
        'operator.conf',
        `# Made by examples/jwt/issue.mjs. Nothing in it is secret.\noperator: "${trusted}"\n` +
            `resolver: MEMORY\nresolver_preload: {\n  ${account.getPublicKey()}: "${traderx}"\n}\n`,
    );
}
for (const name of ['ingress.conf', 'passwords']) {
    const to = join(folder, name);
    if (!existsSync(to)) copyFileSync(join(here, '..', 'users', name), to);
}
