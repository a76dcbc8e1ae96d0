// tests/stack/supply.test.mjs - what the project is made of: a bill of materials that names it, and
// a page whose packaging gives the same bytes again.
import assert from 'node:assert/strict';
import {execFileSync} from 'node:child_process';
import {existsSync, readFileSync, readdirSync} from 'node:fs';
import {join} from 'node:path';
import {test} from 'node:test';

import {root} from '../support/stack.mjs';

const run = (command, ...more) => execFileSync(command, more, {maxBuffer: 64 * 1024 * 1024});

test('TheBillOfMaterialsNamesEverythingAndIsTheSameTwice', () => {
    const text = run(join(root, 'scripts/sbom.mjs')).toString();
    assert.equal(run(join(root, 'scripts/sbom.mjs')).toString(), text);
    const {bomFormat, components} = JSON.parse(text);
    assert.equal(bomFormat, 'CycloneDX');
    const named = new Map(components.map((component) => [component.name, component]));
    for (const name of ['imgui', 'emscripten', 'libnats-dev', 'fonts-dejavu-core', 'nats-server'])
        assert.ok(named.has(name), name);
    assert.match(named.get('imgui').hashes[0].content, /^[0-9a-f]{64}$/);
    const lock = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')).packages;
    assert.equal(
        components.filter(({purl}) => purl.startsWith('pkg:npm/')).length,
        Object.keys(lock).length - 1,
    );
    for (const {purl, hashes, licenses} of components) {
        if (purl.startsWith('pkg:npm/')) assert.match(hashes[0].content, /^[0-9a-f]{128}$/, purl);
        assert.ok(licenses, purl);
    }
});

test('PackingTheSamePageGivesTheSameBytes', () => {
    const dist = join(root, 'dist');
    let packed = 0;
    for (const name of readdirSync(dist)) {
        const file = join(dist, name);
        if (!existsSync(`${file}.gz`)) continue;
        ++packed;
        assert.ok(run('gzip', '-9', '-n', '-c', file).equals(readFileSync(`${file}.gz`)), name);
        const brotli = run('brotli', '-q', '11', '-c', file);
        assert.ok(brotli.equals(readFileSync(`${file}.br`)), name);
        const text = readFileSync(file, 'latin1');
        assert.ok(!text.includes(root), `${name} names a folder of this machine`);
    }
    assert.ok(packed >= 5);
});
