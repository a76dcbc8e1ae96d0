// bench/pages/timing.js - the time of frames, and of the WebGL calls in them. To be imported before
// anything draws.

export const plainFrame = globalThis.requestAnimationFrame.bind(globalThis);

// Of each frame of others: {ms, glMs}.
export const frames = [];
let glMs = 0;

export function timeFrames() {
    globalThis.requestAnimationFrame = (work) =>
        plainFrame((time) => {
            const glBefore = glMs;
            const begin = performance.now();
            work(time);
            frames.push({ms: performance.now() - begin, glMs: glMs - glBefore});
        });
}

// Every method of the context, with a clock around it.
export function timeWebGl() {
    const face = WebGL2RenderingContext.prototype;
    for (const name of Object.getOwnPropertyNames(face)) {
        const {value} = Object.getOwnPropertyDescriptor(face, name);
        if (typeof value !== 'function' || name === 'constructor') continue;
        face[name] = function (...args) {
            const begin = performance.now();
            const answer = value.apply(this, args);
            glMs += performance.now() - begin;
            return answer;
        };
    }
}
