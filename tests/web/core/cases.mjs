// tests/web/core/cases.mjs - what a case starts for itself and what ends with it.
import {Broker, Nginx, Publisher} from './brokers.mjs';
import {Core} from './pages.mjs';
import {Peer, Proxy} from './peers.mjs';

export async function withBroker(context, settings) {
    const broker = await Broker.start(settings);
    context.after(() => broker.kill());
    return broker;
}

export async function withNginx(context, ...locations) {
    const nginx = await Nginx.start(...locations);
    context.after(() => nginx.kill());
    return nginx;
}

export async function withPeer(context, script) {
    const peer = await Peer.start(script);
    context.after(() => peer.stop());
    return peer;
}

export async function withProxy(context, port, options) {
    const proxy = await Proxy.start(port, options);
    context.after(() => proxy.stop());
    return proxy;
}

export async function withPublisher(context, broker, credentials) {
    const publisher = await Publisher.connect(broker, credentials);
    context.after(() => publisher.close());
    return publisher;
}

// A page of the case's own: for volume, and for timers that are not what they should be.
export async function withPage(context, pages, script) {
    const page = await pages.open(script);
    context.after(() => page.context().close());
    return page;
}

export async function withClient(context, page, options) {
    const core = await Core.start(page, options);
    context.after(() => core.close().catch(() => {}));
    return core;
}

// A client that is connected, with one subscription that the broker has taken.
export async function withSubscriber(context, page, options, subject) {
    const core = await withClient(context, page, options);
    await core.subscribe(subject);
    await core.connected();
    await core.fence();
    return core;
}

// What a Disconnected says, without its sentence and time.
export const verdict = (event) => ({
    class: event.class,
    phase: event.phase,
    code: event.code,
    reason: event.reason,
    lastError: event.lastError,
});
