// bench/lib/build.mjs - makes what the benchmark runs: the publisher, and the bundled pages.
import {execFileSync} from 'node:child_process';
import {copyFileSync, existsSync, mkdirSync, readFileSync, readdirSync, statSync} from 'node:fs';
import {writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {brotliCompressSync, constants} from 'node:zlib';

import {buildFolder, root} from './servers.mjs';

const source = join(root, 'bench');
const pagesFolder = join(buildFolder, 'pages');

const HEADS = {
    perspective:
        '<link rel="stylesheet" href="/perspective/viewer/dist/css/pro-dark.css" ' +
        'crossorigin="anonymous">',
    // As the shipped page asks for them, so that the program does not wait for its script.
    ours:
        '<link rel="modulepreload" href="/dist/nats-blotter.js">\n' +
        '<link rel="modulepreload" href="/dist/blotter.js">\n' +
        '<link rel="preload" href="/dist/blotter.wasm" as="fetch" crossorigin>',
};
const BODIES = {perspective: '<perspective-viewer theme="Pro Dark"></perspective-viewer>'};

const isNewer = (path, than) =>
    !existsSync(than) || statSync(path).mtimeMs > statSync(than).mtimeMs;

export function brotliBytes(path) {
    const options = {params: {[constants.BROTLI_PARAM_QUALITY]: 11}};
    return brotliCompressSync(readFileSync(path), options).length;
}

export function buildPublisher() {
    mkdirSync(buildFolder, {recursive: true});
    const from = join(source, 'publisher', 'publisher.cpp');
    const to = join(buildFolder, 'publisher');
    if (!isNewer(from, to)) return;
    const compiler = process.env.CXX || 'g++';
    execFileSync(compiler, ['-std=c++20', '-O2', '-o', to, from], {stdio: 'inherit'});
}

export async function buildPages() {
    mkdirSync(pagesFolder, {recursive: true});
    const {build} = await import('esbuild');
    const names = readdirSync(join(source, 'pages'))
        .filter(
            (file) =>
                file.endsWith('.js') && !['common.js', 'textfeed.js', 'timing.js'].includes(file),
        )
        .map((file) => file.slice(0, -3));
    await build({
        entryPoints: names.map((name) => join(source, 'pages', `${name}.js`)),
        outdir: pagesFolder,
        bundle: true,
        minify: true,
        format: 'esm',
        target: 'es2022',
        external: ['/perspective/*', '/dist/*', '/engine/*', '/bench-engine/*', '/stock/*'],
        logLevel: 'warning',
    });
    const template = readFileSync(join(source, 'pages', 'page.html'), 'utf8');
    for (const name of names) {
        const html = template
            .replace('@HEAD@', HEADS[name] ?? '')
            .replace('@BODY@', BODIES[name] ?? '<div id="table"></div>')
            .replace('@NAME@', name);
        writeFileSync(join(pagesFolder, `${name}.html`), html);
    }
    copyFileSync(join(source, 'pages', 'page.css'), join(pagesFolder, 'page.css'));
}
