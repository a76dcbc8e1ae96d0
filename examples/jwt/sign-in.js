// sign-in.js - a page that takes the .creds file of a NATS user before it puts the element in its
// place. The JWT goes to the broker whenever the element dials it. The seed goes nowhere: it
// becomes a key that the browser signs with and never shows again.
import './nats-blotter.js';

// The bytes of a seed, which is base32: two of prefix, the 32 of the key, two of a checksum.
function bytesOfSeed(seed) {
    const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
    const bytes = [];
    let bits = 0;
    let value = 0;
    for (const letter of seed) {
        value = ((value << 5) | letters.indexOf(letter)) & 0xfff;
        bits += 5;
        if (bits < 8) continue;
        bits -= 8;
        bytes.push((value >> bits) & 0xff);
    }
    return bytes.slice(2, 34);
}

async function signerOf(seed) {
    // PKCS #8 of an ed25519 key (RFC 8410, 7): what stands before its 32 bytes.
    const head = [48, 46, 2, 1, 0, 48, 5, 6, 3, 43, 101, 112, 4, 34, 4, 32];
    const file = Uint8Array.from([...head, ...bytesOfSeed(seed)]);
    const key = await crypto.subtle.importKey('pkcs8', file, 'Ed25519', false, ['sign']);
    return async (nonce) => new Uint8Array(await crypto.subtle.sign('Ed25519', key, nonce));
}

async function credentialsOf(text) {
    const jwt = text.match(/BEGIN NATS USER JWT-+\s+([\w.-]+?)\s+-+END/)?.[1];
    const seed = text.match(/BEGIN USER NKEY SEED-+\s+(SU[A-Z2-7]{56})\s+-+END/)?.[1];
    if (!jwt || !seed) throw new Error('that is no .creds file of a NATS user');
    return {jwt, sign: await signerOf(seed)};
}

document.querySelector('form').addEventListener('submit', async (event) => {
    event.preventDefault(); // nothing is sent anywhere by the form itself
    const form = event.target;
    const {creds, account} = Object.fromEntries(new FormData(form));
    try {
        const credentials = await credentialsOf(await creds.text());
        const blotter = document.createElement('nats-blotter');
        blotter.setAttribute('account', account);
        blotter.credentials = async () => credentials;
        form.replaceWith(blotter);
    } catch (error) {
        form.querySelector('[role=alert]').textContent = error.message;
    }
});
