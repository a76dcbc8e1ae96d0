// feed/infer.h - a profile for a feed that nobody has described, from some of its messages.
//
// It is a guess, and only as good as what was seen: columns from the fields and their values, where
// the records are, what names a row and which version of it is newer. The answer is a profile file
// (docs/profiles.md) that profile_json.h has accepted. Messages are a stranger's; how much of them
// is looked at is bounded by kInferMessagesMax and its neighbours in base/limits.h.
//
//   records   the array of objects with the most in it, where that is more than what stands around
//             it; else the envelope's payload; else the message
//   columns   each text, number, instant and truth, nested ones by JSON pointer. Left out: lists,
//             and fields whose values are of several types. Prices and names have no sum
//   key       what the wildcards of the subject stand for, or the field that repeats it; with it
//             the field `id`, or those whose names or values say that they tell rows apart
//   version   an instant or a sequence number that never fell for any key
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "base/limits.h"

namespace nats_blotter::feed {

struct FeedSample {
    std::string_view subject;
    std::string_view payload;
};

struct InferredProfile {
    std::string json;   // empty: none could be made
    std::string words;  // what was taken for what, or why there is none; safe to show
};

// `subject` is what is subscribed to, `samples` messages of it in the order in which they came.
InferredProfile infer_profile(std::string_view subject, std::span<const FeedSample> samples);

}  // namespace nats_blotter::feed
