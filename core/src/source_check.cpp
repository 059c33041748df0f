#include "source_check.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <set>
#include <string>
#include <vector>

#include "format/layout.hpp"
#include "format/utf8.hpp"

namespace tillcue {

using Text = std::string;

tl::unexpected<Error> broken(Text const& where, Text const& rule) {
  return fail(Code::invalid, "bundle source: " + where + ": " + rule);
}

Text item_name(BundleSource const& source, std::size_t n) {
  return "item " + std::to_string(n) + " (SKU \"" + source.items[n].sku + "\")";
}

Result<void> check_identifier(Text const& text, Text const& where, char const* what) {
  if (text.empty()) return broken(where, Text(what) + " is empty");
  if (text.size() > kMaxIdentifier) {
    return broken(where, Text(what) + " is longer than " + std::to_string(kMaxIdentifier) + " bytes");
  }
  if (!format::is_utf8(text)) return broken(where, Text(what) + " is not UTF-8; convert the input");
  return {};
}

Result<void> check_text(Text const& text, Text const& where, char const* what) {
  if (text.size() > format::kMaxString) {
    return broken(where, Text(what) + " is longer than " + std::to_string(format::kMaxString) + " bytes");
  }
  if (!format::is_utf8(text)) return broken(where, Text(what) + " is not UTF-8; convert the input");
  return {};
}

namespace {

Result<void> check_amount(std::optional<std::int64_t> amount, Text const& where, char const* what) {
  if (amount && (*amount < 0 || *amount > format::kMaxPrice)) {
    return broken(where, Text(what) + " " + std::to_string(*amount) + " is not within 0..10^12 minor units");
  }
  return {};
}

Result<void> check_sizes(BundleSource const& source) {
  if (source.items.size() > format::kMaxItems) {
    return broken("items",
                  "there are " + std::to_string(source.items.size()) + ", at most 16777215 fit; split by store group");
  }
  if (source.categories.size() > format::kMaxCategories) return broken("categories", "at most 65535 fit");
  if (source.rows.size() != source.items.size()) return broken("rows", "must be one per item");
  if (source.bias.size() != source.items.size()) return broken("bias", "must be one per item");
  if (source.weight_bits < format::kLeastWeightBits || source.weight_bits > format::kMostWeightBits) {
    return broken("weight_bits", std::to_string(source.weight_bits) + " is not within 4..8");
  }
  if (source.texts.size() > format::kMaxTexts) return broken("texts", "at most 65535 fit");
  for (char c : source.currency.code) {
    if (c < 'A' || c > 'Z') return broken("currency", "is not three capital letters");
  }
  if (source.currency.digits > 4) return broken("currency", "has more than 4 decimals");
  return check_identifier(source.language, "language", "it").and_then([&] {
    return check_text(source.note, "note", "it");
  });
}

Result<void> check_item(BundleSource const& source, std::size_t n) {
  auto const& item = source.items[n];
  auto const where = item_name(source, n);
  if (auto ok = check_identifier(item.sku, where, "SKU"); !ok) return ok;
  if (auto ok = check_text(item.name, where, "name"); !ok) return ok;
  for (auto const& code : item.codes) {
    if (auto ok = check_identifier(code, where, "code"); !ok) return ok;
  }
  if (item.category < -1 ||
      (item.category >= 0 && static_cast<std::size_t>(item.category) >= source.categories.size())) {
    return broken(where, "category " + std::to_string(item.category) + " does not exist");
  }
  if (auto ok = check_amount(item.price_minor, where, "price"); !ok) return ok;
  return check_amount(item.unit_cost_minor, where, "unit cost");
}

/// Remembers in which row it saw a target last, so that a repeated one shows without sorting.
class SeenTargets {
 public:
  explicit SeenTargets(std::size_t items) : row_(items, 0) {}
  bool again(std::uint32_t target, std::size_t row) {
    bool const seen = row_[target] == row + 1;
    row_[target] = row + 1;
    return seen;
  }

