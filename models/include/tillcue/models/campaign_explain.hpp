#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "tillcue/core/engine.hpp"
#include "tillcue/models/campaigns.hpp"
#include "tillcue/models/live_words.hpp"

namespace tillcue::models {

struct ExplainLine {
  std::string sku;
  std::int64_t quantity_milli = 1000;
  std::int64_t price_minor = -1;  ///< below 0: the shelf price
};

/// Something that was said in the sale before.
struct ExplainPrompt {
  std::string sku, campaign;  ///< the campaign may be empty: learned
  Response response = Response::ignored;
};

/// One moment of a sale to look at.
struct ExplainQuestion {
  std::vector<ExplainLine> basket;
  Stage stage = Stage::subtotal;
  std::int64_t at = 0;   ///< the store's clock as seconds since 1970; 0: when the bundle was made
  std::string customer;  ///< empty: nobody known
  std::uint16_t visits = 0;
  std::string segment;
  Place place;
  std::string language;  ///< of the sentences; empty: the bundle's

  std::vector<ExplainPrompt> before;  ///< prompts of this sale, the last one last, each while scanning
  std::int64_t seconds_since = 60;    ///< the last of them
  std::uint32_t pace = 0;             ///< scans a minute now; 0: slow
  bool no_paper = false;
  std::uint8_t channels = 0xFF;  ///< that work now
  std::uint16_t hints_today = 0, coupons_today = 0;
  std::vector<std::pair<std::string, std::uint16_t>> campaigns_today;
  std::vector<std::pair<std::string, Probability>> usual;  ///< SKUs
  LiveWords live;
  std::vector<std::string> probably_out;  ///< SKUs that have not been sold for too long
};

/// Reads "SKU[:CAMPAIGN],...".  Errors  invalid, naming the entry.
Result<std::vector<ExplainPrompt>> parse_prompts(std::string_view text, Response response, char const* option);

/// Reads "SKU[*QTY][@PRICE],..."; QTY up to three decimals.
/// Errors  invalid, naming the entry.
Result<std::vector<ExplainLine>> parse_basket(std::string_view text, Currency currency);

/// A campaign or an item that was not offered, and why in words.
struct NotMade {
  std::string campaign;   ///< empty: what was learned
  std::string sku, name;  ///< empty: the campaign as a whole
  std::string rule;       ///< core's word for it; empty where no rule was reached
  std::string why;
};

struct MadeOffer {
  std::string campaign, type, kind, sku, name, script, reason, code, with;
  std::vector<std::string> more;  ///< names of a set's further extras
  double probability = 0;
  double expected_margin = 0;  ///< in the currency
  std::string price, discount;
};

struct Explanation {
  std::string stage, silence;        ///< silence in words; empty when something is offered
  std::vector<MadeOffer> offers;     ///< the first is said; the others may be looked at
  std::vector<NotMade> not_made;     ///< campaigns first, in the order of the file
  std::vector<std::string> unknown;  ///< SKUs and campaigns the bundle does not know
  std::string currency;
};

/// What an engine with this bundle does at this moment, with the holdout off, and everything that it does not do.
Explanation explain_decision(std::shared_ptr<Bundle const> bundle, ExplainQuestion const& question);

/// The rule in words: "the item is in the basket already".
std::string_view words_of(Rule rule) noexcept;

/// `shown`: how many of the learned items that were stopped.
std::string text_report(Explanation const& explanation, std::size_t shown);
std::string json_report(Explanation const& explanation);

}  // namespace tillcue::models
