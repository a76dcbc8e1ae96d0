"""The scripts that record.py plays to a real nats-server and replay_test to the modelled one.

A step is (connection, bytes to send), (connection, "open" or "drop"), ("wait", milliseconds) or
("signal", name). A configuration has the server's settings, and the same for the model.
"""
import json

CONFIGS = {
    "plain": {"server": "", "model": {}},
    "tight": {
        "server": "max_payload: 64\nmax_control_line: 256\nmax_subscriptions: 3\n",
        "model": {"max_payload": 64, "max_control_line": 256, "max_subscriptions": 3},
    },
    "users": {
        "server": """authorization {
 timeout: 0.6
 users: [
  {user: "all", password: "a"},
  {user: "some", password: "s", permissions: {
    publish: {allow: ["open.>", "_INBOX.>"], deny: ["open.secret"]}
    subscribe: {allow: ["open.>", "_INBOX.>", "queue.*"], deny: ["open.secret"]}}},
  {user: "deny", password: "d", permissions: {
    publish: {deny: ["no.>"]}
    subscribe: {deny: ["no.>", "open.secret"]}}}
 ]
}
""",
        "model": {
            "auth_timeout_ms": 600,
            "users": [
                {"user": "all", "password": "a"},
                {
                    "user": "some",
                    "password": "s",
                    "publish_allow": ["open.>", "_INBOX.>"],
                    "publish_deny": ["open.secret"],
                    "subscribe_allow": ["open.>", "_INBOX.>", "queue.*"],
                    "subscribe_deny": ["open.secret"],
                },
                {
                    "user": "deny",
                    "password": "d",
                    "publish_deny": ["no.>"],
                    "subscribe_deny": ["no.>", "open.secret"],
                },
            ],
        },
    },
    "token": {
        "server": 'authorization {\n token: "T0ken"\n timeout: 0.6\n}\n',
        "model": {"token": "T0ken", "auth_timeout_ms": 600},
    },
    "one": {
        "server": "max_connections: 1\n",
        "model": {"max_connections": 1},
        "fresh": True,
    },
    "pings": {
        "server": 'ping_interval: "500ms"\nping_max: 2\n',
        "model": {"ping_interval_ms": 500, "ping_max": 2},
        "fresh": True,
    },
    "duck": {
        "server": 'lame_duck_grace_period: "500ms"\nlame_duck_duration: "30s"\n',
        "model": {"lame_duck_grace_ms": 500},
        "fresh": True,
    },
}

SCRIPTS = []


def connect(**options):
    given = {"verbose": False, "pedantic": False, "protocol": 1, "lang": "x", "version": "1"}
    given.update({"headers": True, "no_responders": True})
    given.update(options)
    given = {key: value for key, value in given.items() if value is not None}
    return "CONNECT " + json.dumps(given) + "\r\n"


HELLO = connect() + "PING\r\n"


def script(name, *steps, config="plain"):
    steps = [(who, HELLO if what == "hello" else what) for who, what in steps]
    SCRIPTS.append({"name": name, "config": config, "steps": steps})


def one(name, *sends, config="plain", hello=HELLO):
    """One connection that greets and then sends."""
    script(name, ("a", "open"), ("a", hello), *(("a", text) for text in sends), config=config)


def two(name, *sends, config="plain", a=HELLO, b=HELLO):
    """a and b; what is sent is (who, text)."""
    script(name, ("a", "open"), ("a", a), ("b", "open"), ("b", b), *sends, config=config)


