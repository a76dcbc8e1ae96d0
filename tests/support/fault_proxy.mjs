// tests/support/fault_proxy.mjs - a TCP proxy that treats the connections through it as told: late,
// silent, cut, ended on one side, cut off in the middle of something, garbled, in another order.
// And one of HTTP, whose answers are slow, failing, hanging, torn or somebody else's.
import http from 'node:http';
import net from 'node:net';

const waitMs = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

export class FaultProxy {
    // Of all connections through it, until changed.
    delayMs = 0; // each way
    deaf = false; // nothing is passed on, either way; it comes later
    shut = false; // new connections are turned away
    accepted = 0;
    #links = new Set();

    static async start(port) {
        const proxy = new FaultProxy();
        proxy.server = net.createServer({allowHalfOpen: true}, (client) =>
            proxy.#join(client, port),
        );
        await new Promise((resolve) => proxy.server.listen(0, '127.0.0.1', resolve));
        proxy.port = proxy.server.address().port;
        return proxy;
    }

    stop() {
        this.cut();
        return new Promise((resolve) => this.server.close(resolve));
    }

    get open() {
        return this.#links.size;
    }

    // Both ends learn of it at once; what is under way is lost.
    cut() {
        for (const link of this.#links) link.destroy();
    }

    // The client is told that nothing more comes. It may still send.
    halfClose() {
        for (const link of this.#links) link.client.end();
    }

    // Nothing comes through these connections any more, and nobody is told. New ones work.
    swallow() {
        for (const link of this.#links) link.swallowed = true;
    }

    // The next piece towards the client ends in the middle, and the connection with it.
    truncate() {
        for (const link of this.#links) link.spoil = 'truncate';
    }

    // A run of bytes in the next piece is overwritten; the connection is cut with the piece behind.
    corrupt() {
        for (const link of this.#links) link.spoil = 'corrupt';
    }

    // The next two pieces change places; the connection is cut behind them.
    reorder() {
        for (const link of this.#links) link.spoil = 'reorder';
    }

    #join(client, port) {
        if (this.shut) return client.destroy();
        ++this.accepted;
        const server = net.connect({port, host: '127.0.0.1', allowHalfOpen: true});
        const link = {client, server, swallowed: false, spoil: '', kept: null, open: true};
        link.destroy = () => {
            if (!link.open) return;
            link.open = false;
            this.#links.delete(link);
            client.destroy();
            server.destroy();
        };
        this.#links.add(link);
        for (const socket of [client, server]) {
            socket.setNoDelay(true);
            socket.on('error', link.destroy);
            socket.on('close', () => {
                if (client.destroyed && server.destroyed) link.destroy();
            });
        }
        this.#carry(link, client, server, false);
        this.#carry(link, server, client, true);
    }

    async #carry(link, from, to, down) {
        try {
            for await (const bytes of from) {
                if (this.delayMs > 0) await waitMs(this.delayMs);
                while (this.deaf && link.open) await waitMs(10);
                if (!link.open) return;
                if (link.swallowed) continue;
                const pass = down && link.spoil !== '' ? this.#spoil(link, bytes) : bytes;
                if (pass.length > 0 && !to.write(pass))
                    await Promise.race([
                        new Promise((resolve) => to.once('drain', resolve)),
                        new Promise((resolve) => to.once('close', resolve)),
                    ]);
            }
            if (!link.swallowed && !to.destroyed) to.end();
        } catch {
            link.destroy();
        }
    }

    #spoil(link, bytes) {
        const middle = bytes.length >> 1;
        switch (link.spoil) {
            case 'truncate':
                link.spoil = 'cut';
                setTimeout(link.destroy, 50);
                return bytes.subarray(0, middle);
            case 'corrupt': {
                link.spoil = 'cut soon';
                setTimeout(link.destroy, 500);
                const wrong = Buffer.from(bytes);
                wrong.fill(0xff, middle, middle + 40);
                return wrong;
            }
            case 'reorder':
                if (link.kept === null) {
                    link.kept = Buffer.from(bytes);
                    setTimeout(link.destroy, 500); // though no second piece may come
                    return Buffer.alloc(0);
                }
                link.spoil = 'cut soon';
                return Buffer.concat([bytes, link.kept]);
            case 'cut':
                return Buffer.alloc(0);
            default:
                return bytes;
        }
    }
}

const html = '<!doctype html><title>Sign in</title><p>This network wants you to sign in.';

// Between the ingress and a service.
export class RestProxy {
    // 'well', 'slow', 'fails', 'hangs', 'html', 'torn', 'garbled', 'unreachable'
    mood = 'well';
    slowMs = 700;
    asked = 0;

    static async start(port) {
        const proxy = new RestProxy();
        proxy.server = http.createServer((request, answer) => proxy.#answer(request, answer, port));
        await new Promise((resolve) => proxy.server.listen(0, '127.0.0.1', resolve));
        proxy.port = proxy.server.address().port;
        return proxy;
    }

    stop() {
        this.server.closeAllConnections();
        return new Promise((resolve) => this.server.close(resolve));
    }

    // Answers that hang are let go: they will never come.
    set(mood) {
        this.mood = mood;
        if (mood !== 'hangs') for (const answer of this.#hanging) answer.destroy();
    }
    #hanging = new Set();

    async #answer(request, answer, port) {
        ++this.asked;
        const mood = this.mood;
        answer.on('error', () => {});
        if (mood === 'unreachable') return answer.destroy();
        if (mood === 'hangs') {
            this.#hanging.add(answer);
            answer.on('close', () => this.#hanging.delete(answer));
            return;
        }
        if (mood === 'fails') {
            answer.writeHead(503, {'content-type': 'application/json'});
            return answer.end('{"status":503}');
        }
        if (mood === 'html') {
            answer.writeHead(200, {'content-type': 'text/html'});
            return answer.end(html);
        }
        if (mood === 'slow') await waitMs(this.slowMs);
        const forward = http.request(
            {
                host: '127.0.0.1',
                port,
                method: request.method,
                path: request.url,
                headers: request.headers,
            },
            async (from) => {
                const parts = [];
                try {
                    for await (const part of from) parts.push(part);
                } catch {
                    return answer.destroy();
                }
                const body = Buffer.concat(parts);
                const headers = {...from.headers};
                delete headers['transfer-encoding'];
                headers['content-length'] = body.length;
                answer.writeHead(from.statusCode, headers);
                if (mood === 'torn') {
                    answer.write(body.subarray(0, body.length >> 1));
                    return setTimeout(() => answer.destroy(), 50);
                }
                if (mood === 'garbled' && body.length > 200)
                    body.fill(0xff, body.length >> 1, (body.length >> 1) + 20);
                answer.end(body);
            },
        );
        forward.on('error', () => answer.destroy());
        request.pipe(forward);
    }
}
