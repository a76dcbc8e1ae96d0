// nats-blotter.js - the element <nats-blotter>: a live blotter in any page.
//
//   <nats-blotter server="/nats-ws" profile="traderx" account="22214" theme="dark"></nats-blotter>
//
// It owns a canvas, a status line for assistive technology, and one instance of the WebAssembly
// program (blotter.js, blotter.wasm), which does everything else. Every member that answers returns
// a promise, so that the program may move to a worker one day. It never throws out of an event.

const STYLE = `
:host { display: block; position: relative; overflow: hidden; min-height: 120px; contain: strict; }
:host([hidden]) { display: none; }
canvas { position: absolute; inset: 0; width: 100%; height: 100%; display: block; outline: none;
         touch-action: pinch-zoom; }
.fields input { position: absolute; box-sizing: border-box; margin: 0; padding: 0 8px; border: 0;
                outline: none; background: transparent; color: var(--text);
                font: 13px nats-blotter-cells, system-ui, sans-serif; }
.fields input::placeholder { color: var(--dim); opacity: 1; }
.fields .right { text-align: right; font-variant-numeric: tabular-nums; }
.fields .away { left: 0; top: 0; width: 1px; height: 1px; opacity: 0; pointer-events: none; }
.figures { position: absolute; overflow: hidden; white-space: pre; pointer-events: none;
           font: 13px nats-blotter-cells, system-ui, sans-serif;
           font-variant-numeric: tabular-nums; }
.figures[hidden] { display: none; }
.missing { position: absolute; inset: auto 0 0 0; margin: 0; padding: 6px 16px;
           font: 13px/1.5 system-ui, sans-serif; background: #6E4600; color: #FFFFFF; }
.missing[hidden] { display: none; }
canvas:focus-visible { outline: 2px solid #79C0FF; outline-offset: -2px; }
.words { position: absolute; inset: 0; box-sizing: border-box; margin: 0; padding: 24px;
         overflow: auto; font: 14px/1.5 system-ui, sans-serif; white-space: pre-line;
         border-top: 40px solid #151A21; background: #0E1116; color: #E6EDF3; }
.words[hidden] { display: none; }
.quiet { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%);
         white-space: nowrap; }
.plain { position: absolute; inset: 0; box-sizing: border-box; padding: 16px; overflow: auto;
         background: Canvas; color: CanvasText; font: 14px/1.5 system-ui, sans-serif;
         user-select: text; }
.plain caption { text-align: left; font-weight: 600; padding: 12px 0 4px; }
.plain table { border-collapse: collapse; margin-bottom: 12px; }
.plain th, .plain td { border: 1px solid GrayText; padding: 2px 8px; text-align: left; }
.plain .right { text-align: right; font-variant-numeric: tabular-nums; }
.plain .phantom { text-decoration: line-through; }
@media (prefers-color-scheme: light) {
  .words { border-color: #F6F8FA; background: #FFFFFF; color: #1F2328; }
}
:host([theme="light"]) .words { border-color: #F6F8FA; background: #FFFFFF; color: #1F2328; }
:host([theme="dark"]) .words { border-color: #151A21; background: #0E1116; color: #E6EDF3; }
`;

const CRASH_WORDS =
    'The blotter has stopped because of an error of its own, and what it showed can no longer be ' +
    'trusted.\nReload the page to start it again.';
// Each by its whole name, as bundlers look for such.
const FIRST = new URL('./blotter.wasm', import.meta.url);
const LATER = new URL('./blotter-later.wasm', import.meta.url);
const FACES = [
    new URL('./text.ttf', import.meta.url),
    new URL('./latin.ttf', import.meta.url),
    new URL('./symbol.ttf', import.meta.url),
];
const PROFILE_BYTES_MAX = 1024 * 1024; // as the program's own kProfileBytesMax
const SPEAK_MS = 5000;
// Of the program's later part: with words when it takes so long, given up, and asked for again.
const LATE_MS = 3000;
const LOST_MS = 60_000;
const RETRY_FIRST_MS = 1000;
const RETRY_LAST_MS = 30_000;
const GPU_MS = 1500; // after which a GPU is looked for
const HELD_EVENTS = 64; // that wait for it, and not longer than a hand remembers
const HELD_MS = 5000;
const VIEW_MS = 200; // a view that changes is told this often at most
const LAYOUTS = 'nats-blotter-layouts';
const LAYOUTS_BYTES = 1024 * 1024; // of a file; one layout is some 2 kB
const CSV_ROWS = 5000; // read at once; the page answers in between
const THEMES = ['auto', 'dark', 'light', 'high-contrast', 'colour-blind'];
const RENDERERS = ['auto', 'webgl', 'canvas'];
const ATTRIBUTES = ['server', 'profile', 'account', 'theme', 'subjects', 'renderer'];

// The first sheet that works: constructed ones need no 'unsafe-inline' in the page's policy.
function addStyle(root) {
    try {
        const sheet = new CSSStyleSheet();
        sheet.replaceSync(STYLE);
        root.adoptedStyleSheets = [sheet];
    } catch (error) {
        const element = document.createElement('style');
        element.textContent = STYLE;
        root.append(element);
    }
}

function accountNumber(value) {
    const number = typeof value === 'string' && /^\d+$/.test(value) ? Number(value) : value;
    if (!Number.isSafeInteger(number) || number < 0) {
        const is = String(value);
        throw new TypeError(
            `account must be an account number, or 0 for all accounts, and is ${is}`,
        );
    }
    return number;
}

