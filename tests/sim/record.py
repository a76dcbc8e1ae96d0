#!/usr/bin/env python3
"""Records what a real nats-server answers to the scripts of scripts.py.

    tests/sim/record.py [NAME...]      all scripts, or those whose names begin so

Each script plays its byte scripts over WebSocket connections (so that close codes show) to a
server of its own configuration, and everything each connection was sent is written, with what
differs from run to run left out, into tests/data/sim/<configuration>.json. tests/sim/replay_test
holds the modelled broker to these files. NATS_SERVER= names another broker binary.
"""
import base64
import json
import os
import re
import shutil
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import time

import scripts

HERE = os.path.dirname(os.path.abspath(__file__))
DATA = os.path.normpath(os.path.join(HERE, "..", "data", "sim"))
QUIET_S = 0.15  # nothing for so long ends a step; the server answers within a millisecond
# Of INFO: values that are the same in every run. Of the rest only the names are kept.
INFO_VALUES = ("version", "proto", "headers", "max_payload", "auth_required", "ldm", "jetstream")


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class WebSocket:
    """A raw client: masked binary frames out, frames and the close code in."""

    def __init__(self, port):
        self.socket = socket.create_connection(("127.0.0.1", port))
        self.socket.sendall(
            (
                f"GET / HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nUpgrade: websocket\r\n"
                "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: "
                + base64.b64encode(os.urandom(16)).decode()
                + "\r\n\r\n"
            ).encode()
        )
        self.raw = b""
        while b"\r\n\r\n" not in self.raw:
            self.raw += self.socket.recv(65536)
        self.raw = self.raw.split(b"\r\n\r\n", 1)[1]
        self.socket.setblocking(False)
        self.stream = b""
        self.close = None
        self.gone = False
        while self.take_frame():
            pass

    def send(self, data):
        for start in range(0, len(data), 60000):
            piece = data[start : start + 60000]
            head = b"\x82" + (
                struct.pack("!B", 0x80 | len(piece))
                if len(piece) < 126
                else struct.pack("!BH", 0xFE, len(piece))
            )
            try:
                self.socket.sendall(head + b"\0\0\0\0" + piece)
            except OSError:
                return

    def read(self):
        """True when something came."""
        try:
            data = self.socket.recv(1 << 20)
        except BlockingIOError:
            return False
        except OSError:
            data = b""
        if not data:
            was = self.gone
            self.gone = True
            return not was
        self.raw += data
        while self.take_frame():
            pass
        return True

    def take_frame(self):
        if len(self.raw) < 2:
            return False
        size, at = self.raw[1] & 0x7F, 2
        if size == 126:
            size, at = struct.unpack("!H", self.raw[2:4])[0], 4
        elif size == 127:
            size, at = struct.unpack("!Q", self.raw[2:10])[0], 10
        if len(self.raw) < at + size:
            return False
        body, code = self.raw[at : at + size], self.raw[0] & 0x0F
        self.raw = self.raw[at + size :]
        if code == 8:
            self.close = (struct.unpack("!H", body[:2])[0], body[2:].decode())
        else:
            self.stream += body
        return True

    def take_events(self):
        events = []
        while b"\r\n" in self.stream:
            line, rest = self.stream.split(b"\r\n", 1)
            text = line.decode("latin-1")
            verb, _, tail = text.partition(" ")
            if verb == "INFO":
                info = json.loads(tail)
                keys = [key for key in sorted(info) if key not in ("git_commit",)]
                values = {key: info[key] for key in INFO_VALUES if key in info}
                events.append({"op": "info", "keys": keys, "values": values})
            elif verb in ("MSG", "HMSG"):
                fields = tail.split()
                total = int(fields[-1])
                if len(rest) < total + 2:
                    break
                head = int(fields[-2]) if verb == "HMSG" else 0
                names = fields[: -2 if verb == "HMSG" else -1]
                events.append(
                    {
                        "op": verb.lower(),
                        "subject": names[0],
                        "sid": names[1],
                        "reply": names[2] if len(names) > 2 else "",
                        "headers": rest[:head].decode("latin-1"),
                        "payload": rest[head:total].decode("latin-1"),
                    }
                )
                rest = rest[total + 2 :]
            elif verb == "-ERR":
                events.append({"op": "err", "text": tail.strip().strip("'")})
            else:
                events.append({"op": {"+OK": "ok"}.get(verb, verb.lower())})
            self.stream = rest
        if self.gone and self.close != "told":
            code, reason = self.close or (1006, "")
            events.append({"op": "close", "code": code, "reason": reason})
            self.close = "told"
        return normal_order(events)


