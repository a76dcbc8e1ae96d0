"""Checks what a machine can check about this repository; run by ctest as `tidy`.

    tidy.py [ROOT]

Prints one line per finding, `file:line: what is wrong`, and exits 1 when there is any. Its own
tests are in tidy_test.py. The rules, and why they are rules, are in CONTRIBUTING.md.
"""
import fnmatch
import os
import re
import sys

COLUMNS_MAX = 100

# Who may know whom: the folders whose headers each folder may include, besides its own.
LAYERS = {
    "src/base": set(),
    "src/nats": {"base"},
    "src/feed": {"base"},
    "src/table": {"base", "feed"},
    "src/session": {"base", "nats", "feed", "table"},
    "src/services": {"base", "feed"},
    "web": {"base", "session", "table", "web"},
}
MODULES = {"base", "nats", "feed", "table", "session", "services", "web"}

SOCKETS = r"sys/socket\.h|netinet/.*|arpa/.*|netdb\.h|poll\.h|sys/epoll\.h|unistd\.h|sys/select\.h"
CLOCKS = r"chrono|ctime|time\.h|sys/time\.h"
THREADS = r"thread|mutex|shared_mutex|condition_variable|future|pthread\.h"
STREAMS = r"iostream|fstream|sstream|ostream|istream"
SCREEN = r"imgui.*"
BROWSER = r"emscripten.*"
SERVERS = r"httplib\.h|nats/nats\.h|nats\.h|sqlite3\.h|libpq-fe\.h|pqxx/.*"
DOCUMENTS = r"nlohmann/.*"

# Other people's headers that a folder must not include.
_PURE = [SOCKETS, CLOCKS, THREADS, SCREEN, BROWSER, SERVERS]
FORBIDDEN = {
    "src/base": _PURE + [STREAMS, DOCUMENTS],
    "src/nats": _PURE + [STREAMS, DOCUMENTS],
    "src/feed": _PURE,
    "src/table": _PURE + [DOCUMENTS],
    "src/session": _PURE,
    "src/services": [SCREEN, BROWSER],
    "web": [SOCKETS, THREADS, SERVERS],
}

# Headers in quotes that come from elsewhere or are made by the build.
FOREIGN_HEADERS = re.compile(r"(imgui\w*|imstb_\w+)\.h$|backends/.*")

# Without nginx's .conf: a long setting there cannot be broken into lines.
CODE_SUFFIXES = (".cpp", ".h", ".cmake", ".py", ".js", ".mjs", ".css", ".html", ".sh")
GENERATED_FOLDERS = {"build", "dist", "var", "third_party", "node_modules", ".git", ".cache"}
TEXT_SUFFIXES = CODE_SUFFIXES + (".conf", ".in", ".md", ".json", ".txt")

# Spelled apart, so that this file does not find itself.
FIX_ME = "FIX" + "ME"
TO_DO = "TO" + "DO"
BROWSER_WORDS = re.compile(r"\b(EM_" + r"JS|EM_" + r"ASM\w*|__EMSCRIP" + r"TEN__)\b")

INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]')


def repository_files(root):
    """Paths below root, with slashes, without generated folders."""
    for folder, folders, files in os.walk(root):
        relative = os.path.relpath(folder, root)
        folders[:] = sorted(
            name
            for name in folders
            if name not in GENERATED_FOLDERS and name != "__pycache__"
        )
        for name in sorted(files):
            yield os.path.normpath(os.path.join(relative, name)).replace(os.sep, "/")


def read_lines(root, path):
    with open(os.path.join(root, path), encoding="utf-8", errors="replace") as file:
        return file.read().split("\n")


def first_line(root, path):
    with open(os.path.join(root, path), "rb") as file:
        return file.readline(200).decode("utf-8", "replace")


def is_code(root, path):
    name = os.path.basename(path)
    if name in ("CMakeLists.txt", "Makefile") or path.endswith(CODE_SUFFIXES):
        return True
    return "." not in name and first_line(root, path).startswith("#!")


def layer_of(path):
    for layer in LAYERS:
        if path.startswith(layer + "/"):
            return layer
    return None


