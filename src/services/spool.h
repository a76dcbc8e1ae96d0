// services/spool.h - a text that is written once and then read, in memory while it is short and in
// an unnamed temporary file from there on: a list of a million trades costs no memory, and is read
// from the database at once, however slowly its reader takes it.
//
// The file is made in $TMPDIR, or in /tmp; no name leads to it, and it is gone with the program.
// All files of a service together have a limit as well, its SpoolRoom: readers who take their lists
// slowly would fill the disk among themselves. Nothing is written beyond it.
//
// What fails throws std::runtime_error with the system's words; SpoolFull where there is no room.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>

namespace nats_blotter::services {

// Held in memory by one spool at most; some 5,000 trades.
inline constexpr std::size_t kSpoolMemoryBytesMax = 1024 * 1024;
// Of one spool in all: ten million trades. More is refused, so that no list fills a disk.
inline constexpr std::size_t kSpoolBytesMax = std::size_t{2} * 1024 * 1024 * 1024;

// In the files of all spools of a service, unless its operator says otherwise: two of the longest
// lists, or a hundred of some 200,000 trades, and less than what any disk has that holds as many.
inline constexpr std::size_t kSpoolRoomBytes = 2 * kSpoolBytesMax;

class SpoolFull : public std::runtime_error {
  public:
    using std::runtime_error::runtime_error;
};

// How much of the disk spools share. From any thread.
class SpoolRoom {
  public:
    explicit SpoolRoom(std::size_t bytes_max = kSpoolRoomBytes) : bytes_max_(bytes_max) {}

    // All of it or nothing; what it cannot give is counted.
    bool take(std::size_t bytes);
    void give_back(std::size_t bytes);

    std::size_t bytes() const { return bytes_; }
    std::size_t bytes_max() const { return bytes_max_; }
    std::uint64_t refused_count() const { return refused_count_; }

  private:
    std::size_t bytes_max_;
    std::atomic<std::size_t> bytes_{0};
    std::atomic<std::uint64_t> refused_count_{0};
};

class Spool {
  public:
    // The room must outlive it.
    explicit Spool(SpoolRoom& room, std::size_t bytes_max = kSpoolBytesMax)
        : room_(room), bytes_max_(bytes_max) {}
    ~Spool();
    Spool(const Spool&) = delete;
    Spool& operator=(const Spool&) = delete;

    // REQUIRES: not finished.
    void append(std::string_view text);
    // Nothing is appended any more.
    void finish();

    std::size_t size() const { return size_; }
    bool in_memory() const { return file_ < 0; }
    // The whole text. REQUIRES: in_memory().
    std::string& text() { return memory_; }
    // The bytes at `offset`, at most `count`; an empty text at the end. The place is the caller's.
    // REQUIRES: finished, not in_memory().
    std::string_view read(std::size_t offset, char* place, std::size_t count) const;

    // The most that a spool of this program ever held in memory, in bytes.
    static std::size_t memory_bytes_peak();

  private:
    void flush();

    SpoolRoom& room_;
    std::size_t bytes_max_;
    std::size_t size_ = 0;
    std::size_t room_bytes_ = 0;  // taken of the room
    std::string memory_;          // all of it, or what is not in the file yet
    int file_ = -1;
};

}  // namespace nats_blotter::services
