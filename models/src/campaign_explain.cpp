#include "tillcue/models/campaign_explain.hpp"

#include <algorithm>
#include <chrono>
#include <set>
#include <tuple>

#include "campaign_types.hpp"
#include "tillcue/models/field.hpp"
#include "tillcue/models/wording.hpp"

namespace tillcue::models {
namespace {

/// Writes down what is not offered, each once.
class Notebook : public Witness {
 public:
  struct Entry {
    ItemIx item;
    std::uint16_t campaign;
    Rule rule;
  };

  void stopped(ItemIx item, std::uint16_t campaign, Rule rule) noexcept override {
    if (seen_.emplace(index(item), campaign, rule).second) entries_.push_back({item, campaign, rule});
  }
  [[nodiscard]] std::vector<Entry> const& entries() const { return entries_; }
  [[nodiscard]] bool knows(std::size_t campaign) const {
    return std::any_of(entries_.begin(), entries_.end(), [&](Entry const& e) { return e.campaign == campaign; });
  }

 private:
  std::set<std::tuple<std::uint32_t, std::uint16_t, Rule>> seen_;
  std::vector<Entry> entries_;
};

std::string_view words_for(Silence silence) {
  switch (silence) {
    case Silence::none:
      return {};
    case Silence::holdout:
      return "the sale is held out for measuring";
    case Silence::cap_reached:
      return "this sale, stage or customer has had all that may be said (policy)";
    case Silence::too_few_items:
      return "there are too few known items in the basket (policy.min_items_before_hint)";
    case Silence::nothing_fits:
      return "nothing passed every rule";
    case Silence::busy:
      return "the cashier scans too fast to talk (policy.quiet_scans_per_minute)";
    case Silence::cooling_down:
      return "the last prompt is too recent (policy.cooldown_seconds)";
    case Silence::no_channel:
      return "nothing to show or print it on";
  }
  return {};
}

std::string_view to_text(OfferKind kind) {
  return kind == OfferKind::coupon ? "coupon" : kind == OfferKind::notice ? "notice" : "suggestion";
}

/// In which order offers of these types are tried within a stage: a later one only when the earlier ones had none.
int turn_of(OfferType type, ReasonCode code) {
  if (type == OfferType::notice) return 0;
  if (code == ReasonCode::cheaper) return 1;
  return type == OfferType::upgrade || type == OfferType::multi_buy || type == OfferType::gift ? 2 : 3;
}

std::string discount_text(Bundle const& bundle, Offer const& offer) {
  switch (offer.discount) {
    case DiscountKind::none:
      return {};
    case DiscountKind::percent:
      return std::to_string(offer.discount_value) + " %";
    case DiscountKind::amount:
      return to_text(Money{offer.discount_value, bundle.info().currency}) + " off";
    case DiscountKind::price:
      return "at " + to_text(Money{offer.discount_value, bundle.info().currency});
  }
  return {};
}

double in_currency(std::int64_t micro, Currency currency) {
  double value = static_cast<double>(micro) / 1e6;
  for (int n = 0; n < currency.digits; ++n) value /= 10;
  return value;
}

MadeOffer made_offer(Bundle const& bundle, Offer const& offer, std::string const& language) {
  MadeOffer made;
  auto const item = bundle.item(offer.item);
  if (offer.campaign != Offer::kNoCampaign) made.campaign = bundle.campaign(offer.campaign).id;
  made.type = tillcue::to_text(offer.type);
  made.kind = to_text(offer.kind);
  made.sku = item.sku;
  made.name = item.name;
  made.script = offer.kind == OfferKind::coupon ? headline(bundle, offer, language) : script(bundle, offer, language);
  made.reason = reason(bundle, offer, language);
  made.code = tillcue::to_text(offer.reason.code);
  if (offer.reason.trigger != kNoItem) made.with = bundle.item(offer.reason.trigger).name;
  for (auto const extra : offer.more) {
    if (extra != kNoItem) made.more.emplace_back(bundle.item(extra).name);
  }
  made.probability = offer.probability.ppm / 1e6;
  made.expected_margin = in_currency(offer.expected_margin_micro, bundle.info().currency);
  if (offer.price.minor > 0) made.price = to_text(offer.price);
  made.discount = discount_text(bundle, offer);
  return made;
}

/// Why a campaign nobody said anything about was not made.
NotMade unmentioned(Bundle const& bundle, std::size_t n, Decision const& decision) {
  auto const campaign = bundle.campaign(n);
  NotMade out{std::string(campaign.id), {}, {}, {}, {}};
  auto const stage = kStageWords[static_cast<std::size_t>(decision.stage)];
  if ((campaign.stages & mask_of(decision.stage)) == 0) {
    out.why =
        "it is tried at " + words_of_mask(campaign.stages, kStageWords) + " only, and this is " + std::string(stage);
    return out;
  }
  if (decision.offer_count == 0) {
    out.why = decision.silence == Silence::nothing_fits
                  ? "none of what it offers ranks for this basket"
                  : "nothing at all is said here: " + std::string(words_for(decision.silence));
    return out;
  }
  auto const& spoken = decision.offers[0];
  bool const too_late = turn_of(campaign.type, ReasonCode::expert) > turn_of(spoken.type, spoken.reason.code);
  out.why = too_late ? "it was not its turn: at " + std::string(stage) + " an offer of type " +
                           std::string(tillcue::to_text(spoken.type)) + " comes first, and there was one"
                     : std::string("none of what it offers ranks for this basket");
  return out;
}

void tell_not_made(Bundle const& bundle, Notebook const& notebook, Decision const& decision, Explanation& out) {
  auto const entry_of = [&](Notebook::Entry const& entry) {
    NotMade made;
    if (entry.campaign != Offer::kNoCampaign) made.campaign = bundle.campaign(entry.campaign).id;
    if (entry.item != kNoItem) {
      auto const item = bundle.item(entry.item);
      made.sku = item.sku;
      made.name = item.name;
    }
    made.rule = tillcue::to_text(entry.rule);
    made.why = words_of(entry.rule);
    return made;
  };
  auto const offered = [&](std::size_t n) {
    return std::any_of(decision.offers.begin(), decision.offers.begin() + decision.offer_count,
                       [&](Offer const& offer) { return offer.campaign == n; });
  };
  for (std::size_t n = 0; n < bundle.campaign_count(); ++n) {
    auto const mentions = std::count_if(notebook.entries().begin(), notebook.entries().end(),
                                        [&](Notebook::Entry const& entry) { return entry.campaign == n; });
    for (auto const& entry : notebook.entries()) {
      // Said of what does not rank, also when other items of it did.
      bool const rest = entry.rule == Rule::not_likely && (mentions > 1 || offered(n));
      if (entry.campaign == n && !rest) out.not_made.push_back(entry_of(entry));
    }
    if (!notebook.knows(n) && !offered(n)) out.not_made.push_back(unmentioned(bundle, n, decision));
  }
  for (auto const& entry : notebook.entries()) {
    if (entry.campaign == Offer::kNoCampaign) out.not_made.push_back(entry_of(entry));
  }
}

void add_prompts(Bundle const& bundle, ExplainQuestion const& question, Timestamp now, Sale& sale,
                 std::vector<std::string>& unknown) {
  for (auto const& prompt : question.before) {
    Shown shown;
    shown.offer.number = static_cast<std::uint32_t>(sale.shown.size() + 1);
    shown.offer.kind = OfferKind::suggestion;
    shown.offer.stage = Stage::scan;
    shown.offer.item = bundle.find(prompt.sku);
    if (shown.offer.item == kNoItem) unknown.push_back(prompt.sku);
    for (std::size_t n = 0; n < bundle.campaign_count(); ++n) {
      if (bundle.campaign(n).id != prompt.campaign) continue;
      shown.offer.campaign = static_cast<std::uint16_t>(n);
      shown.offer.type = bundle.campaign(n).type;
    }
    bool const lost = !prompt.campaign.empty() && shown.offer.campaign == Offer::kNoCampaign;
    if (lost) unknown.push_back(prompt.campaign);
    shown.response = prompt.response;
    shown.at = SteadyTime{now.time_since_epoch()} - std::chrono::seconds(question.seconds_since);
    sale.shown.push_back(shown);
  }
}

void add_customer(Bundle const& bundle, ExplainQuestion const& question, Sale& sale,
                  std::vector<std::string>& unknown) {
  sale.customer.value = question.customer;
  auto& shopper = sale.shopper;
  shopper.visits = question.visits;
  shopper.segment = question.segment;
  shopper.no_paper = question.no_paper;
  shopper.hints_today = question.hints_today;
  shopper.coupons_today = question.coupons_today;
  shopper.campaigns_today = question.campaigns_today;
  for (auto const& [sku, share] : question.usual) {
    auto const item = bundle.find(sku);
    if (item == kNoItem) unknown.push_back(sku);
    shopper.usual.push_back({Sku{sku}, item, share});
  }
}

/// Enough scans for a pace, the last one now.
void add_pace(std::uint32_t per_minute, Timestamp now, ScanPace& pace) {
  constexpr int kScans = 5;
  if (per_minute == 0) return;
  SteadyTime const moment{now.time_since_epoch()};
  for (int n = kScans - 1; n >= 0; --n) pace.scanned(moment - std::chrono::milliseconds(n * 60'000 / per_minute));
}

Sale sale_of(Bundle const& bundle, ExplainQuestion const& question, Timestamp now, std::vector<std::string>& unknown) {
  Sale sale;
  sale.arm = Arm::treated;
  sale.id.value = "explain";
  add_customer(bundle, question, sale, unknown);
  add_prompts(bundle, question, now, sale, unknown);
  add_pace(question.pace, now, sale.pace);
  std::uint32_t number = 0;
  for (auto const& wanted : question.basket) {
    BasketLine line;
    line.line = LineNo{++number};
    line.sku = Sku{wanted.sku};
    line.item = bundle.find(wanted.sku);
    if (line.item == kNoItem) unknown.push_back(wanted.sku);
    line.quantity = {wanted.quantity_milli};
    line.unit_price = bundle.price(line.item).value_or(Money{0, bundle.info().currency});
    if (wanted.price_minor >= 0) line.unit_price.minor = wanted.price_minor;
    (void)sale.basket.put(std::move(line));
  }
  return sale;
}

}  // namespace

Result<std::vector<ExplainLine>> parse_basket(std::string_view text, Currency currency) {
  std::vector<ExplainLine> lines;
  while (!text.empty()) {
    auto const end = std::min(text.find(','), text.size());
    std::string const entry(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
    auto const wrong = [&](char const* what) {
      return fail(Code::invalid, "--basket: '" + entry + "': " + what + "; write SKU, SKU*2 or SKU*0.5@1.99");
    };
    ExplainLine line;
    std::string_view rest(entry);
    if (auto const at = rest.rfind('@'); at != std::string_view::npos) {
      auto const price = parse_money(rest.substr(at + 1), currency);
      if (!price || price->minor < 0) return wrong("the price is no amount");
      line.price_minor = price->minor;
      rest = rest.substr(0, at);
    }
    if (auto const star = rest.rfind('*'); star != std::string_view::npos) {
      auto const quantity = parse_decimal(rest.substr(star + 1), kQuantityDecimals);
      if (!quantity || *quantity <= 0) return wrong("the quantity is no number above 0");
      line.quantity_milli = *quantity;
      rest = rest.substr(0, star);
    }
    if (rest.empty()) return wrong("there is no SKU");
    line.sku = rest;
    lines.push_back(std::move(line));
  }
  if (lines.size() > Basket::kMaxLines) return fail(Code::invalid, "--basket: has more than 1000 lines");
  return lines;
}

Result<std::vector<ExplainPrompt>> parse_prompts(std::string_view text, Response response, char const* option) {
  std::vector<ExplainPrompt> prompts;
  while (!text.empty()) {
    auto const end = std::min(text.find(','), text.size());
    auto const entry = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    auto const colon = std::min(entry.find(':'), entry.size());
    if (colon == 0) {
      return fail(Code::invalid,
                  std::string(option) + ": '" + std::string(entry) + "' names no SKU; write SKU or SKU:CAMPAIGN");
    }
    prompts.push_back({std::string(entry.substr(0, colon)),
                       std::string(colon < entry.size() ? entry.substr(colon + 1) : std::string_view()), response});
  }
  return prompts;
}

Explanation explain_decision(std::shared_ptr<Bundle const> bundle, ExplainQuestion const& question) {
  Explanation out;
  Engine engine(bundle, question.place);
  Context context;
  auto const seconds = question.at != 0 ? question.at : bundle->info().created;
  context.now = Timestamp{std::chrono::seconds{seconds}};
  // A till that is stopped altogether has nothing to say anything on.
  context.channels = question.live.stop_all ? std::uint8_t{0} : question.channels;
  Live live;
  tell(question.live, live);
  for (auto const& sku : question.probably_out) live.probably_out(sku, true);
  live.use(*bundle);
  context.live = &live;
  auto const sale = sale_of(*bundle, question, context.now, out.unknown);
  Notebook notebook;
  auto const decision = engine.decide(sale, question.stage, context, &notebook);
  auto const language = question.language.empty() ? std::string(bundle->info().language) : question.language;
  out.stage = kStageWords[static_cast<std::size_t>(question.stage)];
  out.silence = question.live.stop_all ? "everything is stopped (stop_all)" : words_for(decision.silence);
  out.currency = bundle->info().currency.text();
  for (std::size_t n = 0; n < decision.offer_count; ++n) {
    out.offers.push_back(made_offer(*bundle, decision.offers[n], language));
  }
  tell_not_made(*bundle, notebook, decision, out);
  return out;
}

}  // namespace tillcue::models
