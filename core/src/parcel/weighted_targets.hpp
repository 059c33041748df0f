#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <span>
#include <vector>

#include "parcel/numbers.hpp"
#include "parcel/row_candidates.hpp"
#include "parcel/target_weights.hpp"

namespace tillcue::parcel {

/// The targets of a row that are no candidates, in ascending steps: each by how much weight (TargetWeights) lies
/// between it and the one before. The length of that number is learned; which of the items that far away it is, is told
/// by halves of their weight. Items that many rows name cost less, wherever they lie.
template <class Coder>
class WeightedTargets {
 public:
  WeightedTargets(Coder& coder, std::uint32_t items, std::span<std::uint32_t const> hubs)
      : coder_(coder), items_(items), weights_(items) {
    for (auto const hub : hubs) weights_.hide(hub);
  }

  /// Writes `steps`, or reads so many as it holds. `candidates` are none of them.
  /// false: what was read is no row.
  bool code(std::uint32_t source, std::span<Candidate const> candidates, std::span<std::uint32_t> steps) {
    hide(source, candidates);
    bool const good = code_all(source, steps);
    for (auto const item : hidden_) weights_.show(item);
    return good;
  }

  /// A row that was coded: its targets become likelier.
  void learn(std::uint32_t source, std::span<Entry const> entries) noexcept {
    for (auto const& entry : entries) weights_.name(item_of(source, entry.step));
  }

 private:
  /// A stretch of the weight that lies behind the source, between ends of items.
  struct Stretch {
    std::uint32_t begin, end;
  };
  /// An item in those places.
  struct Lying {
    std::uint32_t step, begin, end;
  };

  [[nodiscard]] std::uint32_t item_of(std::uint32_t source, std::uint32_t step) const noexcept {
    auto const item = std::uint64_t{source} + 1 + step;
    return static_cast<std::uint32_t>(item < items_ ? item : item - items_);
  }

  void hide(std::uint32_t source, std::span<Candidate const> candidates) {
    hidden_.clear();
    auto const one = [&](std::uint32_t item) {
      if (weights_.hidden(item)) return;
      weights_.hide(item);
      hidden_.push_back(item);
    };
    one(source);
    for (auto const& candidate : candidates) one(item_of(source, candidate.step));
    // Hidden, it has no length: what lies behind it begins where it does.
    origin_ = weights_.begin(source);
  }

  [[nodiscard]] Lying at(std::uint32_t source, std::uint32_t place) const noexcept {
    auto const turned = place + origin_;  // below 2^32, see TargetWeights
    auto const found = weights_.at(turned < weights_.total() ? turned : turned - weights_.total());
    auto const begin = found.begin - origin_ + (found.item > source ? 0 : weights_.total());
    auto const step = found.item - source - 1 + (found.item > source ? 0 : items_);
    return {step, begin, begin + weights_.weight(found.item)};
  }
  [[nodiscard]] std::uint32_t begin_of(std::uint32_t source, std::uint32_t item) const noexcept {
    return weights_.begin(item) - origin_ + (item > source ? 0 : weights_.total());
  }
  /// Where the first item begins that does so at or behind `place`.
  [[nodiscard]] std::uint32_t next_begin(std::uint32_t source, std::uint64_t place) const noexcept {
    if (place >= weights_.total()) return weights_.total();
    auto const found = at(source, static_cast<std::uint32_t>(place));
    return found.begin == place ? found.begin : found.end;
  }

  bool code_all(std::uint32_t source, std::span<std::uint32_t> steps) {
    std::uint32_t from = 0;
    std::uint32_t length_before = kLengths - 1;
    for (std::size_t n = 0; n < steps.size(); ++n) {
      auto const left = weights_.total() - from;
      auto const expected = static_cast<std::size_t>(left / (steps.size() - n));
      std::uint32_t begin = 0;
      if constexpr (Coder::kWrites) begin = begin_of(source, item_of(source, steps[n]));
      auto& lengths = length_[std::min<std::size_t>(std::bit_width(expected), kLengths - 1)][length_before];
      auto const length = lengths.code(coder_, static_cast<std::uint32_t>(std::bit_width(begin - from)));
      length_before = std::min(length, kLengths - 2);
      auto const low = length == 0 ? 0 : std::uint64_t{1} << (length - 1);
      Stretch const among{next_begin(source, from + low),
                          next_begin(source, from + (length == 0 ? 1 : std::uint64_t{2} * low))};
      if (among.begin >= among.end) return false;
      auto const found = choose(source, among, begin);
      steps[n] = found.step;
      from = found.end;
    }
    return true;
  }

  /// Halves of about the same weight, until one item is left.
  Lying choose(std::uint32_t source, Stretch among, std::uint32_t begin) {
    auto first = at(source, among.begin);
    while (first.end < among.end) {
      auto const size = among.end - among.begin;
      auto const middle = at(source, among.begin + size / 2);
      bool const nearer_end =
          middle.end < among.end && middle.begin + std::uint64_t{middle.end} < among.begin + std::uint64_t{among.end};
      auto const cut = middle.begin == among.begin || nearer_end ? middle.end : middle.begin;
      auto const behind = static_cast<std::uint32_t>(std::uint64_t{among.end - cut} * 65'536 / size);
      if (coder_.chance(std::clamp(behind, 1U, 65'535U), begin >= cut)) {
        among.begin = cut;
        first = at(source, cut);
      } else {
        among.end = cut;
      }
    }
    return first;
  }

  static constexpr std::uint32_t kLengths = 32;

  Coder& coder_;
  std::uint32_t items_;
  TargetWeights weights_;
  std::uint32_t origin_ = 0;
  std::vector<std::uint32_t> hidden_;
  std::array<std::array<Symbol<5>, kLengths>, kLengths> length_;  ///< by the weight to expect, the length before
};

}  // namespace tillcue::parcel
