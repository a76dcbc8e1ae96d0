// bench/pages/traderx.js - the algorithm of TraderX's own client, live and without a table: text is
// collected, cut at line ends and by the announced length, parsed and put into a map.
import {Page, SUBJECT, socketUrl} from './common.js';
import {TextFeed} from './textfeed.js';

class TraderX extends Page {
    start() {
        return new Promise((resolve, reject) => {
            const socket = new WebSocket(socketUrl());
            socket.binaryType = 'arraybuffer';
            const decoder = new TextDecoder();
            const rows = new Map();
            const feed = new TextFeed((text) => {
                const event = JSON.parse(text);
                const payload = event.payload ?? event;
                rows.set(payload.id, payload);
                this.newest = event.date;
                ++this.messages;
            });
            feed.onInfo = () => {
                socket.send(
                    'CONNECT {"verbose":false,"pedantic":false,"protocol":1}\r\n' +
                        `SUB ${SUBJECT} 1\r\nPING\r\n`,
                );
                setTimeout(resolve, 200);
            };
            feed.onPing = () => socket.send('PONG\r\n');
            socket.onmessage = ({data}) => feed.push(decoder.decode(data));
            socket.onclose = () => reject(new Error('the socket was closed'));
        });
    }
}

globalThis.bench = new TraderX();
