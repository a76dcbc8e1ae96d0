// bench/lib/slow_link.mjs - a link of a given width and delay in front of a port: a TCP proxy that
// lets bytes to the browser through at that pace, and as a real link keeps no more than a short
// queue, so that whoever sends feels it.
import net from 'node:net';
import {once} from 'node:events';

const QUEUE_BYTES_MAX = 64 * 1024; // a home router's buffer
const PIECE_BYTES = 1448; // a packet

export class SlowLink {
    #server;
    #sockets = new Set();
    bitsPerSecond = Infinity;
    delayMs = 0; // each way

    static async open(port) {
        const link = new SlowLink();
        link.#server = net.createServer((socket) => link.#join(socket, port));
        link.#server.listen(0, '127.0.0.1');
        await once(link.#server, 'listening');
        link.port = link.#server.address().port;
        return link;
    }

    #join(browser, port) {
        const server = net.connect(port, '127.0.0.1');
        for (const socket of [browser, server]) {
            socket.setNoDelay(true);
            this.#sockets.add(socket);
            const end = () => {
                browser.destroy();
                server.destroy();
                this.#sockets.delete(socket);
            };
            socket.on('error', end);
            socket.on('close', end);
        }
        browser.on('data', (bytes) => this.#later(() => server.write(bytes)));
        this.#shape(server, browser);
    }

    #later(work) {
        if (this.delayMs === 0) work();
        else setTimeout(work, this.delayMs);
    }

    // From server to browser: a queue that empties at the link's pace.
    #shape(server, browser) {
        const queue = [];
        let queued = 0;
        let freeAt = 0; // when the link has sent what it was given
        let timer = null;
        const send = () => {
            timer = null;
            while (queue.length > 0) {
                const now = performance.now();
                if (freeAt > now + 1) {
                    timer = setTimeout(send, freeAt - now);
                    return;
                }
                const bytes = queue.shift();
                queued -= bytes.length;
                freeAt = Math.max(freeAt, now) + (bytes.length * 8000) / this.bitsPerSecond;
                this.#later(() => browser.write(bytes));
            }
            if (queued < QUEUE_BYTES_MAX / 2) server.resume();
        };
        server.on('data', (bytes) => {
            const size = this.bitsPerSecond === Infinity ? bytes.length : PIECE_BYTES;
            for (let at = 0; at < bytes.length; at += size)
                queue.push(bytes.subarray(at, at + size));
            queued += bytes.length;
            if (queued >= QUEUE_BYTES_MAX) server.pause();
            if (!timer) send();
            else if (queued < QUEUE_BYTES_MAX / 2) server.resume();
        });
    }

    close() {
        for (const socket of this.#sockets) socket.destroy();
        this.#server.close();
    }
}