function wholeNumber(value, what) {
    const whole = value === Infinity || Number.isInteger(value);
    if (!whole || value < 0) {
        throw new TypeError(`${what} must be a whole number, and is ${String(value)}`);
    }
    return value;
}

// A task of its own, so that the page answers in between; not a timer, which a hidden page gets
// once a second.
function nextTask() {
    return new Promise((resolve) => {
        const {port1, port2} = new MessageChannel();
        port1.onmessage = () => {
            port1.close();
            resolve();
        };
        port2.postMessage(0);
    });
}

const pause = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

// Until the page was painted, or is not painted at all.
async function painted() {
    await Promise.race([new Promise(requestAnimationFrame), pause(1000)]);
    await nextTask();
}

// Compiled while it comes, where the server names its type.
async function compiled(url, signal) {
    const answer = await fetch(url, {signal});
    if (!answer.ok) throw new Error(`a file could not be loaded: answered ${answer.status}`);
    return answer.headers.get('content-type')?.startsWith('application/wasm')
        ? WebAssembly.compileStreaming(answer)
        : WebAssembly.compile(await answer.arrayBuffer());
}

// For whoever cannot wait; without a type, as synchronous requests give no bytes else.
function compiledNow(url) {
    const request = new XMLHttpRequest();
    request.open('GET', url, false);
    request.overrideMimeType('text/plain; charset=x-user-defined');
    request.send();
    if (request.status !== 200) throw new Error(`a file could not be loaded: ${request.status}`);
    const {responseText} = request;
    const bytes = Uint8Array.from(responseText, (letter) => letter.charCodeAt(0) & 255);
    return new WebAssembly.Module(bytes);
}

// Until every table is as its user wants it.
async function rearranged(program) {
    while (program.call('nb_rearrange') === 0) await nextTask();
}

// ws: and http: forms of the `server` attribute, which resolves against the page.
function addresses(server) {
    const url = new URL(server, document.baseURI);
    const secure = url.protocol === 'https:' || url.protocol === 'wss:';
    if (!secure && url.protocol !== 'http:' && url.protocol !== 'ws:') {
        throw new TypeError(`server "${server}" is neither http nor ws`);
    }
    if (!secure && location.protocol === 'https:') {
        throw new TypeError(
            `server "${server}" is not encrypted, and this page is: use https or wss`,
        );
    }
    const socket = new URL(url);
    socket.protocol = secure ? 'wss:' : 'ws:';
    socket.hash = '';
    const rest = new URL(url);
    rest.protocol = secure ? 'https:' : 'http:';
    return {socketUrl: socket.href, restUrl: rest.origin};
}

// Words that are shown as they are.
class Said extends Error {}

// Text for a sentence: no longer than a line, and without what could break it.
const quoted = (text) => JSON.stringify(text.length > 80 ? text.slice(0, 80) + '…' : text);

// The text of a profile file, which resolves against the page.
async function profileText(profile) {
    const refuse = (reason) => new Said(`profile ${quoted(profile)} ${reason}`);
    let url;
    try {
        url = new URL(profile, document.baseURI);
    } catch {
        throw refuse('is neither traderx nor the address of a file');
    }
    if (url.protocol !== 'https:' && url.protocol !== 'http:')
        throw refuse('is not at an address that begins with http or https');
    let answer;
    try {
        answer = await fetch(url, {headers: {accept: 'application/json'}, cache: 'no-cache'});
    } catch (error) {
        throw refuse(`cannot be read from ${url.host}: ${error.message}`);
    }
    if (!answer.ok) throw refuse(`cannot be read: ${url.host} answers ${answer.status}`);
    const pieces = [];
    let bytes = 0;
    const reader = answer.body.getReader();
    for (;;) {
        const {done, value} = await reader.read().catch((error) => {
            throw refuse(`cannot be read from ${url.host}: ${error.message}`);
        });
        if (done) break;
        bytes += value.length;
        pieces.push(value);
        if (bytes > PROFILE_BYTES_MAX) {
            reader.cancel().catch(() => {});
            throw refuse('is above a megabyte');
        }
    }
    return new Blob(pieces).text();
}

// Why the program cannot run, as a person can use it.
function reasonWords(error) {
    if (error instanceof Said) return error.message;
    const text = String((error && error.message) || error);
    if (typeof WebAssembly !== 'object') {
        return 'This browser has no WebAssembly, or it is switched off, and the blotter needs it.';
    }
    if (/Content Security Policy|unsafe-eval/i.test(text)) {
        return (
            "This page's Content-Security-Policy blocks WebAssembly: " +
            "script-src needs 'wasm-unsafe-eval'."
        );
    }
    if (/memory/i.test(text))
        return 'There is not enough memory for the blotter. Close other pages and reload this one.';
    if (/fetch|import|module|load/i.test(text)) {
        return (
            "The blotter's program could not be loaded. Check the connection and reload the page." +
            `\n(${text})`
        );
    }
    return `The blotter could not start: ${text}`;
}

// What of a desk is the user's whatever stands on it.
const themeOf = (desk) => desk && {theme: desk.theme, spacing: desk.spacing};

// Gives the user a file.
function save(name, blob) {
    const link = document.createElement('a');
    link.href = URL.createObjectURL(blob);
    link.download = name;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}

