// stock_feed.js - the feed of TraderX's stock client, told again in code of our own from the
// description of its behaviour. Its defects are the point; D1 to D13 are the rows of
// docs/upstream.md. Do not mend them here.

const REDIAL_MS = 1000;

export class StockFeed {
    onConnected = () => {};
    #url;
    #socket = null;
    #text = '';
    #nextSid = 1;
    #subscriptions = new Map(); // sid -> {topic, callback}

    constructor(url) {
        this.#url = url;
    }

    connect() {
        this.#text = '';
        this.#socket = new WebSocket(this.#url);
        // D10: connected is when the socket is open, before the broker has said anything.
        this.#socket.onopen = () => this.onConnected(true);
        // D3: binaryType is never set, so each frame is a Blob whose text comes later.
        this.#socket.onmessage = async ({data}) => {
            // D2: each frame is decoded on its own.
            this.#text += typeof data === 'string' ? data : await data.text();
            while (this.#consume());
        };
        this.#socket.onclose = () => {
            this.onConnected(false);
            setTimeout(() => this.connect(), REDIAL_MS);
        };
        // D9: nothing is ever sent to keep the connection in use.
    }

    subscribe(topic, callback) {
        const sid = String(this.#nextSid++);
        this.#subscriptions.set(sid, {topic, callback});
        this.#send(`SUB ${topic} ${sid}\r\n`);
        return () => {
            this.#subscriptions.delete(sid);
            this.#send(`UNSUB ${sid}\r\n`);
        };
    }

    #send(text) {
        if (this.#socket?.readyState === WebSocket.OPEN) this.#socket.send(text);
    }

    // D1: NATS counts bytes, a string counts characters. With one é in a payload the message waits
    // for the next one, and takes a piece of it away.
    #consume() {
        const lineEnd = this.#text.indexOf('\r\n');
        if (lineEnd < 0) return false;
        const line = this.#text.slice(0, lineEnd);
        const start = lineEnd + 2;
        if (!line.startsWith('MSG ')) {
            this.#text = this.#text.slice(start);
            this.#control(line);
            return true;
        }
        const words = line.split(' ');
        const end = start + Number(words.at(-1));
        if (this.#text.length < end + 2) return false;
        const payload = this.#text.slice(start, end);
        this.#text = this.#text.slice(end + 2);
        try {
            const message = JSON.parse(payload);
            console.debug('message', message); // D13: one for each
            this.#subscriptions.get(words[2])?.callback(message.payload ?? message);
        } catch {
            // what does not parse is dropped without a word
        }
        return true;
    }

    // D10: -ERR and everything else is passed over.
    #control(line) {
        if (line === 'PING') this.#send('PONG\r\n');
        if (!line.startsWith('INFO')) return;
        this.#send('CONNECT {"verbose":false,"pedantic":false,"echo":false,"protocol":1}\r\n');
        // D6: subscribed again after a reconnection, and what was missed is not read.
        for (const [sid, {topic}] of this.#subscriptions) this.#send(`SUB ${topic} ${sid}\r\n`);
    }
}
