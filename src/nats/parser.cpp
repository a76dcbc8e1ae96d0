#include "nats/parser.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>

#include "base/words.h"

namespace nats_blotter::nats {
namespace {

constexpr std::array<std::string_view, 7> kVerbs = {"INFO", "MSG", "HMSG", "PING",
                                                    "PONG", "+OK", "-ERR"};
constexpr std::uint8_t kAllVerbs = 0x7F;

// The first allocation: a browser is sent pieces of 4096 bytes (docs/wire-nats.md).
constexpr std::size_t kFirstCapacityBytes = 16 * 1024;
// Below this, moving the rest to the front is cheaper than thinking about it.
constexpr std::size_t kAlwaysMovedBytes = 64 * 1024;
constexpr std::size_t kMessageFieldsMax = 5;
// The server's own numbers have at most 9 digits (server/util.go, parseSize), so no more is
// genuine.
constexpr std::size_t kSizeDigitsMax = 9;

bool is_blank(char c) { return c == ' ' || c == '\t'; }

char upper(char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; }

std::string_view trim_blanks(std::string_view text) {
    while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
    while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
    return text;
}

// The usual line begins with exactly these four bytes; one comparison instead of a walk.
bool begins_with_msg(const char* at) {
    std::uint32_t word = 0;
    std::uint32_t msg = 0;
    std::memcpy(&word, at, 4);
    std::memcpy(&msg, "MSG ", 4);
    return word == msg;
}

bool is_below_graphic(char c) { return static_cast<unsigned char>(c) <= ' '; }

bool is_crlf(const char* at) { return at[0] == '\r' && at[1] == '\n'; }

// The end of a number of one to seven digits; null for any other. REQUIRES: eight bytes are there.
[[gnu::always_inline]] inline const char* read_short_number(const char* at, std::uint64_t& number) {
    const std::uint64_t digits = load_word(at) ^ (kEachByte * '0');
    const auto count = static_cast<std::size_t>(std::countr_zero(bytes_above_9(digits))) >> 3;
    if (count - 1 >= 7) return nullptr;
    number = value_of_digits(digits << (64 - 8 * count));
    return at + count;
}

// The first blank or control character, or `end`; eight bytes at a time.
const char* find_token_end(const char* at, const char* end) {
    while (end - at >= 8) {
        const std::uint64_t word = load_word(at);
        const std::uint64_t below = (word - kEachByte * '!') & ~word & kHighBits;
        if (below != 0) return at + (std::countr_zero(below) >> 3);
        at += 8;
    }
    while (at < end && !is_below_graphic(*at)) ++at;
    return at;
}

}  // namespace

ParsedOp Parser::next() {
    ParsedOp op;
    if (failed_) {
        op.kind = ParsedOp::Kind::Failed;
        return op;
    }
    PlainMessage message;
    if (next_plain(message)) {
        op.kind = ParsedOp::Kind::Msg;
        op.subject = message.subject;
        op.sid = message.sid;
        op.payload = message.payload;
        return op;
    }
    op = in_body_ ? next_body() : next_line();
    check_invariants();
    return op;
}

bool Parser::next_plain(PlainMessage& message) {
    if (!peek_plain(message)) return false;
    take_plain(message);
    return true;
}

// One blank between each two words, read in one pass; any other message is read the general way.
bool Parser::peek_plain(PlainMessage& message) const {
    if (failed_ || verb_bytes_ > 0) return false;
    const char* const begin = buffer_.get() + read_;
    const char* const end = buffer_.get() + size_;
    if (end - begin < 8 || !begins_with_msg(begin)) return false;
    const char* const subject = begin + 4;
    const char* const subject_end = find_token_end(subject, end);
    const char* const sid = subject_end + 1;
    if (subject_end == subject || end - subject_end < 1 + 8 || *subject_end != ' ') return false;
    const char* const sid_end = read_short_number(sid, message.sid_number);
    if (sid_end == nullptr || end - sid_end < 1 + 8 || *sid_end != ' ') return false;
    std::uint64_t bytes = 0;
    const char* const at = read_short_number(sid_end + 1, bytes);
    if (at == nullptr || bytes > kPayloadBytesMax) return false;
    if (static_cast<std::size_t>(end - at) < bytes + 4) return false;
    if (!is_crlf(at) || !is_crlf(at + 2 + bytes)) return false;
    const auto line_bytes = static_cast<std::size_t>(at - begin);
    if (line_bytes > kControlLineBytesMax) return false;
    message.subject = {subject, static_cast<std::size_t>(subject_end - subject)};
    message.sid = {sid, static_cast<std::size_t>(sid_end - sid)};
    message.payload = {at + 2, static_cast<std::size_t>(bytes)};
    return true;
}

void Parser::take_plain(const PlainMessage& message) {
    const auto end = static_cast<std::size_t>(message.payload.data() - buffer_.get()) +
                     message.payload.size() + 2;
    NB_ASSERT(end <= size_);
    stream_offset_ += end - read_;
    read_ = scanned_ = end;
    waiting_ = 0;
}

ParsedOp Parser::next_line() {
    if (verb_ == Verb::Unknown && !match_verb()) return failed_ ? next() : need_more();
    if (verb_ == Verb::Ping || verb_ == Verb::Pong || verb_ == Verb::Ok) return bare_line();
    if (!first_argument_may_come()) return failed_ ? next() : need_more();

    // The search ends at the limit, so that the same bytes fail alike however they are cut.
    const std::size_t limit = line_bytes_max() + 2;
    const std::size_t searchable = std::min(size_, read_ + limit);
    const void* found = scanned_ < searchable
                            ? std::memchr(buffer_.get() + scanned_, '\n', searchable - scanned_)
                            : nullptr;
    if (found == nullptr) {
        scanned_ = searchable;
        return size_ - read_ >= limit ? fail(NatsError::LineTooLong, limit) : need_more();
    }
    const std::size_t line_feed =
        static_cast<std::size_t>(static_cast<const char*>(found) - (buffer_.get() + read_));
    scanned_ = read_ + line_feed + 1;
    if (buffer_[read_ + line_feed - 1] != '\r') return fail(NatsError::BareLineFeed, line_feed);
    const std::size_t line_bytes = line_feed - 1;
    if (verb_ == Verb::Info || verb_ == Verb::Err) return text_line(line_bytes);
    if (!parse_message_line(line_bytes)) return next();
    in_body_ = true;
    body_at_ = line_feed + 1;
    return next_body();
}

ParsedOp Parser::next_body() {
    const std::size_t held = size_ - read_;
    const std::size_t end = body_at_ + total_bytes_;
    if (held > end && buffer_[read_ + end] != '\r') return fail(NatsError::MissingPayloadEnd, end);
    if (held > end + 1 && buffer_[read_ + end + 1] != '\n')
        return fail(NatsError::MissingPayloadEnd, end + 1);
    if (held < end + 2) return need_more();

    ParsedOp op;
    op.kind = verb_ == Verb::Msg ? ParsedOp::Kind::Msg : ParsedOp::Kind::Hmsg;
    op.subject = view(subject_);
    op.sid = view(sid_);
    op.reply = view(reply_);
    op.headers = view({body_at_, header_bytes_});
    op.payload = view({body_at_ + header_bytes_, total_bytes_ - header_bytes_});
    finish_op(end + 2);
    return op;
}

// Reads the verb byte by byte, so that garbage fails at its first impossible byte. False when it
// failed or needs more.
bool Parser::match_verb() {
    if (verb_bytes_ == 0) {
        if (size_ - read_ >= 4 && begins_with_msg(buffer_.get() + read_)) {
            verb_ = Verb::Msg;
            verb_bytes_ = 3;
            scanned_ = read_ + 3;
            return true;
        }
        verb_mask_ = kAllVerbs;
    }
    while (scanned_ < size_) {
        const char c = upper(buffer_[scanned_]);
        std::uint8_t fitting = 0;
        for (std::size_t i = 0; i < kVerbs.size(); ++i) {
            const bool fits = (verb_mask_ >> i & 1) != 0 && kVerbs[i][verb_bytes_] == c;
            if (fits) fitting = static_cast<std::uint8_t>(fitting | 1u << i);
        }
        if (fitting == 0) {
            set_failed(NatsError::UnknownVerb, scanned_ - read_);
            return false;
        }
        verb_mask_ = fitting;
        ++verb_bytes_;
        ++scanned_;
        // No verb is the beginning of another, so the first that is complete is the one.
        for (std::size_t i = 0; i < kVerbs.size(); ++i) {
            if ((fitting >> i & 1) == 0 || kVerbs[i].size() != verb_bytes_) continue;
            verb_ = static_cast<Verb>(i + 1);
            return true;
        }
    }
    return false;
}

// A blank follows a verb that has arguments.
bool Parser::first_argument_may_come() {
    const std::size_t at = read_ + verb_bytes_;
    if (at >= size_) return false;
    const char c = buffer_[at];
    if (is_blank(c)) return true;
    if (c == '\n')
        set_failed(NatsError::BareLineFeed, verb_bytes_);
    else if (c == '\r')
        set_failed(NatsError::MissingArguments, verb_bytes_);
    else
        set_failed(NatsError::UnknownVerb, verb_bytes_);
    return false;
}

// PING, PONG and +OK: blanks, then CRLF, and nothing else.
ParsedOp Parser::bare_line() {
    while (scanned_ < size_ && is_blank(buffer_[scanned_])) {
        if (scanned_ - read_ >= kControlLineBytesMax)
            return fail(NatsError::LineTooLong, scanned_ - read_);
        ++scanned_;
    }
    if (scanned_ == size_) return need_more();
    const std::size_t end = scanned_ - read_;
    if (buffer_[scanned_] == '\n') return fail(NatsError::BareLineFeed, end);
    if (buffer_[scanned_] != '\r') return fail(NatsError::UnexpectedBytes, end);
    if (scanned_ + 1 == size_) return need_more();
    if (buffer_[scanned_ + 1] != '\n') return fail(NatsError::LoneCarriageReturn, end);
    ParsedOp op;
    op.kind = verb_ == Verb::Ping   ? ParsedOp::Kind::Ping
              : verb_ == Verb::Pong ? ParsedOp::Kind::Pong
                                    : ParsedOp::Kind::Ok;
    finish_op(end + 2);
    return op;
}

ParsedOp Parser::text_line(std::size_t line_bytes) {
    const std::string_view rest = view({verb_bytes_, line_bytes - verb_bytes_});
    if (const std::size_t cr = rest.find('\r'); cr != std::string_view::npos)
        return fail(NatsError::LoneCarriageReturn, verb_bytes_ + cr);
    ParsedOp op;
    op.text = trim_blanks(rest);
    if (verb_ == Verb::Info) {
        if (op.text.empty()) return fail(NatsError::MissingArguments, line_bytes);
        op.kind = ParsedOp::Kind::Info;
    } else {
        op.kind = ParsedOp::Kind::Err;
        if (op.text.size() >= 2 && op.text.front() == '\'' && op.text.back() == '\'')
            op.text = op.text.substr(1, op.text.size() - 2);
    }
    finish_op(line_bytes + 2);
    return op;
}

bool Parser::parse_message_line(std::size_t line_bytes) {
    std::array<Token, kMessageFieldsMax> tokens;
    std::size_t count = 0;
    const char* const line = buffer_.get() + read_;
    std::size_t at = verb_bytes_;
    for (;;) {
        while (at < line_bytes && is_blank(line[at])) ++at;
        if (at == line_bytes) break;
        if (count == tokens.size()) {
            set_failed(NatsError::WrongArgumentCount, at);
            return false;
        }
        const std::size_t start = at;
        while (at < line_bytes && !is_blank(line[at]) && line[at] != '\r') ++at;
        if (at < line_bytes && line[at] == '\r') {
            set_failed(NatsError::LoneCarriageReturn, at);
            return false;
        }
        tokens[count++] = Token{start, at - start};
    }
    const std::size_t least = verb_ == Verb::Msg ? 3 : 4;
    if (count < least || count > least + 1) {
        set_failed(NatsError::WrongArgumentCount, line_bytes);
        return false;
    }
    subject_ = tokens[0];
    sid_ = tokens[1];
    reply_ = count > least ? tokens[2] : Token{};
    return parse_sizes(tokens.data(), count);
}

bool Parser::parse_sizes(const Token* tokens, std::size_t count) {
    const std::size_t sizes = verb_ == Verb::Msg ? 1 : 2;
    std::array<std::size_t, 2> values = {0, 0};
    for (std::size_t i = 0; i < sizes; ++i) {
        const Token& token = tokens[count - sizes + i];
        if (token.bytes > kSizeDigitsMax) {
            set_failed(NatsError::BadSize, token.at);
            return false;
        }
        for (const char c : view(token)) {
            if (c < '0' || c > '9') {
                set_failed(NatsError::BadSize, token.at);
                return false;
            }
            values[i] = values[i] * 10 + static_cast<std::size_t>(c - '0');
        }
    }
    header_bytes_ = sizes == 2 ? values[0] : 0;
    total_bytes_ = values[sizes - 1];
    const Token& last = tokens[count - 1];
    if (total_bytes_ > kPayloadBytesMax)
        set_failed(NatsError::PayloadTooBig, last.at);
    else if (header_bytes_ > total_bytes_)
        set_failed(NatsError::HeaderBeyondTotal, last.at);
    return !failed_;
}

std::size_t Parser::line_bytes_max() const {
    return verb_ == Verb::Info ? kInfoLineBytesMax : kControlLineBytesMax;
}

std::string_view Parser::view(const Token& token) const {
    return {buffer_.get() + read_ + token.at, token.bytes};
}

ParsedOp Parser::need_more() {
    waiting_ = held_bytes();
    return {};
}

ParsedOp Parser::fail(NatsError code, std::size_t at) {
    set_failed(code, at);
    ParsedOp op;
    op.kind = ParsedOp::Kind::Failed;
    return op;
}

void Parser::set_failed(NatsError code, std::size_t at) {
    failed_ = true;
    error_ = nats_error(code, static_cast<std::size_t>(stream_offset_) + at);
    waiting_ = held_bytes();  // nothing of it will ever be handed out
}

const Error& Parser::error() const {
    NB_ASSERT(failed_);
    return error_;
}

void Parser::finish_op(std::size_t bytes) {
    read_ += bytes;
    scanned_ = read_;
    stream_offset_ += bytes;
    waiting_ = 0;
    verb_ = Verb::Unknown;
    verb_bytes_ = 0;
    in_body_ = false;
}

std::span<char> Parser::prepare(std::size_t bytes) {
    if (read_ == size_) read_ = scanned_ = size_ = 0;
    shrink_when_idle(bytes);
    if (capacity_ - size_ < bytes) make_room(bytes);
    prepared_ = bytes;
    check_invariants();
    return {buffer_.get() + size_, bytes};
}

void Parser::commit(std::size_t bytes) {
    NB_ASSERT(bytes <= prepared_);
    size_ += bytes;
    prepared_ = 0;
    if (failed_) waiting_ = held_bytes();
    check_invariants();
}

void Parser::receive(std::string_view bytes) {
    if (bytes.empty()) return;
    std::memcpy(prepare(bytes.size()).data(), bytes.data(), bytes.size());
    commit(bytes.size());
}

// Moves the rest to the front when that pays: when it is small, or at least as much was read as is
// left, so that every byte is moved a bounded number of times. Else the buffer at least doubles.
void Parser::make_room(std::size_t bytes) {
    const std::size_t held = held_bytes();
    const bool fits_after_move = capacity_ - held >= bytes;
    if (fits_after_move && (held <= kAlwaysMovedBytes || read_ >= held)) {
        std::memmove(buffer_.get(), buffer_.get() + read_, held);
        scanned_ -= read_;
        size_ = held;
        read_ = 0;
        return;
    }
    reallocate(std::max({held + bytes, capacity_ * 2, kFirstCapacityBytes}));
}

void Parser::reallocate(std::size_t capacity) {
    const std::size_t held = held_bytes();
    std::unique_ptr<char[]> larger(new char[capacity]);
    if (held > 0) std::memcpy(larger.get(), buffer_.get() + read_, held);
    buffer_ = std::move(larger);
    capacity_ = capacity;
    scanned_ -= read_;
    size_ = held;
    read_ = 0;
}

void Parser::shrink_when_idle(std::size_t bytes) {
    const std::size_t needed = held_bytes() + bytes;
    if (capacity_ <= kKeptBytesMax || needed > kKeptBytesMax / 2) {
        idle_prepares_ = 0;
        return;
    }
    if (++idle_prepares_ < kIdlePreparesUntilShrink) return;
    idle_prepares_ = 0;
    reallocate(kKeptBytesMax);
}

void Parser::reset() {
    read_ = scanned_ = size_ = 0;
    finish_op(0);
    stream_offset_ = 0;
    prepared_ = idle_prepares_ = 0;
    failed_ = false;
    error_ = Error{};
    if (capacity_ > kKeptBytesMax) reallocate(kKeptBytesMax);
    check_invariants();
}

void Parser::check_invariants() const {
    NB_ASSERT(read_ <= scanned_ && scanned_ <= size_ && size_ <= capacity_);
    NB_ASSERT(waiting_ <= held_bytes());
    NB_ASSERT(!in_body_ || (header_bytes_ <= total_bytes_ && total_bytes_ <= kPayloadBytesMax));
}

}  // namespace nats_blotter::nats
