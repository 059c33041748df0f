#include "tillcue/core/replay.hpp"

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

#include "format/crc32c.hpp"
#include "replay_bytes.hpp"

namespace tillcue {
namespace {

using replay::Reader;
using replay::Writer;

constexpr std::uint8_t kVersion = 1;
constexpr std::size_t kMostMissing = 255;
constexpr std::int64_t kMostMillis = 253'402'300'800'000;  // the year 10000
constexpr std::int64_t kMostAmount = 4'000'000'000'000;
constexpr std::int64_t kMostMinutes = 24 * 60;

std::uint64_t code(ItemIx item) noexcept { return item == kNoItem ? 0 : std::uint64_t{index(item)} + 1; }

std::int64_t millis(Timestamp at) noexcept { return at.time_since_epoch().count(); }
std::int64_t millis(SteadyTime at) noexcept { return at.time_since_epoch().count(); }

void put_shopper(Bundle const& bundle, Sale const& sale, Writer& out) {
  auto const& shopper = sale.shopper;
  out.number((sale.customer.empty() ? 0U : 1U) | (shopper.no_paper ? 2U : 0U));
  out.number(shopper.visits);
  out.text(shopper.segment);
  out.number(shopper.hints_today);
  out.number(shopper.coupons_today);
  out.number(shopper.campaigns_today.size());
  for (auto const& [campaign, times] : shopper.campaigns_today) {
    out.text(campaign);
    out.number(times);
  }
  out.number(shopper.usual.size());
  for (auto const& usual : shopper.usual) {
    out.number(index(usual.item) < bundle.item_count() ? code(usual.item) : 0);
    out.number(usual.share.ppm);
  }
}

void put_lines(Bundle const& bundle, Basket const& basket, Writer& out) {
  out.number(basket.lines().size());
  for (auto const& line : basket.lines()) {
    bool const piece = line.quantity.milli == 1000, ours = line.unit_price.currency == bundle.info().currency;
    auto const item = index(line.item) < bundle.item_count() ? code(line.item) : 0;
    out.number(item << 2U | (piece ? 0U : 1U) | (ours ? 0U : 2U));
    if (!piece) out.whole(line.quantity.milli);
    // The shelf price is the usual one.
    auto const shelf = bundle.price(line.item);
    out.whole(line.unit_price.minor - (shelf ? shelf->minor : 0));
  }
}

void put_shown(Sale const& sale, SteadyTime now, Writer& out) {
  out.number(sale.shown.size());
  for (auto const& shown : sale.shown) {
    auto const& offer = shown.offer;
    out.number(offer.number);
    out.number(static_cast<unsigned>(offer.kind) | static_cast<unsigned>(offer.type) << 2U |
               static_cast<unsigned>(offer.stage) << 6U | static_cast<unsigned>(offer.reason.code) << 8U |
               static_cast<unsigned>(shown.response) << 12U | (shown.withheld ? 1U : 0U) << 14U);
    out.number(code(offer.item));
    out.number(code(offer.reason.trigger));
    for (auto const extra : offer.more) out.number(code(extra));
    out.number(offer.campaign == Offer::kNoCampaign ? 0U : offer.campaign + 1U);
    out.whole(millis(now) - millis(shown.at));
  }
}

void put_live(Bundle const& bundle, Live const* live, Writer& out) {
  out.number(live == nullptr ? 0 : live->all_stopped() ? 2 : 1);
  if (live == nullptr) return;
  std::vector<std::pair<std::size_t, Allotment>> bounded;
  std::vector<std::size_t> stopped;
  for (std::size_t n = 0; n < bundle.campaign_count(); ++n) {
    auto const left = live->left(n);
    if (left.minor != Allotment::kUnlimited || left.issues != Allotment::kUnlimited) bounded.emplace_back(n, left);
    if (live->stopped(n) && !live->all_stopped()) stopped.push_back(n);
  }
  out.number(stopped.size());
  for (auto const n : stopped) out.number(n);
  out.number(bounded.size());
  for (auto const& [n, left] : bounded) {
    out.number(n);
    out.whole(left.minor);
    out.whole(left.issues);
  }
  auto const missing = live->missing();
  out.number(missing.size() > kMostMissing ? kMostMissing + 1 : missing.size());
  if (missing.size() > kMostMissing) return;
  for (auto const item : missing) out.number(index(item));
}

// Reading: every number is checked before it is used; a reader past its end gives zeros and says so in the end.

ItemIx item_of(std::uint64_t code, Bundle const& bundle, Reader& in) {
  if (code == 0) return kNoItem;
  if (code > bundle.item_count()) in.fail();
  return in.ok() ? ItemIx{static_cast<std::uint32_t>(code - 1)} : kNoItem;
}

Sku sku_of(Bundle const& bundle, ItemIx item) {
  return item == kNoItem ? Sku{} : Sku{std::string(bundle.item(item).sku)};
}

void take_shopper(Bundle const& bundle, Reader& in, Sale& sale) {
  auto& shopper = sale.shopper;
  auto const flags = in.number();
  if ((flags & 1U) != 0) sale.customer = CustomerId{"known"};
  shopper.no_paper = (flags & 2U) != 0;
  shopper.visits = static_cast<std::uint16_t>(in.number());
  shopper.segment = in.text();
  shopper.hints_today = static_cast<std::uint16_t>(in.number());
  shopper.coupons_today = static_cast<std::uint16_t>(in.number());
  for (auto n = in.count(); n > 0 && in.ok(); --n) {
    auto campaign = in.text();
    shopper.campaigns_today.emplace_back(std::move(campaign), static_cast<std::uint16_t>(in.number()));
  }
  for (auto n = in.count(); n > 0 && in.ok(); --n) {
    auto const item = item_of(in.number(), bundle, in);
    shopper.usual.push_back({sku_of(bundle, item), item, {static_cast<std::uint32_t>(in.number())}});
  }
}

void take_lines(Bundle const& bundle, Reader& in, Basket& basket) {
  std::uint32_t number = 0;
  for (auto n = in.count(); n > 0 && in.ok(); --n) {
    auto const head = in.number();
    BasketLine line;
    line.line = LineNo{++number};
    line.item = item_of(head >> 2U, bundle, in);
    line.sku = sku_of(bundle, line.item);
    if ((head & 1U) != 0) line.quantity.milli = in.within(kMostAmount);
    auto const shelf = bundle.price(line.item);
    if ((head & 2U) == 0) line.unit_price.currency = bundle.info().currency;
    auto const off = in.within(kMostAmount);
    line.unit_price.minor = off + (shelf ? shelf->minor : 0);
    if (!basket.put(std::move(line))) in.fail();
  }
}

Shown take_one_shown(Bundle const& bundle, SteadyTime now, Reader& in) {
  Shown shown;
  auto& offer = shown.offer;
  offer.number = static_cast<std::uint32_t>(in.number());
  auto const bits = in.number();
  auto const kind = bits & 3U, type = bits >> 2U & 15U, stage = bits >> 6U & 3U, reason = bits >> 8U & 15U,
             response = bits >> 12U & 3U;
  if (kind > 2 || type >= kOfferTypes || stage >= kStages || reason >= kReasonCodes) in.fail();
  if (!in.ok()) return shown;
  offer.kind = static_cast<OfferKind>(kind);
  offer.type = static_cast<OfferType>(type);
  offer.stage = static_cast<Stage>(stage);
  offer.reason.code = static_cast<ReasonCode>(reason);
  shown.response = static_cast<Response>(response);
  shown.withheld = (bits >> 14U & 1U) != 0;
  offer.item = item_of(in.number(), bundle, in);
  offer.reason.trigger = item_of(in.number(), bundle, in);
  for (auto& extra : offer.more) extra = item_of(in.number(), bundle, in);
  auto const campaign = in.number();
  if (campaign > bundle.campaign_count()) in.fail();
  offer.campaign = campaign == 0 ? Offer::kNoCampaign : static_cast<std::uint16_t>(campaign - 1);
  shown.at = now - std::chrono::milliseconds(in.within(kMostMillis));
  return shown;
}

std::unique_ptr<Live> take_live(Bundle const& bundle, Reader& in, bool& too_much) {
  auto const kind = in.number();
  if (kind == 0 || kind > 2) return nullptr;
  auto live = std::make_unique<Live>();
  if (kind == 2) live->stop("", true);
  auto const campaign = [&] {
    auto const n = in.number();
    if (n >= bundle.campaign_count()) in.fail();
    return in.ok() ? std::string(bundle.campaign(n).id) : std::string();
  };
  for (auto n = in.count(); n > 0 && in.ok(); --n) {
    if (auto const id = campaign(); in.ok()) live->stop(id, true);
  }
  for (auto n = in.count(); n > 0 && in.ok(); --n) {
    auto const id = campaign();
    Allotment left;
    left.minor = in.whole();
    left.issues = in.whole();
    if (in.ok()) live->grant(id, left);
  }
  auto const missing = in.number();
  too_much = missing > kMostMissing;
  for (auto n = too_much ? 0 : missing; n > 0 && in.ok(); --n) {
    auto const item = item_of(in.number() + 1, bundle, in);
    if (in.ok()) live->out_of_stock(bundle.item(item).sku, true);
  }
  // What was left is the least of a campaign's and its partner's: the partner's is no further bound.
  for (std::size_t n = 0; n < bundle.campaign_count() && bundle.budget_count() > 0; ++n) {
    auto const partner = std::string(bundle.campaign(n).partner);
    if (!partner.empty()) live->grant("partner:" + partner, {Allotment::kUnlimited, Allotment::kUnlimited});
  }
  live->use(bundle);
  return live;
}

void put_offer(Offer const& offer, Writer& out) {
  for (auto number :
       {std::uint64_t{offer.number}, static_cast<std::uint64_t>(offer.kind), static_cast<std::uint64_t>(offer.type),
        static_cast<std::uint64_t>(offer.stage), code(offer.item), code(offer.more[0]), code(offer.more[1]),
        std::uint64_t{offer.probability.ppm}, static_cast<std::uint64_t>(offer.reason.code), code(offer.reason.trigger),
        std::uint64_t{offer.reason.share.ppm}, std::uint64_t{offer.reason.size_percent}, std::uint64_t{offer.campaign},
        static_cast<std::uint64_t>(offer.discount)}) {
    out.number(number);
  }
  for (auto amount : {offer.price.minor, offer.reason.amount, offer.expected_margin_micro, offer.discount_value}) {
    out.whole(amount);
  }
}

}  // namespace

std::uint32_t digest_of(Decision const& d) noexcept {
  Writer out;
  for (auto number :
       {static_cast<std::uint64_t>(d.stage), static_cast<std::uint64_t>(d.arm), static_cast<std::uint64_t>(d.silence),
        std::uint64_t{d.eligible_count}, std::uint64_t{d.offer_count}, std::uint64_t{d.explored ? 1U : 0U},
        std::uint64_t{d.propensity_ppm}}) {
    out.number(number);
  }
  out.whole(d.cost_minor);
  for (std::size_t n = 0; n < d.eligible_count; ++n) {
    out.number(code(d.eligible[n].item));
    out.whole(d.eligible[n].score);
  }
  for (auto const& offer : d.offers) put_offer(offer, out);
  return format::crc32c(std::as_bytes(std::span(out.bytes())));
}

std::string replay_record(Engine const& engine, Sale const& sale, Stage stage, Context const& context,
                          Decision const& decision) {
  auto const& bundle = engine.bundle();
  Writer out;
  out.number(kVersion);
  out.fixed(bundle.fingerprint());
  out.fixed(digest_of(decision));
  out.text(sale.id.value);
  for (auto const* name : {&engine.place().store, &engine.place().group, &engine.place().terminal}) out.text(*name);
  out.number(static_cast<unsigned>(stage) | (sale.arm == Arm::holdout ? 4U : 0U));
  out.whole(millis(context.now));
  out.whole(context.utc_offset_minutes);
  out.number(context.seed);
  out.number(context.channels);
  out.number(sale.numbers_from);
  auto const times = sale.pace.times();
  out.number(times.size());
  for (auto const at : times) out.whole(millis(context.moment()) - millis(at));
  put_shopper(bundle, sale, out);
  put_lines(bundle, sale.basket, out);
  put_shown(sale, context.moment(), out);
  put_live(bundle, context.live, out);
  return replay::to_base64(out.bytes());
}

Result<Replay> read_replay(std::string_view line, Bundle const& bundle) {
  auto const bytes = replay::from_base64(line);
  if (!bytes || bytes->empty()) return fail(Code::invalid, "replay record: is not base64url text; copy the whole line");
  Reader in(*bytes);
  if (in.number() != kVersion) return fail(Code::unsupported, "replay record: version is not 1; update this program");
  if (in.fixed() != bundle.fingerprint()) {
    return fail(Code::not_found, "replay record: was decided with another bundle; give that release");
  }
  Replay replay;
  auto& sale = replay.sale;
  replay.digest = in.fixed();
  sale.id = SaleId{in.text()};
  for (auto* name : {&replay.place.store, &replay.place.group, &replay.place.terminal}) *name = in.text();
  auto const stage = in.number();
  if ((stage & 3U) >= kStages || stage > 7) in.fail();
  replay.stage = static_cast<Stage>(stage & 3U);
  sale.arm = (stage & 4U) != 0 ? Arm::holdout : Arm::treated;
  auto& context = replay.context;
  context.now = Timestamp{std::chrono::milliseconds{in.within(kMostMillis)}};
  context.utc_offset_minutes = static_cast<std::int32_t>(in.within(kMostMinutes));
  context.seed = in.number();
  context.channels = static_cast<std::uint8_t>(in.number());
  sale.numbers_from = static_cast<std::uint32_t>(in.number());
  for (auto n = in.count(); n > 0 && in.ok(); --n) {
    sale.pace.scanned(context.moment() - std::chrono::milliseconds(in.within(kMostMillis)));
  }
  take_shopper(bundle, in, sale);
  take_lines(bundle, in, sale.basket);
  for (auto n = in.count(); n > 0 && in.ok(); --n) sale.shown.push_back(take_one_shown(bundle, context.moment(), in));
  bool too_much = false;
  replay.live = take_live(bundle, in, too_much);
  context.live = replay.live.get();
  if (!in.ok() || !in.at_end()) return fail(Code::invalid, "replay record: is damaged; copy the whole line");
  if (too_much) return fail(Code::rejected, "replay record: more than 255 items were out of stock then");
  return replay;
}

}  // namespace tillcue