# ---- greeting
script("InfoComesFirst", ("a", "open"))
one("ConnectAndPing")
one("ConnectAlone", hello=connect())
one("PingBeforeConnect", hello="PING\r\n")
one("SubBeforeConnect", "PUB s 1\r\nx\r\n", hello="SUB s 1\r\n")
one("SecondConnect", connect() + "PING\r\n")
one("VerbsInAnyCase", "sub s 1\r\nPub s 2\r\nhi\r\npInG\r\n", hello=connect() + "ping\r\n")
one("VerboseConnect", hello=connect(verbose=True) + "PING\r\n")
one("ProtocolZero", hello=connect(protocol=0) + "PING\r\n")
one("ProtocolTwo", hello=connect(protocol=2) + "PING\r\n")
one("ConnectNotJson", hello="CONNECT {nonsense\r\n")
one("ConnectEmptyObject", "SUB s 1\r\nPUB s 1\r\nx\r\n", hello="CONNECT {}\r\nPING\r\n")
one("ConnectWithoutArgument", hello="CONNECT\r\nPING\r\n")
one("NoRespondersWithoutHeaders", hello=connect(headers=False))
one("BareLineFeedsAreTaken", "SUB s 1\nPUB s 2\r\nhi\r\nPING\n")
one("JunkBehindPing", "PING junk\r\n", "PONG junk\r\n")
one("BlanksAndTabs", "SUB \t s  \t 1 \t\r\nPUB\ts\t2\r\nhi\r\nPING\r\n")
one("UserWithoutAuthorization", hello=connect(user="u", **{"pass": "p"}) + "PING\r\n")

# ---- subscribe and publish
one("OwnMessageComesBack", "SUB s 1\r\n", "PUB s 5\r\nhello\r\n")
one("EchoOff", "SUB s 1\r\nPUB s 5\r\nhello\r\nPING\r\n", hello=connect(echo=False) + "PING\r\n")
two("EchoOffOthersHear", ("b", "SUB s 9\r\n"), ("a", "SUB s 1\r\nPUB s 1\r\nx\r\n"),
    a=connect(echo=False) + "PING\r\n")
two("OtherConnectionHears", ("a", "SUB x.y 7\r\n"), ("b", "PUB x.y 3\r\nabc\r\n"))
one("EmptyPayload", "SUB s 1\r\nPUB s 0\r\n\r\n")
one("ReplySubject", "SUB s 1\r\nPUB s answer.here 2\r\nhi\r\n")
one("NobodyListens", "PUB nowhere 2\r\nhi\r\nPING\r\n")
one("TwoSubscriptions", "SUB s 1\r\nSUB s 2\r\nPUB s 1\r\nx\r\n")
one("SameSidTwice", "SUB s 1\r\nSUB t 1\r\nPUB s 1\r\nx\r\nPUB t 1\r\ny\r\nPING\r\n")
one("TextSid", "SUB s abc\r\nPUB s 1\r\nx\r\n")
one("ManyMessages", "SUB s 1\r\n" + "".join(f"PUB s 2\r\n{i:02}\r\n" for i in range(20)))
one("PingIsAFence", "SUB s 1\r\nPUB s 1\r\nx\r\nPING\r\nPUB s 1\r\ny\r\nPING\r\n")
one("SubjectWithSlash", "SUB /a/1/t 1\r\nSUB /a/*/t 2\r\nPUB /a/1/t 1\r\nx\r\nPING\r\n")
one("SubjectsAreCaseSensitive", "SUB abc 1\r\nPUB ABC 1\r\nx\r\nPING\r\n")
one("Utf8Subject", "SUB \xc3\xa9.x 1\r\nPUB \xc3\xa9.x 2\r\n\xc3\xa9\r\n")
one("PayloadWithLines", "SUB s 1\r\nPUB s 9\r\na\r\nPING\r\n\r\nPING\r\n")
two("BothHear", ("a", "SUB s 1\r\n"), ("b", "SUB s 2\r\n"), ("a", "PUB s 1\r\nx\r\n"),
    ("b", "PUB s 1\r\ny\r\n"))
two("DroppedConnectionHearsNoMore", ("b", "SUB s 2\r\n"), ("b", "drop"),
    ("a", "SUB s 1\r\nPUB s 1\r\nx\r\n"))
one("SplitLines", "SU", "B s 1\r", "\nPUB s", " 4\r\nab", "cd\r", "\n")
one("PingIsSplit", "PI", "NG\r\nP", "ING\r\n")
one("LongPayload", "SUB s 1\r\n", "PUB s 10000\r\n" + "0123456789" * 1000 + "\r\n")

