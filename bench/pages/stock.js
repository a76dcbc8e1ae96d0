// bench/pages/stock.js - the stock backend, a frame of it in every frame of the browser.
import createStock from '/stock/stock.js';

import {frames, plainFrame, timeFrames, timeWebGl} from './timing.js';

timeWebGl();
timeFrames();

globalThis.bench = {
    async start() {
        const canvas = document.createElement('canvas');
        canvas.id = 'canvas';
        canvas.width = innerWidth;
        canvas.height = innerHeight;
        document.getElementById('table').append(canvas);
        this.program = await createStock({canvas});
        const {GL} = this.program;
        GL.makeContextCurrent(GL.createContext(canvas, {majorVersion: 2}));
        if (!this.program._stock_start(innerWidth, innerHeight)) throw new Error('no WebGL 2');
        const tick = () => {
            this.program._stock_frame();
            requestAnimationFrame(tick);
        };
        requestAnimationFrame(tick);
        await new Promise((resolve) => plainFrame(() => plainFrame(resolve)));
    },
    read: async () => ({messages: 0, frames: frames.length, at: performance.now()}),
    frameTimes: () => frames.splice(0),
};
