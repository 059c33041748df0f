#include "tillcue/controller.h"

#include <algorithm>
#include <array>
#include <new>
#include <span>

#include "best.hpp"
#include "format/check.hpp"
#include "format/layout.hpp"
#include "format/lookup.hpp"
#include "format/packed_row.hpp"
#include "tillcue/core/bundle.hpp"

namespace tillcue {
namespace {

using format::Parts;
using scoring::Best;

static_assert(sizeof(Parts) <= sizeof(tillcue_table) && alignof(Parts) <= alignof(tillcue_table));

Parts const& parts_of(tillcue_table const* table) noexcept {
  return *std::launder(reinterpret_cast<Parts const*>(table->inside));
}

std::uint16_t flags_of(Parts const& parts, std::uint32_t item) noexcept {
  return format::load<std::uint16_t>(parts.items.at(item) + format::item::kFlags);
}

/// The basket as it is scored: every known item once. Looked through one by one, which no basket is too long for.
class Basket {
 public:
  Basket(Parts const& parts, std::span<std::uint32_t const> items) noexcept : parts_(parts), items_(items) {}

  [[nodiscard]] bool holds(std::uint32_t item) const noexcept { return holds_before(items_.size(), item); }
  /// Calls visit(item) for the items that count, at most kMaxScoredItems.
  template <class Visit>
  void each(Visit visit) const noexcept {
    std::size_t scored = 0;
    for (std::size_t n = 0; n < items_.size() && scored < kMaxScoredItems; ++n) {
      if (items_[n] >= parts_.item_count || holds_before(n, items_[n])) continue;
      ++scored;
      visit(items_[n]);
    }
  }

 private:
  // Not std::find: unrolled, it is four times as long here.
  [[nodiscard]] bool holds_before(std::size_t end, std::uint32_t item) const noexcept {
    std::size_t n = 0;
    while (n < end && items_[n] != item) ++n;
    return n < end;
  }

  Parts const& parts_;
  std::span<std::uint32_t const> items_;
};

/// A stretch of the catalogue whose scores are in memory. A sum is twice what rows add, and 1 when any touched it.
class Stretch {
 public:
  static constexpr std::size_t kBytesAnItem = sizeof(Score) + sizeof(std::uint16_t);
  static constexpr std::size_t kMost = 0xFFFF;

  Stretch(Parts const& parts, std::span<Score> sums, std::uint16_t* touched) noexcept
      : parts_(parts), sums_(sums), touched_(touched) {
    std::fill(sums_.begin(), sums_.end(), Score{0});
  }

  void move_to(std::uint32_t first) noexcept {
    for (std::size_t n = 0; n < count_; ++n) sums_[touched_[n]] = 0;
    count_ = 0;
    first_ = first;
  }
  void add_row(std::uint32_t source) noexcept {
    auto const& table = parts_.affinity;
    auto const row = format::packed_row(table, source);
    format::GapCursor cursor(row, source);
    for (std::uint32_t n = 0; n < row.count; ++n) {
      cursor.step(table, row.bits);
      auto const place = cursor.item(table) - first_;
      if (place >= sums_.size()) continue;
      auto& sum = sums_[place];
      if ((sum & 1) == 0) touched_[count_++] = static_cast<std::uint16_t>(place);
      auto const code = format::bits_at(row.bits, row.weight_bits * n, row.weight_bits);
      sum = (sum + 2 * format::level_of(table, code) * row.scale) | 1;
    }
  }
  void offer_touched(Basket const& basket, Best& best) const noexcept {
    for (std::size_t n = 0; n < count_; ++n) {
      auto const item = first_ + touched_[n];
      Scored const scored{ItemIx{item}, (sums_[touched_[n]] >> 1) + format::bias_at(parts_, item)};
      if (best.wants(scored) && !basket.holds(item)) best.take(scored);
    }
  }
  /// Untouched items score their intercept: the popular ones, and all others only when those did not suffice.
  void offer_untouched(Basket const& basket, Best& best) const noexcept {
    auto const popular = parts_.popular.count;
    Scored last;
    for (std::uint32_t n = 0; n < popular; ++n) {
      auto const item = format::load<std::uint32_t>(parts_.popular.at(n));
      last = {ItemIx{item}, format::bias_at(parts_, item)};
      // The list falls: the first that does not fit ends it.
      if (!best.wants(last)) return;
      if (untouched(item) && !basket.holds(item)) best.take(last);
    }
    if (popular == parts_.item_count) return;
    auto const end = std::min<std::uint64_t>(parts_.item_count, std::uint64_t{first_} + sums_.size());
    for (auto item = first_; item < end; ++item) {
      Scored const scored{ItemIx{item}, format::bias_at(parts_, item)};
      bool const behind = popular == 0 || scoring::better(last, scored);
      if (behind && best.wants(scored) && untouched(item) && !basket.holds(item)) best.take(scored);
    }
  }

 private:
  [[nodiscard]] bool untouched(std::uint32_t item) const noexcept {
    return item - first_ < sums_.size() && (sums_[item - first_] & 1) == 0;
  }

  Parts const& parts_;
  std::span<Score> sums_;
  std::uint16_t* touched_;
  std::size_t count_ = 0;
  std::uint32_t first_ = 0;
};

/// Who of the basket speaks loudest for each place.
class Reasons {
 public:
  explicit Reasons(std::span<tillcue_place> places) noexcept : places_(places) {}

