// bench/engine/engine.mjs - the engine as WebAssembly, the same in Node, a page and a worker.
//
//   const engine = await loadEngine(bytesOrModule);      // of engine.wasm
//   const chunks = engine.replay({ messages: 100_000, seed: 1, chunkBytes: 65_536 });
//   engine.reset('store shape');
//   for (const chunk of chunks) engine.feed(chunk);      // one copy in, then worked off
//   engine.messages(); engine.checksum(); engine.rows(0);
//
// `node bench/engine/engine.mjs [engine.wasm] [messages] [rounds]` prints ns per message for each
// stage.

export const STAGES = [
    'parser',
    'client',
    'decode generic',
    'decode shape',
    'store generic',
    'store shape',
    'session',
];

export class Engine {
    constructor(instance) {
        this.exports = instance.exports;
        this.exports._initialize?.();
        this.bytes = new Uint8Array(this.exports.memory.buffer);
    }

    // The memory as it is now: growing it leaves older views empty.
    memory() {
        if (this.bytes.length === 0) this.bytes = new Uint8Array(this.exports.memory.buffer);
        return this.bytes;
    }

    // A new, empty engine that ends at this stage.
    reset(stage) {
        if (!this.exports.engine_reset(STAGES.indexOf(stage) >>> 0))
            throw new Error(`no stage is called ${stage}`);
    }

    // What a socket's message does: one copy into the parser's tail, then everything complete is
    // worked off. Any size, cut anywhere.
    feed(chunk) {
        const at = this.exports.engine_prepare(chunk.length);
        this.memory().set(chunk, at);
        this.exports.engine_commit(chunk.length);
    }

    // What a page does once a frame.
    endFrame() {
        this.exports.engine_end_frame();
    }

    messages() {
        return this.exports.engine_messages();
    }
    rejected() {
        return this.exports.engine_rejected();
    }
    shapeHits() {
        return this.exports.engine_shape_hits();
    }
    // 0: trades, 1: positions.
    rows(table) {
        return this.exports.engine_rows(table);
    }
    // Of all rows held: the sum, modulo 2^32, of each row's 32-bit FNV-1a; see README.md.
    checksum() {
        return this.exports.engine_checksum() >>> 0;
    }
    // Of rows, index and texts.
    memoryBytes() {
        return this.exports.engine_memory_bytes();
    }

    // The replay as a list of Uint8Array of chunkBytes each, outside of the engine's memory.
    replay({messages, seed = 1, chunkBytes = 65_536}) {
        const chunks = [];
        let chunk = new Uint8Array(chunkBytes);
        let filled = 0;
        this.exports.engine_replay_begin(seed);
        for (let left = messages; left > 0; left -= 1000) {
            const at = this.exports.engine_replay_next(Math.min(left, 1000));
            let piece = this.memory().subarray(at, at + this.exports.engine_replay_bytes());
            while (piece.length > 0) {
                const taken = piece.subarray(0, chunkBytes - filled);
                chunk.set(taken, filled);
                filled += taken.length;
                piece = piece.subarray(taken.length);
                if (filled < chunkBytes) break;
                chunks.push(chunk);
                chunk = new Uint8Array(chunkBytes);
                filled = 0;
            }
        }
        if (filled > 0) chunks.push(chunk.slice(0, filled));
        return chunks;
    }
}

// `source`: the bytes of engine.wasm, or a WebAssembly.Module.
export async function loadEngine(source) {
    const module =
        source instanceof WebAssembly.Module ? source : await WebAssembly.compile(source);
    // A standalone module asks for calls of the system; nothing of it is reached but an abort.
    const imports = {};
    for (const {module: from, name, kind} of WebAssembly.Module.imports(module)) {
        if (kind !== 'function') continue;
        imports[from] ??= {};
        imports[from][name] = () => {
            if (name === 'proc_exit' || name === 'abort')
                throw new Error('the engine has given up');
            return name.startsWith('emscripten_') ? undefined : 52; // ENOSYS of WASI
        };
    }
    return new Engine(await WebAssembly.instantiate(module, imports));
}

async function main([path = 'build/wasm-bench/bench/engine/engine.wasm', count, times]) {
    const {readFile} = await import('node:fs/promises');
    const engine = await loadEngine(await readFile(path));
    const messages = Number(count ?? 300_000);
    const rounds = Number(times ?? 3);
    for (const chunkBytes of [65_536, 4096]) {
        const chunks = engine.replay({messages, chunkBytes});
        const samples = STAGES.map(() => []);
        const sums = [];
        for (let round = 0; round <= rounds; ++round) {
            STAGES.forEach((stage, index) => {
                engine.reset(stage);
                const begin = process.cpuUsage();
                for (const chunk of chunks) engine.feed(chunk);
                const {user, system} = process.cpuUsage(begin);
                const ns = ((user + system) * 1e3) / messages;
                if (engine.messages() !== messages)
                    throw new Error(`${stage}: messages are missing`);
                if (round > 0) samples[index].push(ns); // the first warms up
                sums[index] = engine.checksum().toString(16);
            });
        }
        STAGES.forEach((stage, index) => {
            const sorted = samples[index].sort((a, b) => a - b);
            const median = sorted[sorted.length >> 1].toFixed(1);
            const spread = `[${sorted[0].toFixed(1)}..${sorted.at(-1).toFixed(1)}]`;
            console.log(
                `wasm ${chunkBytes} ${stage}: ${median} ns ${spread} checksum ${sums[index]}`,
            );
        });
    }
}

if (typeof process !== 'undefined' && process.argv?.[1]?.endsWith('engine.mjs'))
    await main(process.argv.slice(2));
