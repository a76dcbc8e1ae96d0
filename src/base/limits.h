// base/limits.h - everything that can grow has its cap here, with the reason.
//
// A raised cap costs memory in every open page; a lowered one rejects what a real peer may send.
#pragma once

#include <cstddef>
#include <cstdint>

namespace nats_blotter {

// ---- NATS wire

// A control line without its payload. The server takes 4096 bytes of arguments and adds a verb and
// a sid; an -ERR that quotes a subject was seen at 4126 bytes. Sixteen times that leaves room for a
// server whose max_control_line was raised, and is nothing to a page.
inline constexpr std::size_t kControlLineBytesMax = 64 * 1024;

// INFO grows with connect_urls of a cluster, so it has its own cap.
inline constexpr std::size_t kInfoLineBytesMax = 1024 * 1024;

// nats-server warns above 8 MiB and has no upper bound; 64 MiB is its max_pending, past which it
// cuts the client anyway.
inline constexpr std::size_t kPayloadBytesMax = 64 * 1024 * 1024;

// Unsent bytes towards the broker: SUB lines of 10,000 subscriptions with long subjects fit.
inline constexpr std::size_t kOutputBytesMax = 4 * 1024 * 1024;

// One subscription per account and stream (scope "all accounts"), with room for the inspector's.
inline constexpr std::size_t kSubscriptionsMax = 20'000;

// Subject length: what fits the server's own control line.
inline constexpr std::size_t kSubjectBytesMax = 4096;

// ---- Intake

// Bytes that came from the broker and are not decoded yet, wherever they wait. A saturated link was
// seen to deliver 25 MB in one WebSocket message; past kInboxBytesMax the socket's callback decodes
// in place, past twice that the link is closed with a gap and a resync (design: "The pump is not
// the frame").
inline constexpr std::size_t kInboxBytesMax = 32 * 1024 * 1024;

// What the parser is given at a time; the rest of a large message waits in the browser's own
// buffer, so that our memory, which never shrinks, does not follow the largest message. Some 900
// events, and small enough that the bytes are decoded while they are in the processor's cache.
inline constexpr std::size_t kInboxSliceBytes = 256 * 1024;

// The most that one callback of the socket decodes in place: about as much as the largest message
// seen, and still within the 100 ms that a person takes for at once.
inline constexpr std::int64_t kInPlaceBudgetUs = 50'000;

// A REST answer is read ahead of its decoding by this, all answers together, and the piece with
// which that is reached (2 MiB were seen); then the browser is not asked for more, and TCP tells
// the service. Some 5 ms of decoding.
inline constexpr std::size_t kFetchAheadBytesMax = 1024 * 1024;

// A buffer that the browser fills with a piece of an answer; what takes less than a quarter of it
// is copied out, so that small pieces hold no more than four times their size.
inline constexpr std::size_t kFetchRoomBytes = 256 * 1024;

// An answer that is held whole before it is read: the list of securities of a whole market is one
// megabyte, the others are a few lines.
inline constexpr std::size_t kAnswerBytesMax = 4 * 1024 * 1024;

// What is decoded of a REST answer between two looks at the clock: some 100 records.
inline constexpr std::size_t kFetchSliceBytes = 32 * 1024;

// The most the pump decodes before it lets the page answer input.
inline constexpr std::int64_t kPumpBudgetUs = 4'000;

// The pump lets what comes gather for so long after it worked, unless it is as much as this: at
// 200,000 events a second a broker sends 15,000 messages of 4 KiB, and a task for each costs more
// than decoding. A table that nobody sees is in less of a hurry, and so is one whose next frame is
// on its way: that decodes what has gathered.
inline constexpr std::int64_t kGatherUs = 2'000;
inline constexpr std::int64_t kGatherUnhurriedUs = 8'000;
inline constexpr std::size_t kGatherBytesMax = 64 * 1024;

// The most that a frame decodes before it draws: less than kGatherBytesMax takes a third of it.
inline constexpr std::int64_t kInFrameBudgetUs = 1'000;

// ---- JSON

// TraderX events nest two deep; 64 leaves room for any profile and bounds the scanner's stack.
inline constexpr std::size_t kJsonDepthMax = 64;

// One record of an event or of a REST answer.
inline constexpr std::size_t kRecordBytesMax = 1024 * 1024;

// A profile file: the one of TraderX has 3 kB; 16 tables of 256 columns fit with long names.
inline constexpr std::size_t kProfileBytesMax = 1024 * 1024;

// ---- Feed and tables

inline constexpr std::size_t kColumnsMax = 256;
inline constexpr std::size_t kTablesMax = 16;

// Rows kept per table when the profile names no maximum. At about 50 bytes a row a million trades
// take 50 MB, a tenth of what a browser tab may sensibly use.
inline constexpr std::size_t kTableRowsMax = 1'000'000;

// Row ids of one table: an entry of its key index has 24 bits for one. At 50 bytes a row this many
// rows are 840 MB, close to what a page can have.
inline constexpr std::uint32_t kRowIdsMax = (std::uint32_t{1} << 24) - 1;

// Rows above the cap before the oldest are unloaded in one batch, as a share of the cap: a batch
// costs one pass over the table, so it must be rare.
inline constexpr std::size_t kEvictionBatchDivisor = 16;

// Copies of all tables and their views, while somebody holds the view still: four million rows. A
// page has some gigabytes, of which the tables themselves may take one.
inline constexpr std::size_t kHeldBytesMax = 256 * 1024 * 1024;

// Changes of the offset of the viewer's time zone that are known, the newest first: two a year for
// most zones, four for one that also changes in Ramadan.
inline constexpr std::size_t kZoneChangesMax = 96;

// One text cell. TraderX ids have at most 50 characters, account names 50.
inline constexpr std::size_t kTextCellBytesMax = 64 * 1024;

// All texts of one column; with 32-bit offsets and a 2 GiB address space this is what is safe.
inline constexpr std::size_t kTextHeapBytesMax = 512 * 1024 * 1024;

// Distinct interned symbols of one column; past it the record is dropped and counted.
inline constexpr std::size_t kSymbolsMax = 1'000'000;

// Accounts of one deployment that "all accounts" subscribes to, two streams each.
inline constexpr std::size_t kAccountsMax = 5'000;

// Keys (account and security) whose books are balanced, some 80 bytes each. Row ids of an index end
// at 2^24; past this, keys are counted and not balanced.
inline constexpr std::size_t kBookKeysMax = 1'000'000;

// Unloaded rows whose keys are remembered, so that one that comes back is not added up twice: 12
// bytes each. Rows change soon after they were made, if at all.
inline constexpr std::size_t kUnloadedKeysMax = 65'536;

// Amounts of the last minute whose sums are shown, 16 bytes each: 4,000 trades a second. Past it
// the sums are shown as no value until all of what was turned away is a minute old.
inline constexpr std::size_t kMinuteAmountsMax = 262'144;

// Events without a row that a snapshot may lack, 16 bytes each: only a cap of a few rows has more
// within the two seconds of the commit lag. Past it "unloaded" may say too few until the next read.
inline constexpr std::size_t kFreshGoneMax = 1'024;

// A table of at most this many rows is read again whole at each check of the books, about once a
// minute: 1.4 MB of JSON. A larger one where the service offers what has changed (X-Since), and
// else at every second, third, ... check, so that it costs no more.
inline constexpr std::size_t kCheckRowsMax = 5'000;

// ---- Inspector

// Messages that the inspector keeps, in bytes of all of them with their index, and in number: a
// busy minute, and a quarter of what the tables of a day take. Beyond either the oldest go.
inline constexpr std::size_t kInspectorBytesMax = 16 * 1024 * 1024;
inline constexpr std::size_t kInspectorMessagesMax = 100'000;

// Kept of one message with its subject and headers; the rest is cut off, and said.
inline constexpr std::size_t kInspectorMessageBytesMax = 32 * 1024;

// Copied within the time of a frame, so that a flood costs the tables nothing: some 50 us. Messages
// beyond it are counted and not kept.
inline constexpr std::size_t kInspectorTurnBytesMax = 256 * 1024;
inline constexpr std::int64_t kInspectorTurnUs = 16'000;

// Subjects that are counted each by itself; the rest are counted together.
inline constexpr std::size_t kInspectorSubjectsMax = 1'000;

// Subscriptions of the inspector; nobody types more.
inline constexpr std::size_t kInspectorSubscriptionsMax = 32;

// Looked at to guess what a table of a feed would look like: the newest messages, some 30 ms of
// work. More of them would seldom tell more.
inline constexpr std::size_t kInferMessagesMax = 256;
inline constexpr std::size_t kInferBytesMax = 1024 * 1024;
inline constexpr std::size_t kInferRecordsMax = 1'024;

// Columns of a table that nobody asked for by name: more than a wide screen shows. Objects within
// objects of a record, whose members become columns.
inline constexpr std::size_t kInferColumnsMax = 64;
inline constexpr std::size_t kInferDepthMax = 6;

static_assert(kInferColumnsMax + 8 <= kColumnsMax);
static_assert(kBookKeysMax <= kRowIdsMax && kUnloadedKeysMax <= kRowIdsMax);
static_assert(kGatherBytesMax <= kInboxSliceBytes);
static_assert(kInboxSliceBytes < kInboxBytesMax);
static_assert(kFetchSliceBytes <= kFetchRoomBytes && kFetchRoomBytes <= kFetchAheadBytesMax);
static_assert(2 * kAccountsMax <= kSubscriptionsMax);
static_assert(kPayloadBytesMax >= kRecordBytesMax);
static_assert(kControlLineBytesMax < kInfoLineBytesMax);

}  // namespace nats_blotter