# ---- wildcards
one("Star", "SUB a.* 1\r\nPUB a.b 1\r\nx\r\nPUB a 1\r\ny\r\nPUB a.b.c 1\r\nz\r\nPING\r\n")
one("Tail", "SUB a.> 1\r\nPUB a.b 1\r\nx\r\nPUB a 1\r\ny\r\nPUB a.b.c 1\r\nz\r\nPING\r\n")
one("Everything", "SUB > 1\r\nPUB a 1\r\nx\r\nPUB a.b.c 1\r\nz\r\nPING\r\n")
one("StarInTheMiddle", "SUB a.*.c 1\r\nPUB a.b.c 1\r\nx\r\nPUB a.c 1\r\ny\r\nPING\r\n")
one("StarIsOneToken", "SUB * 1\r\nPUB a 1\r\nx\r\nPUB a.b 1\r\ny\r\nPING\r\n")
one("StarInsideATokenIsText", "SUB a*.b 1\r\nPUB a*.b 1\r\nx\r\nPUB ac.b 1\r\ny\r\nPING\r\n")
one("TailInsideATokenIsText", "SUB a> 1\r\nPUB a> 1\r\nx\r\nPUB ab 1\r\ny\r\nPING\r\n")
one("OverlappingPatterns",
    "SUB a.b 1\r\nSUB a.* 2\r\nSUB a.> 3\r\nSUB > 4\r\nSUB *.b 5\r\nPUB a.b 1\r\nx\r\n")
one("TailNotLast", "SUB a.>.b 1\r\nPING\r\n")
one("EmptyToken", "SUB a..b 1\r\nPING\r\n")
one("LeadingDot", "SUB .a 1\r\nPING\r\n")
one("TrailingDot", "SUB a. 1\r\nPING\r\n")
one("PublishToEmptyToken", "SUB > 1\r\nPUB a..b 1\r\nx\r\nPING\r\n")
one("PublishToStar", "SUB a.* 1\r\nSUB a.b 2\r\nPUB a.* 1\r\nx\r\nPING\r\n")
one("PublishToTail", "SUB a.> 1\r\nSUB a.b 2\r\nPUB a.> 1\r\nx\r\nPING\r\n")

# ---- unsubscribe
one("Unsubscribe", "SUB s 1\r\nPUB s 1\r\nx\r\nUNSUB 1\r\nPUB s 1\r\ny\r\nPING\r\n")
one("UnsubscribeUnknown", "UNSUB 99\r\nPING\r\n")
one("UnsubscribeAfterMax", "SUB s 1\r\nUNSUB 1 2\r\n" + "PUB s 1\r\nx\r\n" * 4 + "PING\r\n")
one("MaxAlreadyReached", "SUB s 1\r\n" + "PUB s 1\r\nx\r\n" * 2 + "UNSUB 1 2\r\nPUB s 1\r\ny\r\n")
one("MaxLaterThanSome", "SUB s 1\r\n" + "PUB s 1\r\nx\r\n" * 2 + "UNSUB 1 3\r\n"
    + "PUB s 1\r\ny\r\n" * 3)
one("MaxZero", "SUB s 1\r\nUNSUB 1 0\r\nPUB s 1\r\nx\r\nPING\r\n")
one("MaxIsNoNumber", "SUB s 1\r\nUNSUB 1 x\r\nPUB s 1\r\nx\r\nPING\r\n")
one("UnsubscribeTwice", "SUB s 1\r\nUNSUB 1\r\nUNSUB 1\r\nPING\r\n")
one("ResubscribeSameSid", "SUB s 1\r\nUNSUB 1\r\nSUB t 1\r\nPUB s 1\r\nx\r\nPUB t 1\r\ny\r\n")
two("MaxCountsAll", ("a", "SUB s.* 1\r\nUNSUB 1 2\r\n"),
    ("b", "PUB s.a 1\r\n1\r\nPUB s.b 1\r\n2\r\nPUB s.c 1\r\n3\r\n"))
