#include <algorithm>
#include <new>

#include "format/bytes.hpp"
#include "format/check.hpp"
#include "row_reader.hpp"
#include "scorer_marks.hpp"
#include "tillcue/core/candidates.hpp"

namespace tillcue {
namespace {

using format::aligned8;

/// Where each array begins in the scorer's memory.
struct Layout {
  std::size_t sums, touched, rated, scored, marks, end;

  explicit Layout(std::size_t items) noexcept
      : sums(aligned8(sizeof(scoring::GapTable))),
        touched(sums + aligned8(sizeof(Score) * items)),
        rated(touched + aligned8(sizeof(std::uint32_t) * (items + 1))),
        scored(rated + aligned8(sizeof(Score) * (items + 1))),
        marks(scored + aligned8(sizeof(std::uint32_t) * std::min(items, kMaxScoredItems))),
        end(marks + aligned8(items)) {}
};

template <class T>
T* array_at(std::span<std::byte> memory, std::size_t at) noexcept {
  return static_cast<T*>(static_cast<void*>(memory.data() + at));
}

/// The ranking before is not known: there is nothing to compare with.
struct Unwatched {
  void note(std::uint32_t /*target*/, Score /*sum*/) noexcept {}
};

/// Keeps the targets whose sums reach `rising`; as branch-free as scatter.
struct Watched {
  Score rising;
  Score* risen;
  std::size_t count;

