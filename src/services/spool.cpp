// services/spool.cpp - memory first, then a file without a name.
#include "services/spool.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstdlib>
#include <cstring>

namespace nats_blotter::services {
namespace {

std::atomic<std::size_t> memory_peak{0};

[[noreturn]] void fail(const char* doing) {
    throw std::runtime_error(std::string("temporary file: ") + doing + ": " + std::strerror(errno));
}

int file_without_name() {
    const char* folder = std::getenv("TMPDIR");
    std::string path = std::string(folder && *folder ? folder : "/tmp") + "/traderx-list-XXXXXX";
    const int file = mkostemp(path.data(), O_CLOEXEC);
    if (file < 0) fail("open");
    unlink(path.c_str());
    return file;
}

}  // namespace

bool SpoolRoom::take(std::size_t bytes) {
    std::size_t taken = bytes_;
    do {
        if (bytes > bytes_max_ - taken) {
            ++refused_count_;
            return false;
        }
    } while (!bytes_.compare_exchange_weak(taken, taken + bytes));
    return true;
}

void SpoolRoom::give_back(std::size_t bytes) { bytes_ -= bytes; }

Spool::~Spool() {
    if (file_ >= 0) close(file_);
    room_.give_back(room_bytes_);
}

void Spool::append(std::string_view text) {
    if (text.size() > bytes_max_ - size_)
        throw std::runtime_error("a list of more than " + std::to_string(bytes_max_) + " bytes");
    size_ += text.size();
    while (!text.empty()) {
        const std::size_t piece = std::min(text.size(), kSpoolMemoryBytesMax - memory_.size());
        memory_.append(text.substr(0, piece));
        text.remove_prefix(piece);
        std::size_t peak = memory_peak;
        while (peak < memory_.size() && !memory_peak.compare_exchange_weak(peak, memory_.size())) {
        }
        if (!text.empty()) flush();
    }
}

void Spool::flush() {
    if (!room_.take(memory_.size()))
        throw SpoolFull("temporary files: all lists together would have more than " +
                        std::to_string(room_.bytes_max()) + " bytes");
    room_bytes_ += memory_.size();
    if (file_ < 0) file_ = file_without_name();
    std::string_view rest = memory_;
    while (!rest.empty()) {
        const ssize_t written = write(file_, rest.data(), rest.size());
        if (written < 0 && errno == EINTR) continue;
        if (written < 0) fail("write");
        rest.remove_prefix(static_cast<std::size_t>(written));
    }
    memory_.clear();
}

void Spool::finish() {
    if (in_memory()) return;
    flush();
    memory_ = {};
}

std::string_view Spool::read(std::size_t offset, char* place, std::size_t count) const {
    ssize_t got = -1;
    do {
        got = pread(file_, place, count, static_cast<off_t>(offset));
    } while (got < 0 && errno == EINTR);
    if (got < 0) fail("read");
    return {place, static_cast<std::size_t>(got)};
}

std::size_t Spool::memory_bytes_peak() { return memory_peak; }

}  // namespace nats_blotter::services
