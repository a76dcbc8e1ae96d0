"""Writes the conformance cases, tests/data/conformance/*.json; the format is docs/testing.md.

    make_cases.py [--check]

With --check it writes nothing, and exits 1 when the files are not what it would write. Each case
is a line here: its name, the bytes, the events. The rules are docs/wire-nats.md.
"""
import base64
import hashlib
import json
import os
import sys

FOLDER = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "data", "conformance")
LINE_BYTES_MAX = 64 * 1024  # kControlLineBytesMax of src/base/limits.h

groups = {}
group = None


def begin(name):
    global group
    group = groups.setdefault(name, [])


def case(name, wire, *events, kind="valid", also_ok=(), split_all=True):
    """`wire` is bytes, or a list of them where the cuts are the point."""
    chunks = wire if isinstance(wire, list) else [wire]
    made = {
        "name": name,
        "class": kind,
        "chunks": [base64.b64encode(chunk).decode() for chunk in chunks],
        "split_all": split_all,
        "expect": list(events),
    }
    if also_ok:
        made["also_ok"] = [list(alternative) for alternative in also_ok]
    group.append(made)


def breach(name, wire, *before, kind="error", **more):
    case(name, wire, *before, ERROR, kind=kind, **more)


def strict(name, wire, *before, **more):
    """The protocol calls it an error though known clients let it pass."""
    breach(name, wire, *before, kind="strict", **more)


PING = {"op": "ping"}
PONG = {"op": "pong"}
OK = {"op": "ok"}
ERROR = {"op": "protocol_error"}


def info(value=None):
    return {"op": "info"} if value is None else {"op": "info", "json": value}


def err(message):
    return {"op": "err", "message": message}


def with_payload(event, payload):
    if len(payload) <= 4096:
        event["payload_b64"] = base64.b64encode(payload).decode()
        return event
    event["payload_len"] = len(payload)
    event["payload_sha256"] = hashlib.sha256(payload).hexdigest()
    fnv = 0xCBF29CE484222325
    for byte in payload:
        fnv = (fnv ^ byte) * 0x100000001B3 % 2**64
    event["payload_fnv1a64"] = f"{fnv:016x}"
    return event


def msg(subject, sid, payload, reply=None):
    event = {"op": "msg", "subject": subject, "sid": sid, "reply": reply}
    return with_payload(event, payload)


def hmsg(subject, sid, payload, headers=(), status=None, description=None, reply=None):
    event = {"op": "hmsg", "subject": subject, "sid": sid, "reply": reply}
    event["headers"] = [list(pair) for pair in headers]
    event["status"] = status
    event["description"] = description
    return with_payload(event, payload)


def hmsg_wire(block, payload=b"", subject=b"h", sid=b"1", reply=b""):
    fields = [b"HMSG", subject, sid] + ([reply] if reply else [])
    fields += [b"%d" % len(block), b"%d" % (len(block) + len(payload))]
    return b" ".join(fields) + b"\r\n" + block + payload + b"\r\n"


def lines_without_arguments():
    begin("ping_pong_ok")
    for verb, event in ((b"PING", PING), (b"PONG", PONG), (b"+OK", OK)):
        name = verb.decode()
        case(f"{name}", verb + b"\r\n", event)
        case(f"{name} in lower case", verb.lower() + b"\r\n", event)
        case(f"{name} with a trailing blank", verb + b" \r\n", event)
        case(f"{name} with trailing blanks and tabs", verb + b" \t \t\r\n", event)
        case(f"{name} twice", verb + b"\r\n" + verb + b"\r\n", event, event)
        case(f"{name} without its LF yet", verb + b"\r")
        case(f"{name} without its end yet", verb)
        strict(f"{name} with an argument", verb + b" x\r\n")
        strict(f"{name} with junk", verb + b"x\r\n")
        strict(f"{name} ended by a bare LF", verb + b"\n")
        strict(f"{name} with two CRs", verb + b"\r\r\n")
        strict(f"{name} with CR and no LF", verb + b"\rPING\r\n")
    case("mixed case verbs", b"PiNg\r\npOnG\r\n+oK\r\n", PING, PONG, OK)
    case("verbs cut between their bytes", [b"PI", b"NG\r", b"\nPO", b"N", b"G\r\n"], PING, PONG)
    case("empty chunks change nothing", [b"", b"PI", b"", b"NG\r\n", b""], PING)
    case("nothing at all", [b""])


