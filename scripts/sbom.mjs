#!/usr/bin/env node
// scripts/sbom.mjs [FILE] - the bill of materials as CycloneDX 1.5 JSON: what docs/third-party.md
// lists, with the versions of this machine and, where one is known, the checksum; and every npm
// package of package-lock.json. Without FILE it goes to stdout. The same machine gives the same
// bytes.
import {spawnSync} from 'node:child_process';
import {readFileSync, writeFileSync} from 'node:fs';
import {dirname, join} from 'node:path';
import {fileURLToPath} from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const read = (path) => readFileSync(join(root, path), 'utf8');

// Rows of the table whose last cell names a Debian package, and nothing else, in backquotes.
function debianRows() {
    return read('docs/third-party.md')
        .split('\n')
        .filter((line) => /^\| (?!What|---)/.test(line))
        .map((line) => line.split('|').map((cell) => cell.trim()))
        .map(([, , licence, , from]) => ({licence, name: /^`([a-z0-9.+-]+)`$/.exec(from)?.[1]}))
        .filter(({name}) => name);
}

function installedVersion(name) {
    const {status, stdout} = spawnSync('dpkg-query', ['-W', '-f', '${Version}', name], {
        encoding: 'utf8',
    });
    return status === 0 && stdout ? stdout : 'not installed';
}

function debianComponent({name, licence}) {
    const version = installedVersion(name);
    return {
        type: 'library',
        name,
        version,
        purl: `pkg:deb/debian/${name}@${encodeURIComponent(version)}`,
        licenses: [{license: {name: licence}}],
    };
}

function imguiComponent() {
    const script = read('scripts/fetch-imgui');
    const sum = /\b[0-9a-f]{64}\b/.exec(script)[0];
    const version =
        /imgui_([0-9][\w.+]*?)\.orig/.exec(script)?.[1] ?? /1\.\d\d[\w.]*/.exec(script)[0];
    return {
        type: 'library',
        name: 'imgui',
        version,
        purl: `pkg:deb/debian/imgui@${encodeURIComponent(version)}?arch=source`,
        hashes: [{alg: 'SHA-256', content: sum}],
        licenses: [{license: {id: 'MIT'}}],
    };
}

function npmComponents() {
    const {packages} = JSON.parse(read('package-lock.json'));
    return Object.entries(packages)
        .filter(([path]) => path !== '')
        .map(([path, {version, integrity, license}]) => {
            const name = path.replace(/^.*node_modules\//, '');
            const [alg, content] = (integrity ?? '').split(/-(.*)/);
            return {
                type: 'library',
                name,
                version,
                purl: `pkg:npm/${name.replace('@', '%40')}@${version}`,
                scope: 'excluded', // for tests and benchmarks: in nothing that is deployed
                ...(content && {
                    hashes: [
                        {
                            alg: alg.replace('sha', 'SHA-'),
                            content: Buffer.from(content, 'base64').toString('hex'),
                        },
                    ],
                }),
                licenses: [{license: {name: license ?? 'not stated in the lock file'}}],
            };
        });
}

const version = /VERSION (\d+\.\d+\.\d+)/.exec(read('CMakeLists.txt'))[1];
const bill = {
    bomFormat: 'CycloneDX',
    specVersion: '1.5',
    version: 1,
    metadata: {
        component: {
            type: 'application',
            name: 'nats-blotter',
            version,
            licenses: [{license: {id: 'Apache-2.0'}}],
        },
    },
    components: [imguiComponent(), ...debianRows().map(debianComponent), ...npmComponents()].sort(
        (a, b) => (a.purl < b.purl ? -1 : 1),
    ),
};
const text = JSON.stringify(bill, null, 2) + '\n';
if (process.argv[2]) writeFileSync(process.argv[2], text);
else process.stdout.write(text);
