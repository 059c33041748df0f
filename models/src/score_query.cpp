#include "tillcue/models/score_query.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <optional>
#include <vector>

#include <nlohmann/json.hpp>

namespace tillcue::models {
namespace {

void put_text(std::string_view text, std::string& out) {
  static constexpr char kHex[] = "0123456789abcdef";
  out += '"';
  for (char const c : text) {
    auto const byte = static_cast<unsigned char>(c);
    if (byte < 0x20) {
      out += "\\u00";
      out += kHex[byte >> 4U];
      out += kHex[byte & 15U];
    } else {
      if (c == '"' || c == '\\') out += '\\';
      out += c;
    }
  }
  out += '"';
}

void put_number(auto value, std::string& out) {
  std::array<char, 32> digits;
  auto const end = std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr;
  out.append(digits.data(), end);
}

std::optional<Stage> stage_of(std::string_view name) {
  if (name == "scan") return Stage::scan;
  if (name == "subtotal") return Stage::subtotal;
  if (name == "tender") return Stage::tender;
  return std::nullopt;
}

}  // namespace

struct QueryScorer::Query {
  std::vector<std::string> skus;
  std::vector<std::string> unknown;
  std::vector<ItemIx> items;
  Stage stage = Stage::subtotal;

  /// Nothing when the line is a query; else what is wrong with it.
  std::optional<std::string> read(std::string_view line) {
    if (line.size() > kLongestLine) return "line longer than 1 MiB";
    auto const json = nlohmann::json::parse(line.begin(), line.end(), nullptr, false);
    if (json.is_discarded()) return "not JSON; write {\"basket\":[\"sku\",...]}";
    if (!json.is_object()) return "not an object; write {\"basket\":[\"sku\",...]}";
    auto const basket = json.find("basket");
    if (basket == json.end() || !basket->is_array()) return "basket: is missing or no list; write a list of SKUs";
    for (auto const& sku : *basket) {
      if (!sku.is_string()) return "basket: holds something else than SKUs in quotes";
      skus.push_back(sku.get<std::string>());
    }
    if (auto const customer = json.find("customer"); customer != json.end() && !customer->is_string()) {
      return "customer: is no text in quotes";
    }
    auto const named = json.find("stage");
    if (named == json.end()) return std::nullopt;
    auto const known = named->is_string() ? stage_of(named->get_ref<std::string const&>()) : std::nullopt;
    if (!known) return "stage: is none of \"scan\", \"subtotal\", \"tender\"";
    stage = *known;
    return std::nullopt;
  }

