// feed/message.h - a message to its records: where in it they are, and what its subject says.
//
// A table's records are the message itself, or what `records_path` points at; an array there holds
// one record each. Columns with a `subject_token` take that token of the subject.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/result.h"
#include "feed/decode.h"
#include "feed/schema.h"

namespace nats_blotter::feed {

// The text of the value that the steps of a JSON pointer lead to; empty where there is none. Of a
// name that is given twice the last one counts. REQUIRES: `json` is one JSON value.
std::string_view value_at(std::string_view json, std::span<const std::string> steps);

class MessageReader {
  public:
    // Both must outlive the reader; the decoder is of this spec.
    MessageReader(const TableSpec& spec, RecordDecoder& decoder);

    // The record, where the payload is one alone and a learned layout knows it; null says nothing
    // of it: begin() with the same payload then. Valid until the next call.
    const Record* known(std::string_view payload) {
        const Record* const record =
            spec_.records_path.empty() ? decoder_.decode_known(payload) : nullptr;
        unknown_ = record == nullptr ? payload.data() : nullptr;
        return record;
    }

    // Views of both are kept until the last record was taken. `subject` is empty for an answer that
    // came by none.
    void begin(std::string_view subject, std::string_view payload);

    // The key that a subject says, and nothing else: of a message that takes its row away. Null
    // where it says none. Valid until the next call; its texts are the subject's.
    // REQUIRES: the spec has kv_delete.
    const Record* key_of(std::string_view subject);

    // What is decoded next came by no subject.
    void forget_subject();

    // The next record, or why there is none; nothing at the end. A record is valid until the next
    // call. Nothing is read of a message that is not JSON as a whole.
    std::optional<Result<const Record*>> next();

  private:
    void take_tokens(std::string_view subject);
    std::string_view next_element();

    const TableSpec& spec_;
    RecordDecoder& decoder_;
    bool has_tokens_ = false;
    std::string_view single_;        // the record, where there is one
    const char* unknown_ = nullptr;  // what known() was asked of, and did not know
    std::string_view elements_;      // else the rest of the array
    bool more_ = false;              // something is left
    std::optional<Error> error_;     // to be told once
    Record key_;                     // of key_of()
};

}  // namespace nats_blotter::feed