def verbs():
    begin("verbs")
    for wire in (b"X", b"PUB a 1\r\nx\r\n", b"PINK\r\n", b"PX", b"Px", b"POx", b"PINx", b"PONx",
                 b"Mx", b"MSx", b"MSGx a 1 0\r\n", b"Hx", b"HMx", b"HPUB a 1 1\r\n", b"+x", b"+Ox",
                 b"-x", b"-Ex", b"-ERx", b"-ERRx\r\n", b"Ix", b"INFx", b"INFO{}\r\n",
                 b"HTTP/1.1 502 Bad Gateway\r\n", b"<html>", b"\x16\x03\x01", b"\x00", b"\xff",
                 b"CONNECT {}\r\n", b"SUB a 1\r\n"):
        breach(f"no verb: {wire!r}", wire)
    breach("an empty line", b"\r\n")
    breach("a bare LF", b"\n")
    breach("a blank before the verb", b" PING\r\n")
    breach("an empty line between verbs", b"PING\r\n\r\nPING\r\n", PING)
    breach("nothing comes after a protocol error", b"PING\r\nBAD\r\nPING\r\n", PING)
    for wire in (b"P", b"PIN", b"M", b"MSG", b"HMS", b"+", b"-ER", b"INF"):
        case(f"unfinished verb: {wire!r}", wire)


def infos():
    begin("info")
    real = {"server_id": "NCXQ", "server_name": "n1", "version": "2.9.10", "proto": 1,
            "go": "go1.19", "host": "0.0.0.0", "port": 4222, "headers": True,
            "max_payload": 1048576, "client_id": 5, "client_ip": "127.0.0.1",
            "connect_urls": ["10.0.0.1:4222", "10.0.0.2:4222"], "xkey": None}
    text = json.dumps(real, separators=(",", ":")).encode()
    case("INFO with the server's trailing blank", b"INFO " + text + b" \r\n", info(real))
    case("INFO without a trailing blank", b"INFO " + text + b"\r\n", info(real))
    case("INFO after a run of blanks and tabs", b"INFO \t  {}\t \r\n", info({}))
    case("INFO in lower case", b"info {}\r\n", info({}))
    case("INFO twice", b'INFO {}\r\nPING\r\nINFO {"ldm":true} \r\n',
         info({}), PING, info({"ldm": True}))
    case("INFO with blanks inside its JSON", b'INFO { "proto" : 1 ,\t"go" : "a b" } \r\n',
         info({"proto": 1, "go": "a b"}))
    case("INFO with escapes and UTF-8", 'INFO {"cluster":"\\u00e9\\n\\"é"}\r\n'.encode(),
         info({"cluster": 'é\n"é'}))
    case("INFO with a nested unknown field", b'INFO {"new":{"a":[1,{"b":[]}]}}\r\n',
         info({"new": {"a": [1, {"b": []}]}}))
    case("INFO with max_payload below 0", b'INFO {"max_payload":-1}\r\n', info({"max_payload": -1}))
    case("INFO with CRLF text inside a string is escaped", b'INFO {"go":"a\\r\\nb"}\r\n',
         info({"go": "a\r\nb"}))
    case("INFO cut inside a code point",
         [b'INFO {"go":"\xc3', b'\xa9"}\r', b"\nPING\r\n"], info({"go": "é"}), PING)
    case("INFO not complete yet", b"INFO " + text)
    urls = [f"10.{i // 250}.{i % 250}.1:4222" for i in range(4200)]
    large = json.dumps({"connect_urls": urls}, separators=(",", ":")).encode()
    assert len(large) > LINE_BYTES_MAX
    case("INFO longer than any other line may be", b"INFO " + large + b" \r\n",
         info({"connect_urls": urls}))
    breach("INFO without a blank or JSON", b"INFO\r\n")
    breach("INFO of nothing but blanks", b"INFO  \t\r\n")
    for wrong in (b"[]", b"1", b"null", b"{", b"{}x", b"{]", b"not json", b'{"proto":}',
                  b'{"a":1,}', b'{"go":"\xff"}', b'{"headers":"yes"}', b'{"max_payload":"1"}'):
        breach(f"INFO that cannot be read: {wrong!r}", b"INFO " + wrong + b" \r\n")
    strict("INFO ended by a bare LF", b"INFO {}\n")
    strict("INFO with a CR inside", b"INFO {\r}\r\n")


