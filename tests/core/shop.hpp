#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "tillcue/core/bundle_writer.hpp"
#include "tillcue/core/engine.hpp"

/// A shop of nine items whose every number can be followed by hand, and random ones to compare with brute force.
namespace shop {

enum : std::uint32_t { bread, butter, jam, wine, batteries, bag, torch, saffron, honey, item_count };

/// bread -> butter, jam, honey; torch -> batteries; wine is age-restricted, bag is not for sale, saffron is dear,
/// honey has no price.
tillcue::BundleSource source();

/// Makes baskets of up to two items say half more than their score, others half of it. Returns the first map.
tillcue::CalibrationSource& calibrate_by_size(tillcue::BundleSource& source);

/// A catalogue of `items` with random rows and intercepts of both signs.
tillcue::BundleSource random_source(std::uint32_t items, std::uint32_t row, std::uint32_t seed);
/// Every other pair becomes one that may be coincidence.
void doubt(tillcue::BundleSource& source);

/// A coupon for any item.
tillcue::CampaignSource coupon(std::string id, tillcue::DiscountKind kind = tillcue::DiscountKind::percent,
                               std::int64_t value = 10);

/// The written bundle, its bytes kept with it.
struct Opened {
  std::vector<std::byte> bytes;
  std::shared_ptr<tillcue::Bundle const> bundle;
  tillcue::Bundle const& operator*() const { return *bundle; }
  tillcue::Bundle const* operator->() const { return bundle.get(); }
};
Opened open(tillcue::BundleSource const& source);

/// The bytes of a file of tests/golden.
std::vector<std::byte> golden(std::string const& name);

/// A sale with one line per item at the shelf price.
tillcue::Sale sale_with(tillcue::Bundle const& bundle, std::vector<std::uint32_t> const& items);
void scan(tillcue::Sale& sale, tillcue::Bundle const& bundle, std::uint32_t item);

/// The scorer's memory and the scorer.
struct Scoring {
  explicit Scoring(tillcue::Bundle const& bundle, tillcue::Instructions instructions = tillcue::best_instructions())
      : memory(tillcue::Scorer::memory_needed(bundle)), scorer(bundle, memory, instructions) {}
  std::vector<std::byte> memory;
  tillcue::Scorer scorer;
};

}  // namespace shop
