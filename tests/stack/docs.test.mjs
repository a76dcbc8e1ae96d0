// tests/stack/docs.test.mjs - what the documents name is there, what is generated is as its source
// makes it, and whoever adds the page to a TraderX of their own has what they need.
import assert from 'node:assert/strict';
import {spawnSync} from 'node:child_process';
import {existsSync, mkdtempSync, readFileSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {dirname, join, relative, resolve} from 'node:path';
import {after, before, describe, test} from 'node:test';

import {conformancePage} from '../../scripts/conformance-page.mjs';
import {root} from '../support/stack.mjs';

const read = (path) => readFileSync(join(root, path), 'utf8');
const linksOf = (path) =>
    [...read(path).matchAll(/\]\(([^)#\s]+)[^)]*\)/g)]
        .map(([, target]) => target)
        .filter((target) => !/^[a-z]+:/.test(target))
        .map((target) => relative(root, resolve(root, dirname(path), target)));

test('TheMapNamesWhatIsThere', () => {
    const map = read('docs/spec-map.md');
    const upstream = /^(specs|requirements|contracts|components|conformance|system|generation)\//;
    const files = [...map.matchAll(/`([\w.-]+(?:\/[\w.-]+)+)`/g)]
        .map(([, path]) => path)
        .filter((path) => !upstream.test(path) && path !== 'tests/smoke/README.md');
    assert.ok(files.length > 30);
    for (const path of files) assert.ok(existsSync(join(root, path)), path);
    const named = [...map.matchAll(/^\| ([A-Z]+-7\d\d) \| .* \| `([^`]+)`: `([^`]+)` \|$/gm)];
    for (const [, id, path, name] of named)
        assert.ok(read(path).includes(name), `${id}: ${path} has no test ${name}`);
    const wanted = [
        ...[1, 2, 3, 4, 5, 6, 7].map((number) => `FR-70${number}`),
        ...[1, 2, 3, 4, 5, 6, 7, 8].map((number) => `NFR-70${number}`),
        ...[1, 2, 3, 4, 5, 6].map((number) => `SC-70${number}`),
    ];
    assert.deepEqual(
        named.map(([, id]) => id),
        wanted,
    );
});

test('EachFeatureOfTheScreenHasABrowserTest', () => {
    const page = read('docs/features.md');
    const rows = [...page.matchAll(/^\| (?!feature|---)(.*) \|$/gm)];
    const named = [...page.matchAll(/^\| (.+) \| `(tests\/web\/[^`]+)`: `([^`]+)` \|$/gm)];
    assert.ok(rows.length > 40);
    assert.equal(named.length, rows.length, 'one test for each');
    for (const [, feature, path, name] of named)
        assert.ok(read(path).includes(`test('${name}'`), `${feature}: ${path} has no test ${name}`);
});

test('EverySymptomLeadsToAFileInTwoLinks', () => {
    assert.ok(linksOf('README.md').includes('docs/find-it.md'));
    const rows = [...read('docs/find-it.md').matchAll(/^\| (?!symptom|---).* \|$/gm)];
    const files = linksOf('docs/find-it.md');
    assert.ok(rows.length >= 20);
    assert.equal(files.length, rows.length, 'one file for each symptom');
    for (const path of files) assert.ok(existsSync(join(root, path)), path);
});

test('EveryLinkOfTheReadmeLeadsSomewhere', () => {
    const links = linksOf('README.md');
    for (const path of links) assert.ok(existsSync(join(root, path)), path);
    for (const name of ['architecture', 'byte-to-pixel', 'performance', 'testing', 'learning'])
        assert.ok(links.includes(`docs/${name}.md`), name);
    assert.ok(read('README.md').split('\n').length <= 120, 'two screens');
});

test('EveryDecisionHasItsFourParts', () => {
    const records = linksOf('docs/adr/README.md');
    assert.equal(records.length, 9);
    for (const path of records) {
        const heads = [...read(path).matchAll(/^## (.*)$/gm)].map(([, head]) => head);
        assert.deepEqual(heads, ['Context', 'Options', 'Decision', 'Consequences'], path);
    }
});

// The subject map, the broker's permissions and the keyboard page have such tests beside their
// sources: tests/services and tests/screen.
test('TheConformancePageIsWhatTheCasesMake', () => {
    assert.equal(read('docs/conformance.md'), conformancePage(), 'scripts/conformance-page.mjs');
});

describe('the page for a TraderX that is there', () => {
    let folder;
    before(() => {
        folder = mkdtempSync(join(tmpdir(), 'nats-blotter-docs-'));
    });
    after(() => rmSync(folder, {recursive: true, force: true}));

    const run = (command, parameters, options = {}) => {
        const result = spawnSync(command, parameters, {encoding: 'utf8', ...options});
        assert.equal(result.status, 0, `${command}: ${result.stderr}`);
        return result.stdout;
    };

    test('TheTarballHoldsThePageAndWhatAnOperatorAdds', () => {
        run('tar', ['-xzf', join(root, 'build/nats-blotter-page.tar.gz'), '-C', folder]);
        for (const name of [
            'index.html',
            'nats-blotter.js',
            'blotter.wasm',
            'blotter-later.wasm',
            'nginx-location.conf',
            'blotter-compose.yaml',
            'licences.txt',
        ])
            assert.ok(existsSync(join(folder, 'blotter', name)), name);
    });

    test('ComposeAcceptsTheOverride', () => {
        const override = read('nginx/blotter-compose.yaml');
        assert.ok(override.trimEnd().split('\n').length <= 25);
        const plugin = '/usr/libexec/docker/cli-plugins/docker-compose';
        const compose = existsSync(plugin) ? plugin : 'docker-compose';
        const files = ['nginx/compose.yaml', 'nginx/blotter-compose.yaml'];
        const text = run(
            compose,
            [...files.flatMap((file) => ['-f', join(root, file)]), 'config'],
            {env: {...process.env, BLOTTER_DIR: join(folder, 'blotter')}},
        );
        assert.match(text, /target: \/usr\/share\/nginx\/blotter|:\/usr\/share\/nginx\/blotter:ro/);
        assert.match(text, /blotter-location\.conf/);
    });
});