 private:
  std::vector<std::size_t> row_;
};

Result<void> check_row(BundleSource const& source, std::size_t n, SeenTargets& seen) {
  auto const& row = source.rows[n];
  if (row.size() > format::kMaxRow) return broken(item_name(source, n), "row has more than 4096 targets");
  for (auto const& entry : row) {
    if (entry.target >= source.items.size()) {
      return broken(item_name(source, n), "target " + std::to_string(entry.target) + " does not exist");
    }
    if (entry.target == n) return broken(item_name(source, n), "is its own target");
    if (seen.again(entry.target, n)) {
      return broken(item_name(source, n), "target " + item_name(source, entry.target) + " is there twice");
    }
    if (!std::isfinite(entry.weight)) {
      return broken(item_name(source, n), "weight for " + item_name(source, entry.target) + " is not a finite number");
    }
  }
  if (!std::isfinite(source.bias[n])) return broken(item_name(source, n), "bias is not a finite number");
  return {};
}

Result<void> check_map(CalibrationSource const& map, std::size_t n) {
  auto const where = "calibration map " + std::to_string(n);
  if (map.points.empty()) return broken(where, "has no point");
  if (map.points.size() > format::kMaxPoints) return broken(where, "has more than 4096 points");
  for (std::size_t k = 0; k < map.points.size(); ++k) {
    auto const& point = map.points[k];
    if (!std::isfinite(point.score)) return broken(where, "score is not a finite number");
    if (point.ppm > 1'000'000) return broken(where, "probability is above 1000000 ppm");
    if (k > 0 && !(point.score > map.points[k - 1].score)) return broken(where, "scores do not ascend");
    if (k > 0 && point.ppm < map.points[k - 1].ppm) return broken(where, "probabilities fall");
  }
  return {};
}

Result<void> check_by_size(BundleSource const& source) {
  auto const& sizes = source.calibration_sizes;
  if (sizes.size() > format::kMaxSizeGroups) return broken("calibration by basket size", "has more than 32 sizes");
  if (!sizes.empty() && sizes.front() != 0) return broken("calibration by basket size", "does not begin at 0");
  if (std::adjacent_find(sizes.begin(), sizes.end(), std::greater_equal<>{}) != sizes.end()) {
    return broken("calibration by basket size", "sizes do not ascend");
  }
  std::set<std::uint32_t> levels;
  for (std::size_t n = 0; n < source.calibration.size(); ++n) {
    auto const where = "calibration map " + std::to_string(n);
    auto const& points = source.calibration[n].points;
    for (std::size_t k = 0; k < points.size(); ++k) {
      auto const& by_size = points[k].by_size;
      if (by_size.size() != sizes.size()) return broken(where, "does not have a probability for each basket size");
      for (std::size_t size = 0; size < by_size.size(); ++size) {
        if (by_size[size] > 1'000'000) return broken(where, "probability by basket size is above 1000000 ppm");
        if (k > 0 && by_size[size] < points[k - 1].by_size[size]) {
          return broken(where, "probabilities by basket size fall");
        }
        levels.insert(by_size[size]);
      }
    }
  }
  if (levels.size() <= format::kMaxProbabilities) return {};
  return broken("calibration by basket size", "has more than 255 different probabilities");
}

Result<void> check_set(BundleSource const& source, std::size_t n) {
  auto const& set = source.sets[n];
  auto const where = "set " + std::to_string(n);
  if (set.extras.size() < 2 || set.extras.size() > format::kMaxExtras) return broken(where, "needs 2 or 3 extras");
  if (set.main >= source.items.size()) return broken(where, "main item does not exist");
  for (std::size_t k = 0; k < set.extras.size(); ++k) {
    auto const extra = set.extras[k];
    if (extra >= source.items.size()) return broken(where, "extra " + std::to_string(extra) + " does not exist");
    auto const* const end = set.extras.data() + k;
    if (extra == set.main || std::find(set.extras.data(), end, extra) != end) {
      return broken(where, item_name(source, extra) + " is there twice");
    }
  }
  if (set.baskets == 0 || set.baskets > set.main_baskets) {
    return broken(where, "baskets are not within 1 and those of its main item");
  }
  return set.lift_milli > 0 ? Result<void>{} : broken(where, "lift is 0");
}

Result<void> check_entry(TextSource const& text) {
  auto const where = "text \"" + text.key + "\" (" + text.language + ")";
  if (auto ok = check_identifier(text.language, where, "language"); !ok) return ok;
  if (auto ok = check_identifier(text.key, where, "key"); !ok) return ok;
  return check_text(text.text, where, "text");
}

}  // namespace

Result<void> check_source(BundleSource const& source) {
  if (auto ok = check_sizes(source); !ok) return ok;
  for (auto const& category : source.categories) {
    if (auto ok = check_text(category, "category \"" + category + "\"", "name"); !ok) return ok;
  }
  SeenTargets seen(source.items.size());
  for (std::size_t n = 0; n < source.items.size(); ++n) {
    if (auto ok = check_item(source, n); !ok) return ok;
    if (auto ok = check_row(source, n, seen); !ok) return ok;
  }
  if (source.calibration.empty()) return broken("calibration", "needs at least one map");
  if (source.calibration.size() > format::kMaxMaps) return broken("calibration", "has more than 64 maps");
  for (std::size_t n = 0; n < source.calibration.size(); ++n) {
    if (auto ok = check_map(source.calibration[n], n); !ok) return ok;
  }
  if (auto ok = check_by_size(source); !ok) return ok;
  if (auto ok = check_rules(source); !ok) return ok;
  for (auto const& text : source.texts) {
    if (auto ok = check_entry(text); !ok) return ok;
  }
  if (source.sets.size() > format::kMaxSets) return broken("sets", "at most 65535 fit");
  for (std::size_t n = 0; n < source.sets.size(); ++n) {
    if (auto ok = check_set(source, n); !ok) return ok;
  }
  return {};
}

}  // namespace tillcue
