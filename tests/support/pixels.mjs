// tests/support/pixels.mjs - screenshots as pixels: a PNG reader for what the browser writes (8
// bits a channel, not interlaced), and comparisons of rectangles.
import {inflateSync} from 'node:zlib';

function unfilter(kind, line, before, step) {
    for (let i = 0; i < line.length; ++i) {
        const left = i >= step ? line[i - step] : 0;
        const up = before ? before[i] : 0;
        const corner = before && i >= step ? before[i - step] : 0;
        if (kind === 1) line[i] += left;
        else if (kind === 2) line[i] += up;
        else if (kind === 3) line[i] += (left + up) >> 1;
        else if (kind === 4) {
            const guess = left + up - corner;
            const [a, b, c] = [
                Math.abs(guess - left),
                Math.abs(guess - up),
                Math.abs(guess - corner),
            ];
            line[i] += a <= b && a <= c ? left : b <= c ? up : corner;
        }
    }
}

// {width, height, at(x, y) -> [r, g, b]}, and the bytes: `step` for each pixel of `lines`
export function readPng(bytes) {
    let width = 0;
    let height = 0;
    let step = 0;
    const parts = [];
    for (let at = 8; at < bytes.length; ) {
        const length = bytes.readUInt32BE(at);
        const kind = bytes.toString('latin1', at + 4, at + 8);
        const body = bytes.subarray(at + 8, at + 8 + length);
        if (kind === 'IHDR') {
            width = body.readUInt32BE(0);
            height = body.readUInt32BE(4);
            step = {2: 3, 6: 4}[body[9]];
            if (body[8] !== 8 || !step || body[12] !== 0)
                throw new Error('not the kind of PNG that is read here');
        } else if (kind === 'IDAT') {
            parts.push(body);
        }
        at += 12 + length;
    }
    const data = inflateSync(Buffer.concat(parts));
    const lines = [];
    for (let y = 0; y < height; ++y) {
        const start = y * (width * step + 1);
        const line = data.subarray(start + 1, start + 1 + width * step);
        unfilter(data[start], line, lines[y - 1], step);
        lines.push(line);
    }
    return {
        width,
        height,
        step,
        lines,
        at: (x, y) => [...lines[y].subarray(x * step, x * step + 3)],
    };
}

export const inside = (box, x, y) =>
    x >= box.x && x < box.x + box.width && y >= box.y && y < box.y + box.height;

// Pixels that differ and of which `counts(x, y)` is true.
export function differences(a, b, counts) {
    let found = 0;
    for (let y = 0; y < a.height; ++y) {
        for (let x = 0; x < a.width; ++x) {
            if (!counts(x, y)) continue;
            const [p, q] = [a.at(x, y), b.at(x, y)];
            if (p[0] !== q[0] || p[1] !== q[1] || p[2] !== q[2]) ++found;
        }
    }
    return found;
}

// How far two pictures of the same thing are apart: {most, overShare}, the largest difference of a
// channel, and the share of pixels with one above 8. What lies in `skipped` does not count.
export function apart(a, b, skipped) {
    if (a.width !== b.width || a.height !== b.height) throw new Error('pictures of unequal size');
    let most = 0;
    let over = 0;
    for (let y = 0; y < a.height; ++y) {
        for (let x = 0; x < a.width; ++x) {
            let far = 0;
            for (let part = 0; part < 3; ++part) {
                const one = a.lines[y][x * a.step + part];
                far = Math.max(far, Math.abs(one - b.lines[y][x * b.step + part]));
            }
            if (far <= most && far <= 8) continue;
            if (inside(skipped, x, y)) continue;
            most = Math.max(most, far);
            if (far > 8) ++over;
        }
    }
    return {most, overShare: over / (a.width * a.height)};
}

// Pixels of a rectangle that stand out from its most frequent colour: text, if there are enough.
export function inkIn(image, box) {
    const counts = new Map();
    const pixels = [];
    for (let y = Math.ceil(box.y); y < Math.floor(box.y + box.height); ++y) {
        for (let x = Math.ceil(box.x); x < Math.floor(box.x + box.width); ++x) {
            const pixel = image.at(x, y);
            pixels.push(pixel);
            const key = pixel.join();
            counts.set(key, (counts.get(key) ?? 0) + 1);
        }
    }
    const ground = [...counts]
        .sort((a, b) => b[1] - a[1])[0][0]
        .split(',')
        .map(Number);
    return pixels.filter((pixel) => pixel.some((value, i) => Math.abs(value - ground[i]) > 60))
        .length;
}