def normal_order(events):
    """Several deliveries of one message come in any order: the server walks a hash table."""
    start = 0
    for index in range(len(events) + 1):
        same = (
            index < len(events)
            and events[index]["op"] in ("msg", "hmsg")
            and index > start
            and all(events[index][k] == events[start].get(k) for k in ("op", "subject", "payload"))
        )
        if not same:
            events[start:index] = sorted(events[start:index], key=lambda e: e.get("sid", ""))
            start = index
    return events


class Server:
    def __init__(self, config):
        self.folder = tempfile.mkdtemp()
        self.port = free_port()
        path = os.path.join(self.folder, "server.conf")
        with open(path, "w", encoding="utf-8") as file:
            file.write(
                f"listen: 127.0.0.1:{free_port()}\n"
                f'websocket {{\n listen: "127.0.0.1:{self.port}"\n no_tls: true\n}}\n{config}'
            )
        binary = os.environ.get("NATS_SERVER") or shutil.which(
            "nats-server", path=os.environ.get("PATH", "") + ":/usr/sbin:/usr/local/sbin"
        )
        self.process = subprocess.Popen(
            [binary, "-c", path], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        for _ in range(200):
            try:
                socket.create_connection(("127.0.0.1", self.port)).close()
                return
            except OSError:
                time.sleep(0.02)
        sys.exit("nats-server does not start")

    def signal(self, name):
        self.process.send_signal(getattr(signal, "SIG" + name))

    def stop(self):
        self.process.kill()
        self.process.wait()
        shutil.rmtree(self.folder)


def settle(connections, wait_s):
    until = time.monotonic() + wait_s
    while time.monotonic() < until:
        heard = [socket_.read() for socket_ in connections.values() if not socket_.gone]
        if any(heard):
            until = max(until, time.monotonic() + QUIET_S)
        time.sleep(0.002)


def play(script, server):
    connections, steps = {}, []
    for who, what in script["steps"]:
        step = {"who": who, "do": what}
        wait_s = QUIET_S
        if what == "open":
            connections[who] = WebSocket(server.port)
        elif what == "drop":
            connections.pop(who).socket.close()
        elif who == "wait":
            wait_s = what / 1000
        elif who == "signal":
            server.signal(what)
        else:
            step["do"] = "send"
            step["bytes"] = what
            connections[who].send(what.encode("latin-1"))
        settle(connections, wait_s)
        step["events"] = {
            name: events for name, c in connections.items() if (events := c.take_events())
        }
        steps.append(step)
    for connection in connections.values():
        connection.socket.close()
    return {"name": script["name"], "steps": steps}


def main():
    wanted = tuple(sys.argv[1:])
    os.makedirs(DATA, exist_ok=True)
    count = 0
    for name, config in scripts.CONFIGS.items():
        chosen = [s for s in scripts.SCRIPTS if s["config"] == name]
        if wanted:
            chosen = [s for s in chosen if s["name"].startswith(wanted)]
        recorded = []
        server = None
        for script in chosen:
            if server is None or config.get("fresh"):
                if server:
                    server.stop()
                server = Server(config["server"])
            recorded.append(play(script, server))
            count += 1
        if server:
            server.stop()
        if wanted:
            print(json.dumps(recorded, indent=1))
            continue
        if not recorded:
            continue
        with open(os.path.join(DATA, name + ".json"), "w", encoding="utf-8") as file:
            lines = [
                '{"made_by": "tests/sim/record.py",',
                f' "model": {json.dumps(config["model"])},',
                ' "scripts": [',
            ]
            for i, script in enumerate(recorded):
                lines.append(f'  {{"name": {json.dumps(script["name"])}, "steps": [')
                lines += [
                    "    " + json.dumps(step) + ("," if step is not script["steps"][-1] else "")
                    for step in script["steps"]
                ]
                lines.append("  ]}" + ("," if i + 1 < len(recorded) else ""))
            file.write("\n".join(lines + [" ]}", ""]))
    print(f"{count} scripts recorded", file=sys.stderr)


if __name__ == "__main__":
    main()
