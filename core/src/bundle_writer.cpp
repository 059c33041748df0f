#include "tillcue/core/bundle_writer.hpp"

#include <algorithm>
#include <bit>
#include <functional>
#include <iterator>
#include <memory>
#include <set>
#include <string_view>
#include <utility>

#include "format/layout.hpp"
#include "format/output.hpp"
#include "format/sections.hpp"
#include "pack.hpp"
#include "quantise.hpp"
#include "source_check.hpp"
#include "write_campaigns.hpp"

namespace tillcue {
namespace {

using format::Output;
using format::StringPool;

struct IndexedCode {
  std::string_view text;
  std::uint32_t item;
};

tl::unexpected<Error> repeated(std::string const& what, std::string_view text) {
  return fail(Code::invalid,
              "bundle source: " + what + " \"" + std::string(text) + "\" is there twice; keep one of them");
}

/// Every code of every item, sorted; an item may repeat its own.
Result<std::vector<IndexedCode>> collect_codes(BundleSource const& source) {
  std::vector<IndexedCode> codes;
  for (std::uint32_t n = 0; n < source.items.size(); ++n) {
    codes.push_back({source.items[n].sku, n});
    for (auto const& code : source.items[n].codes) codes.push_back({code, n});
  }
  std::sort(codes.begin(), codes.end(), [](IndexedCode const& a, IndexedCode const& b) {
    return a.text != b.text ? a.text < b.text : a.item < b.item;
  });
  auto const same = [](IndexedCode const& a, IndexedCode const& b) { return a.text == b.text && a.item == b.item; };
  codes.erase(std::unique(codes.begin(), codes.end(), same), codes.end());
  for (std::size_t n = 1; n < codes.size(); ++n) {
    if (codes[n].text != codes[n - 1].text) continue;
    return repeated(
        "SKU or code of items " + std::to_string(codes[n - 1].item) + " and " + std::to_string(codes[n].item) + ":",
        codes[n].text);
  }
  return codes;
}

Result<std::vector<TextSource const*>> collect_texts(BundleSource const& source) {
  std::vector<TextSource const*> texts;
  for (auto const& text : source.texts) texts.push_back(&text);
  std::sort(texts.begin(), texts.end(), [](TextSource const* a, TextSource const* b) {
    return a->language != b->language ? a->language < b->language : a->key < b->key;
  });
  for (std::size_t n = 1; n < texts.size(); ++n) {
    if (texts[n]->language == texts[n - 1]->language && texts[n]->key == texts[n - 1]->key) {
      return repeated("text of language \"" + texts[n]->language + "\"", texts[n]->key);
    }
  }
  return texts;
}

Result<void> check_campaign_ids(BundleSource const& source) {
  std::set<std::string_view> ids;
  for (auto const& campaign : source.campaigns) {
    if (!ids.insert(campaign.id).second) return repeated("campaign", campaign.id);
  }
  return {};
}

Output meta(BundleSource const& source, double score_unit, StringPool& pool) {
  Output out;
  out.put(source.created);
  out.put(source.data_from);
  out.put(source.data_to);
  out.put(source.baskets);
  out.put(std::bit_cast<std::uint64_t>(score_unit));
  out.put(static_cast<std::uint32_t>(source.items.size()));
  for (char c : source.currency.code) out.put(static_cast<std::uint8_t>(c));
  out.put(source.currency.digits);
  out.put(pool.add(source.language));
  out.put(pool.add(source.note));
  return out;
}

Output categories(BundleSource const& source, StringPool& pool) {
  Output out;
  for (std::size_t n = 0; n < source.categories.size(); ++n) {
    auto const technique = n < source.techniques.size() ? source.techniques[n] : Technique::both;
    out.put(pool.add(source.categories[n]));
    out.put(static_cast<std::uint16_t>(technique));
    out.zeros(2);
  }
  return out;
}

Output items(BundleSource const& source, StringPool& pool) {
  Output out;
  for (auto const& item : source.items) {
    out.put(pool.add(item.sku));
    out.put(pool.add(item.name));
    out.put(item.price_minor.value_or(format::kNoPrice));
    out.put(item.unit_cost_minor.value_or(format::kNoPrice));
    out.put(item.category < 0 ? format::kNoCategory : static_cast<std::uint32_t>(item.category));
    out.put(item.flags);
    out.put(item.boost_percent);
  }
  return out;
}

Output code_index(std::vector<IndexedCode> const& codes, StringPool& pool) {
  Output out;
  for (auto const& code : codes) {
    out.put(pool.add(code.text));
    out.put(code.item);
  }
  return out;
}

/// A bit per weight code.
Output evidence(Quantised const& quantised) {
  Output out;
  for (std::size_t n = 0; n < quantised.significant.size(); n += 8) {
    unsigned bits = 0;
    for (std::size_t k = 0; k < 8; ++k) bits |= quantised.significant[n + k] ? 1U << k : 0U;
    out.put(static_cast<std::uint8_t>(bits));
  }
  return out;
}

Output bias(Quantised const& quantised) {
  Output out;
  out.put(quantised.bias_scale);
  out.put(static_cast<std::uint32_t>(quantised.bias.size()));
  for (auto b : quantised.bias) out.put(b);
  return out;
}

Output popular(Quantised const& quantised) {
  std::vector<std::uint32_t> order(quantised.bias.size());
  for (std::uint32_t n = 0; n < order.size(); ++n) order[n] = n;
  auto const count = std::min<std::size_t>(order.size(), format::kMaxPopular);
  std::partial_sort(order.begin(), order.begin() + static_cast<std::ptrdiff_t>(count), order.end(),
                    [&](std::uint32_t a, std::uint32_t b) {
                      auto const of_a = quantised.bias_of(a), of_b = quantised.bias_of(b);
                      return of_a != of_b ? of_a > of_b : a < b;
                    });
  Output out;
  for (std::size_t n = 0; n < count; ++n) out.put(order[n]);
  return out;
}

struct Step {
  std::int32_t score;
  CalibrationSource::Point const* point;
};

/// Points that fall on the same step become one, the later.
std::vector<Step> steps(CalibrationSource const& map, double score_unit) {
  std::vector<Step> steps;
  for (auto const& point : map.points) {
    Step const step{step_of(static_cast<double>(point.score), score_unit), &point};
    if (!steps.empty() && steps.back().score == step.score) steps.pop_back();
    steps.push_back(step);
  }
  return steps;
}

Output calibration(BundleSource const& source, double score_unit) {
  std::vector<std::vector<Step>> maps;
  std::uint32_t total = 0;
  for (auto const& map : source.calibration) {
    maps.push_back(steps(map, score_unit));
    total += static_cast<std::uint32_t>(maps.back().size());
  }
  Output out;
  out.put(static_cast<std::uint32_t>(maps.size()));
  out.put(total);
  std::uint32_t begin = 0;
  out.put(begin);
  for (auto const& map : maps) out.put(begin += static_cast<std::uint32_t>(map.size()));
  for (auto const& map : maps) {
    for (auto const& step : map) {
      out.put(step.score);
      out.put(step.point->ppm);
    }
  }
  return out;
}

/// For the same points as calibration().
Output calibration_by_size(BundleSource const& source, double score_unit) {
  std::vector<CalibrationSource::Point const*> points;
  std::set<std::uint32_t> levels;
  for (auto const& map : source.calibration) {
    for (auto const& step : steps(map, score_unit)) {
      points.push_back(step.point);
      levels.insert(step.point->by_size.begin(), step.point->by_size.end());
    }
  }
  Output out;
  out.put(static_cast<std::uint8_t>(source.calibration_sizes.size()));
  out.put(static_cast<std::uint8_t>(levels.size()));
  out.zeros(2);
  for (auto const size : source.calibration_sizes) out.put(size);
  for (auto const level : levels) out.put(level);
  for (auto const* const point : points) {
    for (auto const ppm : point->by_size) {
      out.put(static_cast<std::uint8_t>(std::distance(levels.begin(), levels.find(ppm))));
    }
  }
  return out;
}

Output policy(Policy const& policy) {
  Output out;
  out.put(policy.max_hints_per_sale);
  out.put(policy.max_hints_per_stage);
  out.put(policy.max_coupons_per_sale);
  out.put(policy.min_items_before_hint);
  out.put(policy.min_probability_ppm);
  out.put(policy.price_guard_percent);
  out.put(policy.holdout_permille);
  out.put(policy.holdout_salt);
  out.put(policy.default_margin_percent);
  out.put(static_cast<std::uint16_t>(policy.holdout_by_customer ? 1 : 0));
  out.put(policy.exploration_permille);
  out.put(policy.second_item_percent);
  out.put(policy.quiet_scans_per_minute);
  out.put(policy.cooldown_seconds);
  out.put(policy.max_hints_per_customer_day);
  out.put(policy.max_coupons_per_customer_day);
  out.put(policy.max_down_sells);
  out.put(policy.gap_percent);
  out.put(policy.trust_visits);
  out.put(policy.large_upgrade_percent);
  out.put(policy.expert_probability_ppm);
  out.put(policy.upsell_least_percent);
  out.zeros(2);
  return out;
}

Output texts(std::vector<TextSource const*> const& sorted, StringPool& pool) {
  Output out;
  for (auto const* text : sorted) {
    out.put(pool.add(text->language));
    out.put(pool.add(text->key));
    out.put(pool.add(text->text));
  }
  return out;
}

Output sets(BundleSource const& source) {
  auto sorted = source.sets;
  std::stable_sort(sorted.begin(), sorted.end(), [](auto const& a, auto const& b) { return a.main < b.main; });
  Output out;
  for (auto& set : sorted) {
    std::sort(set.extras.begin(), set.extras.end());
    set.extras.resize(format::kMaxExtras, format::kNoExtra);
    out.put(set.main);
    for (auto const extra : set.extras) out.put(extra);
    out.put(set.baskets);
    out.put(set.main_baskets);
    out.put(set.lift_milli);
  }
  return out;
}

/// Writes what was learned; `score_unit` is what its scores are in.
struct Learned {
  double score_unit = 0;
  std::function<void(format::FileOutput&)> add;
};

Learned learned_of(BundleSource const& source) {
  auto const quantised = std::make_shared<Quantised const>(quantise(source));
  return {quantised->score_unit, [&source, quantised](format::FileOutput& file) {
            file.add(format::kPacked, 0, pack(*quantised, source.weight_bits));
            // A reader that does not know it takes every pair for significant, as it always has.
            if (!quantised->significant.empty()) file.add(format::kEvidence, 0, evidence(*quantised), false);
            file.add(format::kBias, 0, bias(*quantised));
            file.add(format::kPopular, format::kPopularBytes, popular(*quantised));
            file.add(format::kCalibration, 0, calibration(source, quantised->score_unit));
            // A reader that does not know it goes by the maps for baskets of any size.
            if (source.calibration_sizes.empty()) return;
            file.add(format::kSized, 0, calibration_by_size(source, quantised->score_unit), false);
          }};
}

/// Byte for byte as they are. The bundle has been checked.
Learned learned_of(Bundle const& bundle) {
  return {bundle.info().score_unit, [&bundle](format::FileOutput& file) {
            format::Sections sections;
            (void)format::read_sections(bundle.bytes(), sections);
            for (auto const tag : {format::kAffinity, format::kPacked, format::kEvidence, format::kBias,
                                   format::kPopular, format::kCalibration, format::kSized}) {
              auto const& section = sections[tag];
              if (!section.present) continue;
              Output copy;
              copy.append({section.bytes.begin(), section.bytes.end()});
              file.add(tag, section.record, std::move(copy), tag != format::kSized && tag != format::kEvidence);
            }
          }};
}

std::vector<std::byte> lay_out(BundleSource const& source, std::vector<IndexedCode> const& codes,
                               std::vector<TextSource const*> const& sorted_texts, Learned const& learned) {
  StringPool pool;
  format::FileOutput file;
  file.add(format::kMeta, format::kMetaBytes, meta(source, learned.score_unit, pool));
  file.add(format::kCategories, format::kCategoryGrown, categories(source, pool));
  file.add(format::kItems, format::kItemBytes, items(source, pool));
  file.add(format::kCodes, format::kCodeBytes, code_index(codes, pool));
  learned.add(file);
  file.add(format::kPolicy, format::kPolicyGrown, policy(source.policy));
  add_campaigns(source, pool, file);
  file.add(format::kTexts, format::kTextBytes, texts(sorted_texts, pool));
  // Nobody needs it to sell: a reader that does not know it passes over it.
  if (!source.sets.empty()) file.add(format::kSets, format::kSetBytes, sets(source), false);
  file.add(format::kStrings, 0, pool.output());
  return file.finish();
}

template <class From>
Result<std::vector<std::byte>> write(BundleSource const& source, From const& from) {
  if (auto ok = check_source(source); !ok) return tl::make_unexpected(ok.error());
  if (auto ok = check_campaign_ids(source); !ok) return tl::make_unexpected(ok.error());
  auto const codes = collect_codes(source);
  if (!codes) return tl::make_unexpected(codes.error());
  auto const texts = collect_texts(source);
  if (!texts) return tl::make_unexpected(texts.error());
  auto bytes = lay_out(source, *codes, *texts, learned_of(from));
  if (bytes.size() > format::kMaxFile) {
    return fail(Code::invalid, "bundle source: the file would be " + std::to_string(bytes.size()) +
                                   " bytes, above 1 GiB; keep fewer targets per row");
  }
  return bytes;
}

}  // namespace

Result<std::vector<std::byte>> write_bundle(BundleSource const& source) { return write(source, source); }

Result<std::vector<std::byte>> write_bundle(BundleSource source, Bundle const& learned) {
  if (source.items.size() != learned.item_count()) {
    return fail(Code::invalid, "bundle source: has " + std::to_string(source.items.size()) +
                                   " items; what was learned is of " + std::to_string(learned.item_count()));
  }
  source.rows.assign(source.items.size(), {});
  source.bias.assign(source.items.size(), 0);
  source.calibration.assign(1, {{{0, 0}}});
  source.calibration_sizes.clear();
  return write(source, learned);
}

}  // namespace tillcue
