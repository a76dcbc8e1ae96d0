// Both renderers: the same picture from either, at several densities, on a page that is resized,
// zoomed and scrolled, and after the GPU went away; and who draws, when.
import assert from 'node:assert/strict';
import {readFile} from 'node:fs/promises';
import http from 'node:http';
import {extname, join} from 'node:path';
import {after, afterEach, before, test} from 'node:test';

import {
    launchBrowser,
    openPage,
    statsOf,
    untilStatus,
    untilStill,
    withBlotter,
} from '../support/browser.mjs';
import {Ingress, quietBroker} from '../support/ingress.mjs';
import {publish, restOf, trade} from '../support/market.mjs';
import {apart, inkIn, readPng} from '../support/pixels.mjs';
import {root} from '../support/stack.mjs';
import {until} from '../support/wait.mjs';

// Rounding, and the edges of slanted lines.
const farMax = 64;
const overShareMax = 0.001;

// Of scenes of random slanted lines: a corner between two parts of a pixel may be rounded to
// either.
const roundedShareMax = 0.0002;

let ingress;
let browser;
let links;
let pages = [];

before(async () => {
    ingress = await Ingress.start();
    ingress.rest = restOf(200);
    ingress.socket = (connection) => {
        links.push(connection);
        quietBroker(connection);
    };
    browser = await launchBrowser();
    links = [];
});
afterEach(async () => {
    for (const page of pages) {
        assert.deepEqual(page.complaints, []);
        await page.context().close();
    }
    pages = [];
});
after(async () => {
    await browser?.close();
    await ingress?.stop();
});

async function open(renderer, options) {
    const page = await openPage(browser, `${ingress.url}?renderer=${renderer}#account=22214`, {
        viewport: {width: 900, height: 420},
        ...options,
    });
    pages.push(page);
    await untilStatus(page, 'live');
    return page;
}

const rendererOf = async (page) => (await statsOf(page)).renderer;

// `auto` looks for a GPU behind its first rows.
const untilWebgl = (page) => until('WebGL', async () => (await rendererOf(page)) === 'webgl');
// Counts how often WebGL was asked for.
function countAsked() {
    globalThis.askedWebgl = 0;
    const {prototype} = HTMLCanvasElement;
    const {getContext} = prototype;
    prototype.getContext = function (kind, ...rest) {
        const context = getContext.call(this, kind, ...rest);
        // Behind the whole question, which is one task.
        if (kind === 'webgl2') setTimeout(() => ++globalThis.askedWebgl);
        return context;
    };
}
const untilAsked = (page) =>
    until('a look at the GPU', () => page.evaluate(() => globalThis.askedWebgl > 0));

// The picture, and where in it are the figures that move by themselves.
async function look(page) {
    await untilStill(page);
    const {layout} = await statsOf(page);
    const [left, top, density] = await withBlotter(page, (blotter) => {
        const box = blotter.getBoundingClientRect();
        return [box.left, box.top, devicePixelRatio];
    });
    const {x, y, width, height} = layout.figures;
    // The browser smooths their letters, over the edge of their box too.
    const edge = 2;
    const figures = {
        x: (x + left) * density - edge,
        y: (y + top) * density - edge,
        width: width * density + 2 * edge,
        height: height * density + 2 * edge,
    };
    const picture = readPng(await (page.shoot ?? (() => page.screenshot()))());
    return {picture, figures, layout, density};
}

function assertSame(a, b, what) {
    const far = apart(a.picture, b.picture, a.figures);
    assert.ok(
        far.most <= farMax && far.overShare <= overShareMax,
        `${what}: ${JSON.stringify(far)}`,
    );
}

// Ink in the first row: not two equally blank pictures.
function assertDrawn({picture, layout, density}) {
    const {x, y, width, headerHeight, rowHeight} = layout.tables.trades;
    const row = {x, y: y + headerHeight, width: width - 20, height: rowHeight};
    for (const side of Object.keys(row)) row[side] *= density;
    assert.ok(inkIn(picture, row) > 200, 'the first row is drawn');
}

