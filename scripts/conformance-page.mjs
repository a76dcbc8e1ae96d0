#!/usr/bin/env node
// scripts/conformance-page.mjs [--print] - makes docs/conformance.md again, from the cases in
// tests/data/conformance; with --print it only shows what it would write.
import {readFileSync, readdirSync, writeFileSync} from 'node:fs';
import {dirname, join} from 'node:path';
import {fileURLToPath} from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const folder = join(root, 'tests', 'data', 'conformance');

function sectionOf(file) {
    const {cases} = JSON.parse(readFileSync(join(folder, file), 'utf8'));
    const rows = cases.map(({name, class: kind, expect}) => {
        const operations = expect.map(({op}) => op).join(', ') || '–';
        return `| ${name.replaceAll('|', '\\|')} | ${kind} | ${operations} |`;
    });
    return [
        `## ${file.replace('.json', '')}`,
        '',
        `${cases.length} cases, \`tests/data/conformance/${file}\`.`,
        '',
        '| case | class | operations |',
        '|---|---|---|',
        ...rows,
        '',
    ].join('\n');
}

export function conformancePage() {
    const files = readdirSync(folder).filter((file) => file.endsWith('.json'));
    return [
        '<!-- Made by scripts/conformance-page.mjs from tests/data; do not edit. -->',
        '# Conformance: what the parser makes of each case',
        '',
        'Each case is fed whole, byte by byte, cut at every byte and with a neighbour behind it.',
        'Run them, or cases of your own: `make conformance CASES=file.json`.',
        '',
        ...files.sort().map(sectionOf),
    ].join('\n');
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
    if (process.argv.includes('--print')) process.stdout.write(conformancePage());
    else writeFileSync(join(root, 'docs', 'conformance.md'), conformancePage());
}
