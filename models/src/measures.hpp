#pragma once

#include <functional>
#include <string>
#include <vector>

#include "questions.hpp"

namespace tillcue::models {

/// How the questions are parted: by how many items were left to go by, and by how popular the hidden item is.
struct Parts {
  std::vector<Bucket> basket_sizes, popularity;
  std::vector<std::uint8_t> basket_part;      ///< per question
  std::vector<std::uint8_t> popularity_part;  ///< per question, of the hidden item
  std::vector<std::uint8_t> item_part;        ///< per item: which of `popularity`
};
Parts part(Questions const& questions);

MethodReport measure(std::string name, Sheet const& sheet, Parts const& parts);
/// All of the first five suggestions, or those of one rank.
CalibrationQuality calibration_of(Sheet const& sheet);
CalibrationQuality calibration_of(Sheet const& sheet, std::size_t rank);
/// Per kFurtherRanks.
std::vector<CalibrationQuality> calibration_of_further(Sheet const& sheet);
/// The first five, per Parts::basket_sizes.
std::vector<CalibrationQuality> calibration_by_basket(Sheet const& sheet, Parts const& parts);
/// What each question adds to the calibration error of the first five: their mean is that error.
std::vector<float> calibration_errors(Sheet const& sheet);

/// The mean over the questions of ours less theirs. `value` of a hidden item's place.
Difference difference(Sheet const& ours, Sheet const& theirs, std::function<double(std::size_t place)> const& value);
Difference difference(Sheet const& layout, std::vector<float> const& ours, std::vector<float> const& theirs);
/// The places of the baskets wanted, without predictions.
Sheet part_of(Sheet const& sheet, std::vector<char> const& wanted);
void compare(Sheet const& model, Sheet const& sheet, MethodReport& report);

}  // namespace tillcue::models