async function assertSameAfter(what, both, work) {
    for (const page of both) await work(page);
    const [one, other] = [await look(both[0]), await look(both[1])];
    assertSame(one, other, what);
    return one;
}

for (const density of [1, 1.25, 2]) {
    test(`both renderers draw the same picture at density ${density}`, async () => {
        const options = {deviceScaleFactor: density};
        const both = [await open('webgl', options), await open('canvas', options)];
        assert.deepEqual(
            [await rendererOf(both[0]), await rendererOf(both[1])],
            ['webgl', 'canvas'],
        );
        assertDrawn(await assertSameAfter('at first', both, () => {}));
        await assertSameAfter('scrolled rows', both, async (page) => {
            await page.mouse.move(300, 300);
            await page.mouse.wheel(0, 340);
        });
        await assertSameAfter('a list of accounts over it', both, (page) =>
            page.mouse.click(200, 22),
        );
        await assertSameAfter('light, and the list closed', both, async (page) => {
            await page.keyboard.press('Escape');
            await page.emulateMedia({colorScheme: 'light'});
        });
    });
}

test('both draw the same on a page that is resized, zoomed and scrolled', async () => {
    const both = [await open('webgl'), await open('canvas')];
    assertDrawn(
        await assertSameAfter('narrow', both, (page) =>
            page.setViewportSize({width: 390, height: 620}),
        ),
    );
    // A browser's zoom is another density and fewer CSS pixels.
    assertDrawn(
        await assertSameAfter('zoomed to 125 %', both, async (page) => {
            const session = await page.context().newCDPSession(page);
            await session.send('Emulation.setDeviceMetricsOverride', {
                width: 720,
                height: 336,
                deviceScaleFactor: 1.25,
                mobile: false,
            });
            // Playwright's own would put the old size back for the picture.
            page.shoot = async () => {
                const {data} = await session.send('Page.captureScreenshot');
                return Buffer.from(data, 'base64');
            };
        }),
    );
    await assertSameAfter('within a longer page, scrolled', both, async (page) => {
        await withBlotter(page, (blotter) => {
            document.body.style.cssText = 'overflow: auto; height: 2000px';
            // Not half a pixel, which may be rounded to either.
            blotter.style.cssText = 'position: absolute; inset: 100.3px 20px auto; height: 500px';
            document.scrollingElement.style.overflow = 'auto';
            scrollTo(0, 150);
        });
        await until('scrolled', () => page.evaluate(() => scrollY > 100));
    });
});

test('what is drawn bit by bit is what is drawn at once', async () => {
    const page = await open('canvas');
    const link = links.at(-1);
    await page.mouse.move(300, 300);
    for (let step = 0; step < 30; ++step) {
        publish(link, [trade(199 - (step % 12), 1 + step), trade(200 + step)]);
        await page.mouse.wheel(0, step % 4 === 3 ? -60 : 40);
        await page.mouse.move(200 + 20 * step, 60 + 10 * step);
        await page.mouse.wheel(0, -20);
    }
    await until('all of it', async () => (await statsOf(page)).messages >= 60);
    const bitByBit = await look(page);
    const {frames} = await statsOf(page);
    await withBlotter(page, (blotter) => blotter.setAttribute('theme', 'light'));
    await untilStill(page);
    await withBlotter(page, (blotter) => blotter.setAttribute('theme', 'dark'));
    const atOnce = await look(page);
    assert.ok((await statsOf(page)).frames > frames);
    assert.deepEqual(apart(bitByBit.picture, atOnce.picture, atOnce.figures), {
        most: 0,
        overShare: 0,
    });
});

