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

void hear(Term const& term, Term& loudest) noexcept {
  if (term.weight <= 0) return;
  bool const louder =
      term.weight > loudest.weight || (term.weight == loudest.weight && index(term.source) < index(loudest.source));
  if (louder) loudest = term;
}

void hear_plain(Bundle const& bundle, ItemIx source, Candidates const& candidates, Term* loudest) noexcept {
  for (auto const& entry : bundle.row(source)) {
    if (!candidates.may_hold(index(entry.target))) continue;
    auto const n = candidates.find(index(entry.target));
    if (n < candidates.size()) hear({source, entry.contribution}, loudest[n]);
  }
}

/// A weight is read only of the few targets that are candidates.
void hear_packed(scoring::RowReader reader, std::uint32_t source, Instructions instructions,
                 Candidates const& candidates, Term* loudest) noexcept {
  auto const& row = reader.row;
  std::array<std::uint32_t, scoring::RowReader::kRoom> targets;
  for (;;) {
    auto const first = reader.next;
    auto const count = scoring::read(instructions, reader, targets.data());
    if (count == 0) return;
    for (std::uint32_t n = 0; n < count; ++n) {
      if (!candidates.may_hold(targets[n])) continue;
      auto const number = candidates.find(targets[n]);
      if (number == candidates.size()) continue;
      auto const code = format::bits_at(row.bits, row.weight_bits * (first + n), row.weight_bits);
      hear({ItemIx{source}, format::level_of(reader.table, code) * row.scale}, loudest[number]);
    }
  }
}

}  // namespace

void Scorer::explain(std::span<ItemIx const> candidates, std::span<Term> loudest) const noexcept {
  std::fill(loudest.begin(), loudest.end(), Term{});
  Candidates const wanted(candidates.first(std::min({candidates.size(), loudest.size(), kMaxExplained})));
  for (std::size_t n = 0; n < scored_count_; ++n) {
    if (n + 1 < scored_count_) prefetch_row(scored_[n + 1]);
    ItemIx const source{scored_[n]};
    // A bag fee may be bought with everything; nobody wants to hear that.
    if (!is_goods(*bundle_, source)) continue;
    auto const& table = bundle_->parts_.affinity;
    if (table.packed)
      hear_packed({table, *gaps_, scored_[n]}, scored_[n], instructions_, wanted, loudest.data());
    else
      hear_plain(*bundle_, source, wanted, loudest.data());
  }
}

}  // namespace tillcue
