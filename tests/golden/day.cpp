#include "golden/day.hpp"

#include "core/decide_world.hpp"
#include "tillcue/core/replay.hpp"

namespace golden {

using namespace tillcue;

namespace {

constexpr std::uint32_t kSales = 60;

/// One terminal's day: a sale every nine minutes from seven in the morning.
class Day {
 public:
  explicit Day(std::shared_ptr<Bundle const> const& bundle) : bundle_(*bundle), engine_(bundle, world::kPlace) {
    live_.stop("c4", true);
    live_.grant("partner:acme", {1500, 12});
    live_.out_of_stock("1003", true);
    live_.use(bundle_);
    context_.utc_offset_minutes = 120;
    context_.channels = 7;
    context_.live = &live_;
  }

  std::string run() {
    for (std::uint32_t n = 0; n < kSales; ++n) one_sale(n);
    return std::move(out_);
  }

 private:
  void one_sale(std::uint32_t number) {
    auto sale = world::begin(bundle_, number, random_);
    sale.arm = engine_.arm_of(sale.id, sale.customer);
    context_.now = Timestamp{std::chrono::seconds{1'794'978'000 + number * 540}};
    context_.seed = number;
    for (auto lines = 2 + random_() % 7; lines > 0; --lines) {
      context_.now += std::chrono::milliseconds(900 + random_() % 4000);
      world::scan(sale, bundle_, random_);
      sale.pace.scanned(context_.moment());
      decide(sale, Stage::scan);
    }
    decide(sale, Stage::subtotal);
    decide(sale, Stage::tender);
  }

  void decide(Sale& sale, Stage stage) {
    auto const decision = engine_.decide(sale, stage, context_);
    out_ += replay_record(engine_, sale, stage, context_, decision) + ' ' + told(bundle_, decision) + '\n';
    if (auto const* offer = remember(sale, decision); offer != nullptr) {
      sale.shown.back().response = static_cast<Response>(random_() % 4);
      if (offer->campaign != Offer::kNoCampaign) live_.spend(offer->campaign, decision.cost_minor);
    }
  }

  Bundle const& bundle_;
  Engine engine_;
  Live live_;
  Context context_;
  world::Random random_{20'261'122};
  std::string out_;
};

}  // namespace

std::string told(Bundle const& bundle, Decision const& decision) {
  auto text = std::string(to_text(decision.silence)) + ' ' + std::to_string(decision.propensity_ppm);
  for (std::size_t n = 0; n < decision.offer_count; ++n) {
    auto const& offer = decision.offers[n];
    text += ' ' + std::string(to_text(offer.type)) + ':' + std::string(bundle.item(offer.item).sku) + ':' +
            std::string(to_text(offer.reason.code)) + ':' + std::to_string(offer.expected_margin_micro);
    if (offer.campaign != Offer::kNoCampaign) text += ':' + std::string(bundle.campaign(offer.campaign).id);
  }
  return text;
}

std::string day_of(std::shared_ptr<Bundle const> bundle) { return Day(bundle).run(); }

}  // namespace golden
