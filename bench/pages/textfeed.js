// bench/pages/textfeed.js - NATS over text as TraderX's stock client reads it, in code of our own:
// one growing string, indexOf for the line's end, slices by the announced length. The length counts
// bytes and the string characters; as there, text beyond ASCII goes wrong.

export class TextFeed {
    onInfo = () => {};
    onPing = () => {};
    #text = '';
    #onMessage;

    constructor(onMessage) {
        this.#onMessage = onMessage;
    }

    push(chunk) {
        this.#text += chunk;
        while (this.#next());
    }

    #next() {
        const end = this.#text.indexOf('\r\n');
        if (end < 0) return false;
        const line = this.#text.slice(0, end);
        if (line.startsWith('MSG ')) {
            const words = line.split(' ');
            const length = Number(words[words.length - 1]);
            const start = end + 2;
            if (this.#text.length < start + length + 2) return false;
            const payload = this.#text.slice(start, start + length);
            this.#text = this.#text.slice(start + length + 2);
            this.#onMessage(payload);
            return true;
        }
        this.#text = this.#text.slice(end + 2);
        if (line.startsWith('INFO')) this.onInfo();
        else if (line === 'PING') this.onPing();
        return true;
    }
}