  void hear(Parts const& parts, std::uint32_t source) noexcept {
    // A bag fee may be bought with everything; nobody wants to hear that.
    if ((flags_of(parts, source) & static_cast<std::uint16_t>(ItemFlag::not_for_sale)) != 0) return;
    auto const& table = parts.affinity;
    auto const row = format::packed_row(table, source);
    format::GapCursor cursor(row, source);
    for (std::uint32_t n = 0; n < row.count; ++n) {
      cursor.step(table, row.bits);
      auto const item = cursor.item(table);
      for (std::size_t k = 0; k < places_.size(); ++k) {
        if (places_[k].item != item) continue;
        auto const code = format::bits_at(row.bits, row.weight_bits * n, row.weight_bits);
        // As on a till: what may be coincidence is no reason.
        if (format::is_significant(table, code)) hear_term(k, source, format::level_of(table, code) * row.scale);
      }
    }
  }

 private:
  void hear_term(std::size_t k, std::uint32_t source, Score weight) noexcept {
    auto& because = places_[k].because;
    if (weight > loudest_[k] || (weight > 0 && weight == loudest_[k] && source < because)) {
      loudest_[k] = weight;
      because = source;
    }
  }

  std::span<tillcue_place> places_;
  std::array<Score, TILLCUE_TABLE_MOST_OFFERS> loudest_{};
};

tillcue_text text_at(Parts const& parts, std::uint32_t item, std::size_t field) noexcept {
  if (item >= parts.item_count) return {nullptr, 0};
  auto const text = format::string_at(parts, format::load<std::uint32_t>(parts.items.at(item) + field));
  return {text.data(), text.size()};
}

}  // namespace
}  // namespace tillcue

using namespace tillcue;

int tillcue_table_open(tillcue_table* table, void const* bytes, size_t size, tillcue_fault* fault) {
  auto* const parts = ::new (table->inside) Parts;
  auto const found = format::check_ranking({static_cast<std::byte const*>(bytes), size}, *parts);
  if (fault != nullptr) {
    *fault = {static_cast<std::uint32_t>(found.fault), found.section, static_cast<std::uint32_t>(found.offset)};
  }
  return found.ok() ? 1 : 0;
}

uint32_t tillcue_table_items(tillcue_table const* table) { return parts_of(table).item_count; }

uint32_t tillcue_table_find(tillcue_table const* table, char const* code, size_t size) {
  return format::find_code(parts_of(table), {code, size});
}

tillcue_text tillcue_table_sku(tillcue_table const* table, uint32_t item) {
  return text_at(parts_of(table), item, format::item::kSku);
}

tillcue_text tillcue_table_name(tillcue_table const* table, uint32_t item) {
  return text_at(parts_of(table), item, format::item::kName);
}

int64_t tillcue_table_price(tillcue_table const* table, uint32_t item) {
  auto const& parts = parts_of(table);
  if (item >= parts.item_count) return TILLCUE_TABLE_NO_PRICE;
  auto const minor = format::load<std::int64_t>(parts.items.at(item) + format::item::kPrice);
  return minor == format::kNoPrice ? TILLCUE_TABLE_NO_PRICE : minor;
}

size_t tillcue_table_memory(tillcue_table const* table) {
  auto const items = std::min<std::size_t>(parts_of(table).item_count, Stretch::kMost);
  return std::max<std::size_t>(items * Stretch::kBytesAnItem, TILLCUE_TABLE_LEAST_MEMORY);
}

size_t tillcue_table_rank(tillcue_table const* table, uint32_t const* items, size_t items_size, void* memory,
                          size_t memory_size, tillcue_place* places, size_t places_size) {
  auto const& parts = parts_of(table);
  if (places_size == 0 || memory_size < TILLCUE_TABLE_LEAST_MEMORY) return 0;
  Basket const basket(parts, {items, items_size});
  auto const width = static_cast<std::uint32_t>(
      std::min({memory_size / Stretch::kBytesAnItem, Stretch::kMost, std::size_t{parts.item_count}}));
  auto* const sums = static_cast<Score*>(memory);
  Stretch stretch(parts, {sums, width}, static_cast<std::uint16_t*>(static_cast<void*>(sums + width)));

  std::array<Scored, TILLCUE_TABLE_MOST_OFFERS> best_of;
  Best best{std::span<Scored>(best_of).first(std::min(places_size, best_of.size()))};
  std::size_t basket_size = 0;
  for (std::uint32_t first = 0; first < parts.item_count; first += width) {
    stretch.move_to(first);
    basket_size = 0;
    basket.each([&](std::uint32_t source) {
      stretch.add_row(source);
      ++basket_size;
    });
    stretch.offer_touched(basket, best);
    stretch.offer_untouched(basket, best);
  }

  auto const count = best.sort();
  for (std::size_t n = 0; n < count; ++n) {
    auto const& [item, score] = best_of[n];
    places[n] = {index(item), score, format::probability_ppm(parts, score, n, basket_size), TILLCUE_TABLE_NO_ITEM};
  }
  Reasons reasons({places, count});
  basket.each([&](std::uint32_t source) { reasons.hear(parts, source); });
  return count;
}