  void note(std::uint32_t target, Score sum) noexcept {
    risen[count] = static_cast<Score>(target);
    count += static_cast<std::size_t>(sum >= rising);
  }
};

/// Adds to the sums of `targets`. Branch-free: every target is written behind the touched list and stays only if it was
/// new, which the lowest bit of its sum tells.
template <class Weight, class Watch>
std::size_t scatter(std::uint32_t const* targets, std::uint32_t count, Score* sums, std::uint32_t* touched,
                    std::size_t touched_count, Weight twice_weight, Watch& watch) noexcept {
  for (std::uint32_t n = 0; n < count; ++n) {
    auto const target = targets[n];
    auto const before = sums[target];
    auto const after = (before + twice_weight(n)) | 1;
    sums[target] = after;
    touched[touched_count] = target;
    touched_count += static_cast<std::uint32_t>(~before) & 1U;
    watch.note(target, after);
  }
  return touched_count;
}

}  // namespace

std::size_t Scorer::memory_needed(Bundle const& bundle) noexcept { return Layout(bundle.item_count()).end; }

Scorer::Scorer(Bundle const& bundle, std::span<std::byte> memory, Instructions instructions) noexcept
    : bundle_(&bundle), instructions_(instructions) {
  std::size_t const items = bundle.item_count();
  Layout const layout(items);
  gaps_ = ::new (memory.data()) scoring::GapTable(bundle.parts_.affinity.widths);
  sums_ = array_at<Score>(memory, layout.sums);
  touched_ = array_at<std::uint32_t>(memory, layout.touched);
  rated_ = array_at<Score>(memory, layout.rated);
  scored_ = array_at<std::uint32_t>(memory, layout.scored);
  marks_ = array_at<std::uint8_t>(memory, layout.marks);
  std::fill_n(sums_, items, Score{0});
  std::fill_n(marks_, items, std::uint8_t{0});
}

void Scorer::clear() noexcept {
  for (std::size_t n = 0; n < touched_count_; ++n) sums_[touched_[n]] = 0;
  if (held_count_ == scored_count_) {
    for (std::size_t n = 0; n < scored_count_; ++n) marks_[scored_[n]] = 0;
  } else {
    std::fill_n(marks_, bundle_->item_count(), std::uint8_t{0});
  }
  touched_count_ = held_count_ = scored_count_ = 0;
  known_ = false;
}

template <class Watch>
void Scorer::apply_packed(scoring::RowReader& reader, Score sign, Watch& watch) noexcept {
  auto const* const bits = reader.row.bits;
  auto const* const levels = reader.table.levels;
  auto const weight_bits = std::uint32_t{reader.table.weight_bits};
  Score const twice = 2 * sign * reader.row.scale;
  std::array<std::uint32_t, scoring::RowReader::kRoom> targets;
  for (;;) {
    auto const first = reader.next;
    auto const count = scoring::read(instructions_, reader, targets.data());
    if (count == 0) return;
    auto const value = [=](std::uint32_t code) {
      return format::load<std::int16_t>(levels + 2 * std::size_t{code}) * twice;
    };
    auto const add = [&](auto code_of) {
      auto const weight = [=](std::uint32_t n) { return value(code_of(n)); };
      touched_count_ = scatter(targets.data(), count, sums_, touched_, touched_count_, weight, watch);
    };
    if (weight_bits == 8) {
      add([=](std::uint32_t n) { return format::load<std::uint8_t>(bits + first + n); });
    } else {
      add([=](std::uint32_t n) { return format::bits_at(bits, weight_bits * (first + n), weight_bits); });
    }
  }
}

template <class Watch>
void Scorer::apply_plain(std::uint32_t item, Score sign, Watch& watch) noexcept {
  auto const& table = bundle_->parts_.affinity;
  std::size_t const begin = format::load<std::uint32_t>(table.row_ends + 4 * std::size_t{item});
  std::size_t const end = format::load<std::uint32_t>(table.row_ends + 4 * std::size_t{item} + 4);
  Score const twice = 2 * sign * format::load<std::uint16_t>(table.row_scales + 2 * std::size_t{item});
  std::array<std::uint32_t, scoring::RowReader::kChunk> targets;
  for (auto at = begin; at < end; at += targets.size()) {
    auto const count = static_cast<std::uint32_t>(std::min(end - at, targets.size()));
    for (std::uint32_t n = 0; n < count; ++n) {
      targets[n] = format::plain_target(table.row_ids, table.id_bytes, at + n);
    }
    auto const weight = [&](std::uint32_t n) { return format::load<std::int8_t>(table.row_weights + at + n) * twice; };
    touched_count_ = scatter(targets.data(), count, sums_, touched_, touched_count_, weight, watch);
  }
}

void Scorer::apply_row(std::uint32_t item, Score sign) noexcept {
  auto const& table = bundle_->parts_.affinity;
  auto const apply = [&](std::size_t entries, auto with) {
    if (!watching(entries)) {
      Unwatched watch;
      return with(watch);
    }
    Watched watch{rising_, rated_, risen_count_};
    with(watch);
    risen_count_ = watch.count;
  };
  if (!table.packed) {
    return apply(bundle_->row(ItemIx{item}).size(), [&](auto& watch) { apply_plain(item, sign, watch); });
  }
  scoring::RowReader reader(table, *gaps_, item);
  apply(reader.row.count, [&](auto& watch) { apply_packed(reader, sign, watch); });
}

void Scorer::prefetch_row(std::uint32_t item) const noexcept {
  auto const& table = bundle_->parts_.affinity;
  if (!table.packed || item >= table.items) return;
  auto const* const row = table.rows + format::row_begin(table, item);
  __builtin_prefetch(row);
  __builtin_prefetch(row + 64);
}

/// Whether what rises is noted: as long as there is room for `more` of it.
bool Scorer::watching(std::size_t more) noexcept {
  known_ = known_ && risen_count_ + more <= bundle_->item_count();
  return known_;
}

void Scorer::add(ItemIx item) noexcept {
  auto const n = index(item);
  if (n >= bundle_->item_count() || holds(item)) return;
  ++held_count_;
  marks_[n] = scoring::kHeld;
  if (scored_count_ == kMaxScoredItems) return;
  marks_[n] |= scoring::kScored;
  scored_[scored_count_++] = n;
  apply_row(n, 1);
}

void Scorer::remove(ItemIx item) noexcept {
  if (!holds(item)) return;
  auto const n = index(item);
  bool const scored = (marks_[n] & scoring::kScored) != 0;
  marks_[n] = 0;
  --held_count_;
  if (scored) {
    auto* const end = scored_ + scored_count_;
    *std::find(scored_, end, n) = end[-1];
    --scored_count_;
    apply_row(n, -1);
  }
  // It may be suggested again.
  if (watching(1)) rated_[risen_count_++] = static_cast<Score>(n);
  // An empty basket touches nothing: what would only be looked at in vain is forgotten.
  if (held_count_ == 0) clear();
}

void Scorer::assign(std::span<ItemIx const> items) noexcept {
  constexpr std::size_t kAhead = 8;
  clear();
  for (std::size_t n = 0; n < std::min(items.size(), kAhead); ++n) prefetch_row(index(items[n]));
  for (std::size_t n = 0; n < items.size(); ++n) {
    if (n + kAhead < items.size()) prefetch_row(index(items[n + kAhead]));
    add(items[n]);
  }
}

bool Scorer::holds(ItemIx item) const noexcept {
  return index(item) < bundle_->item_count() && (marks_[index(item)] & scoring::kHeld) != 0;
}

Score Scorer::score(ItemIx item) const noexcept {
  if (index(item) >= bundle_->item_count()) return 0;
  return (sums_[index(item)] >> 1) + format::bias_at(bundle_->parts_, index(item));
}

}  // namespace tillcue