test('triangles, gradients, turned and scaled glyphs are the same from both', async () => {
    const folder = join(root, 'build', 'wasm-release', 'tests', 'web', 'renderers');
    const types = {
        '.js': 'text/javascript',
        '.mjs': 'text/javascript',
        '.wasm': 'application/wasm',
    };
    const server = http.createServer(async (request, answer) => {
        const name = request.url.slice(1);
        if (name === '') {
            answer.writeHead(200, {'content-type': 'text/html'});
            answer.end('<!doctype html><script type="module" src="boot.mjs"></script>');
            return;
        }
        const from = name === 'boot.mjs' ? join(root, 'tests', 'web', 'renderers') : folder;
        const bytes = await readFile(join(from, name.replaceAll('/', ''))).catch(() => null);
        answer.writeHead(bytes ? 200 : 404, {'content-type': types[extname(name)] ?? 'text/plain'});
        answer.end(bytes);
    });
    await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
    const page = await openPage(browser, `http://127.0.0.1:${server.address().port}/`);
    pages.push(page);
    await page.waitForFunction(() => globalThis.compareScenes !== undefined);
    const seeds = Array.from({length: 12}, (_, index) => index + 1);
    const scenes = await page.evaluate((list) => globalThis.compareScenes(list, 512, 256), seeds);
    server.close();
    assert.equal(scenes.length, seeds.length);
    for (const scene of scenes) {
        assert.ok(scene.inkedShare > 0.2, JSON.stringify(scene));
        assert.ok(
            scene.overShare <= overShareMax && scene.farShare <= roundedShareMax,
            `more apart than allowed: ${JSON.stringify(scene)}`,
        );
    }
});

// ---- the GPU goes away

const contextOf = (page, work) =>
    withBlotter(
        page,
        (blotter, name) => {
            const canvas = blotter.shadowRoot.querySelector('canvas');
            globalThis.lose ??= canvas.getContext('webgl2').getExtension('WEBGL_lose_context');
            globalThis.lose[name]();
        },
        work,
    );

test('after a lost context is restored, the picture is the same', async () => {
    const page = await open('webgl');
    const first = await look(page);
    const framesBefore = (await statsOf(page)).frames;
    await contextOf(page, 'loseContext');
    await page.mouse.move(300, 300); // frames while there is nothing to draw on
    await page.mouse.move(5, 5);
    await until('frames', async () => (await statsOf(page)).frames > framesBefore);
    await untilStill(page);
    const {frames} = await statsOf(page);
    await contextOf(page, 'restoreContext');
    await until('drawn anew', async () => (await statsOf(page)).frames > frames);
    const second = await look(page);
    assertDrawn(second);
    assertSame(first, second, 'restored');
    assert.equal(await rendererOf(page), 'webgl');
});

// A page that takes its emulated GPU for a real one.
function believeInGpu() {
    const original = HTMLCanvasElement.prototype.getContext;
    HTMLCanvasElement.prototype.getContext = function (kind, attributes) {
        return original.call(this, kind, {...attributes, failIfMajorPerformanceCaveat: false});
    };
    const {prototype} = WebGL2RenderingContext;
    const getParameter = prototype.getParameter;
    prototype.getParameter = function (name) {
        return name === 0x9246 || name === this.RENDERER ? 'A GPU' : getParameter.call(this, name);
    };
    prototype.readPixels = () => {}; // the probe need not wait
    globalThis.gpuDone = true;
    prototype.getSyncParameter = function () {
        return globalThis.gpuDone ? this.SIGNALED : this.UNSIGNALED;
    };
}

