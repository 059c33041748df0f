#pragma once

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "core/shop.hpp"

namespace shop {

using namespace tillcue;

/// The shop of shop.hpp with what one test adds to it, and an engine in store 17.
struct Till {
  explicit Till(std::function<void(BundleSource&)> const& change = {}) {
    auto source = shop::source();
    source.policy.quiet_scans_per_minute = 0;
    if (change) change(source);
    bundle = shop::open(source);
    engine = std::make_unique<Engine>(bundle.bundle, Place{"17", "north", "17-3"});
    context.now = Timestamp{std::chrono::hours(24 * 365)};
  }
  Sale sale(std::vector<std::uint32_t> const& items) const { return sale_with(*bundle, items); }
  Decision decide(Sale const& sale, Stage stage = Stage::scan) { return engine->decide(sale, stage, context); }
  /// Decides and shows; the answer is what the customer said.
  Decision show(Sale& sale, Stage stage, Response response) {
    auto const decision = decide(sale, stage);
    if (remember(sale, decision) != nullptr) sale.shown.back().response = response;
    return decision;
  }
  std::string said(Offer const& offer, char const* language = "en") const { return script(*bundle, offer, language); }

  Opened bundle;
  std::unique_ptr<Engine> engine;
  Context context;
};

inline CampaignSource campaign(OfferType type, std::vector<std::uint32_t> triggers,
                               std::vector<std::uint32_t> targets) {
  auto c = coupon("one", DiscountKind::none, 0);
  c.type = type;
  c.stages = 7;
  c.trigger_items = std::move(triggers);
  c.items = std::move(targets);
  return c;
}

inline Till with(CampaignSource c) {
  return Till([&](BundleSource& s) { s.campaigns = {std::move(c)}; });
}

inline LadderStep torch_to_saffron() { return {ItemIx{torch}, ItemIx{saffron}, {200'000}, 200, true}; }

}  // namespace shop