def messages():
    begin("msg")
    hello = msg("a.b", "1", b"hello")
    case("a message", b"MSG a.b 1 5\r\nhello\r\n", hello)
    case("a message with a reply", b"MSG a.b 1 _INBOX.x.7 5\r\nhello\r\n",
         msg("a.b", "1", b"hello", "_INBOX.x.7"))
    case("msg in lower case, subject kept", b"msg A.b 1 5\r\nhello\r\n", msg("A.b", "1", b"hello"))
    case("runs of blanks and tabs between fields", b"MSG \t a.b\t1  \t 5\r\nhello\r\n", hello)
    case("blanks before the CRLF", b"MSG a.b 1 5 \t \r\nhello\r\n", hello)
    case("a tab as the only separator", b"MSG\ta.b\t1\tr\t5\r\nhello\r\n",
         msg("a.b", "1", b"hello", "r"))
    case("position decides: four numbers", b"MSG 1 2 3 4\r\nabcd\r\n", msg("1", "2", b"abcd", "3"))
    case("position decides: three numbers", b"MSG 1 2 3\r\nabc\r\n", msg("1", "2", b"abc"))
    case("an empty payload has its CRLF", b"MSG a 1 0\r\n\r\nPING\r\n", msg("a", "1", b""), PING)
    case("an empty payload without its CRLF yet", b"MSG a 1 0\r\n")
    case("an empty payload with half its CRLF", b"MSG a 1 0\r\n\r")
    case("two messages", b"MSG a 1 1\r\nx\r\nMSG b 2 r 2\r\nyz\r\n",
         msg("a", "1", b"x"), msg("b", "2", b"yz", "r"))
    inner = b"MSG x 9 4\r\nPING\r\n"
    case("a payload that looks like a message", b"MSG a 1 %d\r\n" % len(inner) + inner + b"\r\n",
         msg("a", "1", inner))
    case("a payload of CRLFs", b"MSG a 1 4\r\n\r\n\r\n\r\n", msg("a", "1", b"\r\n\r\n"))
    case("a payload of every byte", b"MSG a 1 256\r\n" + bytes(range(256)) + b"\r\n",
         msg("a", "1", bytes(range(256))))
    case("a payload of zero bytes", b"MSG a 1 3\r\n\0\0\0\r\n", msg("a", "1", b"\0\0\0"))
    societe = "Société".encode()
    case("sizes count bytes, not characters", b"MSG a 1 9\r\n" + societe + b"\r\nPING\r\n",
         msg("a", "1", societe), PING)
    case("slashes are ordinary", b"MSG /accounts/22214/trades 3 2\r\n{}\r\n",
         msg("/accounts/22214/trades", "3", b"{}"))
    case("a subject in UTF-8", "MSG prix.é 1 1\r\nx\r\n".encode(), msg("prix.é", "1", b"x"))
    case("a subject with a zero byte", b"MSG a\0b 1 1\r\nx\r\n", msg("a\0b", "1", b"x"))
    case("odd subjects are the broker's affair", b"MSG a..b.> 1 1\r\nx\r\n",
         msg("a..b.>", "1", b"x"))
    case("the sid is text", b"MSG a s1d 1\r\nx\r\n", msg("a", "s1d", b"x"))
    case("a sid beyond 64 bits", b"MSG a 99999999999999999999 1\r\nx\r\n",
         msg("a", "99999999999999999999", b"x"))
    case("a size with leading zeros", b"MSG a 1 000000005\r\nhello\r\n", msg("a", "1", b"hello"))
    case("a long subject", b"MSG " + b"s" * 4000 + b" 1 1\r\nx\r\n", msg("s" * 4000, "1", b"x"))
    case("a line of 10 KiB", b"MSG " + b"s" * 10240 + b" 1 1\r\nx\r\n", msg("s" * 10240, "1", b"x"))
    large = bytes(i * i % 251 for i in range(100_000))
    case("a payload of 100,000 bytes", b"MSG a 1 100000\r\n" + large + b"\r\nPING\r\n",
         msg("a", "1", large), PING)
    pieces = b"MSG a 1 9000\r\n" + b"x" * 9000 + b"\r\n"
    case("a payload in the server's frames of 4096 bytes",
         [pieces[:14], pieces[14:4110], pieces[4110:8206], pieces[8206:]],
         msg("a", "1", b"x" * 9000))
    case("a payload not complete yet", b"MSG a 1 5\r\nhell")
    case("a line not complete yet", b"PING\r\nMSG a 1 5\r", PING)

    for name, wire in (("no fields", b"MSG \r\n"), ("one field", b"MSG a\r\n"),
                       ("two fields", b"MSG a 1\r\n"),
                       ("an empty subject", b"MSG  1 5\r\nhello\r\n"),
                       ("five fields", b"MSG a 1 r 2 5\r\nhello\r\n"),
                       ("six fields", b"MSG a 1 r s t 5\r\nhello\r\n"),
                       ("no blank", b"MSG\r\n")):
        breach(f"a message line with {name}", wire)
    for size in (b"x", b"5x", b"-5", b"+5", b"-0", b"5.0", b"5e0", b"0x5", b"1,000", b"''",
                 b"\xd9\xa5", b"5\0", b"1000000000", b"0000000005", b"2147483648", b"4294967301",
                 b"9223372036854775807", b"18446744073709551621", b"9" * 40, b"999999999"):
        breach(f"a size that is none: {size!r}", b"MSG a 1 " + size + b"\r\nhello\r\n")
    strict("a message line ended by a bare LF", b"MSG a 1 5\nhello\r\n")
    strict("a CR inside a message line", b"MSG a\r 1 5\r\nhello\r\n")
    strict("a payload longer than its size", b"MSG a 1 5\r\nhello!\r\n")
    strict("a payload shorter than its size", b"MSG a 1 5\r\nhell\r\nPING\r\n")
    strict("a payload without its CRLF", b"MSG a 1 5\r\nhelloPING\r\n")
    strict("a payload ended by a bare LF", b"MSG a 1 5\r\nhello\nPING\r\n")
    strict("a payload ended by CR and no LF", b"MSG a 1 5\r\nhello\rPING\r\n")
    strict("an empty payload without its CRLF", b"MSG a 1 0\r\nPING\r\n")
    strict("a breach behind a good message", b"MSG a 1 1\r\nx\r\nMSG a 1 1\r\nxx\r\n",
           msg("a", "1", b"x"))


