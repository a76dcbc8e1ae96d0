// The types of the element <nats-blotter>; docs/element.md says what its members do.

export type Status = 'connecting' | 'syncing' | 'live' | 'stale' | 'offline' | 'closed';

export interface Column {
    field: string;
    title: string;
    /** `int`, `decimal(n)`, `text`, `symbol`, `time` or `enum`. */
    type: string;
}

/** Numbers beyond 2^53 or 15 digits are text; with `exact` every number is. Times: epoch ms. */
export type Row = Record<string, number | string | null> & {_phantom?: true};

export interface SortKey {
    field: string;
    dir: 'asc' | 'desc';
}

/** At least these; more are told. */
export interface Stats {
    messages: number;
    bytes: number;
    decodeErrors: Record<string, number>;
    reconnects: number;
    gaps: number;
    resyncs: number;
    breaks: number;
    phantoms: number;
    evicted: number;
    verifiedAgeMs: number | null;
    /** Since when rows may be missing for good, in epoch milliseconds: of a feed without snapshot. */
    lacksRowsSince: number | null;
    rttMs: number | null;
    lastMessageAgeMs: number | null;
    latencyMs: {p50: number | null; p99: number | null};
    rows: Record<string, number>;
    frames: number;
    frameMs: {p50: number | null; p99: number | null};
    wasmBytes: number;
    renderer: string;
    [name: string]: unknown;
}

/** Plain data; JSON keeps all of it. */
export interface ViewState {
    account: number;
    desk: Record<string, unknown>;
    tables: Record<
        string,
        {sort?: SortKey[]; filter?: {quick?: string; columns?: unknown[]}; [name: string]: unknown}
    >;
}

/** Over the bytes of the broker's nonce, by the key whose public half the broker knows. */
export type Sign = (nonce: Uint8Array) => Uint8Array | string | Promise<Uint8Array | string>;

export type Credentials =
    | {user: string; pass: string}
    | {token: string}
    | {jwt: string; sign?: Sign}
    | {nkey: string; sign: Sign};

export interface NatsBlotterEventMap extends HTMLElementEventMap {
    statuschange: CustomEvent<{status: Status; cause: string}>;
    viewstatechange: CustomEvent<ViewState>;
    accountchange: CustomEvent<{account: number}>;
}

export class NatsBlotter extends HTMLElement {
    /** Resolves when the program runs, not when it is connected; rejects with a readable reason. */
    readonly ready: Promise<void>;
    readonly status: Status;
    /** Why the status is what it is, in words; empty where there is nothing to say. */
    readonly cause: string;
    /** Asked before every dial; an answer of nothing leaves it to the page's cookies. */
    credentials: (() => Promise<Credentials | null | void>) | null;
    stats(): Promise<Stats>;
    tables(): Promise<string[]>;
    columns(table: string): Promise<Column[]>;
    rowCount(table: string): Promise<number>;
    rows(table: string, start?: number, count?: number, options?: {exact?: boolean}): Promise<Row[]>;
    setSort(table: string, keys: SortKey[]): Promise<void>;
    setFilter(table: string, text: string): Promise<void>;
    /** 0: all accounts. Resolves at `live`. */
    setAccount(account: number): Promise<void>;
    viewState(): Promise<ViewState>;
    setViewState(state: Partial<ViewState>): Promise<void>;
    /** The saved layouts of this browser, by their numbers 1 to 9. */
    layouts(): Record<string, Partial<ViewState>>;
    setLayouts(layouts: Record<string, Partial<ViewState>>): void;
    /** Runs with this text of a profile file in place of the attribute's; null goes back. */
    openProfile(text: string | null): Promise<void>;
    exportCsv(table: string): Promise<string>;
    showPlainTable(open?: boolean): Promise<void>;
    /** As the button: what is shown stays as it is until `resume()`. */
    pause(): Promise<void>;
    resume(): Promise<void>;
    resync(): Promise<void>;
    /** Drains and disconnects for good. */
    close(): Promise<void>;

    addEventListener<Name extends keyof NatsBlotterEventMap>(
        type: Name,
        listener: (this: NatsBlotter, event: NatsBlotterEventMap[Name]) => unknown,
        options?: boolean | AddEventListenerOptions,
    ): void;
    addEventListener(
        type: string,
        listener: EventListenerOrEventListenerObject,
        options?: boolean | AddEventListenerOptions,
    ): void;
}

declare global {
    interface HTMLElementTagNameMap {
        'nats-blotter': NatsBlotter;
    }
}