test('a context that does not come back is replaced by the canvas, focus and all', async () => {
    const page = await open('auto', {init: believeInGpu});
    await withBlotter(page, (blotter) => blotter.shadowRoot.querySelector('canvas').focus());
    await untilWebgl(page);
    const kept = await withBlotter(
        page,
        (blotter) => blotter.shadowRoot.activeElement?.nodeName === 'CANVAS',
    );
    assert.ok(kept, 'the focus goes over to the GPU too');
    await withBlotter(page, (blotter) => blotter.shadowRoot.activeElement.blur());
    const first = await look(page);
    assertDrawn(first);
    assertSame(await look(await open('canvas')), first, 'gone over to the GPU');
    await withBlotter(page, (blotter) => blotter.shadowRoot.querySelector('canvas').focus());
    await contextOf(page, 'loseContext');
    await until('the canvas', async () => (await rendererOf(page)) === 'canvas');
    await page.mouse.move(5, 5);
    const second = await look(page);
    assertDrawn(second);
    // But for the ring around what has the focus, all is the same.
    await withBlotter(page, (blotter) => blotter.shadowRoot.activeElement.blur());
    assertSame(first, await look(page), 'switched');
    await withBlotter(page, (blotter) => blotter.shadowRoot.querySelector('canvas').focus());
    await page.keyboard.press('PageDown');
    await until('keys work', async () => (await statsOf(page)).layout.tables.trades.firstRow > 5);
    await page.mouse.move(300, 300);
    await page.mouse.wheel(0, -2000);
    await until('so does the wheel', async () => {
        return (await statsOf(page)).layout.tables.trades.firstRow === 0;
    });
});

test('a GPU that misses frame after frame is left; one that keeps up is not', async () => {
    const page = await open('auto', {init: believeInGpu});
    let step = 0;
    const draw = (what, done) =>
        until(
            what,
            async () => {
                await page.mouse.move(200 + (++step % 50), 200 + (step % 37));
                return done();
            },
            60,
        );
    await untilWebgl(page);
    const {frames} = await statsOf(page);
    await draw('a second of frames', async () => (await statsOf(page)).frames > frames + 60);
    assert.equal(await rendererOf(page), 'webgl');
    await page.evaluate(() => {
        globalThis.gpuDone = false;
    });
    await draw('the canvas', async () => (await rendererOf(page)) === 'canvas');
    assertDrawn(await look(page));
});

// ---- the choice at the start

test('an emulated GPU is not taken by itself, by its own word, its name or its pace', async () => {
    const plainPage = await open('auto', {init: countAsked});
    const softPage = await open('auto', {
        init: () => {
            const original = HTMLCanvasElement.prototype.getContext;
            globalThis.askedWebgl = 0;
            HTMLCanvasElement.prototype.getContext = function (kind, attributes) {
                if (kind === 'webgl2') setTimeout(() => ++globalThis.askedWebgl);
                return original.call(this, kind, {
                    ...attributes,
                    failIfMajorPerformanceCaveat: false,
                });
            };
        },
    });
    const slowPage = await open('auto', {
        init: () => {
            const original = HTMLCanvasElement.prototype.getContext;
            globalThis.askedWebgl = 0;
            HTMLCanvasElement.prototype.getContext = function (kind, attributes) {
                if (kind === 'webgl2') setTimeout(() => ++globalThis.askedWebgl);
                return original.call(this, kind, {
                    ...attributes,
                    failIfMajorPerformanceCaveat: false,
                });
            };
            const {prototype} = WebGL2RenderingContext;
            prototype.getParameter = () => 'A GPU';
            prototype.readPixels = () => {
                const end = performance.now() + 20;
                while (performance.now() < end);
            };
        },
    });
    for (const page of [plainPage, softPage, slowPage]) {
        await untilAsked(page);
        assert.equal(await rendererOf(page), 'canvas');
        assertDrawn(await look(page));
    }
});

test('without WebGL the page simply works', async () => {
    const page = await open('auto', {
        init: () => {
            const original = HTMLCanvasElement.prototype.getContext;
            globalThis.askedWebgl = 0;
            HTMLCanvasElement.prototype.getContext = function (kind, ...rest) {
                if (kind === 'webgl2') setTimeout(() => ++globalThis.askedWebgl);
                return kind === '2d' ? original.call(this, kind, ...rest) : null;
            };
        },
    });
    await untilAsked(page);
    assert.equal(await rendererOf(page), 'canvas');
    assertDrawn(await look(page));
});

test('a browser without OffscreenCanvas is shown the same picture', async () => {
    const page = await open('canvas');
    const first = await look(page);
    const old = await open('canvas', {
        init: () => {
            delete globalThis.OffscreenCanvas;
        },
    });
    assertSame(first, await look(old), 'of an older browser');
});