// The layouts in the text of a file that #saveLayouts() made, or an error that says what is wrong.
function layoutsOf(text) {
    let file = null;
    try {
        file = JSON.parse(text);
    } catch {
        throw new Error('it is no JSON');
    }
    const isObject = (value) =>
        value !== null && typeof value === 'object' && !Array.isArray(value);
    if (file?.['nats-blotter'] !== 'layouts' || !isObject(file.layouts))
        throw new Error('it is of something else');
    const layouts = Object.entries(file.layouts);
    if (layouts.length === 0) throw new Error('it holds none');
    for (const [number, layout] of layouts) {
        const known = isObject(layout) && isObject(layout.desk) && isObject(layout.tables);
        if (!/^[1-9]$/.test(number) || !known)
            throw new Error(`what it has as layout “${number.slice(0, 20)}” is none`);
    }
    return file.layouts;
}

// Of what a `credentials` function answered: the text that nb_credentials takes, and who signs.
function takenCredentials(answer) {
    const shape = 'credentials must answer {user, pass}, {token}, {jwt}, {jwt, sign}, {nkey, sign}';
    if (answer === undefined || answer === null) return {text: '\0\0\0\0', sign: null};
    if (typeof answer !== 'object') throw new TypeError(`${shape} or nothing`);
    const {user, pass, token, jwt, nkey, sign = null} = answer;
    const parts = [user, pass, token, jwt, nkey].map((part) => part ?? '');
    const texts = parts.every((part) => typeof part === 'string' && !part.includes('\0'));
    if (!texts || parts.every((part) => part === '') || (sign && typeof sign !== 'function'))
        throw new TypeError(`${shape} or nothing`);
    return {text: parts.join('\0'), sign};
}

// Bytes of a signature, or base64 text of them, as NATS wants it.
function signatureText(signature) {
    const text = ArrayBuffer.isView(signature)
        ? btoa(String.fromCharCode(...new Uint8Array(signature.buffer, signature.byteOffset, 64)))
        : signature;
    if (typeof text !== 'string' || !/^[\w+/-]{86}(==)?$/.test(text))
        throw new TypeError('sign must answer the 64 bytes of a signature');
    return text.slice(0, 86).replaceAll('+', '-').replaceAll('/', '_');
}

// One running program. Gone for good after destroy() or a trap.
//
// What its first paint does without is a second file (web/later.txt). Both are of one build: the
// first file names its number where it imports what it lacks, the later one where it imports the
// first. Until the program is whole, what the user does is held back.
class Program {
    #module;
    #build = '';
    #exports;
    #held = [];
    #becameWhole;
    // Settled when the program is whole, or gone.
    whole = new Promise((resolve) => {
        this.#becameWhole = resolve;
    });
    #decoder = new TextDecoder();
    #encoder = new TextEncoder();
    dead = false;

