"""Writes a C++ source that holds files as bytes.

    bytes_to_cpp.py OUTPUT HEADER NAMESPACE TYPE function=file... [function#file...]

Each function= returns TYPE{pointer, size}; each function# the file's FNV-1a hash of 64 bits, by
which the same bytes are known when they come from elsewhere.
(`.incbin` is not understood for WebAssembly by every Emscripten of our floor.)
"""
import re
import sys


def fnv1a(data):
    value = 14695981039346656037
    for byte in data:
        value = ((value ^ byte) * 1099511628211) % 2**64
    return value


def main(arguments):
    output, header, namespace, type_name, *pairs = arguments
    lines = [
        "// Made by cmake/bytes_to_cpp.py; never edit it.",
        f'#include "{header}"',
        "",
        f"namespace {namespace} {{",
    ]
    for pair in pairs:
        function, kind, path = re.fullmatch("([^=#]+)([=#])(.+)", pair).groups()
        with open(path, "rb") as file:
            data = file.read()
        if kind == "#":
            lines.append(f"std::uint64_t {function}() {{ return {fnv1a(data)}ULL; }}")
            continue
        array = f"k_{function}"
        lines.append(f"static constexpr unsigned char {array}[] = {{")
        for start in range(0, len(data), 24):
            lines.append(",".join(str(byte) for byte in data[start : start + 24]) + ",")
        lines.append("};")
        lines.append(f"{type_name} {function}() {{ return {{{array}, sizeof {array}}}; }}")
    lines.append(f"}}  // namespace {namespace}")
    with open(output, "w", encoding="utf-8") as file:
        file.write("\n".join(lines) + "\n")


main(sys.argv[1:])