  void look_up(Bundle const& bundle) {
    for (auto const& sku : skus) {
      auto const item = bundle.find(sku);
      if (item == kNoItem)
        unknown.push_back(sku);
      else
        items.push_back(item);
    }
  }
};

QueryScorer::QueryScorer(Ranker& ranker, ScoreOptions options) : ranker_(ranker), options_(options) {
  if (!options_.raw) engine_ = std::make_unique<Engine>(ranker.share());
}
QueryScorer::~QueryScorer() = default;

void QueryScorer::write(Suggestion const& suggestion, bool first, std::string& out, Offer const* offer) const {
  auto const& bundle = ranker_.bundle();
  if (!first) out += ',';
  out += "{\"sku\":";
  put_text(bundle.item(suggestion.item).sku, out);
  out += ",\"score\":";
  put_number(suggestion.score, out);
  out += ",\"probability\":";
  put_number(suggestion.probability.ppm / 1e6, out);
  auto const& reason = suggestion.reason;
  out += ",\"reason\":{\"code\":";
  put_text(to_text(reason.code), out);
  if (reason.trigger != kNoItem) {
    out += ",\"with\":";
    put_text(bundle.item(reason.trigger).sku, out);
  }
  out += '}';
  if (offer != nullptr && offer->type != OfferType::suggestion) {
    out += ",\"type\":";
    put_text(to_text(offer->type), out);
  }
  if (offer != nullptr && offer->campaign != Offer::kNoCampaign) {
    out += ",\"campaign\":";
    put_text(bundle.campaign(offer->campaign).id, out);
  }
  out += '}';
}

void QueryScorer::suggest_raw(Query const& query, std::string& out) {
  bool first = true;
  for (auto const& suggestion : ranker_.rank(query.items, options_.count)) {
    write(suggestion, first, out);
    first = false;
  }
}

/// The engine names what passed every rule; the first three carry the words of their offers, the others those of the
/// ranking.
Silence QueryScorer::suggest_by_policy(Query const& query, std::string& out) {
  auto const& bundle = ranker_.bundle();
  Sale sale;
  sale.arm = Arm::treated;
  std::uint32_t number = 0;
  for (auto const item : query.items) {
    BasketLine line;
    line.line = LineNo{++number};
    auto const view = bundle.item(item);
    line.sku = Sku{std::string(view.sku)};
    line.item = item;
    line.unit_price = view.price.value_or(Money{0, bundle.info().currency});
    (void)sale.basket.put(std::move(line));  // cannot be full: answer() cut the query
  }
  Context const then{Timestamp{std::chrono::seconds{bundle.info().created}}};
  auto const decision = engine_->decide(sale, query.stage, then);
  auto const shown = std::min<std::size_t>(decision.eligible_count, options_.count);
  auto const ranking = ranker_.rank(query.items, 64);
  auto const offers = std::span(decision.offers).first(decision.offer_count);
  for (std::size_t n = 0; n < shown; ++n) {
    auto const& eligible = decision.eligible[n];
    auto const found =
        std::find_if(ranking.begin(), ranking.end(), [&](auto const& s) { return s.item == eligible.item; });
    Suggestion suggestion{
        eligible.item, eligible.score, bundle.probability(eligible.score, 64, ranker_.scorer().basket_size()), {}};
    if (found != ranking.end()) suggestion = *found;
    // What is really said has its own probability and reason: a campaign's, a ladder's, a set's.
    auto const said =
        std::find_if(offers.begin(), offers.end(), [&](Offer const& offer) { return offer.item == eligible.item; });
    if (said != offers.end()) {
      suggestion.probability = said->probability;
      suggestion.reason = said->reason;
    }
    write(suggestion, n == 0, out, said != offers.end() ? &*said : nullptr);
  }
  return decision.silence;
}

/// The best set whose main item is in the basket and whose extras are not. (Sets are mined among what may be offered.)
void QueryScorer::suggest_set(Query const& query, std::string& out) const {
  auto const& bundle = ranker_.bundle();
  SetView best;
  for (auto const item : query.items) {
    auto const range = bundle.sets_of(item);
    for (auto n = range.first; n < range.first + range.count; ++n) {
      auto const set = bundle.set(n);
      if (set.lift_milli <= best.lift_milli) continue;
      auto const fits = [&](ItemIx extra) {
        return extra == kNoItem || std::find(query.items.begin(), query.items.end(), extra) == query.items.end();
      };
      if (std::all_of(set.extras.begin(), set.extras.end(), fits)) best = set;
    }
  }
  if (best.main == kNoItem) return;
  out += ",\"set\":{\"main\":";
  put_text(bundle.item(best.main).sku, out);
  for (std::size_t n = 0; n < best.extra_count; ++n) {
    out += n == 0 ? ",\"extras\":[" : ",";
    put_text(bundle.item(best.extras[n]).sku, out);
  }
  out += "],\"baskets\":";
  put_number(best.baskets, out);
  out += ",\"lift\":";
  put_number(best.lift_milli / 1000.0, out);
  out += '}';
}

bool QueryScorer::answer(std::string_view line, std::string& out) {
  Query query;
  if (auto const problem = query.read(line)) {
    out += "{\"error\":";
    put_text(*problem, out);
    out += "}\n";
    return false;
  }
  query.look_up(ranker_.bundle());
  if (!options_.raw && query.items.size() > Basket::kMaxLines) query.items.resize(Basket::kMaxLines);
  out += "{\"suggestions\":[";
  auto silence = Silence::none;
  if (options_.raw)
    suggest_raw(query, out);
  else
    silence = suggest_by_policy(query, out);
  out += ']';
  if (silence != Silence::none) {
    out += ",\"silence\":";
    put_text(to_text(silence), out);
  }
  if (!options_.raw && query.stage == Stage::subtotal) suggest_set(query, out);
  if (!query.unknown.empty()) {
    out += ",\"unknown\":[";
    for (std::size_t n = 0; n < query.unknown.size(); ++n) {
      if (n > 0) out += ',';
      put_text(query.unknown[n], out);
    }
    out += ']';
  }
  out += "}\n";
  return true;
}

}  // namespace tillcue::models
