// page.js - the page around one full-window <nats-blotter>.
//
// Query parameters become attributes of the element; the hash keeps the view, so that a link shows
// what I see: #account=22214. The element knows of neither.

const blotter = document.querySelector('nats-blotter');
const query = new URLSearchParams(location.search);
for (const name of ['profile', 'renderer', 'theme', 'subjects']) {
    if (query.has(name)) blotter.setAttribute(name, query.get(name));
}

function accountFromHash() {
    const account = new URLSearchParams(location.hash.slice(1)).get('account');
    return account !== null && /^\d{1,15}$/.test(account) ? account : null;
}

function writeHash(account) {
    const parts = new URLSearchParams(location.hash.slice(1));
    if (account === 0) parts.delete('account');
    else parts.set('account', String(account));
    const hash = parts.toString();
    const place = location.pathname + location.search + (hash === '' ? '' : '#' + hash);
    if (place !== location.pathname + location.search + location.hash) {
        history.replaceState(null, '', place);
    }
}

const first = accountFromHash();
if (first !== null) blotter.setAttribute('account', first);
blotter.addEventListener('accountchange', (event) => writeHash(event.detail.account));
addEventListener('hashchange', () => {
    const account = accountFromHash() ?? '0';
    // Superseded by the next choice is no error; anything else is on the screen already.
    blotter.setAccount(Number(account)).catch(() => {});
});

// Imported when the attributes are complete, as the element starts the moment it is defined.
import('./nats-blotter.js').catch((error) => {
    const words = document.getElementById('before');
    if (words)
        words.textContent = `The blotter could not be loaded: ${error.message} Reload the page.`;
});
