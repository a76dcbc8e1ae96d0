// bench/pages/raw.js - the ceiling: a WebSocket that subscribes and counts bytes.
import {Page, SUBJECT, socketUrl} from './common.js';

class Raw extends Page {
    #decoder = new TextDecoder();
    #looked = 0;

    start() {
        return new Promise((resolve, reject) => {
            const socket = new WebSocket(socketUrl());
            socket.binaryType = 'arraybuffer';
            let greeted = false;
            socket.onmessage = ({data}) => {
                this.bytes += data.byteLength;
                if (!greeted) {
                    greeted = true;
                    socket.send(
                        'CONNECT {"verbose":false,"pedantic":false,"protocol":1}\r\n' +
                            `SUB ${SUBJECT} 1\r\nPING\r\n`,
                    );
                    setTimeout(resolve, 200);
                    return;
                }
                this.#look(data, socket);
            };
            socket.onclose = () => reject(new Error('the socket was closed'));
        });
    }

    // The newest date, at most every 10 ms; a PING of the broker is answered.
    #look(data, socket) {
        const time = performance.now();
        if (time - this.#looked < 10 && data.byteLength > 6) return;
        this.#looked = time;
        const length = Math.min(data.byteLength, 700);
        const text = this.#decoder.decode(new Uint8Array(data, data.byteLength - length, length));
        const at = text.lastIndexOf('"date":');
        if (at >= 0) this.newest = Number(text.slice(at + 7, at + 20)) || this.newest;
        if (text.endsWith('PING\r\n')) socket.send('PONG\r\n');
    }
}

globalThis.bench = new Raw();
