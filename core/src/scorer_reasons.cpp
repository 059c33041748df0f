#include <algorithm>
#include <array>

#include "row_reader.hpp"
#include "rules.hpp"
#include "tillcue/core/candidates.hpp"

namespace tillcue {
namespace {

/// Finds the few candidates among the many targets of rows: one bit tells most of the others, the rest is looked up.
class Candidates {
 public:
  explicit Candidates(std::span<ItemIx const> items) noexcept : size_(items.size()) {
    for (std::size_t n = 0; n < size_; ++n) {
      places_[n] = {index(items[n]), static_cast<std::uint32_t>(n)};
      word(index(items[n])) |= bit(index(items[n]));
    }
    std::sort(places_.begin(), places_.begin() + static_cast<std::ptrdiff_t>(size_),
              [](Place const& a, Place const& b) { return a.item < b.item; });
  }

  [[nodiscard]] bool may_hold(std::uint32_t item) const noexcept {
    return (words_[item / 64 % kWords] & bit(item)) != 0;
  }
  /// The candidate's number; size() when it is none.
  [[nodiscard]] std::size_t find(std::uint32_t item) const noexcept {
    auto const end = places_.begin() + static_cast<std::ptrdiff_t>(size_);
    auto const at =
        std::lower_bound(places_.begin(), end, item, [](Place const& p, std::uint32_t i) { return p.item < i; });
    return at != end && at->item == item ? at->number : size_;
  }
  [[nodiscard]] std::size_t size() const noexcept { return size_; }

 private:
  static constexpr std::size_t kWords = 64;  // 16 bits for each of the most candidates
  struct Place {
    std::uint32_t item, number;
  };

  [[nodiscard]] std::uint64_t& word(std::uint32_t item) noexcept { return words_[item / 64 % kWords]; }
  static constexpr std::uint64_t bit(std::uint32_t item) noexcept { return std::uint64_t{1} << item % 64; }

  std::array<std::uint64_t, kWords> words_{};
  std::array<Place, Scorer::kMaxExplained> places_;
  std::size_t size_;
};

/// What speaks for each candidate so far.
class Listener {
 public:
  Listener(Candidates const& candidates, Admission admission, std::span<Term> loudest) noexcept
      : candidates_(candidates), admission_(admission), loudest_(loudest) {}

  /// The candidate's number; npos when `item` is none.
  [[nodiscard]] std::size_t wants(std::uint32_t item) const noexcept {
    if (!candidates_.may_hold(item)) return kNone;
    auto const n = candidates_.find(item);
    return n < candidates_.size() ? n : kNone;
  }
  void hear(Term const& term, std::size_t n) noexcept {
    if (term.weight <= 0) return;
    auto& best = loudest_[n];
    if (best.weight > 0 && !louder(term, best)) return;
    if (admission_(term.source, n)) {
      best = term;
    } else if (best.weight <= 0 && louder(term, {best.source, -best.weight})) {
      best = {term.source, -term.weight};
    }
  }
  static constexpr std::size_t kNone = ~std::size_t{0};

 private:
  static bool louder(Term const& a, Term const& b) noexcept {
    return a.weight > b.weight || (a.weight == b.weight && index(a.source) < index(b.source));
  }

  Candidates const& candidates_;
  Admission admission_;
  std::span<Term> loudest_;
};

void hear_plain(Bundle const& bundle, ItemIx source, Listener& listener) noexcept {
  for (auto const& entry : bundle.row(source)) {
    auto const n = listener.wants(index(entry.target));
    if (n != Listener::kNone) listener.hear({source, entry.contribution}, n);
  }
}

/// A weight is read only of the few targets that are candidates.
void hear_packed(scoring::RowReader reader, std::uint32_t source, Instructions instructions,
                 Listener& listener) noexcept {
  auto const& row = reader.row;
  std::array<std::uint32_t, scoring::RowReader::kRoom> targets;
  for (;;) {
    auto const first = reader.next;
    auto const count = scoring::read(instructions, reader, targets.data());
    if (count == 0) return;
    for (std::uint32_t n = 0; n < count; ++n) {
      auto const number = listener.wants(targets[n]);
      if (number == Listener::kNone) continue;
      auto const code = format::bits_at(row.bits, row.weight_bits * (first + n), row.weight_bits);
      if (!format::is_significant(reader.table, code)) continue;
      listener.hear({ItemIx{source}, format::level_of(reader.table, code) * row.scale}, number);
    }
  }
}

}  // namespace

void Scorer::explain(std::span<ItemIx const> candidates, std::span<Term> loudest, Admission admission) const noexcept {
  std::fill(loudest.begin(), loudest.end(), Term{});
  Candidates const wanted(candidates.first(std::min({candidates.size(), loudest.size(), kMaxExplained})));
  Listener listener(wanted, admission, loudest);
  for (std::size_t n = 0; n < scored_count_; ++n) {
    if (n + 1 < scored_count_) prefetch_row(scored_[n + 1]);
    ItemIx const source{scored_[n]};
    // A bag fee may be bought with everything; nobody wants to hear that.
    if (!is_goods(*bundle_, source)) continue;
    auto const& table = bundle_->parts_.affinity;
    if (table.packed)
      hear_packed({table, *gaps_, scored_[n]}, scored_[n], instructions_, listener);
    else
      hear_plain(*bundle_, source, listener);
  }
}

}  // namespace tillcue