def header_messages():
    begin("hmsg")
    one = b"NATS/1.0\r\nA: b\r\n\r\n"
    case("a message with a header", hmsg_wire(one, b"x"), hmsg("h", "1", b"x", [("A", "b")]))
    case("a message with a header and a reply", hmsg_wire(one, b"x", reply=b"r.1"),
         hmsg("h", "1", b"x", [("A", "b")], reply="r.1"))
    case("hmsg in lower case", hmsg_wire(one, b"x").replace(b"HMSG", b"hmsg"),
         hmsg("h", "1", b"x", [("A", "b")]))
    case("position decides: five numbers", b"HMSG 1 2 3 12 13\r\nNATS/1.0\r\n\r\nx\r\n",
         hmsg("1", "2", b"x", reply="3"))
    case("headers and no payload", hmsg_wire(one), hmsg("h", "1", b"", [("A", "b")]))
    case("no headers in the block", hmsg_wire(b"NATS/1.0\r\n\r\n", b"x"), hmsg("h", "1", b"x"))
    case("a header block of no bytes", b"HMSG h 1 0 1\r\nx\r\n", hmsg("h", "1", b"x"))
    case("keys repeat, in order",
         hmsg_wire(b"NATS/1.0\r\nK: 1\r\nJ: x\r\nK: 2\r\nK: 1\r\n\r\n"),
         hmsg("h", "1", b"", [("K", "1"), ("K", "2"), ("K", "1"), ("J", "x")]))
    case("keys keep their case", hmsg_wire(b"NATS/1.0\r\nkEy: 1\r\nKey: 2\r\n\r\n"),
         hmsg("h", "1", b"", [("kEy", "1"), ("Key", "2")]))
    case("values are trimmed of blanks", hmsg_wire(b"NATS/1.0\r\nA: \t b c \t\r\nB:d\r\n\r\n"),
         hmsg("h", "1", b"", [("A", "b c"), ("B", "d")]))
    case("an empty value", hmsg_wire(b"NATS/1.0\r\nA:\r\nB: \r\n\r\n"),
         hmsg("h", "1", b"", [("A", ""), ("B", "")]))
    case("colons in a value", hmsg_wire(b"NATS/1.0\r\nA: b:c: d\r\n\r\n"),
         hmsg("h", "1", b"", [("A", "b:c: d")]))
    case("a value in UTF-8", hmsg_wire("NATS/1.0\r\nA: Société\r\n\r\n".encode()),
         hmsg("h", "1", b"", [("A", "Société")]))
    case("no responders, as 2.9 says it", b"HMSG _INBOX.2 9 16 16\r\nNATS/1.0 503\r\n\r\n\r\n",
         hmsg("_INBOX.2", "9", b"", status=503))
    case("no responders, as 2.12 says it",
         hmsg_wire(b"NATS/1.0 503\r\nNats-Subject: a.b\r\n\r\n", subject=b"_INBOX.2"),
         hmsg("_INBOX.2", "1", b"", [("Nats-Subject", "a.b")], status=503))
    for status, words in ((100, "Idle Heartbeat"), (100, "FlowControl Request"), (204, "EOB"),
                          (404, "No Messages"), (408, "Request Timeout"),
                          (409, "Message Size Exceeds MaxBytes"), (423, ""), (503, "")):
        line = f"NATS/1.0 {status} {words}".rstrip()
        case(f"the status line {line!r}", hmsg_wire(line.encode() + b"\r\nA: b\r\n\r\n"),
             hmsg("h", "1", b"", [("A", "b")], status=status, description=words))
    case("blanks around a status", hmsg_wire(b"NATS/1.0  100\tIdle Heartbeat \r\n\r\n"),
         hmsg("h", "1", b"", status=100, description="Idle Heartbeat"))
    case("headers are not validated: no version", b"HMSG h 1 12 14\r\nhello world!ok\r\n",
         hmsg("h", "1", b"ok"))
    case("headers are not validated: zero bytes", hmsg_wire(b"\0" * 12, b"ok"),
         hmsg("h", "1", b"ok"))
    case("headers are not validated: another version",
         hmsg_wire(b"NATS/2.0\r\nA: b\r\n\r\n", b"ok"), hmsg("h", "1", b"ok"))
    case("headers are not validated: no colon", hmsg_wire(b"NATS/1.0\r\nno colon\r\nA: b\r\n\r\n"),
         hmsg("h", "1", b"", [("A", "b")]))
    case("headers are not validated: no key", hmsg_wire(b"NATS/1.0\r\n: v\r\nA: b\r\n\r\n"),
         hmsg("h", "1", b"", [("A", "b")]))
    case("headers are not validated: no end", hmsg_wire(b"NATS/1.0\r\nA: b", b""),
         hmsg("h", "1", b"", [("A", "b")]))
    case("headers are not validated: an odd status", hmsg_wire(b"NATS/1.0 abc\r\n\r\n", b"ok"),
         hmsg("h", "1", b"ok"))
    case("message, then headers, then message",
         b"MSG a 1 1\r\nx\r\n" + hmsg_wire(one, b"y") + b"MSG a 1 1\r\nz\r\n",
         msg("a", "1", b"x"), hmsg("h", "1", b"y", [("A", "b")]), msg("a", "1", b"z"))
    case("a header block of 20,000 bytes",
         hmsg_wire(b"NATS/1.0\r\nA: " + b"v" * 20000 + b"\r\n\r\n", b"p"),
         hmsg("h", "1", b"p", [("A", "v" * 20000)]))
    case("headers not complete yet", hmsg_wire(one, b"x")[:30])

    for name, fields in (("no fields", b""), ("two fields", b"h 1"), ("three fields", b"h 1 12"),
                         ("six fields", b"h 1 r s 12 13"),
                         ("headers longer than the whole", b"h 1 13 12"),
                         ("a header size that is none", b"h 1 x 12"),
                         ("a size that is none", b"h 1 12 x"),
                         ("a negative header size", b"h 1 -1 12"),
                         ("a negative size", b"h 1 12 -12"),
                         ("a header size of 10 digits", b"h 1 0000000012 12"),
                         ("a size of 10 digits", b"h 1 12 4294967308")):
        breach(f"a header message line with {name}",
               b"HMSG " + fields + b"\r\nNATS/1.0\r\n\r\n\r\n")
    strict("a header message line ended by a bare LF", b"HMSG h 1 12 12\nNATS/1.0\r\n\r\n\r\n")
    strict("a header message without its CRLF", b"HMSG h 1 12 12\r\nNATS/1.0\r\n\r\nPING\r\n")
    strict("a header message longer than its size", b"HMSG h 1 12 13\r\nNATS/1.0\r\n\r\nxy\r\n")


