// demo/web_socket_frames.mjs - the frames of a WebSocket, as a server sends them: not masked, no
// extensions.

const DATA_OPCODES = new Set([0, 1, 2]);

// One binary message around these bytes.
export function binaryFrame(payload) {
    let head = Buffer.from([0x82, payload.length]);
    if (payload.length >= 65_536) {
        head = Buffer.alloc(10);
        head.writeUInt16BE(0x827f, 0);
        head.writeBigUInt64BE(BigInt(payload.length), 2);
    } else if (payload.length >= 126) {
        head = Buffer.from([0x82, 126, payload.length >> 8, payload.length & 255]);
    }
    return Buffer.concat([head, payload]);
}

export class FrameReader {
    #bytes = Buffer.alloc(0);

    // The frames that are complete now, as [{isData, payload, raw}]. The pieces of a message that
    // came in several frames are data each.
    push(bytes) {
        this.#bytes = this.#bytes.length === 0 ? bytes : Buffer.concat([this.#bytes, bytes]);
        const frames = [];
        for (;;) {
            const frame = this.#next();
            if (!frame) return frames;
            frames.push(frame);
        }
    }

    #next() {
        const bytes = this.#bytes;
        if (bytes.length < 2) return null;
        let length = bytes[1] & 0x7f;
        let head = 2;
        if (length === 126) {
            if (bytes.length < 4) return null;
            length = bytes.readUInt16BE(2);
            head = 4;
        } else if (length === 127) {
            if (bytes.length < 10) return null;
            length = Number(bytes.readBigUInt64BE(2));
            head = 10;
        }
        if (bytes.length < head + length) return null;
        const raw = bytes.subarray(0, head + length);
        this.#bytes = bytes.subarray(head + length);
        return {isData: DATA_OPCODES.has(raw[0] & 15), payload: raw.subarray(head), raw};
    }
}
