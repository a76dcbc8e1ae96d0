// conformance FILE... - feeds the cases of each file to the NATS parser, cut in every way they ask
// for. Prints each failure, then `N passed, N failed`. Status 1 on a failure, 2 with one line when
// a file cannot be read or is broken. The format is docs/testing.md.
#include <cstdio>
#include <string>

#include "conformance/case_file.h"
#include "conformance/runner.h"

namespace {

using namespace nats_blotter::conformance;

constexpr int kFailure = 1;
constexpr int kBroken = 2;

bool read_file(const char* path, std::string& text) {
    std::FILE* const file = std::fopen(path, "rb");
    if (file == nullptr) return false;
    char bytes[64 * 1024];
    std::size_t count = 0;
    while ((count = std::fread(bytes, 1, sizeof bytes, file)) > 0) text.append(bytes, count);
    const bool good = std::ferror(file) == 0;
    std::fclose(file);
    return good;
}

}  // namespace

int main(int argc, char** argv) {
    if (argc < 2) {
        std::fprintf(stderr, "usage: conformance FILE...\n");
        return kBroken;
    }
    std::size_t passed = 0;
    std::size_t failed = 0;
    for (int i = 1; i < argc; ++i) {
        std::string text;
        if (!read_file(argv[i], text)) {
            std::fprintf(stderr, "conformance: %s cannot be read\n", argv[i]);
            return kBroken;
        }
        const CaseFile file = case_file_from_json(text);
        if (!file.fault.empty()) {
            std::fprintf(stderr, "conformance: %s: %s\n", argv[i], file.fault.c_str());
            return kBroken;
        }
        for (const Case& tried : file.cases) {
            const Verdict verdict = run_case(tried);
            ++(verdict.passed ? passed : failed);
            if (!verdict.passed)
                std::printf("FAILED %s [%s] %s\n", tried.name.c_str(), tried.case_class.c_str(),
                            verdict.failure.c_str());
        }
    }
    std::printf("%zu passed, %zu failed\n", passed, failed);
    return failed == 0 ? 0 : kFailure;
}
