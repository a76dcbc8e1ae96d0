// tests/stack/units.test.mjs - the systemd unit: one that systemd accepts, without root, read-only.
import assert from 'node:assert/strict';
import {spawnSync} from 'node:child_process';
import {mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {test} from 'node:test';

import {root} from '../support/stack.mjs';

const text = readFileSync(join(root, 'nginx/systemd/nats-blotter.service'), 'utf8');
const directives = new Map(
    [...text.matchAll(/^([A-Z]\w+)=(.*)$/gm)].map(([, name, value]) => [name, value]),
);

// Of systemd's own measure, 0 to 10; 1.1 as it is, and 9.6 for a unit that says nothing.
const EXPOSURE_MAX = 1.5;

test('TheUnitRunsWithoutRootAndReadOnly', () => {
    assert.equal(directives.get('DynamicUser'), 'yes');
    assert.ok(!directives.has('User'));
    assert.equal(directives.get('ProtectSystem'), 'strict');
    assert.equal(directives.get('ProtectHome'), 'yes');
    assert.equal(directives.get('NoNewPrivileges'), 'yes');
    assert.equal(directives.get('CapabilityBoundingSet'), '');
    assert.ok(!directives.has('ReadWritePaths'), 'its state directory alone');
    const state = `/var/lib/${directives.get('StateDirectory')}`;
    assert.match(text, new RegExp(`^Environment=STATE_DIR=${state}$`, 'm'));
    assert.match(directives.get('ExecStart'), /\/scripts\/run$/);
    assert.equal(directives.get('IPAddressDeny'), 'any');
});

// No systemd has to run for that.
test('SystemdAcceptsTheUnit', () => {
    const folder = mkdtempSync(join(tmpdir(), 'nats-blotter-test-'));
    try {
        const unit = join(folder, 'nats-blotter.service');
        writeFileSync(unit, text.replaceAll('/opt/nats-blotter/scripts', join(root, 'scripts')));
        const verified = spawnSync('systemd-analyze', ['verify', unit], {encoding: 'utf8'});
        assert.equal(verified.status, 0, verified.stderr);
        assert.doesNotMatch(verified.stderr, /nats-blotter\.service:\d+:/);
        const judged = spawnSync('systemd-analyze', ['security', '--offline=true', unit], {
            encoding: 'utf8',
        });
        const [, exposure] = judged.stdout.match(/exposure level for \S+: ([\d.]+)/);
        assert.ok(Number(exposure) <= EXPOSURE_MAX, exposure);
    } finally {
        rmSync(folder, {recursive: true});
    }
});