def check_includes(root, path, lines):
    layer = layer_of(path)
    for number, line in enumerate(lines, 1):
        if layer != "web" and BROWSER_WORDS.search(line):
            yield number, f"{BROWSER_WORDS.search(line).group()} outside web/"
        match = INCLUDE.match(line)
        if not match:
            continue
        quote, target = match.groups()
        if quote == '"' and not FOREIGN_HEADERS.match(target):
            places = [os.path.dirname(path), "src", "tests", "web", "."]
            if not any(os.path.isfile(os.path.join(root, place, target)) for place in places):
                yield number, f'include of "{target}", which does not exist'
        if re.fullmatch(BROWSER, target) and layer != "web":
            yield number, f"include of {target} outside web/"
            continue
        if layer is None:
            continue
        module = target.split("/")[0]
        own = layer.split("/")[-1]
        if quote == '"' and "/" in target and module in MODULES - {own} - LAYERS[layer]:
            yield number, f"{layer} must not know {module}: include of {target}"
        elif quote == "<" or FOREIGN_HEADERS.match(target):
            if any(re.fullmatch(pattern, target) for pattern in FORBIDDEN[layer]):
                yield number, f"{layer} must not include {target}"


def check_text(path, lines, code):
    for number, line in enumerate(lines, 1):
        if code and len(line) > COLUMNS_MAX:
            yield number, f"{len(line)} columns; at most {COLUMNS_MAX}"
        if re.search(r"\b" + FIX_ME + r"\b", line):
            yield number, f"leftover {FIX_ME}"
        if code and re.search(r"\b" + TO_DO + r"\b(?!\(#\d+\))", line):
            yield number, f"{TO_DO} without an issue number: write {TO_DO}(#12)"


def check_test_is_run(root, path):
    """A test that nothing runs is worse than none: it looks like one."""
    folder, name = os.path.split(path)
    if path.startswith("tests/") and re.search(r"_test\.(cpp|py)$", name):
        lists = f"{folder}/CMakeLists.txt"
        text = ""
        if os.path.isfile(os.path.join(root, lists)):
            text = "\n".join(read_lines(root, lists))
        if not re.search(r"(?<!\w)" + re.escape(name), text):
            yield 1, f"no target of {lists} runs this test"
    if name.endswith((".test.mjs", ".test.js")) and folder not in ("tests/web", "tests/stack"):
        yield 1, "scripts/test runs tests/web and tests/stack only"


def resolves(root, document, target):
    """Whether a path named in a document exists: from the root, from the document, or in src/."""
    target = target.rstrip("/")
    for place in (".", os.path.dirname(document), "src"):
        if "*" in target:
            folder = os.path.join(root, place, os.path.dirname(target))
            name = os.path.basename(target)
            if os.path.isdir(folder) and fnmatch.filter(os.listdir(folder), name):
                return True
        elif os.path.exists(os.path.join(root, place, target)):
            return True
    return False


def check_document(root, path, lines):
    top_level = {name for name in os.listdir(root) if name not in GENERATED_FOLDERS}
    modules = MODULES | {"panels"}
    fenced = False
    for number, line in enumerate(lines, 1):
        if line.startswith("```"):
            fenced = not fenced
            continue
        if fenced:
            continue
        for token in re.findall(r"`([^`\s]+)`", line):
            if not re.fullmatch(r"\.?[\w.\-]+(/[\w.\-*]+)*/?", token):
                continue
            head = token.split("/")[0]
            looks_like_path = "/" in token and (head in top_level or head in modules)
            looks_like_path |= "/" not in token and token.endswith((".md", ".cmake", ".txt"))
            if looks_like_path and not resolves(root, path, token):
                yield number, f"names {token}, which does not exist"
        for target in re.findall(r"\]\(([^)\s]+)\)", line):
            target = target.split("#")[0]
            if not target or re.match(r"[a-z]+:", target):
                continue
            if not os.path.exists(os.path.join(root, os.path.dirname(path), target)):
                yield number, f"links to {target}, which does not exist"


def findings(root):
    for path in repository_files(root):
        code = is_code(root, path)
        if not code and not path.endswith(TEXT_SUFFIXES):
            continue
        if path == "package-lock.json":
            continue
        lines = read_lines(root, path)
        found = list(check_text(path, lines, code))
        if path.endswith((".cpp", ".h")):
            found += check_includes(root, path, lines)
        if path.endswith(".md"):
            found += check_document(root, path, lines)
        found += check_test_is_run(root, path)
        for number, words in found:
            yield f"{path}:{number}: {words}"


def main(arguments):
    default_root = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
    found = list(findings(arguments[0] if arguments else default_root))
    for line in found:
        print(line)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
