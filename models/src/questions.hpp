#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "tillcue/models/counts.hpp"
#include "tillcue/models/dataset.hpp"
#include "tillcue/models/evaluation.hpp"

namespace tillcue::models {

inline constexpr std::uint32_t kNoSuchItem = 0xFFFF'FFFF;

/// The given baskets and only the items in them, so that what was never seen is no question.
Dataset part_of(Dataset const& data, std::vector<std::uint32_t> const& baskets);

/// What every method is asked alike: items of each basket are hidden one at a time. Items are positions in `skus`.
struct Questions {
  std::vector<std::string> skus;                    ///< sold in training, by falling popularity
  std::vector<std::uint32_t> counted;               ///< their positions in the counts
  std::vector<std::vector<std::uint32_t>> baskets;  ///< of at least two items, those to hide first
  std::vector<std::uint32_t> hidden;                ///< per basket: how many of its items are asked for
  std::vector<std::uint32_t> asked;                 ///< their positions in the data
  std::size_t count = 0;                            ///< questions of all baskets
};

/// Every item of every basket when these are no more than `most`; else about so many of them, drawn by hash from all
/// baskets alike: the questions of one basket say much the same, so few of many baskets measure better than all of few.
Questions make_questions(Counts const& learned, Dataset const& data, std::span<std::uint32_t const> baskets,
                         std::size_t most);

/// One place of a ranking. kNoSuchItem: an item the questions do not know.
struct Place {
  std::uint32_t item = kNoSuchItem;
  std::uint32_t ppm = 0;  ///< probability; 0 where the method has none
};

/// Something that ranks what may be added to a basket.
/// Threads  one.
class Method {
 public:
  virtual ~Method() = default;
  /// Borrows `basket` until the next call.
  virtual void look_at(std::span<std::uint32_t const> basket) = 0;
  /// The first `ranks` (kEvaluatedRanks or more; who has no probabilities need not go beyond these) for the basket
  /// without its item number `hidden`, best first, none of the others in it.
  virtual std::vector<Place> const& without(std::size_t hidden, std::size_t ranks) = 0;
};

/// What a method answered.
struct Sheet {
  std::vector<std::uint8_t> place;             ///< of the hidden item per question; kEvaluatedRanks: not found
  std::vector<std::uint32_t> basket_begin{0};  ///< basket -> its first question; one more than baskets
  std::vector<Prediction> predictions;         ///< kCalibratedRanks per question, as far as the ranking went
  std::vector<std::uint8_t> prediction_rank;
  std::vector<std::uint32_t> prediction_question;
  std::array<std::vector<Prediction>, kFurtherRanks.size()> further;  ///< of every eighth question
  std::vector<char> suggested;                                        ///< per item
};

Sheet ask(Method& method, Questions const& questions);

/// Bundles as methods, known items by SKU. Borrows both.
std::unique_ptr<Method> bundle_method(Ranker& ranker, Questions const& questions);

}  // namespace tillcue::models
