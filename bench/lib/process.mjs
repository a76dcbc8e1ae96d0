// bench/lib/process.mjs - what the operating system says of a process: CPU by thread, memory.
import {spawn} from 'node:child_process';
import {readFileSync} from 'node:fs';

const started = new Set();

// Starts a program that ends with this process, whatever ends it: by its handle, and by the kernel.
export function start(command, args, options = {}) {
    const child = spawn('setpriv', ['--pdeathsig', 'TERM', '--', command, ...args], options);
    started.add(child);
    child.on('exit', () => started.delete(child));
    child.on('error', () => started.delete(child));
    return child;
}

export function stop(child) {
    if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
    return new Promise((resolve) => {
        const timer = setTimeout(() => child.kill('SIGKILL'), 3000);
        child.on('exit', () => {
            clearTimeout(timer);
            resolve();
        });
        child.kill('SIGTERM');
    });
}

process.on('exit', () => {
    for (const child of started) child.kill('SIGTERM');
});

// Nanoseconds that the main thread of a process has been on a CPU. schedstat counts what stat
// rounds to 10 ms ticks.
export function mainThreadNs(pid) {
    const text = readFileSync(`/proc/${pid}/task/${pid}/schedstat`, 'latin1');
    return Number(text.split(' ')[0]);
}

// Whether a renderer of Chromium may be that of a page: not one of its toolbars or extensions.
export function mayBePage(pid) {
    const words = readFileSync(`/proc/${pid}/cmdline`, 'latin1').split('\0');
    return !words.some((word) => /^--(top-chrome-webui|extension-process)/.test(word));
}

// Memory that a process has for itself, in bytes.
export function privateBytes(pid) {
    const text = readFileSync(`/proc/${pid}/smaps_rollup`, 'latin1');
    let kilobytes = 0;
    for (const [, size] of text.matchAll(/^Private_(?:Clean|Dirty): +(\d+) kB$/gm)) {
        kilobytes += Number(size);
    }
    return kilobytes * 1024;
}