one("UnsubscribeWithoutSid", "UNSUB\r\nPING\r\n")
one("UnsubscribeTooManyArguments", "UNSUB 1 2 3\r\nPING\r\n")

# ---- queue groups
one("QueueOfOne", "SUB s q 1\r\nPUB s 1\r\nx\r\n")
one("QueueAndPlain", "SUB s q 1\r\nSUB s 2\r\nPUB s 1\r\nx\r\n")
one("TwoQueues", "SUB s q 1\r\nSUB s r 2\r\nPUB s 1\r\nx\r\n")
one("QueueWildcard", "SUB s.> q 1\r\nPUB s.a 1\r\nx\r\nPING\r\n")
one("QueueUnsubscribe", "SUB s q 1\r\nSUB s q 2\r\nUNSUB 2\r\n" + "PUB s 1\r\nx\r\n" * 3)
one("QueueMax", "SUB s q 1\r\nUNSUB 1 1\r\n" + "PUB s 1\r\nx\r\n" * 2 + "PING\r\n")
two("QueueAcrossConnections", ("a", "SUB s q 1\r\n"), ("b", "PUB s 1\r\nx\r\n"))

# ---- headers
BLOCK = "NATS/1.0\r\nKey: value\r\n\r\n"
one("Headers", "SUB s 1\r\n", f"HPUB s {len(BLOCK)} {len(BLOCK) + 2}\r\n{BLOCK}hi\r\n")
one("HeadersWithReply", "SUB s 1\r\n", f"HPUB s r.1 {len(BLOCK)} {len(BLOCK)}\r\n{BLOCK}\r\n")
one("HeadersAreNotLookedAt", "SUB h 1\r\nHPUB h 12 14\r\nhello world!xy\r\n")
one("HeadersLongerThanAll", "SUB s 1\r\nHPUB s 30 20\r\n" + "x" * 20 + "\r\n")
one("HeadersOff", f"HPUB s {len(BLOCK)} {len(BLOCK)}\r\n{BLOCK}\r\n",
    hello=connect(headers=False, no_responders=False) + "PING\r\n")
two("HeadersAreStripped", ("a", "SUB s 1\r\n"),
    ("b", f"HPUB s {len(BLOCK)} {len(BLOCK) + 2}\r\n{BLOCK}hi\r\n"),
    a=connect(headers=False, no_responders=False) + "PING\r\n")
one("HeaderSizesMissing", "HPUB s 12\r\nPING\r\n")
one("HeaderTooManyArguments", "HPUB s r q 12 14\r\nPING\r\n")

# ---- requests
one("NoResponders", "SUB _INBOX.1.* 4\r\nPUB nobody _INBOX.1.2 2\r\nhi\r\nPING\r\n")
one("NoRespondersOff", "SUB _INBOX.1.* 4\r\nPUB nobody _INBOX.1.2 2\r\nhi\r\nPING\r\n",
    hello=connect(no_responders=False) + "PING\r\n")
one("NoRespondersWithoutInbox", "PUB nobody _INBOX.1.2 2\r\nhi\r\nPING\r\n")
two("RequestAndAnswer", ("b", "SUB svc 3\r\n"),
    ("a", "SUB _INBOX.9.* 1\r\nPUB svc _INBOX.9.1 3\r\nask\r\n"),
    ("b", "PUB _INBOX.9.1 6\r\nanswer\r\n"))
one("NoRespondersWithHeaders",
    "SUB _INBOX.1.* 4\r\n" + f"HPUB nobody _INBOX.1.2 {len(BLOCK)} {len(BLOCK)}\r\n{BLOCK}\r\n")

