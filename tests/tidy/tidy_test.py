"""Tests of tidy.py: each rule is broken once in a small repository, and kept once."""
import os
import tempfile
import unittest

import tidy


def findings_of(files):
    with tempfile.TemporaryDirectory() as root:
        for path, text in files.items():
            os.makedirs(os.path.join(root, os.path.dirname(path)), exist_ok=True)
            with open(os.path.join(root, path), "w", encoding="utf-8") as file:
                file.write(text)
        return list(tidy.findings(root))


class Includes(unittest.TestCase):
    def test_arrows_that_point_down_are_fine(self):
        self.assertEqual(
            findings_of(
                {
                    "src/base/result.h": "#pragma once\n#include <optional>\n",
                    "src/nats/parser.h": '#include "base/result.h"\n',
                    "src/session/session.h": '#include "nats/parser.h"\n',
                    "web/app.cpp": '#include <emscripten.h>\n#include "imgui.h"\n'
                    '#include "session/session.h"\n',
                }
            ),
            [],
        )

    def test_nats_and_feed_do_not_know_each_other(self):
        for path, target in (("src/nats/a.h", "feed/b.h"), ("src/feed/a.h", "nats/b.h")):
            found = findings_of({path: f'#include "{target}"\n', f"src/{target}": ""})
            self.assertEqual(len(found), 1, found)
            self.assertIn(f"{path}:1:", found[0])
            self.assertIn("must not know", found[0])

    def test_web_does_not_know_services(self):
        found = findings_of({"web/a.cpp": '#include "services/b.h"\n', "src/services/b.h": ""})
        self.assertIn("must not know services", found[0])

    def test_portable_code_has_no_clock_socket_thread_or_screen(self):
        for header in ("chrono", "sys/socket.h", "thread", "imgui.h", "sqlite3.h"):
            found = findings_of({"src/session/a.cpp": f"#include <{header}>\n"})
            self.assertEqual(len(found), 1, (header, found))

    def test_quotes_do_not_hide_the_screen_library(self):
        found = findings_of({"src/table/a.cpp": '#include "imgui.h"\n'})
        self.assertIn("src/table must not include imgui.h", found[0])

    def test_services_may_use_clocks_and_sockets(self):
        text = "#include <chrono>\n#include <sys/socket.h>\n#include <httplib.h>\n"
        self.assertEqual(findings_of({"src/services/a.cpp": text}), [])

    def test_the_browser_stays_in_web(self):
        word = "__EMSCRIP" + "TEN__"
        for text in (f"#ifdef {word}\n#endif\n", "EM_" + "JS(int, f, (), {});\n"):
            self.assertIn("outside web/", findings_of({"src/nats/a.cpp": text})[0])
            self.assertEqual(findings_of({"web/a.cpp": text}), [])
        found = findings_of({"tests/nats/a.cpp": "#include <emscripten/html5.h>\n"})
        self.assertIn("outside web/", found[0])

    def test_a_missing_header_is_found(self):
        found = findings_of({"src/nats/a.cpp": '#include "nats/gone.h"\n'})
        self.assertIn("does not exist", found[0])


class Text(unittest.TestCase):
    def test_columns_are_counted_in_characters(self):
        self.assertEqual(findings_of({"src/base/a.cpp": "// " + "−" * 97 + "\n"}), [])
        found = findings_of({"src/base/a.cpp": "\n// " + "−" * 98 + "\n"})
        self.assertEqual(found, ["src/base/a.cpp:2: 101 columns; at most 100"])

    def test_scripts_without_a_suffix_are_code(self):
        found = findings_of({"scripts/go": "#!/bin/sh\n#" + "x" * 100 + "\n"})
        self.assertEqual(len(found), 1)

    def test_prose_and_settings_may_be_long(self):
        self.assertEqual(findings_of({"README.md": "x " * 80 + "\n"}), [])
        self.assertEqual(findings_of({"nginx/a.conf": "x " * 80 + "\n"}), [])

    def test_leftovers_are_found(self):
        self.assertIn("leftover", findings_of({"web/a.cpp": "// " + tidy.FIX_ME + "\n"})[0])
        self.assertIn("issue", findings_of({"web/a.cpp": "// " + tidy.TO_DO + " later\n"})[0])
        self.assertEqual(findings_of({"web/a.cpp": "// " + tidy.TO_DO + "(#7) later\n"}), [])

    def test_generated_folders_are_not_read(self):
        self.assertEqual(findings_of({"build/a.cpp": "x" * 200}), [])


class Tests(unittest.TestCase):
    def test_a_test_that_no_target_builds_is_found(self):
        found = findings_of({"tests/nats/lost_test.cpp": "", "tests/nats/CMakeLists.txt": ""})
        self.assertIn("lost_test.cpp:1: no target", found[0])
        lists = "add_unit_test(nats SOURCES kept_test.cpp)\n"
        files = {"tests/nats/kept_test.cpp": "", "tests/nats/CMakeLists.txt": lists}
        self.assertEqual(findings_of(files), [])

    def test_a_browser_test_in_the_wrong_folder_is_found(self):
        self.assertEqual(len(findings_of({"tests/shell/a.test.mjs": ""})), 1)
        self.assertEqual(findings_of({"tests/web/a.test.mjs": ""}), [])


class Documents(unittest.TestCase):
    def test_a_path_that_is_gone_is_found(self):
        found = findings_of({"README.md": "see `src/nats/gone.h`\n", "src/nats/here.h": ""})
        self.assertEqual(found, ["README.md:1: names src/nats/gone.h, which does not exist"])

    def test_paths_are_read_from_the_root_the_document_and_src(self):
        files = {
            "README.md": "`src/nats/`, `nats/here.h`, `src/nats/*.h`\n",
            "src/nats/README.md": "start at `here.h`; [guide](../../README.md)\n",
            "src/nats/here.h": "",
        }
        self.assertEqual(findings_of(files), [])

    def test_what_is_no_path_is_left_alone(self):
        text = "`/nats-ws`, `make test`, `text/html`, `nats_blotter::nats`, `build/x`\n"
        self.assertEqual(findings_of({"README.md": text}), [])

    def test_a_dead_link_is_found(self):
        found = findings_of({"docs/a.md": "[gone](b.md) [web](https://example.com)\n"})
        self.assertEqual(found, ["docs/a.md:1: links to b.md, which does not exist"])


if __name__ == "__main__":
    unittest.main()
