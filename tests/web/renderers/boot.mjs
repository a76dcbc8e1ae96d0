// tests/web/renderers/boot.mjs - in the browser: one canvas for each renderer, and how far apart
// what they draw is.
import createRenderersPage from './renderers_page.js';

async function start(webgl, width, height) {
    const canvas = document.createElement('canvas');
    document.body.append(canvas);
    const module = await createRenderersPage({
        canvas,
        guard: (work) => work,
        locateFile: (file) => new URL(file, import.meta.url).href,
    });
    if (module._nb_start(webgl ? 1 : 0, width, height) !== 1) throw new Error('no renderer');
    return {module};
}

// Pixels as they are: the WebGL one is copied within the task that drew it, before it is shown.
function pixelsOf({module}, seed) {
    module._nb_draw(seed);
    const {surface} = module;
    const copy = new OffscreenCanvas(surface.width, surface.height);
    const context = copy.getContext('2d', {willReadFrequently: true});
    context.drawImage(surface, 0, 0);
    return context.getImageData(0, 0, copy.width, copy.height).data;
}

// How far the two are apart, scene by scene. The second look at a scene is drawn onto the first of
// the next one, so that damage is at work too.
globalThis.compareScenes = async (seeds, width, height) => {
    const webgl = await start(true, width, height);
    const canvas = await start(false, width, height);
    return seeds.map((seed) => {
        const one = pixelsOf(webgl, seed);
        const other = pixelsOf(canvas, seed);
        let most = 0;
        let over = 0;
        let veryFar = 0;
        let inked = 0;
        for (let at = 0; at < one.length; at += 4) {
            let far = 0;
            for (let part = 0; part < 4; ++part) {
                far = Math.max(far, Math.abs(one[at + part] - other[at + part]));
            }
            most = Math.max(most, far);
            if (far > 8) ++over;
            if (far > 64) ++veryFar;
            if (one[at] !== 14 || one[at + 1] !== 17 || one[at + 2] !== 22) ++inked;
        }
        const pixels = one.length / 4;
        return {
            seed,
            most,
            overShare: over / pixels,
            farShare: veryFar / pixels,
            inkedShare: inked / pixels,
        };
    });
};