# ---- verbose and pedantic
LOUD = connect(verbose=True) + "PING\r\n"
one("VerboseSub", "SUB s 1\r\n", "UNSUB 1\r\n", hello=LOUD)
one("VerbosePub", "PUB s 1\r\nx\r\n", "PING\r\n", hello=LOUD)
one("VerboseOwnMessage", "SUB s 1\r\nPUB s 1\r\nx\r\n", hello=LOUD)
one("VerboseInvalidSubject", "SUB a..b 1\r\nPING\r\n", hello=LOUD)
one("VerboseUnsubMax", "SUB s 1\r\nUNSUB 1 1\r\nPUB s 1\r\nx\r\nPING\r\n", hello=LOUD)
one("VerbosePong", "PONG\r\n", hello=LOUD)
STRICT = connect(pedantic=True) + "PING\r\n"
one("PedanticPublishToStar", "SUB a.* 1\r\nPUB a.* 1\r\nx\r\nPING\r\n", hello=STRICT)
one("PedanticEmptyToken", "PUB a..b 1\r\nx\r\nPING\r\n", hello=STRICT)
one("PedanticFine", "SUB s 1\r\nPUB s 1\r\nx\r\n", hello=STRICT)
one("PedanticHeadersToStar", f"HPUB a.* {len(BLOCK)} {len(BLOCK)}\r\n{BLOCK}\r\nPING\r\n",
    hello=STRICT)

# ---- bad bytes
one("UnknownVerb", "BOGUS\r\n")
one("EmptyLine", "\r\n")
one("SubWithoutSid", "SUB s\r\n")
one("SubWithoutAnything", "SUB\r\n")
one("SubTooManyArguments", "SUB a b c d\r\n")
one("PubWithoutSize", "PUB s\r\n")
one("PubNegativeSize", "PUB s -1\r\n")
one("PubSizeIsText", "PUB s abc\r\n")
one("PubHugeSize", "PUB s 99999999999999999999\r\n")
one("PubTooManyArguments", "PUB a b c 4\r\n")
one("PayloadTooLong", "PUB s 2\r\nhello\r\n")
one("PayloadEndsWithoutCr", "PUB s 2\r\nhi\n")
one("ClientSendsMsg", "MSG s 1 2\r\nhi\r\n")
one("ClientSendsOk", "+OK\r\nPING\r\n")
one("ClientSendsInfo", "INFO {}\r\nPING\r\n")
one("GoodThenBad", "SUB s 1\r\nPUB s 1\r\nx\r\nBAD\r\nPUB s 1\r\ny\r\n")
one("HttpRequest", hello="GET / HTTP/1.1\r\n\r\n")
one("ControlLineTooLong", "SUB " + "x" * 5000 + " 1\r\nPING\r\n")
one("ControlLineJustFits", "SUB " + "x" * 4000 + " 1\r\nPING\r\n")

# ---- tight limits
one("PayloadAtLimit", "SUB s 1\r\nPUB s 64\r\n" + "p" * 64 + "\r\n", config="tight")
one("PayloadAboveLimit", "PUB s 65\r\n" + "p" * 65 + "\r\n", config="tight")
one("HeadersCountAsPayload", f"HPUB s {len(BLOCK)} 80\r\n{BLOCK}" + "p" * (80 - len(BLOCK))
    + "\r\n", config="tight")
one("TooManySubscriptions", "SUB a 1\r\nSUB b 2\r\nSUB c 3\r\nSUB d 4\r\nPUB d 1\r\nx\r\nPING\r\n",
    config="tight")
one("SubscriptionsGivenBack", "SUB a 1\r\nSUB b 2\r\nSUB c 3\r\nUNSUB 3\r\nSUB d 4\r\n"
    "PUB d 1\r\nx\r\n", config="tight")
one("TightLineTooLong", "SUB " + "x" * 300 + " 1\r\nPING\r\n", config="tight")
one("TightLineSplit", "SUB " + "x" * 300, "y\r\n", config="tight")

