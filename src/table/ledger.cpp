#include "table/ledger.h"

#include "base/assert.h"
#include "table/table.h"

namespace nats_blotter::table {
namespace {

constexpr std::int64_t kNsPerS = 1'000'000'000;

}  // namespace

// ---- keys of unloaded rows

RowHash UnloadedKeys::hasher() const {
    return {this, [](const void* keys, std::uint32_t place) {
                return static_cast<const UnloadedKeys*>(keys)->ring_[place];
            }};
}

bool UnloadedKeys::contains(std::uint64_t hash) const {
    return index_.find(hash, [&](std::uint32_t at) { return ring_[at] == hash; }) !=
           KeyIndex::kNone;
}

void UnloadedKeys::add(std::uint64_t hash) {
    if (hash == kGone || contains(hash)) return;
    if (ring_.size() < kUnloadedKeysMax) {
        ring_.push_back(hash);
        return index_.insert(hash, static_cast<std::uint32_t>(ring_.size() - 1), hasher());
    }
    const auto place = static_cast<std::uint32_t>(next_);
    next_ = (next_ + 1) % kUnloadedKeysMax;
    has_forgotten_ = true;
    if (ring_[place] != kGone) index_.erase(ring_[place], place, hasher());
    ring_[place] = hash;
    index_.insert(hash, place, hasher());
}

bool UnloadedKeys::remove(std::uint64_t hash) {
    const std::uint32_t place =
        index_.find(hash, [&](std::uint32_t at) { return ring_[at] == hash; });
    if (place == KeyIndex::kNone) return false;
    index_.erase(hash, place, hasher());
    ring_[place] = kGone;
    return true;
}

void UnloadedKeys::clear() {
    ring_.clear();
    index_.clear();
    next_ = 0;
    has_forgotten_ = false;
}

// ---- postings

const feed::BookSide& Ledger::side(BookPage page) const {
    return page == BookPage::Entries ? rule_.entries : rule_.balances;
}

Posting Ledger::posting_of(BookPage page, const Table& table, RowId row) const {
    const feed::BookSide& side = this->side(page);
    Posting posting;
    for (std::size_t i = 0; i < side.by.size(); ++i)
        posting.by[i] = table.column(side.by[i]).number(row);
    posting.row = row;
    const bool is_phantom = table.is_phantom(row);
    if (is_phantom) posting.count = 0;
    if (recent_column_ >= 0 && page == BookPage::Entries) {
        const std::int64_t time = table.column(static_cast<std::size_t>(side.time)).number(row);
        if (time != Column::kNullNumber) posting.second = time / kNsPerS;
    }
    const std::int64_t amount = table.column(side.amount).number(row);  // Int or Decimal
    if (is_phantom || amount == Column::kNullNumber) return posting;
    posting.amount = amount;
    if (side.sign < 0) return posting;
    const Column& sign = table.column(static_cast<std::size_t>(side.sign));
    const std::uint32_t symbol = sign.symbol(row);
    if (symbol != SymbolPool::kNone && sign.pool().text(symbol) == side.minus)
        posting.amount = -posting.amount;  // no cell holds INT64_MIN
    return posting;
}

std::uint64_t Ledger::columns(BookPage page) const {
    const feed::BookSide& side = this->side(page);
    std::uint64_t bits = column_bit(side.amount) | kPhantomBit;
    if (side.sign >= 0) bits |= column_bit(static_cast<std::size_t>(side.sign));
    for (const std::uint16_t column : side.by) bits |= column_bit(column);
    if (side.time >= 0) bits |= column_bit(static_cast<std::size_t>(side.time));
    return bits;
}

std::uint64_t Ledger::hash_of(const std::array<std::int64_t, feed::kBookByMax>& by) const {
    std::uint64_t hash = 0;
    for (const std::int64_t part : by) hash = hash_number(part, hash + 1);
    return hash;
}

RowHash Ledger::hasher() const {
    return {this, [](const void* ledger, std::uint32_t index) {
                const auto* self = static_cast<const Ledger*>(ledger);
                return self->hash_of(self->keys_[index].by);
            }};
}

bool Ledger::own_key(BookPage page, const Table& table, const Posting& posting,
                     std::array<std::int64_t, feed::kBookByMax>& by) const {
    const feed::BookSide& side = this->side(page);
    by = posting.by;
    for (std::size_t i = 0; i < side.by.size(); ++i) {
        if (table.column(side.by[i]).storage() != Column::Storage::Symbol) continue;
        if (posting.by[i] == Column::kNullNumber) continue;
        const std::vector<std::uint32_t>& known = translated_[static_cast<std::size_t>(page)][i];
        const auto symbol = static_cast<std::size_t>(posting.by[i]);
        if (symbol >= known.size() || known[symbol] == SymbolPool::kNone) return false;
        by[i] = known[symbol];
    }
    return true;
}

bool Ledger::make_own_key(BookPage page, const Table& table, const Posting& posting,
                          std::array<std::int64_t, feed::kBookByMax>& by) {
    const feed::BookSide& side = this->side(page);
    for (std::size_t i = 0; i < side.by.size(); ++i) {
        const Column& column = table.column(side.by[i]);
        if (column.storage() != Column::Storage::Symbol) continue;
        if (posting.by[i] == Column::kNullNumber) continue;
        std::vector<std::uint32_t>& known = translated_[static_cast<std::size_t>(page)][i];
        const auto symbol = static_cast<std::size_t>(posting.by[i]);
        if (symbol >= known.size()) known.resize(symbol + 1, SymbolPool::kNone);
        if (known[symbol] == SymbolPool::kNone)
            known[symbol] =
                symbols_[i].intern(column.pool().text(static_cast<std::uint32_t>(symbol)));
    }
    return own_key(page, table, posting, by);
}

std::uint32_t Ledger::find(const std::array<std::int64_t, feed::kBookByMax>& by) const {
    return index_.find(hash_of(by), [&](std::uint32_t index) { return keys_[index].by == by; });
}

Ledger::Key* Ledger::open(BookPage page, const Table& table, const Posting& posting) {
    std::array<std::int64_t, feed::kBookByMax> by{};
    const bool known = own_key(page, table, posting, by) || make_own_key(page, table, posting, by);
    const std::uint32_t found = known ? find(by) : KeyIndex::kNone;
    if (found != KeyIndex::kNone) return &keys_[found];
    if (!known || keys_.size() >= keys_max_) {
        ++refused_;
        return nullptr;
    }
    Key key;
    key.by = by;
    keys_.push_back(key);
    index_.insert(hash_of(by), static_cast<std::uint32_t>(keys_.size() - 1), hasher());
    return &keys_.back();
}

void Ledger::look_at(Key& key) {
    const bool differs = key.difference() != 0;
    if (!differs) key.was_even = true;
    if (!differs || key.listed) return;
    key.listed = true;
    key.was_even = false;
    key.since = -1;
    different_.push_back(static_cast<std::uint32_t>(&key - keys_.data()));
}

void Ledger::add(BookPage page, const Table& table, const Posting& posting, std::uint64_t key_hash,
                 bool is_late) {
    // One that was unloaded and is back is in the sum already.
    if (page == BookPage::Entries && unloaded_.size() > 0 && unloaded_.remove(key_hash)) return;
    Key* const key = open(page, table, posting);
    if (key == nullptr) return;
    const auto amount = static_cast<std::uint64_t>(posting.amount);
    (page == BookPage::Entries ? key->entries : key->balances) += amount;
    page == BookPage::Entries ? count(*key, posting, true) : settle_on(*key, posting.row);
    look_at(*key);
    if (is_late && page == BookPage::Entries)
        key->doubted = key->base != 0 && key->difference() != 0;
}

void Ledger::remove(BookPage page, const Table& table, const Posting& posting) {
    Key* const key = open(page, table, posting);
    if (key == nullptr) return;
    const auto amount = static_cast<std::uint64_t>(posting.amount);
    (page == BookPage::Entries ? key->entries : key->balances) -= amount;
    page == BookPage::Entries ? count(*key, posting, false) : settle_on(*key, kNoRow);
    look_at(*key);
}

// In one step where the key stays: between two, a sum would be what no row ever said.
void Ledger::change(BookPage page, const Table& table, const Posting& before,
                    const Posting& after) {
    if (before.by != after.by) {
        remove(page, table, before);
        // Another hash than any row's: it is no return of an unloaded one.
        return add(page, table, after, 0, false);
    }
    Key* const key = open(page, table, after);
    if (key == nullptr) return;
    const std::uint64_t moved =
        static_cast<std::uint64_t>(after.amount) - static_cast<std::uint64_t>(before.amount);
    if (page == BookPage::Entries) {
        key->entries += moved;
        count(*key, before, false);
        count(*key, after, true);
    } else {
        key->balances += moved;
        settle_on(*key, after.row);
    }
    look_at(*key);
}

void Ledger::unload(BookPage page, const Table& table, const Posting& posting,
                    std::uint64_t key_hash) {
    if (page == BookPage::Entries) return unloaded_.add(key_hash);
    Key* const key = open(page, table, posting);
    if (key == nullptr) return;
    key->unjudged = true;
    settle_on(*key, kNoRow);
}

// ---- telling

void Ledger::begin_telling(const feed::TableSpec& balances) {
    for (std::size_t index = 0; index < balances.columns.size(); ++index) {
        const feed::Origin origin = balances.columns[index].origin;
        if (origin == feed::Origin::Entries) rows_column_ = static_cast<std::int32_t>(index);
        if (origin == feed::Origin::Recent) recent_column_ = static_cast<std::int32_t>(index);
    }
    NB_ASSERT(recent_column_ < 0 || rule_.entries.time >= 0);
}

void Ledger::settle_on(Key& key, RowId row) {
    key.balance_row = row;
    want_told(key);
}

void Ledger::count(Key& key, const Posting& posting, bool adds) {
    if (rows_column_ < 0 && recent_column_ < 0) return;
    key.rows += adds ? posting.count : 0 - posting.count;
    const auto amount = static_cast<std::uint64_t>(posting.amount);
    const std::uint64_t moved = adds ? amount : 0 - amount;
    if (recent_column_ >= 0 && posting.amount != 0 &&
        minute_.add(static_cast<std::uint32_t>(&key - keys_.data()), posting.second, moved))
        key.recent += moved;
    want_told(key);
}

void Ledger::want_told(Key& key) {
    if (key.to_tell || (rows_column_ < 0 && recent_column_ < 0)) return;
    key.to_tell = true;
    untold_.push_back(static_cast<std::uint32_t>(&key - keys_.data()));
}

void Ledger::want_all_told() {
    for (Key& key : keys_) want_told(key);
}

void Ledger::advance(std::int64_t second) {
    minute_.advance(second, [this](std::uint32_t index, std::uint64_t amount) {
        keys_[index].recent -= amount;
        want_told(keys_[index]);
    });
}

void Ledger::tell(Table& balances) {
    // All sums are known again, or none is for a while.
    if (minute_.is_complete() != was_complete_) {
        was_complete_ = minute_.is_complete();
        want_all_told();
    }
    for (const std::uint32_t index : untold_) {
        Key& key = keys_[index];
        key.to_tell = false;
        if (key.balance_row == kNoRow) continue;
        if (rows_column_ >= 0)
            balances.tell(key.balance_row, static_cast<std::size_t>(rows_column_),
                          feed::Cell::of_number(static_cast<std::int64_t>(key.rows)));
        if (recent_column_ < 0) continue;
        const auto recent = static_cast<std::int64_t>(key.recent);
        const bool known = was_complete_ && recent != Column::kNullNumber;
        balances.tell(key.balance_row, static_cast<std::size_t>(recent_column_),
                      known ? feed::Cell::of_number(recent) : feed::Cell{});
    }
    untold_.clear();
}

// ---- judging

void Ledger::settle() {
    std::size_t kept = 0;
    for (const std::uint32_t index : different_) {
        Key& key = keys_[index];
        if (key.difference() != 0) {
            different_[kept++] = index;
            continue;
        }
        key.listed = false;
        key.weighing = false;
        key.doubted = false;
        mark(index, false);
    }
    different_.resize(kept);
}

bool Ledger::is_broken(BookPage page, const Table& table, RowId row) const {
    if (broken_ == 0) return false;
    std::array<std::int64_t, feed::kBookByMax> by{};
    if (!own_key(page, table, posting_of(page, table, row), by)) return false;
    const std::uint32_t found = find(by);
    return found != KeyIndex::kNone && keys_[found].broken;
}

void Ledger::mark(std::uint32_t index, bool broken) {
    Key& key = keys_[index];
    if (key.broken == broken) return;
    key.broken = broken;
    broken_ += broken ? 1 : static_cast<std::size_t>(-1);
    ++version_;
}

void Ledger::clear() {
    if (broken_ > 0) ++version_;
    keys_.clear();
    index_.clear();
    for (SymbolPool& pool : symbols_) pool.clear();
    for (auto& page : translated_)
        for (auto& known : page) known.clear();
    unloaded_.clear();
    different_.clear();
    minute_.clear();
    untold_.clear();
    broken_ = 0;
}

}  // namespace nats_blotter::table
