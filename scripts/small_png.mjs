// scripts/small_png.mjs - a picture of a screen with a palette: a third of the bytes that the
// browser's own PNG takes. The colours that fill the screen stay as they are; those of the edges of
// letters are drawn with the nearest of them.
import {deflateSync} from 'node:zlib';

import {readPng} from '../tests/support/pixels.mjs';

const table = Array.from({length: 256}, (_, byte) => {
    let value = byte;
    for (let bit = 0; bit < 8; ++bit) value = (value >>> 1) ^ (value & 1 ? 0xedb88320 : 0);
    return value >>> 0;
});
function checksum(bytes) {
    let value = 0xffffffff;
    for (const byte of bytes) value = (value >>> 8) ^ table[(value ^ byte) & 255];
    return (value ^ 0xffffffff) >>> 0;
}

function chunk(kind, body) {
    const named = Buffer.concat([Buffer.from(kind, 'latin1'), body]);
    const made = Buffer.alloc(named.length + 8);
    made.writeUInt32BE(body.length);
    named.copy(made, 4);
    made.writeUInt32BE(checksum(named), named.length + 4);
    return made;
}

// The most frequent colours; of two that look alike the rarer one is left out.
function paletteOf(counts, colours, apart) {
    const chosen = [];
    const frequent = [...counts].sort((a, b) => b[1] - a[1] || a[0] - b[0]);
    for (const [colour] of frequent) {
        const rgb = [colour >> 16, (colour >> 8) & 255, colour & 255];
        const near = (other) => rgb.every((one, at) => Math.abs(one - other[at]) < apart);
        // Those of large areas are often close to one another, and all needed.
        if (chosen.length >= 16 && chosen.some(near)) continue;
        chosen.push(rgb);
        if (chosen.length === colours) break;
    }
    return chosen;
}

export function smallPng(bytes, {colours = 64, apart = 10} = {}) {
    const {width, height, step, lines} = readPng(bytes);
    const key = (line, x) =>
        (line[x * step] << 16) | (line[x * step + 1] << 8) | line[x * step + 2];
    const counts = new Map();
    for (const line of lines)
        for (let x = 0; x < width; ++x) {
            const colour = key(line, x);
            counts.set(colour, (counts.get(colour) ?? 0) + 1);
        }
    const palette = paletteOf(counts, colours, apart);
    const nearest = new Map();
    for (const colour of counts.keys()) {
        const rgb = [colour >> 16, (colour >> 8) & 255, colour & 255];
        const far = palette.map((other) =>
            rgb.reduce((sum, one, at) => sum + (one - other[at]) ** 2, 0),
        );
        nearest.set(colour, far.indexOf(Math.min(...far)));
    }
    const data = Buffer.alloc(height * (width + 1));
    lines.forEach((line, y) => {
        for (let x = 0; x < width; ++x) data[y * (width + 1) + 1 + x] = nearest.get(key(line, x));
    });
    const header = Buffer.alloc(13);
    header.writeUInt32BE(width);
    header.writeUInt32BE(height, 4);
    header.set([8, 3, 0, 0, 0], 8);
    return Buffer.concat([
        Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'),
        chunk('IHDR', header),
        chunk('PLTE', Buffer.from(palette.flat())),
        chunk('IDAT', deflateSync(data, {level: 9, memLevel: 9})),
        chunk('IEND', Buffer.alloc(0)),
    ]);
}