# ---- users
ALL = connect(user="all", **{"pass": "a"}) + "PING\r\n"
SOME = connect(user="some", **{"pass": "s"}) + "PING\r\n"
DENY = connect(user="deny", **{"pass": "d"}) + "PING\r\n"
one("GoodPassword", "SUB s 1\r\nPUB s 1\r\nx\r\n", config="users", hello=ALL)
one("BadPassword", config="users", hello=connect(user="all", **{"pass": "x"}) + "PING\r\n")
one("UnknownUser", config="users", hello=connect(user="nobody", **{"pass": "a"}) + "PING\r\n")
one("NoCredentials", config="users")
one("PingBeforeCredentials", config="users", hello="PING\r\n")
script("NoConnectInTime", ("a", "open"), ("wait", 900), config="users")
one("VerboseLogin", config="users",
    hello=connect(user="all", verbose=True, **{"pass": "a"}) + "PING\r\n")
one("SubscribeAllowed", "SUB open.a 1\r\nPUB open.a 1\r\nx\r\nPING\r\n", config="users", hello=SOME)
one("SubscribeNotAllowed", "SUB closed 1\r\nPING\r\n", config="users", hello=SOME)
one("SubscribeNotAllowedQueue", "SUB closed q 1\r\nPING\r\n", config="users", hello=SOME)
one("SubscribeWildcardNotAllowed", "SUB > 1\r\nPING\r\n", config="users", hello=SOME)
one("SubscribeWithinPattern", "SUB queue.a q 1\r\nSUB queue.a.b 2\r\nPING\r\n", config="users",
    hello=SOME)
one("SubscribeDenied", "SUB no.a 1\r\nSUB yes.a 2\r\nPUB yes.a 1\r\nx\r\nPING\r\n",
    config="users", hello=DENY)
one("PublishNotAllowed", "PUB closed 1\r\nx\r\nPING\r\n", config="users", hello=SOME)
one("PublishDenied", "PUB no.a 1\r\nx\r\nPING\r\n", config="users", hello=DENY)
one("PublishDeniedInsideAllowed", "PUB open.secret 1\r\nx\r\nPING\r\n", config="users", hello=SOME)
two("DenyUnderWildcard", ("a", "SUB open.> 1\r\n"),
    ("b", "PUB open.secret 1\r\nx\r\nPUB open.b 1\r\ny\r\n"), config="users", a=SOME, b=ALL)
two("DenyUnderEverything", ("a", "SUB > 1\r\n"),
    ("b", "PUB no.a 1\r\nx\r\nPUB yes 1\r\ny\r\nPUB open.secret 1\r\nz\r\n"), config="users",
    a=DENY, b=ALL)
one("SubscribeDeniedThenUnsub", "SUB closed 1\r\nUNSUB 1\r\nPING\r\n", config="users", hello=SOME)
one("VerboseDenied", "SUB closed 1\r\nPUB closed 1\r\nx\r\nPING\r\n", config="users",
    hello=connect(user="some", verbose=True, **{"pass": "s"}) + "PING\r\n")
one("QuotedSubject", 'SUB clo"sed 1\r\nPING\r\n', config="users", hello=SOME)

# ---- token
one("GoodToken", config="token", hello=connect(auth_token="T0ken") + "PING\r\n")
one("BadToken", config="token", hello=connect(auth_token="no") + "PING\r\n")

# ---- connections, keep-alive, endings
script("TooManyConnections", ("a", "open"), ("a", "hello"), ("b", "open"), ("b", "hello"),
       config="one")
script("ServerPings", ("a", "open"), ("a", "hello"), ("wait", 600), ("a", "PONG\r\n"),
       config="pings")
script("StaleConnection", ("a", "open"), ("a", "hello"), ("wait", 2500), config="pings")
script("LameDuck", ("a", "open"), ("a", "hello"), ("signal", "USR2"), ("wait", 3000),
       config="duck")
script("Shutdown", ("a", "open"), ("a", "hello"), ("signal", "TERM"), ("wait", 500), config="duck")
script("Killed", ("a", "open"), ("a", "hello"), ("signal", "KILL"), ("wait", 500), config="duck")