    static async load(canvas, host) {
        // Not even asked for where it cannot run.
        if (typeof WebAssembly !== 'object') throw new Error('no WebAssembly');
        const [{default: createBlotter}, first] = await Promise.all([
            import('./blotter.js'),
            compiled(FIRST),
        ]);
        const program = new Program();
        host.hold = (type, work) => program.#hold(type, work);
        program.#module = await new Promise((resolve, reject) => {
            createBlotter({
                canvas,
                host,
                printErr: (text) => console.error(text),
                locateFile: () => FIRST.href,
                instantiateWasm: (imports, receive) => {
                    program.#instantiate(first, imports).then(receive).catch(reject);
                    return {};
                },
            }).then(resolve, reject);
        });
        program.call('nb_init');
        return program;
    }

    async #instantiate(first, imports) {
        const lacking = {};
        for (const {module, name} of WebAssembly.Module.imports(first)) {
            if (module in imports) continue;
            this.#build = module;
            lacking[name] = (...args) => this.#needed(Number(name))(...args);
        }
        const instance = await WebAssembly.instantiate(first, {
            ...imports,
            [this.#build]: lacking,
        });
        this.#exports = instance.exports;
        if (this.#build === '') this.#joined(); // a program of one file
        return instance;
    }

    get isWhole() {
        return this.#held === null;
    }

    get #ended() {
        return this.dead || this.#module?.dead;
    }

    // Of the later part, which web/later.txt says is not asked for before it is there. Should it be
    // all the same, the page waits for it.
    #needed(slot) {
        if (!this.isWhole) {
            console.error('nats-blotter: needed before it was loaded:', LATER.pathname);
            const later = compiledNow(LATER);
            new WebAssembly.Instance(later, this.#importsOf(later));
            nextTask().then(() => this.#joined());
        }
        const isTable = (member) => member instanceof WebAssembly.Table;
        return Object.values(this.#exports).find(isTable).get(slot);
    }

    #importsOf(later) {
        if (WebAssembly.Module.imports(later)[0].module !== this.#build)
            throw new Said('The server has another release by now: reload the page.');
        return {[this.#build]: this.#exports};
    }

    // Loads the later part, again and again until it is there; `tell` is given words on why it is
    // not, and empty ones when it is.
    async complete(tell) {
        const unusual = setTimeout(() => tell('They are still being loaded.'), LATE_MS);
        for (let wait = RETRY_FIRST_MS; !this.isWhole && !this.#ended; wait *= 2) {
            const lost = new AbortController();
            const timer = setTimeout(() => lost.abort(), LOST_MS);
            try {
                const later = await compiled(LATER, lost.signal);
                await WebAssembly.instantiate(later, this.#importsOf(later));
                if (!this.#ended) this.#joined();
            } catch (error) {
                clearTimeout(unusual);
                wait = Math.min(wait, RETRY_LAST_MS);
                const again = `Trying again in ${wait / 1000} s.`;
                tell(error instanceof Said ? error.message : `${again}\n(${error.message})`);
                await pause(wait);
            } finally {
                clearTimeout(timer);
            }
        }
        clearTimeout(unusual);
        tell('');
        this.#becameWhole();
    }

    #joined() {
        const held = this.#held;
        if (held === null) return;
        this.#held = null;
        this.#becameWhole();
        const since = performance.now() - HELD_MS;
        for (const {at, work} of held) if (at > since) work();
    }

    // Answers whether the work, which may need the later part, is done when that is there.
    #hold(type, work) {
        if (this.isWhole) return false;
        if (type === 'pointermove') return true; // a press says where it was
        if (this.#held.length === HELD_EVENTS) this.#held.length = 0; // half of it helps nobody
        this.#held.push({at: performance.now(), work});
        return true;
    }

    // Calls a function of web/exports.cpp. After a trap nothing is called any more.
    call(name, ...args) {
        if (this.dead || this.#module.dead) throw new Error('the blotter has stopped');
        try {
            return this.#module['_' + name](...args);
        } catch (error) {
            this.#module.dead = true;
            this.#module.stopBrowser?.();
            this.#module.host.trapped(error);
            throw new Error('the blotter has stopped: ' + error.message);
        }
    }

    setText(text) {
        const bytes = this.#encoder.encode(text);
        const at = this.call('nb_text_in', bytes.length);
        this.#heap().set(bytes, at);
    }

    // The faces that the first paint does without. Should one not come, it goes on without it.
    async loadFaces() {
        const faces = await Promise.all(
            FACES.map(async (face) => {
                try {
                    const answer = await fetch(face);
                    return new Uint8Array(answer.ok ? await answer.arrayBuffer() : 0);
                } catch {
                    return new Uint8Array(0);
                }
            }),
        );
        if (this.dead || this.#module.dead) return;
        let at = this.call(
            'nb_text_in',
            faces.reduce((bytes, face) => bytes + face.length, 0),
        );
        for (const face of faces) {
            this.#heap().set(face, at);
            at += face.length;
        }
        this.call('nb_faces', faces[0].length, faces[1].length);
    }

    // A call that answers text.
    text(name, ...args) {
        const bytes = this.call(name, ...args);
        if (bytes === 0) return '';
        const at = this.call('nb_answer');
        return this.#decoder.decode(this.#heap().subarray(at, at + bytes));
    }

    destroy() {
        if (this.dead) return;
        this.dead = true;
        if (!this.#module.dead && this.#module.stopBrowser) {
            if (this.isWhole) this.#module._nb_destroy();
            else this.#module.platformDestroy?.();
            this.#module.stopBrowser();
        }
        this.#becameWhole();
    }

    #heap() {
        return this.#module.heapBytes();
    }
}

class NatsBlotter extends HTMLElement {
    static observedAttributes = ATTRIBUTES;

    #root;
    #words;
    #missing; // words on the part of the program that is not there yet
    #spoken;
    #program = null;
    #run = 0; // counts starts; an older one that is still loading gives up
    #status = 'connecting';
    #cause = '';
    #closed = false;
    #ready;
    #settleReady = null;
    #waiting = null; // the setAccount() that is not live yet: {resolve, reject}
    #startAsked = false;
    #exports = Promise.resolve(); // the end of the last export
    #listeners = null;
    #speakTimer = 0;
    #spokenAt = -Infinity;
    #toSay = '';
    #mirror = null; // of accessible.js, once that is here
    #plain = null;
    #viewTimer = 0;
    #viewVersion = 0;
    #credentials = null;
    #sign = null; // of the credentials given last
    #opened = null; // the text of a profile that runs in place of the attribute's
    #left = null; // the view before it
    #chooser = null; // of the file that is looked for

    constructor() {
        super();
        // Set before the element was defined.
        const {credentials} = this;
        if (Object.hasOwn(this, 'credentials')) {
            delete this.credentials;
            this.credentials = credentials;
        }
        this.#root = this.attachShadow({mode: 'open'});
        addStyle(this.#root);
        this.#words = document.createElement('p');
        this.#words.className = 'words';
        this.#words.textContent = 'Loading the blotter…';
        this.#spoken = document.createElement('div');
        this.#spoken.className = 'quiet';
        this.#spoken.setAttribute('role', 'status');
        this.#missing = document.createElement('p');
        this.#missing.className = 'missing';
        this.#missing.hidden = true;
        this.#root.append(this.#words, this.#missing, this.#spoken);
        this.#newReady();
    }

    // ---- life

    connectedCallback() {
        this.#closed = false;
        this.#listen();
        this.#askStart();
    }

    disconnectedCallback() {
        this.#listeners?.abort();
        this.#listeners = null;
        this.#stop('the element was removed from its page');
        this.#setStatus('closed', '');
    }

    attributeChangedCallback(name, before, after) {
        if (!this.isConnected || before === after) return;
        if (name === 'account') {
            let account = 0;
            try {
                account = accountNumber(after ?? '0');
            } catch (error) {
                this.#say(error.message);
                return;
            }
            if (this.#program) this.#switchAccount(account).catch(() => {});
            return; // before the program runs, it reads the attribute itself
        }
        if (name === 'theme') {
            if (!this.#program) return;
            this.#program.setText(after ?? 'auto');
            this.#program.call('nb_set_theme');
            return;
        }
        if (name === 'profile') this.#opened = this.#left = null;
        this.#stop('an attribute of the element was changed');
        this.#askStart();
    }

    // Several attributes may change in one task; the program starts once, after them.
    #askStart() {
        if (this.#startAsked || this.#closed) return;
        this.#startAsked = true;
        queueMicrotask(() => {
            this.#startAsked = false;
            if (this.isConnected && !this.#closed && !this.#program) this.#start();
        });
    }

    async #start() {
        const run = ++this.#run;
        this.#setStatus('connecting', '');
        this.#showWords('Loading the blotter…');
        try {
            const options = this.#options();
            const custom = options.profile !== 'traderx';
            if (custom && this.#opened === null) {
                options.profileText = await profileText(options.profile);
                if (run !== this.#run) return;
            }
            const canvas = document.createElement('canvas');
            canvas.tabIndex = 0;
            canvas.setAttribute('role', 'application');
            canvas.setAttribute('aria-label', 'Trades and positions');
            // The program may have changed its canvas, and leaves its fields after a trap.
            for (const old of this.#root.querySelectorAll('canvas, .fields')) old.remove();
            this.#root.prepend(canvas);
            const program = await Program.load(canvas, this.#host(run));
            if (run !== this.#run) return program.destroy();
            const tell = (words) => {
                if (run === this.#run) this.#showMissing(words);
            };
            if (custom || options.renderer === 'webgl') await program.complete(tell);
            if (run !== this.#run) return program.destroy();
            program.setText(JSON.stringify(options));
            const refused = program.text('nb_start');
            // What was refused is gone for good.
            if (refused !== '') throw custom ? new Said(refused) : new Error(refused);
            if (custom)
                canvas.setAttribute('aria-label', JSON.parse(program.text('nb_tables')).join(', '));
            this.#program = program;
            this.#showWords('');
            this.#settleReady.resolve();
            // Behind the first paint; told to nobody, since nothing is lost without them.
            await painted();
            program.complete(tell).then(() => {
                this.#tellView();
                if (options.renderer === 'auto') this.#takeGpu(run);
            });
            program.loadFaces().catch(() => {});
            this.#loadAccessible().catch(() => {});
        } catch (error) {
            if (run !== this.#run) return;
            const words = reasonWords(error);
            this.#showWords(words);
            this.#setStatus('offline', words);
            this.#settleReady.reject(new Error(words));
        }
    }

    // Behind the first rows: while the browser's GPU process starts, who asks for it stands still.
    async #takeGpu(run) {
        do {
            await pause(GPU_MS);
            await new Promise((resolve) => (globalThis.requestIdleCallback ?? setTimeout)(resolve));
            if (run !== this.#run || this.#program.dead) return;
        } while (this.#program.call('nb_take_gpu') === 0);
    }

    #stop(reason) {
        ++this.#run;
        this.#program?.destroy();
        this.#program = null;
        this.#dropWaiting(reason);
        this.#settleReady.reject(new DOMException(reason, 'AbortError'));
        this.#newReady();
    }

    #options() {
        const theme = this.getAttribute('theme') ?? 'auto';
        const renderer = this.getAttribute('renderer') ?? 'auto';
        if (!THEMES.includes(theme))
            throw new TypeError(`theme "${theme}" is not one of ${THEMES.join(', ')}`);
        if (!RENDERERS.includes(renderer)) {
            throw new TypeError(`renderer "${renderer}" is not one of ${RENDERERS.join(', ')}`);
        }
        const opened = this.#opened !== null;
        const account = opened ? '0' : (this.#left?.account ?? this.getAttribute('account') ?? '0');
        return {
            ...addresses(this.getAttribute('server') ?? '/nats-ws'),
            profile: opened ? 'that was opened' : (this.getAttribute('profile') ?? 'traderx'),
            ...(opened && {profileText: this.#opened, opened: 'true'}),
            subjects: this.getAttribute('subjects') ?? 'slash',
            account: String(accountNumber(account)),
            theme,
            renderer,
        };
    }

    // What the program tells; see tell_* in web/browser.h.
    #host(run) {
        const mine =
            (work) =>
            (...args) => {
                if (run === this.#run) work(...args);
            };
        return {
            statusChanged: mine((status, cause) => this.#setStatus(status, cause)),
            accountChosen: mine((account) => {
                this.#dropWaiting('another account was chosen');
                this.#announceAccount(account);
            }),
            exportAsked: mine((table, format) => this.#download(table, format).catch(() => {})),
            drawn: () => {
                this.#mirror?.drawn();
                this.#tellView();
            },
            layout: mine((number, save) =>
                this.#layout(number, save).catch((error) => this.#note(error.message, true)),
            ),
            layoutFile: mine((save) => (save ? this.#saveLayouts() : this.#chooseLayouts())),
            // In a task of its own: the program is at work now, and gone then.
            profileAsked: mine((text, words) =>
                nextTask()
                    .then(() => this.openProfile(text))
                    .then(() => words !== '' && this.#note(words))
                    .catch(() => {}),
            ),
            // A column is to name the rows of an opened table, or no longer.
            keyAsked: mine((table, field) => {
                const profile = JSON.parse(this.#opened);
                const one = profile.tables.find(({name}) => name === table);
                if (!one) return;
                const rest = one.key.filter((name) => name !== field);
                one.key = rest.length < one.key.length ? rest : [...rest, field];
                const open = async () => {
                    await nextTask();
                    const {tables} = await this.viewState(); // how it is laid out stays
                    await this.openProfile(`${JSON.stringify(profile, null, 4)}\n`);
                    await this.setViewState({tables});
                    this.#note(`${table}: a row for each ${one.key.join(' and ')}.`);
                };
                open().catch(() => {});
            }),
            profileFile: mine(() => {
                const {name} = JSON.parse(this.#opened);
                save(`${name}.json`, new Blob([this.#opened], {type: 'application/json'}));
            }),
            plainTable: mine(() => this.showPlainTable().catch(() => {})),
            said: mine((words) => this.#say(words)),
            // Answer whether there will be an answer.
            askCredentials: (generation) => {
                this.#sign = null;
                if (this.#credentials === null || run !== this.#run) return false;
                this.#answer(run, generation, async () => {
                    const {text, sign} = takenCredentials(await this.#credentials());
                    this.#sign = sign;
                    return ['nb_credentials', text];
                });
                return true;
            },
            askSignature: (generation, nonce) => {
                const sign = this.#sign;
                if (sign === null || run !== this.#run) return false;
                this.#answer(run, generation, async () => {
                    const signature = await sign(new TextEncoder().encode(nonce));
                    return ['nb_signature', signatureText(signature)];
                });
                return true;
            },
            trapped: mine((error) => {
                console.error(error);
                this.#showWords(`${CRASH_WORDS}\n\n${error.message || error}`);
                this.#setStatus(
                    'offline',
                    'the blotter has stopped because of an error of its own',
                );
                this.#dropWaiting('the blotter has stopped');
            }),
        };
    }

    // Hands over what `work` comes to, or why there is nothing; the program knows when it is late.
    async #answer(run, generation, work) {
        const [name, text] = await work().catch((error) => {
            const words = String(error?.message ?? error).slice(0, 200);
            return ['nb_credentials_failed', `No credentials for the broker: ${words}`];
        });
        const program = this.#program;
        if (run !== this.#run || !program || program.dead) return;
        program.setText(text);
        program.call(name, generation);
    }

    // A page that sleeps hears nothing; when it is back the program asks the broker at once.
    #listen() {
        this.#listeners?.abort();
        this.#listeners = new AbortController();
        const {signal} = this.#listeners;
        const wake = () => {
            if (this.#program && !this.#program.dead) this.#program.call('nb_wake_up');
        };
        addEventListener('online', wake, {signal});
        addEventListener(
            'pageshow',
            (event) => {
                if (event.persisted) wake();
            },
            {signal},
        );
        document.addEventListener('resume', wake, {signal});
        document.addEventListener(
            'visibilitychange',
            () => {
                if (!document.hidden) wake();
                else if (this.#program && !this.#program.dead) this.#program.call('nb_hidden');
            },
            {signal},
        );
    }

    // ---- words

    #showWords(words) {
        this.#words.textContent = words;
        this.#words.hidden = words === '';
    }

    #showMissing(words) {
        const live =
            'What is shown goes on; keys, menus and panels wait for a part of the blotter.';
        this.#missing.textContent = words === '' ? '' : `${live} ${words}`;
        this.#missing.hidden = words === '';
        if (words !== '') this.#say(this.#missing.textContent);
    }

    // At most one announcement in 5 s, and of several only the last.
    #say(words) {
        this.#toSay = words;
        if (this.#speakTimer) return;
        const wait = Math.max(0, this.#spokenAt + SPEAK_MS - performance.now());
        this.#speakTimer = setTimeout(() => {
            this.#speakTimer = 0;
            this.#spokenAt = performance.now();
            this.#spoken.textContent = this.#toSay;
        }, wait);
    }

    // Behind the first paint; told to nobody, since the canvas works without it.
    async #loadAccessible() {
        const {Mirror, PlainTable} = await import('./accessible.js');
        this.#mirror ??= new Mirror(this);
        this.#plain ??= new PlainTable(this);
        this.#mirror.drawn();
    }

    // The view as an ordinary HTML table over the canvas, as the key P does; see accessible.js.
    async showPlainTable(open = true) {
        await this.#running();
        await this.#loadAccessible();
        if (open) await this.#plain.show();
        else if (this.#plain.open) this.#plain.close();
    }

    // On the screen for some seconds, in the log, and spoken.
    #note(words, trouble = false) {
        this.#say(words);
        if (!this.#program || this.#program.dead) return;
        this.#program.setText(words);
        this.#program.call('nb_note', trouble ? 1 : 0);
    }

    #setStatus(status, cause) {
        if (status === this.#status && cause === this.#cause) return;
        this.#status = status;
        this.#cause = cause;
        this.#say(cause === '' ? status : `${status}: ${cause}`);
        if (status === 'live') {
            this.#waiting?.resolve();
            this.#waiting = null;
        }
        // After the present task: a listener may call back into the program.
        queueMicrotask(() => {
            this.dispatchEvent(new CustomEvent('statuschange', {detail: {status, cause}}));
        });
    }

    #announceAccount(account) {
        queueMicrotask(() => {
            this.dispatchEvent(new CustomEvent('accountchange', {detail: {account}}));
        });
    }

    #newReady() {
        this.#ready = new Promise((resolve, reject) => {
            this.#settleReady = {resolve, reject};
        });
        this.#ready.catch(() => {}); // nobody has to listen
    }

    #dropWaiting(reason) {
        this.#waiting?.reject(new DOMException(reason, 'AbortError'));
        this.#waiting = null;
    }

    async #running() {
        await this.#ready;
        const program = this.#program;
        await program?.whole;
        return this.#mine(program);
    }

    // For what the first part of the program has, too.
    async #started() {
        await this.#ready;
        return this.#mine(this.#program);
    }

    #mine(program) {
        if (!program || program !== this.#program)
            throw new DOMException('the blotter was closed', 'InvalidStateError');
        return program;
    }

    #named(program, table) {
        if (typeof table !== 'string')
            throw new TypeError(`table must be a name, and is ${String(table)}`);
        program.setText(table);
        if (program.call('nb_row_count') < 0) {
            throw new TypeError(`there is no table "${table}": ${program.text('nb_tables')}`);
        }
        program.setText(table);
    }

    // ---- the scripting face (design.md, section 3)

    get ready() {
        return this.#ready;
    }

    get status() {
        return this.#status;
    }

    get cause() {
        return this.#cause;
    }

    // Nothing, or an async function that is asked before every dial; docs/element.md has its
    // answers. What it answers goes to the broker and is kept nowhere else.
    get credentials() {
        return this.#credentials;
    }

    set credentials(ask) {
        if (ask !== null && ask !== undefined && typeof ask !== 'function')
            throw new TypeError(`credentials must be a function, and is ${typeof ask}`);
        this.#credentials = ask ?? null;
    }

    async stats() {
        return JSON.parse((await this.#started()).text('nb_stats'));
    }

    async tables() {
        return JSON.parse((await this.#started()).text('nb_tables'));
    }

    async columns(table) {
        const program = await this.#running();
        this.#named(program, table);
        return JSON.parse(program.text('nb_columns'));
    }

    async rowCount(table) {
        const program = await this.#running();
        this.#named(program, table);
        return program.call('nb_row_count');
    }

    async rows(table, start = 0, count = Infinity, {exact = false} = {}) {
        wholeNumber(start, 'start');
        wholeNumber(count, 'count');
        const program = await this.#running();
        this.#named(program, table);
        return JSON.parse(program.text('nb_rows', start, Math.min(count, 2 ** 32), exact ? 1 : 0));
    }

    // `keys`: [{field, dir: 'asc' or 'desc'}], the first the foremost. Resolves when it is so.
    async setSort(table, keys) {
        const program = await this.#running();
        this.#named(program, table);
        const columns = JSON.parse(program.text('nb_columns'));
        if (!Array.isArray(keys)) throw new TypeError('the sort keys must be a list');
        const indices = keys.map((key) => {
            const index = columns.findIndex((column) => column.field === key?.field);
            if (index < 0)
                throw new TypeError(`table "${table}" has no column "${String(key?.field)}"`);
            if (key.dir !== 'asc' && key.dir !== 'desc')
                throw new TypeError(`dir must be "asc" or "desc", and is ${String(key.dir)}`);
            return index;
        });
        indices.forEach((column, at) =>
            program.call('nb_add_sort_key', column, keys[at].dir === 'desc' ? 1 : 0),
        );
        this.#named(program, table);
        program.call('nb_set_sort');
        await rearranged(program);
    }

    // Shows the rows that have all of these words; the empty text shows all. Resolves when it does.
    async setFilter(table, text) {
        if (typeof text !== 'string')
            throw new TypeError(`the filter must be text, and is ${String(text)}`);
        const program = await this.#running();
        this.#named(program, table);
        program.setText(`${table}\n${text}`);
        program.call('nb_set_filter');
        await rearranged(program);
    }

    // Runs with this text of a profile file in place of the attribute's; null goes back, to the
    // view that was there. Resolves when it runs; what is wrong with the text is on the screen too.
    async openProfile(text) {
        if (text !== null && typeof text !== 'string')
            throw new TypeError(`the profile must be text or null, and is ${String(text)}`);
        if (this.#closed) throw new DOMException('the blotter was closed', 'InvalidStateError');
        if (text === null && this.#opened === null) return;
        const program = this.#program;
        const view = program && !program.dead ? await this.viewState() : null;
        if (this.#opened === null) this.#left = view;
        this.#opened = text;
        this.#stop('another profile was opened');
        this.#askStart();
        await this.#ready;
        // Theme and spacing stay; the panels below belong to what was left.
        const desk = view && {...view.desk, dockOpen: false};
        if (text !== null) return desk && this.setViewState({desk});
        const left = this.#left;
        this.#left = null;
        if (left) await this.setViewState({...left, desk: {...left.desk, ...themeOf(desk)}});
    }

    // In pieces, each in a task of its own; the browser keeps them, not the program's memory. One
    // export waits for the other.
    #exported(program, table, csv) {
        const work = this.#exports.then(async () => {
            program.setText(table);
            const name = program.text('nb_export_begin', csv ? 1 : 0);
            const parts = [];
            for (;;) {
                const piece = program.text('nb_export_some', 64 * 1024);
                if (piece === '') break;
                parts.push(new Blob([piece]));
                await nextTask();
            }
            const type = csv ? 'text/csv' : 'application/x-ndjson';
            return {name: `${name}.${csv ? 'csv' : 'ndjson'}`, blob: new Blob(parts, {type})};
        });
        this.#exports = work.catch(() => {});
        return work;
    }

    async #download(table, format) {
        const {name, blob} = await this.#exported(this.#program, table, format === 'csv');
        save(name, blob);
    }

    setAccount(account) {
        let number;
        try {
            number = accountNumber(account);
        } catch (error) {
            return Promise.reject(error);
        }
        if (this.#program) return this.#switchAccount(number);
        return this.#running().then(() => this.#switchAccount(number));
    }

    #switchAccount(account) {
        this.#dropWaiting('another account was chosen');
        if (this.#closed) {
            return Promise.reject(new DOMException('the blotter was closed', 'InvalidStateError'));
        }
        const done = new Promise((resolve, reject) => {
            this.#waiting = {resolve, reject};
        });
        try {
            // The program tells `syncing` within this call, so `status` is right when it returns.
            this.#program.call('nb_set_account', account);
        } catch (error) {
            this.#dropWaiting(error.message);
        }
        this.#announceAccount(account);
        return done;
    }

    // The whole view as plain data: account, sorts, filters, columns, panels; JSON keeps all of it.
    async viewState() {
        return JSON.parse((await this.#running()).text('nb_view_state'));
    }

    // What the state does not name stays as it is. Resolves when rows are so; of another account,
    // setAccount() tells more.
    async setViewState(state) {
        if (state === null || typeof state !== 'object' || Array.isArray(state))
            throw new TypeError(`the view state must be an object, and is ${String(state)}`);
        const program = await this.#running();
        program.setText(JSON.stringify(state));
        if (program.call('nb_set_view_state') === 0)
            throw new TypeError('the view state is not one of viewState()');
        await rearranged(program);
    }

    // After frames, which every change of the view makes.
    #tellView() {
        if (this.#viewTimer) return;
        this.#viewTimer = setTimeout(() => {
            this.#viewTimer = 0;
            const program = this.#program;
            if (!program || program.dead || !program.isWhole) return;
            const version = program.call('nb_view_version');
            if (version === this.#viewVersion) return;
            this.#viewVersion = version;
            const detail = JSON.parse(program.text('nb_view_state'));
            this.dispatchEvent(new CustomEvent('viewstatechange', {detail}));
        }, VIEW_MS);
    }

    // Layouts 1 to 9 of this browser: the view without its account.
    layouts() {
        try {
            return JSON.parse(localStorage.getItem(LAYOUTS) ?? '{}');
        } catch {
            return {}; // the page may store nothing
        }
    }

    setLayouts(layouts) {
        if (layouts === null || typeof layouts !== 'object' || Array.isArray(layouts))
            throw new TypeError(`the layouts must be an object, and are ${String(layouts)}`);
        localStorage.setItem(LAYOUTS, JSON.stringify(layouts));
    }

    async #layout(number, save) {
        const layouts = this.layouts();
        if (save) {
            const {account, ...view} = await this.viewState();
            this.setLayouts({...layouts, [number]: view});
        } else if (layouts[number]) {
            await this.setViewState(layouts[number]);
        }
        const what = save ? 'saved' : layouts[number] ? 'shown' : 'not saved yet';
        this.#note(`Layout ${number} ${what}.`);
    }

    #saveLayouts() {
        const layouts = this.layouts();
        if (Object.keys(layouts).length === 0)
            return this.#note('No layout is saved yet: Shift and a digit saves one.', true);
        const text = JSON.stringify({'nats-blotter': 'layouts', layouts}, null, 1);
        save('nats-blotter layouts.json', new Blob([text], {type: 'application/json'}));
    }

    #chooseLayouts() {
        const chooser = document.createElement('input');
        chooser.type = 'file';
        chooser.accept = '.json,application/json';
        this.#chooser = chooser; // or it may be collected while the user looks for a file
        chooser.onchange = () => {
            if (chooser.files.length > 0) this.#loadLayouts(chooser.files[0]);
        };
        chooser.click();
    }

    async #loadLayouts(file) {
        try {
            if (file.size > LAYOUTS_BYTES) throw new Error('it is too large');
            const layouts = layoutsOf(await file.text());
            this.setLayouts({...this.layouts(), ...layouts});
            const numbers = Object.keys(layouts).join(', ');
            this.#note(`Layouts loaded: ${numbers}. The digits show them.`);
        } catch (error) {
            const why = `${error.message}; nothing was changed`;
            this.#note(`“${file.name}” is no file of layouts: ${why}.`, true);
        }
    }

    // RFC 4180 text of the view: the titles, then every row of it. Numbers in all their digits,
    // times in UTC.
    async exportCsv(table) {
        const columns = await this.columns(table);
        const quoted = (value) => {
            const text = value === null || value === undefined ? '' : String(value);
            return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
        };
        const field = (column, value) =>
            column.type === 'time' && Number(value) > 0
                ? new Date(Number(value)).toISOString()
                : quoted(value);
        const lines = [columns.map(({title}) => quoted(title)).join()];
        for (let start = 0; ; start += CSV_ROWS) {
            const rows = await this.rows(table, start, CSV_ROWS, {exact: true});
            for (const row of rows) {
                lines.push(columns.map((column) => field(column, row[column.field])).join());
            }
            if (rows.length < CSV_ROWS) return lines.join('\r\n') + '\r\n';
            await nextTask();
        }
    }

    // As the button: what is shown stays as it is, and the rows go on behind it until resume().
    async pause() {
        (await this.#running()).call('nb_set_paused', 1);
    }

    async resume() {
        (await this.#running()).call('nb_set_paused', 0);
    }

    async resync() {
        (await this.#running()).call('nb_resync');
    }

    async close() {
        this.#closed = true;
        const program = this.#program;
        if (program && !program.dead) program.call('nb_close');
        this.#dropWaiting('the blotter was closed');
        this.#setStatus('closed', '');
    }
}

if (!customElements.get('nats-blotter')) customElements.define('nats-blotter', NatsBlotter);

export {NatsBlotter};
