// The glue of Emscripten 3.1.6 sees Node's global fetch and calls it with a file path; without it,
// it reads the file. So a program can be run by a plain `node program.js`.
globalThis.fetch = undefined;
