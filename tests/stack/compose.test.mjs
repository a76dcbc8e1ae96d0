// tests/stack/compose.test.mjs - the containers of nginx/compose.yaml, as far as a machine without
// a container engine can tell: the file is what Compose accepts, its parts hold together, and every
// program accepts the configuration and the command line it is given there.
import assert from 'node:assert/strict';
import {spawn, spawnSync} from 'node:child_process';
import {
    copyFileSync,
    cpSync,
    existsSync,
    mkdirSync,
    mkdtempSync,
    readFileSync,
    readdirSync,
    rmSync,
    statSync,
    writeFileSync,
} from 'node:fs';
import {tmpdir} from 'node:os';
import {join, resolve} from 'node:path';
import {after, before, describe, test} from 'node:test';

import {root} from '../support/stack.mjs';
import {until} from '../support/wait.mjs';
import {freePort} from '../web/core/brokers.mjs';
import {NatsClient} from './nats_wire.mjs';

const services = join(root, 'build/native-release/src/services/traderx-services');
const environment = (more) => ({
    ...process.env,
    PATH: `${process.env.PATH}:/usr/sbin:/sbin`,
    ...more,
});
// The output of a command that must succeed.
function run(command, parameters, options = {}) {
    const result = spawnSync(command, parameters, {
        encoding: 'utf8',
        env: environment(),
        ...options,
    });
    const told = `${command} ${parameters.join(' ')}: ${result.stdout}${result.stderr}`;
    assert.equal(result.status, 0, told);
    return result.stdout;
}

