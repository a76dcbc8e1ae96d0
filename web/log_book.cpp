// web/log_book.cpp - see web/log_book.h.
#include "web/log_book.h"

#include <algorithm>

namespace nats_blotter::web {
namespace {

// Cut at a character's border.
std::string cut(std::string_view words) {
    if (words.size() <= kLogWordsBytesMax) return std::string(words);
    std::size_t end = kLogWordsBytesMax;
    while (end > 0 && (static_cast<unsigned char>(words[end]) & 0xC0) == 0x80) --end;
    return std::string(words.substr(0, end)) + "…";
}

}  // namespace

std::string_view log_kind_words(LogKind kind) {
    switch (kind) {
        case LogKind::Link: return "link";
        case LogKind::Data: return "data";
        case LogKind::Ticket: return "ticket";
        case LogKind::Trouble: return "trouble";
    }
    return "";
}

void LogBook::push(LogEntry entry) {
    if (entries_.size() == kLogEntriesMax) {
        entries_.pop_front();
        ++dropped_;
    }
    entries_.push_back(std::move(entry));
}

void LogBook::add(EpochMs now_ms, LogKind kind, std::string_view words) {
    std::string kept = cut(words);
    if (!entries_.empty()) {
        LogEntry& last = entries_.back();
        if (last.kind == kind && last.key == 0 && last.words == kept) {
            ++last.times;
            last.at_ms = now_ms;
            return;
        }
    }
    push({now_ms, kind, 0, 1, std::move(kept)});
}

void LogBook::amend(EpochMs now_ms, LogKind kind, std::uint32_t key, std::string_view words) {
    const auto found = std::find_if(
        entries_.begin(), entries_.end(),
        [kind, key](const LogEntry& entry) { return entry.kind == kind && entry.key == key; });
    if (found == entries_.end()) return push({now_ms, kind, key, 1, cut(words)});
    found->words = cut(words);
}

}  // namespace nats_blotter::web
