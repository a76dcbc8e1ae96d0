// tests/support/shaper.mjs - a narrow link: a TCP proxy that lets so many bytes a second through
// towards the client and delays both ways. It takes no more from the server than it can pass on, so
// the server feels the narrowness as it would in a network.
import net from 'node:net';

const tickMs = 10;

export class Shaper {
    bytesPerSecond = Infinity;
    delayMs = 0;
    passed = 0; // bytes towards clients
    accepted = 0; // connections

    static async start(port) {
        const shaper = new Shaper();
        shaper.sockets = new Set();
        shaper.server = net.createServer((client) => shaper.#join(client, port));
        await new Promise((resolve) => shaper.server.listen(0, '127.0.0.1', resolve));
        shaper.port = shaper.server.address().port;
        return shaper;
    }

    stop() {
        for (const socket of this.sockets) socket.destroy();
        return new Promise((resolve) => this.server.close(resolve));
    }

    #join(client, port) {
        ++this.accepted;
        const server = net.connect(port, '127.0.0.1');
        for (const socket of [client, server]) {
            this.sockets.add(socket);
            socket.setNoDelay(true);
            socket.on('error', () => {});
        }
        const end = () => {
            clearInterval(timer);
            for (const socket of [client, server]) {
                this.sockets.delete(socket);
                socket.destroy();
            }
        };
        client.on('data', (bytes) => setTimeout(() => server.write(bytes), this.delayMs));
        // What is under way: [when it may arrive, bytes], and when the pipe is free again.
        const underWay = [];
        let freeAt = 0;
        const pass = () => {
            const now = performance.now();
            while (underWay.length > 0 && underWay[0][0] <= now) {
                const [, bytes] = underWay.shift();
                this.passed += bytes.length;
                client.write(bytes);
            }
            if (server.isPaused() && freeAt < now + 2 * tickMs) server.resume();
            if (server.destroyed && underWay.length === 0) end();
        };
        const timer = setInterval(pass, tickMs);
        server.on('data', (bytes) => {
            const now = performance.now();
            freeAt = Math.max(freeAt, now) + (bytes.length / this.bytesPerSecond) * 1000;
            underWay.push([freeAt + this.delayMs, bytes]);
            if (freeAt >= now + 2 * tickMs) server.pause();
        });
        client.on('close', end);
        // The end comes behind the bytes that came before it, see pass().
        server.on('close', () => {
            if (underWay.length === 0) end();
        });
    }
}
