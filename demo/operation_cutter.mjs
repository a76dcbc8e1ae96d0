// demo/operation_cutter.mjs - cuts the broker's byte stream into whole protocol operations.
//
// Unknown here: sockets and WebSocket frames. Sizes count bytes, so this works on buffers only.

const CRLF = Buffer.from('\r\n');

export class OperationCutter {
    #bytes = Buffer.alloc(0);

    // The operations that are complete now, as [{bytes, subject}]; the subject is that of a message
    // and else empty. Throws when the stream cannot be NATS.
    push(bytes) {
        this.#bytes = this.#bytes.length === 0 ? bytes : Buffer.concat([this.#bytes, bytes]);
        const operations = [];
        let start = 0;
        for (;;) {
            const lineEnd = this.#bytes.indexOf(CRLF, start);
            if (lineEnd < 0) break;
            const words = this.#bytes.toString('latin1', start, lineEnd).split(' ');
            const isMessage = words[0] === 'MSG' || words[0] === 'HMSG';
            const size = isMessage ? Number(words[words.length - 1]) + 2 : 0;
            if (!Number.isSafeInteger(size)) throw new Error(`not a size: ${words.join(' ')}`);
            const end = lineEnd + 2 + size;
            if (this.#bytes.length < end) break;
            operations.push({
                bytes: this.#bytes.subarray(start, end),
                subject: isMessage ? words[1] : '',
            });
            start = end;
        }
        this.#bytes = this.#bytes.subarray(start);
        return operations;
    }
}
