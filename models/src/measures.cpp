#include "measures.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <numeric>
#include <span>

namespace tillcue::models {
namespace {

constexpr std::size_t kBins = 20;
constexpr double kTwoSided95 = 1.959964;

/// Items left in the basket: a part ends where the next one begins.
struct SizePart {
  std::size_t from;
  char const* name;
};
constexpr SizePart kSizes[] = {{1, "1 item"},     {2, "2 items"},      {3, "3 items"},    {4, "4-5 items"},
                               {6, "6-10 items"}, {11, "11-20 items"}, {21, "21 or more"}};

/// Shares of the items, most popular first: a part ends where the next one begins.
struct PopularityPart {
  double from;
  char const* name;
};
constexpr PopularityPart kPopularity[] = {
    {0, "top 1 %"}, {.01, "1-5 %"}, {.05, "5-20 %"}, {.2, "20-50 %"}, {.5, "lower half"}};

std::uint8_t size_part(std::size_t left) {
  std::uint8_t part = 0;
  while (part + 1U < std::size(kSizes) && left >= kSizes[part + 1].from) ++part;
  return part;
}

std::vector<std::uint8_t> popularity_parts(std::size_t items) {
  std::vector<std::uint8_t> parts(items);
  for (std::size_t n = 0; n < items; ++n) {
    double const share = static_cast<double>(n) / static_cast<double>(items);
    std::uint8_t part = 0;
    while (part + 1U < std::size(kPopularity) && share >= kPopularity[part + 1].from) ++part;
    parts[n] = part;
  }
  return parts;
}

double share(double part, std::size_t whole) { return whole > 0 ? part / static_cast<double>(whole) : 0; }

std::vector<double> hits_by(std::vector<std::uint8_t> const& places, std::vector<std::uint8_t> const& part,
                            std::vector<Bucket> const& buckets) {
  std::vector<double> hits(buckets.size(), 0);
  for (std::size_t n = 0; n < places.size(); ++n) hits[part[n]] += places[n] < 5 ? 1 : 0;
  for (std::size_t n = 0; n < hits.size(); ++n) hits[n] = share(hits[n], buckets[n].questions);
  return hits;
}

std::vector<double> coverage_by(std::vector<char> const& suggested, Parts const& parts) {
  std::vector<double> covered(parts.popularity.size(), 0);
  for (std::size_t n = 0; n < suggested.size(); ++n) covered[parts.item_part[n]] += suggested[n];
  for (std::size_t n = 0; n < covered.size(); ++n) covered[n] = share(covered[n], parts.popularity[n].items);
  return covered;
}

/// Positions by rising probability; ties in the order asked.
std::vector<std::uint32_t> by_probability(std::vector<Prediction> const& predictions) {
  std::vector<std::uint32_t> order(predictions.size());
  std::iota(order.begin(), order.end(), 0U);
  std::stable_sort(order.begin(), order.end(), [&](auto a, auto b) { return predictions[a].ppm < predictions[b].ppm; });
  return order;
}

/// Where each of about `bins` equally filled bins ends. Equal probabilities stay together: parting them would count as
/// error what is luck.
std::vector<std::size_t> bin_ends(std::vector<Prediction> const& predictions, std::vector<std::uint32_t> const& order,
                                  std::size_t bins) {
  std::vector<std::size_t> ends;
  std::size_t end = 0;
  for (std::size_t bin = 0; bin < bins; ++bin) {
    auto const wanted = order.size() * (bin + 1) / bins;
    if (wanted <= end) continue;
    end = wanted;
    while (end < order.size() && predictions[order[end]].ppm == predictions[order[end - 1]].ppm) ++end;
    ends.push_back(end);
  }
  return ends;
}

/// What a bin's sum varies by, had its probabilities been right: its baskets are what varies.
struct Chance {
  double variance = 0;  ///< were all its predictions independent
  double squares = 0;   ///< of the sums of its baskets
  std::size_t baskets = 0;
};

Chance chance_of(std::vector<Prediction> const& predictions, std::span<std::uint32_t> bin) {
  std::stable_sort(bin.begin(), bin.end(),
                   [&](auto a, auto b) { return predictions[a].basket < predictions[b].basket; });
  Chance chance;
  double sum = 0;
  for (std::size_t n = 0; n < bin.size(); ++n) {
    auto const& prediction = predictions[bin[n]];
    double const p = prediction.ppm / 1e6;
    chance.variance += p * (1 - p);
    sum += (prediction.bought ? 1 : 0) - p;
    bool const last = n + 1 == bin.size() || predictions[bin[n + 1]].basket != prediction.basket;
    if (!last) continue;
    chance.squares += sum * sum;
    ++chance.baskets;
    sum = 0;
  }
  return chance;
}

/// The sum over the bins of the mean distance from what is expected, had the probabilities been right. Predictions of
/// one basket are right or wrong together; by how much that widens the distance is measured over all bins: a bin of few
/// baskets does not tell, and sums about its own mean would be 0 in a bin of one basket. What is not right widens it
/// too, but only as far as it shows in a single basket.
double distance_by_chance(std::vector<Chance> const& bins) {
  constexpr std::size_t kManyBaskets = 10;
  double variance = 0, squares = 0;
  for (auto const& bin : bins) {
    variance += bin.variance;
    squares += bin.squares;
  }
  double const together = variance > 0 ? std::max(1.0, squares / variance) : 1;
  double distance = 0;
  for (auto const& bin : bins) {
    // Of the standard deviation, the normal distribution's share; no distribution has more than the whole.
    double const share = bin.baskets < kManyBaskets ? 1 : std::sqrt(2 / std::numbers::pi);
    distance += share * std::sqrt(together * bin.variance);
  }
  return distance;
}

double surprise(Prediction const& prediction) {
  double const p = std::clamp(prediction.ppm / 1e6, 1e-6, 1 - 1e-6);
  return -std::log(prediction.bought ? p : 1 - p);
}

double off(Prediction const& prediction) { return prediction.ppm / 1e6 - (prediction.bought ? 1 : 0); }

/// `value` of ours less theirs, summed per basket.
Difference over_baskets(std::vector<std::uint32_t> const& begin, auto const& value) {
  auto const baskets = begin.size() - 1;
  auto const questions = static_cast<double>(begin.back());
  Difference result;
  if (baskets < 2) return result;
  std::vector<double> sums(baskets, 0);
  for (std::size_t b = 0; b < baskets; ++b) {
    for (auto q = begin[b]; q < begin[b + 1]; ++q) sums[b] += value(q);
  }
  result.mean = std::accumulate(sums.begin(), sums.end(), 0.0) / questions;
  double squares = 0;
  for (std::size_t b = 0; b < baskets; ++b) {
    double const rest = sums[b] - result.mean * (begin[b + 1] - begin[b]);
    squares += rest * rest;
  }
  auto const n = static_cast<double>(baskets);
  double const half = kTwoSided95 * std::sqrt(squares * n / (n - 1)) / questions;
  result.low = result.mean - half;
  result.high = result.mean + half;
  return result;
}

}  // namespace

Parts part(Questions const& questions) {
  Parts parts;
  for (auto const& size : kSizes) parts.basket_sizes.push_back({size.name, 0, 0});
  for (auto const& popularity : kPopularity) parts.popularity.push_back({popularity.name, 0, 0});
  parts.item_part = popularity_parts(questions.skus.size());
  for (auto const item : parts.item_part) ++parts.popularity[item].items;
  for (std::size_t b = 0; b < questions.baskets.size(); ++b) {
    auto const& basket = questions.baskets[b];
    for (auto const item : std::span(basket).first(questions.hidden[b])) {
      parts.basket_part.push_back(size_part(basket.size() - 1));
      parts.popularity_part.push_back(parts.item_part[item]);
      ++parts.basket_sizes[parts.basket_part.back()].questions;
      ++parts.popularity[parts.popularity_part.back()].questions;
    }
  }
  return parts;
}

MethodReport measure(std::string name, Sheet const& sheet, Parts const& parts) {
  MethodReport report;
  report.name = std::move(name);
  auto const questions = sheet.place.size();
  for (auto const place : sheet.place) {
    for (std::size_t k = place; k < kEvaluatedRanks; ++k) report.hit_rates[k] += 1;
    if (place < kEvaluatedRanks) report.mrr_10 += 1.0 / (place + 1.0);
  }
  for (auto& rate : report.hit_rates) rate = share(rate, questions);
  report.hit_rate_1 = report.hit_rates[0];
  report.hit_rate_3 = report.hit_rates[2];
  report.hit_rate_5 = report.hit_rates[4];
  report.hit_rate_10 = report.hit_rates[9];
  report.mrr_10 = share(report.mrr_10, questions);
  auto const covered = std::count(sheet.suggested.begin(), sheet.suggested.end(), 1);
  report.coverage_10 = share(static_cast<double>(covered), sheet.suggested.size());
  report.hit_rate_5_by_basket = hits_by(sheet.place, parts.basket_part, parts.basket_sizes);
  report.hit_rate_5_by_popularity = hits_by(sheet.place, parts.popularity_part, parts.popularity);
  report.coverage_10_by_popularity = coverage_by(sheet.suggested, parts);
  return report;
}

CalibrationQuality measure_calibration(std::vector<Prediction> predictions, std::size_t bins) {
  CalibrationQuality quality;
  if (predictions.empty() || bins == 0) return quality;
  auto order = by_probability(predictions);
  auto const total = static_cast<double>(predictions.size());
  std::vector<Chance> chances;
  std::size_t begin = 0;
  for (auto const end : bin_ends(predictions, order, bins)) {
    CalibrationQuality::Bin sums{0, 0, end - begin};
    for (auto n = begin; n < end; ++n) {
      sums.predicted += predictions[order[n]].ppm / 1e6;
      sums.observed += predictions[order[n]].bought ? 1 : 0;
      quality.log_loss += surprise(predictions[order[n]]) / total;
    }
    quality.ece += std::fabs(sums.predicted - sums.observed) / total;
    chances.push_back(chance_of(predictions, std::span(order).subspan(begin, end - begin)));
    quality.predicted += sums.predicted / total;
    quality.observed += sums.observed / total;
    auto const filled = static_cast<double>(sums.count);
    quality.bins.push_back({sums.predicted / filled, sums.observed / filled, sums.count});
    begin = end;
  }
  quality.by_chance = distance_by_chance(chances) / total;
  return quality;
}

CalibrationQuality calibration_of(Sheet const& sheet) { return measure_calibration(sheet.predictions, kBins); }

CalibrationQuality calibration_of(Sheet const& sheet, std::size_t rank) {
  std::vector<Prediction> chosen;
  for (std::size_t n = 0; n < sheet.predictions.size(); ++n) {
    if (sheet.prediction_rank[n] == rank) chosen.push_back(sheet.predictions[n]);
  }
  return measure_calibration(std::move(chosen), kBins);
}

std::vector<CalibrationQuality> calibration_of_further(Sheet const& sheet) {
  std::vector<CalibrationQuality> qualities;
  for (auto const& predictions : sheet.further) qualities.push_back(measure_calibration(predictions, kBins));
  return qualities;
}

std::vector<CalibrationQuality> calibration_by_basket(Sheet const& sheet, Parts const& parts) {
  std::vector<std::vector<Prediction>> chosen(parts.basket_sizes.size());
  for (std::size_t n = 0; n < sheet.predictions.size(); ++n) {
    chosen[parts.basket_part[sheet.prediction_question[n]]].push_back(sheet.predictions[n]);
  }
  std::vector<CalibrationQuality> qualities;
  for (auto& some : chosen) qualities.push_back(measure_calibration(std::move(some), kBins));
  return qualities;
}

std::vector<float> calibration_errors(Sheet const& sheet) {
  std::vector<float> errors(sheet.place.size(), 0);
  auto const order = by_probability(sheet.predictions);
  // Scaled so that the mean over the questions is the error, which is a mean over the predictions.
  double const scale = share(static_cast<double>(sheet.place.size()), sheet.predictions.size());
  std::size_t begin = 0;
  for (auto const end : bin_ends(sheet.predictions, order, kBins)) {
    double sum = 0;
    for (auto n = begin; n < end; ++n) sum += off(sheet.predictions[order[n]]);
    double const sign = sum < 0 ? -scale : scale;
    for (auto n = begin; n < end; ++n) {
      errors[sheet.prediction_question[order[n]]] += static_cast<float>(sign * off(sheet.predictions[order[n]]));
    }
    begin = end;
  }
  return errors;
}

Difference difference(Sheet const& ours, Sheet const& theirs, std::function<double(std::size_t place)> const& value) {
  return over_baskets(ours.basket_begin, [&](std::size_t q) { return value(ours.place[q]) - value(theirs.place[q]); });
}

Difference difference(Sheet const& layout, std::vector<float> const& ours, std::vector<float> const& theirs) {
  return over_baskets(layout.basket_begin,
                      [&](std::size_t q) { return static_cast<double>(ours[q]) - static_cast<double>(theirs[q]); });
}

Sheet part_of(Sheet const& sheet, std::vector<char> const& wanted) {
  Sheet part;
  for (std::size_t b = 0; b < wanted.size(); ++b) {
    if (wanted[b] == 0) continue;
    part.place.insert(part.place.end(), sheet.place.begin() + sheet.basket_begin[b],
                      sheet.place.begin() + sheet.basket_begin[b + 1]);
    part.basket_begin.push_back(static_cast<std::uint32_t>(part.place.size()));
  }
  return part;
}

void compare(Sheet const& model, Sheet const& sheet, MethodReport& report) {
  auto const within = [](std::size_t k) { return [k](std::size_t place) { return place < k ? 1.0 : 0.0; }; };
  report.lead_hr_1 = difference(model, sheet, within(1));
  report.lead_hr_5 = difference(model, sheet, within(5));
  report.lead_hr_10 = difference(model, sheet, within(10));
  report.lead_mrr_10 = difference(model, sheet, [](std::size_t place) {
    return place < kEvaluatedRanks ? 1.0 / (static_cast<double>(place) + 1) : 0.0;
  });
}

}  // namespace tillcue::models