describe('containers', () => {
    let folder;
    let configuration;
    let compose;
    before(() => {
        folder = mkdtempSync(join(tmpdir(), 'nats-blotter-compose-'));
        configuration = join(folder, 'configuration');
        const text = run(join(root, 'scripts/compose'), ['config'], {
            env: environment({COMPOSE_CONFIGURATION: configuration, PORT: '8080'}),
        });
        // Debian's own Python has the YAML module.
        const program = 'import json, sys, yaml; json.dump(yaml.safe_load(sys.stdin), sys.stdout)';
        compose = JSON.parse(run('/usr/bin/python3', ['-c', program], {input: text}));
    });
    after(() => rmSync(folder, {recursive: true, force: true}));

    const dependencies = (name) => compose.services[name].depends_on ?? {};
    const roles = [
        'reference-data',
        'people-service',
        'account-service',
        'position-service',
        'trade-processor',
        'trade-service',
    ];
    const commandOf = (name) => [compose.services[name].command].flat();

    test('OneContainerForEachRoleAndNoTradeFeed', () => {
        assert.deepEqual(
            Object.keys(compose.services).sort(),
            ['browser-permissions', 'database', 'ingress', 'nats-broker', ...roles].sort(),
        );
        for (const role of roles) {
            const command = commandOf(role);
            assert.equal(command[command.indexOf('--role') + 1], role);
        }
    });

    test('EveryImageIsPinned', () => {
        for (const [name, {image}] of Object.entries(compose.services))
            assert.match(image, /^[a-z/-]+:\d+\.\d+(\.\d+)?(-[a-z0-9.]+)?$/, name);
        const dockerfile = readFileSync(join(root, 'nginx/Dockerfile'), 'utf8');
        const bases = [...dockerfile.matchAll(/^FROM (\S+)/gm)].map(([, base]) => base);
        assert.equal(bases.length, 2);
        for (const base of bases) assert.match(base, /:\d+\.\d+/);
    });

    test('EveryContainerHasAHealthCheckAndWaitsForWhatItNeeds', () => {
        for (const [name, service] of Object.entries(compose.services)) {
            if (name === 'browser-permissions') continue;
            assert.ok(service.healthcheck?.test?.length > 1, name);
            for (const [other, {condition}] of Object.entries(dependencies(name))) {
                const wanted =
                    other === 'browser-permissions'
                        ? 'service_completed_successfully'
                        : 'service_healthy';
                assert.equal(condition, wanted, `${name} waits for ${other}`);
            }
        }
        const waits = {
            'nats-broker': ['browser-permissions'],
            'account-service': ['database', 'people-service'],
            'position-service': ['database'],
            'trade-processor': ['database', 'nats-broker'],
            'trade-service': ['nats-broker', 'reference-data', 'account-service', 'people-service'],
            ingress: ['nats-broker', ...roles],
        };
        for (const [name, needed] of Object.entries(waits))
            for (const other of needed) assert.ok(other in dependencies(name), `${name}: ${other}`);
        // What a container is told the address of is what it waits for.
        for (const role of roles)
            for (const word of commandOf(role)
                .join(' ')
                .matchAll(/\/\/([a-z-]+):/g))
                assert.ok(word[1] in dependencies(role), `${role} asks ${word[1]}`);
    });

    test('EveryMountAndEverySecretIsThere', () => {
        let files = 0;
        for (const [name, service] of Object.entries(compose.services)) {
            for (const volume of service.volumes ?? []) {
                // "source:target:ro" of older releases, an object of newer ones.
                const source = volume.source ?? volume.split(':')[0];
                if (source in (compose.volumes ?? {})) continue;
                const path = resolve(root, 'nginx', source);
                assert.ok(existsSync(path), `${name}: ${source}`);
                ++files;
            }
            for (const secret of service.secrets ?? [])
                assert.ok((secret.source ?? secret) in compose.secrets, name);
        }
        assert.equal(files, 4);
        for (const {file} of Object.values(compose.secrets)) {
            assert.equal(statSync(file).mode & 0o077, 0, `${file} is for its owner alone`);
            assert.ok(statSync(file).size > 20);
        }
        const ports = Object.values(compose.services).flatMap((service) => service.ports ?? []);
        const published = ports.map((port) =>
            typeof port === 'string' ? port : `${port.host_ip}:${port.published}`,
        );
        assert.equal(published.length, 11);
        for (const port of published) assert.match(port, /^127\.0\.0\.1:/);
    });

    test('TheIngressAcceptsItsConfiguration', () => {
        const there = join(folder, 'nginx');
        mkdirSync(there);
        for (const file of readdirSync(join(configuration, 'nginx'))) {
            let text = readFileSync(join(configuration, 'nginx', file), 'utf8');
            // Names of containers, and what is different on this machine.
            for (const name of ['nats-broker', ...roles])
                text = text.replaceAll(`${name}:`, '127.0.0.1:');
            text = text.replaceAll('/tmp', there).replace('user nginx;', '');
            writeFileSync(join(there, file), text);
        }
        run('nginx', ['-t', '-q', '-p', there, '-c', join(there, 'nginx.conf'), '-e', 'stderr']);
        const upstreams = readFileSync(join(configuration, 'nginx/services.conf'), 'utf8');
        for (const role of roles) {
            const port = compose.services[role].healthcheck.test[2];
            assert.ok(upstreams.includes(`proxy_pass http://${role}:${port}/;`), role);
        }
    });

    test('TheBrokerAcceptsItsConfigurationAndReadsNewPermissions', async () => {
        const there = join(folder, 'nats');
        mkdirSync(there);
        const ports = {4222: await freePort(), 8222: await freePort(), 8081: await freePort()};
        let text = readFileSync(join(configuration, 'nats-server.conf'), 'utf8');
        for (const [port, free] of Object.entries(ports)) text = text.replace(port, String(free));
        writeFileSync(join(there, 'nats-server.conf'), text.replaceAll('0.0.0.0', '127.0.0.1'));
        const permissions = join(there, 'browser-permissions.conf');
        const database = ['--database', join(folder, 'traderx.db')];
        run(services, [...database, '--write-browser-permissions', permissions]);
        const broker = spawn(
            'sh',
            [join(root, 'nginx/broker-start'), join(there, 'nats-server.conf')],
            {stdio: 'ignore', env: environment({WATCH_SECONDS: '0.2'})},
        );
        const ended = new Promise((resolve) => broker.once('exit', resolve));
        process.on('exit', () => broker.kill('SIGTERM'));
        try {
            await until('the broker', () =>
                fetch(`http://127.0.0.1:${ports[8222]}/healthz`).then(
                    (answer) => answer.ok,
                    () => false,
                ),
            );
            const client = await NatsClient.connect({port: ports[8081], path: '/nats-ws'});
            await client.subscribe('/accounts/22214/trades');
            assert.deepEqual(client.errors, []);
            await client.subscribe('/accounts/65000/trades');
            assert.equal(client.errors.length, 1);
            writeFileSync(
                `${permissions}.new`,
                readFileSync(permissions, 'utf8').replace(
                    '"/accounts/10031/trades"',
                    '"/accounts/10031/trades"\n    "/accounts/65000/trades"',
                ),
            );
            run('mv', [`${permissions}.new`, permissions]);
            await until('the new permission, on the old connection', async () => {
                const refused = client.errors.length;
                await client.subscribe('/accounts/65000/trades');
                return client.errors.length === refused;
            });
            client.close();
        } finally {
            broker.kill('SIGTERM');
            await ended;
        }
        await until('the broker has gone', () =>
            fetch(`http://127.0.0.1:${ports[8222]}/healthz`).then(
                () => false,
                () => true,
            ),
        );
    });

    test('WhoeverStoresIsGivenTheOneDatabase', () => {
        const {database, ...others} = compose.services;
        for (const role of [
            'browser-permissions',
            'account-service',
            'position-service',
            'trade-processor',
            'trade-service',
        ]) {
            const {environment: given, secrets} = others[role];
            const {POSTGRES_USER: user, POSTGRES_DB: name} = database.environment;
            assert.equal(given.DATABASE_URL, `postgresql://${user}@database:5432/${name}`, role);
            assert.ok(
                secrets.some(({source}) => source === 'pgpass'),
                role,
            );
            assert.equal(given.PGPASSFILE, '/run/secrets/pgpass', role);
        }
    });

    // position-service writes its long lists to $TMPDIR, and everything else is read-only.
    test('WhatIsReadOnlyHasRoomForListsOnTheirWay', () => {
        for (const role of roles) assert.equal(compose.services[role].read_only, true, role);
        const {environment: given, volumes} = compose.services['position-service'];
        const mounts = volumes.map((volume) =>
            typeof volume === 'string'
                ? {source: volume.split(':')[0], target: volume.split(':')[1]}
                : volume,
        );
        const mount = mounts.find(({target}) => target === given.TMPDIR);
        assert.ok(mount && !mount.read_only, `a volume at ${given.TMPDIR}`);
        assert.ok(mount.source in compose.volumes, 'on disk, and not in memory');
        // Whoever runs it may write there, and its limit is one that the program takes.
        const dockerfile = readFileSync(join(root, 'nginx/Dockerfile'), 'utf8');
        const writable = dockerfile.match(/install -d -m 1777 (.*)/)[1].split(' ');
        assert.ok(writable.includes(given.TMPDIR));
        const command = commandOf('position-service');
        assert.ok(Number(command[command.indexOf('--list-disk-mib') + 1]) >= 2048);
    });

    test('TheServicesAcceptTheirCommandLines', () => {
        const password = join(configuration, 'services-password');
        for (const name of [...roles, 'browser-permissions']) {
            const command = commandOf(name).map((word) =>
                word === '/run/secrets/services-password' ? password : word,
            );
            run(services, [...command, '--help']);
        }
    });

    test('TheHealthCheckOfAServiceTellsUpFromDown', async () => {
        const port = await freePort();
        const probe = (path, text = '') =>
            spawnSync(join(root, 'nginx/probe'), [String(port), path, text]).status;
        assert.notEqual(probe('/health'), 0);
        const child = spawn(services, ['--role', 'reference-data', '--port-base', String(port)], {
            stdio: 'ignore',
        });
        process.on('exit', () => child.kill('SIGKILL'));
        await until('up', () => probe('/health') === 0);
        assert.notEqual(probe('/nope'), 0);
        assert.equal(probe('/health', '"status":"ok"'), 0);
        assert.notEqual(probe('/health', '"status":"bad"'), 0);
        child.kill('SIGTERM');
    });

    test('TheImageIsBuiltFromWhatItCopiesAndHoldsWhatItNeeds', () => {
        const dockerfile = readFileSync(join(root, 'nginx/Dockerfile'), 'utf8');
        const allowed = readFileSync(join(root, '.dockerignore'), 'utf8')
            .split('\n')
            .filter((line) => line.startsWith('!'))
            .map((line) => line.slice(1));
        const copied = [...dockerfile.matchAll(/^COPY (?!--from)(.*) \S+$/gm)].flatMap(
            ([, files]) => files.split(' '),
        );
        assert.deepEqual([...copied].sort(), [...allowed].sort());
        const source = join(folder, 'source');
        mkdirSync(source);
        for (const name of copied.filter((name) => name !== 'nginx/probe')) {
            if (statSync(join(root, name)).isDirectory())
                cpSync(join(root, name), join(source, name), {recursive: true});
            else copyFileSync(join(root, name), join(source, name));
        }
        const configure = dockerfile.match(/^RUN (cmake --preset .*?) \\$/m)[1].split(' ');
        run(configure[0], configure.slice(1), {cwd: source});
        run('ninja', ['-C', 'build/native-release', '-n', 'traderx-services'], {cwd: source});

        // Every library that the program wants comes from a package of the image, or from one that
        // these depend on. The names are those of Debian 12, as the image is.
        if (!readFileSync('/etc/os-release', 'utf8').includes('VERSION_ID="12"')) return;
        const wanted = [...run('ldd', [services]).matchAll(/=> (\/\S+)/g)].map(([, path]) => path);
        const owners = new Set(
            wanted.map((path) => {
                const real = run('readlink', ['-f', path]).trim();
                // By name: the package may know it as /lib, which is a link to /usr/lib.
                const name = real.split('/').slice(-2).join('/');
                return run('dpkg-query', ['-S', `*/${name}`]).split(':')[0];
            }),
        );
        const installed = dockerfile.split('FROM')[2].match(/recommends \\\n(.*?)\s*\\\n/s)[1];
        const packages = new Set(installed.trim().split(/\s+/));
        // A set is walked in order of insertion, so this follows dependencies of dependencies too;
        // of alternatives, only one is on this machine.
        for (const name of packages) {
            const {status, stdout} = spawnSync(
                'dpkg-query',
                ['-W', '-f', '${Depends},${Pre-Depends}', name],
                {encoding: 'utf8'},
            );
            if (status !== 0) continue;
            for (const word of stdout.split(/[,|]/)) packages.add(word.trim().split(/[ :]/)[0]);
        }
        packages.add('libc6').add('libgcc-s1'); // of every Debian image
        for (const owner of owners) assert.ok(packages.has(owner), `${owner} is missing`);
    });
});