def errors():
    begin("err")
    for text in ("Authorization Violation", "Stale Connection", "Unknown Protocol Operation",
                 'Permissions Violation for Subscription to "a.b"',
                 'Permissions Violation for Publish to "a\\"b" using queue "q"',
                 "it's quoted once"):
        case(f"-ERR: {text}", f"-ERR '{text}'\r\n".encode(), err(text))
    case("-ERR without quotes", b"-ERR Slow Consumer\r\n", err("Slow Consumer"))
    case("-ERR in lower case", b"-err 'x'\r\n", err("x"))
    case("-ERR with blanks and tabs around", b"-ERR \t 'x y'\t \r\n", err("x y"))
    case("-ERR with one quote", b"-ERR 'x\r\n", err("'x"), also_ok=[[err("x")]])
    case("-ERR loses one pair of quotes", b"-ERR ''x''\r\n", err("'x'"))
    case("-ERR with empty quotes", b"-ERR ''\r\n", err(""))
    case("-ERR with a blank and no text", b"-ERR \r\n", err(""), also_ok=[[ERROR]])
    case("-ERR goes on with what follows", b"-ERR 'Invalid Subject'\r\nPING\r\n",
         err("Invalid Subject"), PING)
    case("-ERR of 4126 bytes", b"-ERR '" + b"s" * 4119 + b"'\r\n", err("s" * 4119))
    case("-ERR not complete yet", b"-ERR 'x'\r")
    breach("-ERR without a blank or text", b"-ERR\r\n", also_ok=[[err("")]])
    breach("-ERR without a blank", b"-ERR'x'\r\n")
    strict("-ERR ended by a bare LF", b"-ERR 'x'\n")
    strict("-ERR with a CR inside", b"-ERR 'x\ry'\r\n")


def limits():
    begin("limits")
    fit = LINE_BYTES_MAX - len(b"-ERR ")
    case("a line at the limit", b"-ERR " + b"x" * fit + b"\r\n", err("x" * fit))
    strict("a message line that never ends", b"MSG " + b"x" * LINE_BYTES_MAX)


def files():
    for make in (lines_without_arguments, verbs, infos, messages, header_messages, errors, limits):
        make()
    for name, cases in groups.items():
        lines = ",\n".join(json.dumps(one, ensure_ascii=True) for one in cases)
        yield os.path.join(FOLDER, name + ".json"), '{"cases":[\n' + lines + "\n]}\n"


def main():
    stale = False
    made = dict(files())
    for path, text in made.items():
        if sys.argv[1:] == ["--check"]:
            current = open(path, encoding="utf-8").read() if os.path.isfile(path) else ""
            if current != text:
                print(f"{path} is not what make_cases.py writes")
                stale = True
            continue
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
    names = [one["name"] for cases in groups.values() for one in cases]
    twice = {name for name in names if names.count(name) > 1}
    if twice:
        sys.exit(f"names used twice: {sorted(twice)}")
    print(f"{len(names)} cases in {len(made)} files")
    sys.exit(1 if stale else 0)


main()
