#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <vector>

#include "tillcue/core/engine.hpp"
#include "tillcue/models/dataset.hpp"

namespace tillcue::models {

/// A bundle in memory with the terminal's own scorer over it.
/// Owns  the bytes and the scorer's memory.  Threads  one.
class Ranker {
 public:
  /// Errors  those of Bundle::from_bytes.
  static Result<Ranker> open(std::vector<std::byte> bytes);

  [[nodiscard]] Bundle const& bundle() const noexcept { return *bundle_; }
  /// Valid for as long as any copy of it lives, whatever becomes of the ranker.
  [[nodiscard]] std::shared_ptr<Bundle const> share() const noexcept { return bundle_; }
  [[nodiscard]] Scorer& scorer() noexcept { return *scorer_; }
  /// The ranking without policy, best first, with reasons.
  std::span<Suggestion const> rank(std::span<ItemIx const> basket, std::size_t count);

 private:
  Ranker() = default;

  std::shared_ptr<Bundle const> bundle_;
  std::unique_ptr<std::uint64_t[]> memory_;
  std::unique_ptr<Scorer> scorer_;
  std::vector<Suggestion> out_;
};

/// Hides every item of every given basket in turn and ranks the rest: visit(hidden, suggestions) per query.
/// Items the bundle does not know are dropped; baskets with fewer than two known items ask nothing.
/// Takes baskets by hashed id until `most` queries are asked, so a part of them is a fair sample.
/// Returns how many queries were asked.
template <class Visit>
std::size_t leave_one_out(Ranker& ranker, Dataset const& data, std::span<std::uint32_t const> baskets, std::size_t most,
                          std::size_t count, Visit const& visit);

/// The baskets by hashed id, renamed to the bundle's items, as far as they have two or more.
std::vector<std::vector<ItemIx>> known_baskets(Bundle const& bundle, Dataset const& data,
                                               std::span<std::uint32_t const> baskets);

template <class Visit>
std::size_t leave_one_out(Ranker& ranker, Dataset const& data, std::span<std::uint32_t const> baskets, std::size_t most,
                          std::size_t count, Visit const& visit) {
  std::size_t asked = 0;
  std::vector<Scored> top(count);
  auto& scorer = ranker.scorer();
  for (auto const& basket : known_baskets(ranker.bundle(), data, baskets)) {
    if (asked >= most) break;
    scorer.assign(basket);
    for (auto const hidden : basket) {
      scorer.remove(hidden);
      auto const found = scorer.top(top);
      visit(hidden, std::span<Scored const>(top).first(found));
      scorer.add(hidden);
      ++asked;
    }
  }
  scorer.clear();
  return asked;
}

}  // namespace tillcue::models
